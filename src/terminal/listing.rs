//! Source code, lightly coloured: one listing, or two side by side where the
//! terminal is wide enough. What is too long for its column goes on below,
//! indented and without a number: code is never cut.

use std::io::{self, Write};
use std::ops::Range;

use colored::Colorize;
use console::measure_text_width;

use super::page::Page;
use crate::chapter::{Language, Part};

/// Code to be shown.
pub struct Listing<'a> {
    /// The name of its file.
    pub name: &'a str,
    /// What is special about it.
    pub about: &'a str,
    /// What it is written in.
    pub language: Language,
    /// Its parts, in the file's order.
    pub code: Vec<Part<'a>>,
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

/// From so many columns on two listings stand side by side.
const WIDE: usize = 120;

/// A column of code is not narrower, its number included.
const NARROWEST: usize = 40;

/// Writes listings: two of them side by side if there is room, and else one
/// under the other. On a plain page, in a file or in a pipe a line is a line,
/// however long.
pub fn listings(
    page: &Page,
    out: &mut dyn Write,
    listings: &[Listing],
) -> io::Result<()> {
    if let [left, right] = listings
        && page.columns >= WIDE
        && !page.plain
    {
        return side_by_side(page, out, left, right);
    }
    let folds = page.folds && !page.plain;
    let width = if folds { page.columns } else { usize::MAX };
    for listing in listings {
        page.heading(out, listing.name, listing.about)?;
        for row in rows(listing, width).concat() {
            writeln!(out, "{row}")?;
        }
    }
    Ok(())
}

fn side_by_side(
    page: &Page,
    out: &mut dyn Write,
    left: &Listing,
    right: &Listing,
) -> io::Result<()> {
    let (first, second) = split(left, right, page.columns - GUTTER);
    let column = first + GUTTER;
    let name =
        console::pad_str(left.name, column, console::Alignment::Left, None);
    writeln!(out, "\n{}{}", name.bold(), right.name.bold())?;
    writeln!(out, "{}", page.rule(column + second))?;
    let (left, right) = aligned((left, first), (right, second));
    let rows = left.len().max(right.len());
    for row in 0..rows {
        let line = left.get(row).map_or("", String::as_str);
        let gap = column.saturating_sub(measure_text_width(line));
        let other = right.get(row).map_or("", String::as_str);
        let both = format!("{line}{:gap$}{other}", "");
        writeln!(out, "{}", both.trim_end())?;
    }
    Ok(())
}

/// The rows of two listings, each of its width. Two parts of one name begin on
/// the same row, as far as they come in the same order.
fn aligned(
    (left, first): (&Listing, usize),
    (right, second): (&Listing, usize),
) -> (Vec<String>, Vec<String>) {
    let mut theirs = right.code.iter().zip(rows(right, second)).peekable();
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for (part, rows) in left.code.iter().zip(rows(left, first)) {
        let has_other = part.name.is_some()
            && theirs.clone().any(|(other, _)| other.name == part.name);
        if has_other {
            while let Some((_, rows)) =
                theirs.next_if(|(other, _)| other.name != part.name)
            {
                others.extend(rows);
            }
            let row = ours.len().max(others.len());
            ours.resize(row, String::new());
            others.resize(row, String::new());
            others.extend(theirs.next().into_iter().flat_map(|(_, rows)| rows));
        }
        ours.extend(rows);
    }
    others.extend(theirs.flat_map(|(_, rows)| rows));
    (ours, others)
}

/// The widths of two listings that share so many columns: what they need, or
/// else what makes the fewest lines go on below.
fn split(left: &Listing, right: &Listing, columns: usize) -> (usize, usize) {
    let (first, second) = (width(left), width(right));
    if first + second <= columns {
        return (first, second);
    }
    let height = |listing: &Listing, width: usize| -> usize {
        let room = width.saturating_sub(NUMBER);
        let lines = lines(listing);
        lines.map(|line| pieces(line, room).len()).sum()
    };
    let widths = NARROWEST..=columns.saturating_sub(NARROWEST);
    let best = widths.min_by_key(|first| {
        height(left, *first) + height(right, columns - first)
    });
    let first = best.unwrap_or(columns / 2);
    (first, columns - first)
}

/// The columns that a listing needs.
fn width(listing: &Listing) -> usize {
    let widths = lines(listing).map(measure_text_width);
    NUMBER + widths.max().unwrap_or(0)
}

