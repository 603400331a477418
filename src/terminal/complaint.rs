//! An error as cargo prints one: what is wrong, what to do instead, and where
//! there is more to read, each on lines of its own. Wrapped on a terminal, and
//! in lines of any length for whoever reads stderr otherwise.

use std::io::Write;

use anyhow::Error;
use console::Term;

use super::page::Page;
use super::screen::columns_wanted;
use crate::system::foreign;
use crate::system::usage::Usage;

/// More of what is wrong is not shown.
const LONGEST: usize = 2000;

/// Prints an error to stderr.
pub fn complain(error: &Error) {
    let columns = columns_wanted().or_else(|| {
        let size = Term::stderr().size_checked();
        size.map(|(_, columns)| usize::from(columns))
    });
    let page = columns.map(|columns| Page::new(columns, true));
    let lines = lines(error, page.as_ref()).join("\n");
    // Nothing is left to do if stderr is closed.
    let _ = writeln!(anstream::stderr(), "{lines}");
}

fn lines(error: &Error, page: Option<&Page>) -> Vec<String> {
    let Some(usage) = error.downcast_ref::<Usage>() else {
        // What a program said may have several lines.
        let text = format!("{error:#}");
        let text = text.split('\n').map(|line| foreign::cut(line, LONGEST));
        let text = text.enumerate().flat_map(|(index, line)| {
            paragraph(if index == 0 { "error: " } else { "" }, &line, page)
        });
        return text.collect();
    };
    let wrong = foreign::cut(&usage.wrong, LONGEST);
    let mut lines = paragraph("error: ", &wrong, page);
    if !usage.instead.is_empty() {
        lines.push(String::new());
    }
    for instead in &usage.instead {
        let instead = foreign::cut(instead, LONGEST);
        lines.extend(paragraph("help: ", &instead, page));
    }
    if let Some(more) = &usage.more {
        lines.push(String::new());
        let more = format!("For more information, try '{more}'.");
        lines.extend(paragraph("", &more, page));
    }
    lines
}

/// A paragraph behind a mark, wrapped if there is a page.
fn paragraph(mark: &str, text: &str, page: Option<&Page>) -> Vec<String> {
    let Some(page) = page else {
        return vec![format!("{mark}{text}")];
    };
    let words = words(text);
    let words = words.iter().map(String::as_str);
    let mut lines = page.fill(mark.len(), words, " ");
    if let Some(first) = lines.first_mut() {
        first.replace_range(..mark.len(), mark);
    }
    lines
}

/// The words of a text. What is quoted is one word, such as a command that is
/// to be copied; an apostrophe quotes nothing.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in text.split(' ') {
        let opens = word.trim_start_matches('(').starts_with('\'');
        let inner = word.trim_end_matches(|c: char| ",.;:?!)".contains(c));
        let closes = inner.ends_with('\'') && (is_open || inner.len() > 1);
        match words.last_mut() {
            Some(last) if is_open => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        is_open = (is_open || opens) && !closes;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(error: impl Into<Error>, columns: usize) -> String {
        lines(&error.into(), Some(&Page::new(columns, true))).join("\n")
    }

    #[test]
    fn an_error_is_several_short_lines() {
        let usage = Usage {
            more: Some("asyncade gather --help".to_owned()),
            ..Usage::new(
                "the scene 'no-limit' of timeout would take 1h for real",
                "add '--clock virtual' to see it at once, or '--yes-wait' to wait",
            )
        };
        assert_eq!(
            shown(usage.clone(), 44),
            "\
error: the scene 'no-limit' of timeout would
       take 1h for real

help: add '--clock virtual' to see it at
      once, or '--yes-wait' to wait

For more information, try
'asyncade gather --help'."
        );
        let whole = lines(&usage.into(), None);
        assert_eq!(whole.len(), 5, "{whole:?}");
    }

    #[test]
    fn what_is_foreign_gives_no_orders_and_has_an_end() {
        let usage = Usage::new("\u{1b}[2J\nx".repeat(LONGEST), "\r");
        let shown = shown(usage, 80);
        assert!(shown.starts_with("error: \\u{1b}[2J\\nx"), "{shown}");
        assert!(shown.contains("\nhelp: \\r"), "{shown}");
        assert!(shown.len() < 6 * LONGEST, "{}", shown.len());
        let failed = anyhow::anyhow!("it said:\n\u{9b}1m");
        let failed = lines(&failed, None);
        assert_eq!(failed, ["error: it said:", "\\u{9b}1m"]);
    }

    #[test]
    fn what_is_quoted_is_one_word() {
        assert_eq!(
            words("tokio's, type 'a b c' (or 'd e'). '' 'f"),
            ["tokio's,", "type", "'a b c'", "(or", "'d e').", "''", "'f"]
        );
    }
}
