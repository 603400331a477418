//! Source code, lightly coloured: one listing, or two side by side where the
//! terminal is wide enough.

use std::io::{self, Write};

use colored::Colorize;
use console::measure_text_width;

use super::page::Page;

/// What a listing is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust.
    Rust,
    /// Python.
    Python,
}

/// A file to be shown.
pub struct Listing<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is special about it.
    pub about: &'a str,
    /// What it is written in.
    pub language: Language,
    /// Its text.
    pub code: &'a str,
}

const RUST: &[&str] = &[
    "as", "async", "await", "break", "const", "else", "enum", "fn", "for",
    "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "return", "self", "static", "struct", "trait", "type", "use", "while",
];

const PYTHON: &[&str] = &[
    "as", "async", "await", "class", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "if", "import", "in", "is", "lambda", "not",
    "or", "pass", "raise", "return", "try", "while", "with", "yield", "None",
    "True", "False",
];

/// The columns of a line number and the gap behind it.
const NUMBER: usize = 5;

/// The columns between two listings.
const GUTTER: usize = 3;

/// Writes two listings side by side if both fit, else one under the other.
///
/// # Errors
/// Whatever the writer says.
pub fn listings(
    page: &Page,
    out: &mut dyn Write,
    pair: [&Listing; 2],
) -> io::Result<()> {
    let [left, right] = pair;
    if width(left) + GUTTER + width(right) <= page.columns {
        return side_by_side(page, out, left, right);
    }
    for listing in pair {
        page.heading(out, listing.name, listing.about)?;
        for line in numbered(listing) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn width(listing: &Listing) -> usize {
    let lines = listing.code.lines().map(measure_text_width);
    NUMBER + lines.max().unwrap_or(0)
}

fn side_by_side(
    page: &Page,
    out: &mut dyn Write,
    left: &Listing,
    right: &Listing,
) -> io::Result<()> {
    let column = width(left) + GUTTER;
    let name =
        console::pad_str(left.name, column, console::Alignment::Left, None);
    writeln!(out, "\n{}{}", name.bold(), right.name.bold())?;
    let rule: String =
        std::iter::repeat_n(page.glyphs.rule, column + width(right)).collect();
    writeln!(out, "{}", rule.dimmed())?;
    let (mut left, mut right) = (numbered(left), numbered(right));
    loop {
        let (line, other) = (left.next(), right.next());
        if line.is_none() && other.is_none() {
            return Ok(());
        }
        let line = line.unwrap_or_default();
        let gap = column.saturating_sub(measure_text_width(&line));
        let other = other.unwrap_or_default();
        let both = format!("{line}{:gap$}{other}", "");
        writeln!(out, "{}", both.trim_end())?;
    }
}

/// The lines of a listing, numbered and coloured.
fn numbered(listing: &Listing) -> impl Iterator<Item = String> {
    let mut painter = Painter {
        language: listing.language,
        in_docstring: false,
    };
    (1..).zip(listing.code.lines()).map(move |(number, line)| {
        let number = format!("{number:>3}  ").dimmed();
        format!("{number}{}", painter.paint(line))
    })
}

/// Colours a file line by line.
struct Painter {
    language: Language,
    /// Whether the line begins inside of a Python docstring.
    in_docstring: bool,
}

impl Painter {
    fn paint(&mut self, line: &str) -> String {
        let (comment, words) = match self.language {
            Language::Rust => ("//", RUST),
            Language::Python => ("#", PYTHON),
        };
        let quotes = line.matches("\"\"\"").count();
        if self.language == Language::Python
            && (self.in_docstring || quotes > 0)
        {
            // A docstring stands on lines of its own.
            self.in_docstring ^= quotes % 2 == 1;
            return line.dimmed().to_string();
        }
        let mut painted = String::new();
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let length = if rest.starts_with(comment) {
                rest.len()
            } else if first == '"' {
                string(rest)
            } else if first.is_alphanumeric() || first == '_' {
                let end = |c: char| !c.is_alphanumeric() && c != '_';
                rest.find(end).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let (token, after) = rest.split_at(length);
            if token.starts_with(comment) {
                painted += &token.dimmed().to_string();
            } else if first == '"' {
                painted += &token.green().to_string();
            } else if words.contains(&token) {
                painted += &token.magenta().to_string();
            } else {
                painted += token;
            }
            rest = after;
        }
        painted
    }
}

/// How long the string literal is that a text begins with.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (index, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str, language: Language) -> String {
        let in_docstring = false;
        let mut painter = Painter {
            language,
            in_docstring,
        };
        console::strip_ansi_codes(&painter.paint(line)).into_owned()
    }

    #[test]
    fn painting_changes_no_letter() {
        for line in [
            r#"    say!("a \" // no comment {n}"); // but this"#,
            "pub async fn f<'a>(x: &'a str) {",
            "\"open",
            "",
        ] {
            assert_eq!(plain(line, Language::Rust), line);
        }
        for line in [
            "    say(f\"{n} # no comment\")  # but this",
            "\"\"\"Doc.\"\"\"",
        ] {
            assert_eq!(plain(line, Language::Python), line);
        }
    }

    #[test]
    fn a_string_ends_at_its_quote() {
        assert_eq!(string(r#""a\"b" + c"#), 6);
        assert_eq!(string("\"open"), 5);
    }
}