fn lines<'a>(listing: &'a Listing) -> impl Iterator<Item = &'a str> {
    let lines = listing.code.iter().flat_map(|part| &part.lines);
    lines.map(|(_, line)| *line)
}

/// The rows of each part of a listing, numbered and coloured. An empty one
/// stands before a part that does not follow on the one before it.
fn rows(listing: &Listing, width: usize) -> Vec<Vec<String>> {
    let mut painter = Painter {
        language: listing.language,
        in_docstring: false,
    };
    let mut last = None;
    let mut parts = Vec::new();
    for part in &listing.code {
        let mut rows = Vec::new();
        let first = part.lines.first().map(|(number, _)| *number);
        if last.is_some() && first != last {
            rows.push(String::new());
        }
        last = part.lines.last().map(|(number, _)| number + 1);
        for (number, line) in &part.lines {
            rows.extend(numbered(*number, line, width, &mut painter));
        }
        parts.push(rows);
    }
    parts
}

/// The rows of a line, of which the first has its number.
fn numbered(
    number: u32,
    line: &str,
    width: usize,
    painter: &mut Painter,
) -> Vec<String> {
    let room = width.saturating_sub(NUMBER).max(1);
    let tokens = painter.paint(line);
    let mut rows = Vec::new();
    for (indent, piece) in pieces(line, room) {
        let mut row = " ".repeat(NUMBER + indent);
        if rows.is_empty() {
            let number = format!("{number:>3}");
            let gap = NUMBER.saturating_sub(number.len()) + indent;
            row = format!("{}{:gap$}", number, "");
        }
        for (ink, token) in &tokens {
            let start = token.start.max(piece.start);
            let end = token.end.min(piece.end);
            if start < end {
                row += &ink.on(&line[start..end]);
            }
        }
        rows.push(row.trim_end().to_owned());
    }
    rows
}

/// What of a line stands on each row of so many columns, and how far it is
/// indented there. A line breaks at a space if it can, else behind a bracket
/// or before a dot, and only then anywhere.
fn pieces(line: &str, room: usize) -> Vec<(usize, Range<usize>)> {
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let mut pieces = Vec::new();
    let (mut start, mut hang) = (0, 0);
    while measure_text_width(&line[start..]) + hang > room {
        let free = room.saturating_sub(hang);
        let ends = line[start..].char_indices().map(|(at, _)| start + at);
        // At least a letter, or there would be no end.
        let ends = ends.filter(|end| *end > start.max(indent));
        let fits = |end: &usize| measure_text_width(&line[start..*end]) <= free;
        let ends: Vec<usize> = ends.take_while(fits).collect();
        let last = |is_good: &dyn Fn(&str, &str) -> bool| {
            let mut ends = ends.iter().rev().copied();
            ends.find(|end| is_good(&line[..*end], &line[*end..]))
        };
        let end = last(&|before, _| before.ends_with(' '))
            .or_else(|| {
                last(&|before, after| {
                    before.ends_with(['(', '[', '{', ',', '|'])
                        || after.starts_with('.')
                })
            })
            .or(ends.last().copied());
        let Some(end) = end else { break };
        let piece = line[start..end].trim_end_matches(' ');
        pieces.push((hang, start..start + piece.len()));
        start =
            end + line[end..].len() - line[end..].trim_start_matches(' ').len();
        hang = (indent + 4).min(room / 2);
    }
    pieces.push((hang, start..line.len()));
    pieces
}

/// How a token is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ink {
    Code,
    Keyword,
    String,
    Comment,
}

impl Ink {
    fn on(self, text: &str) -> String {
        match self {
            Ink::Code | Ink::String => text.to_owned(),
            Ink::Keyword => text.bold().to_string(),
            Ink::Comment => text.italic().to_string(),
        }
    }
}

/// Colours a file line by line.
struct Painter {
    language: Language,
    /// Whether the line begins inside of a Python docstring.
    in_docstring: bool,
}

impl Painter {
    /// The tokens of a line, one behind the other.
    fn paint(&mut self, line: &str) -> Vec<(Ink, Range<usize>)> {
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
            return vec![(Ink::Comment, 0..line.len())];
        }
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(first) = line[at..].chars().next() {
            let rest = &line[at..];
            let (ink, length) = if rest.starts_with(comment) {
                (Ink::Comment, rest.len())
            } else if first == '"' {
                (Ink::String, string(rest))
            } else if first.is_alphanumeric() || first == '_' {
                let end = |c: char| !c.is_alphanumeric() && c != '_';
                let length = rest.find(end).unwrap_or(rest.len());
                let is_keyword = words.contains(&&rest[..length]);
                (if is_keyword { Ink::Keyword } else { Ink::Code }, length)
            } else {
                (Ink::Code, first.len_utf8())
            };
            tokens.push((ink, at..at + length));
            at += length;
        }
        tokens
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

