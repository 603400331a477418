//! Text on its way into the page: shown as it is, and never read as anything
//! else.

use crate::system::foreign::{clean, clean_lines};

/// A text of one line, in HTML's text or in an attribute's quotes.
pub(crate) fn escaped(text: &str) -> String {
    marked_off(&clean(text))
}

/// A text of several lines.
pub(super) fn escaped_lines(text: &str) -> String {
    marked_off(&clean_lines(text))
}

/// Paragraphs, which are separated by empty lines.
pub(crate) fn paragraphs(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(str::trim);
    let paragraphs = paragraphs.filter(|text| !text.is_empty());
    paragraphs
        .map(|text| format!("<p>{}</p>\n", in_code(&escaped_lines(text))))
        .collect()
}

/// What stands between backticks is code.
fn in_code(html: &str) -> String {
    let parts: Vec<&str> = html.split('`').collect();
    // The last one has no partner where their number is odd.
    let pairs = parts.len() - 1;
    let mut text = String::new();
    for (index, part) in parts.iter().enumerate() {
        match index {
            0 => {}
            index if index % 2 == 0 => text.push_str("</code>"),
            index if index == pairs => text.push('`'),
            _ => text.push_str("<code>"),
        }
        text.push_str(part);
    }
    text
}

/// JSON inside of a script element, which ends at `</script` wherever that
/// stands, and which an older JavaScript ends at some characters.
pub(crate) fn in_script(json: &str) -> String {
    let json = json.replace('<', "\\u003c");
    let json = json.replace('\u{2028}', "\\u2028");
    json.replace('\u{2029}', "\\u2029")
}

/// A part of a link behind its `#`.
pub(crate) fn in_link(text: &str) -> String {
    let mut link = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                link.push(byte.into());
            }
            _ => link.push_str(&format!("%{byte:02X}")),
        }
    }
    link
}

fn marked_off(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            letter => html.push(letter),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_backticks_are_code() {
        assert_eq!(in_code("a `b` c"), "a <code>b</code> c");
        assert_eq!(in_code("a `b` `c"), "a <code>b</code> `c");
        assert_eq!(in_code("`a"), "`a");
        assert_eq!(in_code("``"), "<code></code>");
        assert_eq!(in_code(""), "");
    }

    #[test]
    fn nothing_in_a_text_is_read_as_html() {
        assert_eq!(
            escaped("<b a='\"'>&\u{202e}\u{1b}"),
            "&lt;b a=&#39;&quot;&#39;&gt;&amp;\\u{202e}\\u{1b}"
        );
        assert_eq!(
            in_script("\"</script>\u{2028}\""),
            "\"\\u003c/script>\\u2028\""
        );
        assert_eq!(in_link("a&b=#\u{e9}"), "a%26b%3D%23%C3%A9");
    }
}
