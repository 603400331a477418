//! Text in Markdown that is only text: what a name or a line may hold is shown
//! and never read, by [CommonMark](https://spec.commonmark.org) as by what
//! GitHub makes of it.

use std::io::{self, Write};

use crate::system::foreign::clean;

/// A text in a line of Markdown, with none of its letters meaning anything.
pub(super) fn escape(text: &str) -> String {
    paragraph(letters(&on_one_line(text)))
}

/// A piece of a line.
fn letters(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            // Entities are understood wherever HTML is.
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A line that begins as a list or a rule would, but is a paragraph.
fn paragraph(mut line: String) -> String {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - rest.len();
    if (digits == 0 && rest.starts_with(['-', '+', '=']))
        || (digits > 0 && rest.starts_with(['.', ')']))
    {
        line.insert(digits, '\\');
    }
    line
}

/// As [`escape`], but what stands between two backticks is code, as it is in a
/// lesson.
pub(super) fn prose(text: &str) -> String {
    let text = on_one_line(text);
    let is_even = text.matches('`').count().is_multiple_of(2);
    if !is_even || text.contains("``") {
        return escape(&text);
    }
    let pieces = text.split('`').enumerate();
    let pieces = pieces.map(|(index, piece)| match index % 2 {
        0 => letters(piece),
        _ => span(piece),
    });
    paragraph(pieces.collect())
}

/// Writes paragraphs, which empty lines separate.
pub(super) fn paragraphs(out: &mut dyn Write, text: &str) -> io::Result<()> {
    for paragraph in text.split("\n\n") {
        writeln!(out, "\n{}", prose(paragraph))?;
    }
    Ok(())
}

/// A text as code, in a line.
pub(super) fn span(code: &str) -> String {
    let code = on_one_line(code);
    let ticks = "`".repeat(longest_run(&code) + 1);
    // A space at both ends is not shown, so that code may begin with one of
    // these.
    let space = if code.starts_with('`') || code.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{code}{space}{ticks}")
}

/// Writes a block of code, between fences that nothing in it can close.
pub(super) fn fence(
    out: &mut dyn Write,
    language: &str,
    code: &str,
) -> io::Result<()> {
    let ticks = "`".repeat((longest_run(code) + 1).max(3));
    writeln!(out, "\n{ticks}{language}")?;
    for line in code.trim_matches('\n').lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "{ticks}")
}

/// The most backticks that follow each other.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|letter| letter != '`');
    runs.map(str::len).max().unwrap_or(0)
}

/// Line breaks and what else is between words is a space; other orders are
/// shown as what they are.
fn on_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(['\n', ' ']).collect();
    let words = words.into_iter().filter(|word| !word.is_empty());
    clean(&words.collect::<Vec<_>>().join(" ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_and_never_read() {
        for (text, shown) in [
            ("plain, and (so) on!", "plain, and (so) on!"),
            ("<script>a|b</script>", "&lt;script&gt;a\\|b&lt;/script&gt;"),
            (
                "a_b *c* `d` [e](f) \\g",
                "a\\_b \\*c\\* \\`d\\` \\[e\\](f) \\\\g",
            ),
            ("&amp; ~~no~~ $x$", "&amp;amp; \\~\\~no\\~\\~ \\$x\\$"),
            ("# no heading", "\\# no heading"),
            ("- no list", "\\- no list"),
            ("12. no list", "12\\. no list"),
            ("3s is no list", "3s is no list"),
            ("two\n\n- lines", "two - lines"),
            ("\u{1b}[2J\u{202e}", "\\\\u{1b}\\[2J\\\\u{202e}"),
        ] {
            assert_eq!(escape(text), shown);
        }
    }

    #[test]
    fn what_is_between_backticks_is_code() {
        assert_eq!(prose("`a_b` and c_d: `<e>`."), "`a_b` and c\\_d: `<e>`.");
        assert_eq!(prose("one ` alone"), "one \\` alone");
        assert_eq!(prose("two `` of them"), "two \\`\\` of them");
    }

    #[test]
    fn code_cannot_end_what_it_stands_in() {
        assert_eq!(span("a"), "`a`");
        assert_eq!(span("`a` ``b"), "``` `a` ``b ```");
        let mut block = Vec::new();
        fence(&mut block, "text", "a\n````\nb\n").unwrap();
        let block = String::from_utf8(block).unwrap();
        assert_eq!(block, "\n`````text\na\n````\nb\n`````\n");
    }
}