    const LINES: [(&str, Language); 6] = [
        (
            r#"    say!("a \" // no comment {n}"); // but this"#,
            Language::Rust,
        ),
        ("pub async fn f<'a>(x: &'a str) {", Language::Rust),
        ("\"open", Language::Rust),
        ("", Language::Rust),
        (
            "    say(f\"{n} # no comment\")  # but this",
            Language::Python,
        ),
        ("\"\"\"Doc.\"\"\"", Language::Python),
    ];

    #[test]
    fn painting_changes_no_letter() {
        for (line, language) in LINES {
            let mut painter = Painter {
                language,
                in_docstring: false,
            };
            let tokens = painter.paint(line).into_iter();
            let text: String = tokens.map(|(_, at)| &line[at]).collect();
            assert_eq!(text, line);
        }
    }

    #[test]
    fn a_string_ends_at_its_quote() {
        assert_eq!(string(r#""a\"b" + c"#), 6);
        assert_eq!(string("\"open"), 5);
    }

    #[test]
    fn a_long_line_goes_on_below_and_loses_nothing_but_spaces() {
        let line = "    let a = tokio::spawn(work(\"A\", a).try_lane(\"A\"));";
        let rows = |room| -> Vec<String> {
            let pieces = pieces(line, room).into_iter();
            let rows = pieces.map(|(indent, piece)| {
                format!("{:indent$}{}", "", line[piece].trim_end())
            });
            rows.collect()
        };
        assert_eq!(rows(80), [line]);
        assert_eq!(
            rows(40),
            [
                "    let a = tokio::spawn(work(\"A\",",
                "        a).try_lane(\"A\"));"
            ]
        );
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        for room in 1..60 {
            let rows = rows(room);
            assert_eq!(letters(&rows.concat()), letters(line), "{room}");
            if room >= 20 {
                let mut rows = rows.iter();
                assert!(rows.all(|row| row.len() <= room), "{room}");
            }
        }
    }

    #[test]
    fn parts_of_one_name_stand_side_by_side() {
        let listing = |names: &[&str]| Listing {
            name: "",
            about: "",
            language: Language::Python,
            code: (0_u32..)
                .zip(names)
                .map(|(n, name)| Part {
                    name: Some((*name).to_owned()).filter(|n| n != "-"),
                    lines: vec![(n * 5 + 1, "a"), (n * 5 + 2, "b")],
                })
                .collect(),
        };
        let rows = |left: &[&str], right: &[&str]| -> Vec<String> {
            let (left, right) = (listing(left), listing(right));
            let (left, right) = aligned((&left, 40), (&right, 40));
            let plain = |row: &String| {
                let row = console::strip_ansi_codes(row).into_owned();
                row.split_whitespace().collect::<String>()
            };
            let right = right.iter().map(plain).chain(std::iter::repeat_n(
                String::new(),
                left.len().saturating_sub(right.len()),
            ));
            let left = left.iter().map(plain);
            left.zip(right).map(|(a, b)| format!("{a}|{b}")).collect()
        };
        // What comes before it in one of them is waited for in the other.
        assert_eq!(
            rows(&["-", "x", "y"], &["y"]),
            ["1a|", "2b|", "|", "6a|", "7b|", "|1a", "11a|2b", "12b|"]
        );
    }

    #[test]
    fn two_columns_share_the_page_so_that_little_goes_on_below() {
        let listing = |width: usize| {
            let line: &'static str = "x ".repeat(width / 2).leak();
            Listing {
                name: "",
                about: "",
                language: Language::Rust,
                code: vec![Part {
                    name: None,
                    lines: vec![(1, line), (2, "short")],
                }],
            }
        };
        let (left, right) = split(&listing(40), &listing(60), 200);
        assert_eq!((left, right), (45, 65));
        // One of them fits, and the other one goes on.
        let (left, right) = split(&listing(80), &listing(60), 117);
        assert_eq!(left + right, 117);
        assert!(left >= 45 && right >= NARROWEST, "{left} {right}");
    }
}
