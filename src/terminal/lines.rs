//! The timed trace: one line for each thing said, as it happens.

use std::io::{self, Write};

use colored::Colorize;
use console::measure_text_width;

use super::ink::colour;
use super::page::Page;
use super::sources::Sources;
use crate::chapter::clock;
use crate::system::foreign::clean;
use crate::trace::{Event, Place, What};

/// Writes lines, live or from a recording.
pub struct Lines {
    page: Page,
    /// The names of the lanes met so far.
    names: Vec<String>,
    /// The width of the column of names.
    column: usize,
    /// Where each line is said.
    sources: Sources,
}

impl Lines {
    /// A view for lanes whose names are `column` wide at most, as far as is
    /// known.
    pub fn new(page: Page, column: usize, sources: Sources) -> Lines {
        Lines {
            page,
            sources,
            names: Vec::new(),
            column: page.name_column(column),
        }
    }

    /// Whether an event is one that is written.
    pub fn shows(event: &Event) -> bool {
        matches!(event.what, What::Say { .. })
    }

    /// Writes an event, if it is one that is written.
    pub fn take(
        &mut self,
        out: &mut dyn Write,
        event: &Event,
    ) -> io::Result<()> {
        self.learn(event);
        match &event.what {
            What::Say { text, place } => self.line(out, event, text, place),
            _ => Ok(()),
        }
    }

    /// Takes an event in without writing it: lanes have names.
    pub fn learn(&mut self, event: &Event) {
        if let What::Spawn { name, .. } = &event.what {
            self.names.push(name.clone());
        }
    }

    fn line(
        &self,
        out: &mut dyn Write,
        event: &Event,
        text: &str,
        place: &Place,
    ) -> io::Result<()> {
        let source = self.sources.text(place, text);
        let text = &*clean(text);
        let name = self
            .names
            .get(event.lane as usize)
            .map_or("?", String::as_str);
        if self.page.plain {
            let (at, name) = (clock(event.at()), clean(name));
            return writeln!(out, "At {at} {name}: {text} ({source})");
        }
        let name = self.page.fit(name, self.column);
        let time = format!("{:>9}", clock(event.at()));
        let indent = time.len() + 2 + self.column + 2;
        let width = self.page.width.saturating_sub(indent);
        write!(out, "{}  {}", time.dimmed(), name.color(colour(event.lane)))?;
        if width < NARROWEST {
            // No room beside the name: below it.
            writeln!(out)?;
            for row in rows(text, self.page.width.saturating_sub(2)) {
                writeln!(out, "  {row}")?;
            }
            return Ok(());
        }
        let rows = rows(text, width);
        let first = rows.first().map_or("", String::as_str);
        write!(out, "  {first}")?;
        let used = indent + measure_text_width(first);
        let free = self.page.width.saturating_sub(used);
        if self.page.is_wide() && free > source.len() + 1 {
            write!(out, "{}", format!("{source:>free$}").dimmed())?;
        }
        writeln!(out)?;
        for row in rows.iter().skip(1) {
            writeln!(out, "{:indent$}{row}", "")?;
        }
        Ok(())
    }
}

/// A narrower row would be nothing but pieces of words.
const NARROWEST: usize = 16;

/// Wraps at words, and inside of a word only if it is longer than a row, as the
/// address of a page may be. Spaces are what they are, however many there are;
/// where a row ends, those at its end are left out.
fn rows(text: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    for (spaces, word) in words(text) {
        let free = width.saturating_sub(measure_text_width(&row) + spaces);
        let length = measure_text_width(word);
        let is_broken = length > width;
        if length <= free || (is_broken && free >= NARROWEST / 2) {
            row.extend(std::iter::repeat_n(' ', spaces));
        } else if !row.is_empty() {
            rows.push(std::mem::take(&mut row));
        }
        for letter in word.chars() {
            if is_broken && measure_text_width(&row) >= width {
                rows.push(std::mem::take(&mut row));
            }
            row.push(letter);
        }
    }
    rows.push(row);
    rows
}

/// The words of a text, each with the number of spaces before it.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let word = rest.trim_start_matches(' ');
        let spaces = rest.len() - word.len();
        let end = word.find(' ').unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        rest = after;
        (!word.is_empty()).then_some((spaces, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_wraps_at_words() {
        let wrapped = rows("one two three four five", 16);
        assert_eq!(wrapped, ["one two three", "four five"]);
        assert_eq!(rows("", 16), [""]);
    }

    #[test]
    fn spaces_are_kept_but_at_the_end_of_a_row() {
        assert_eq!(rows("a   b  c", 16), ["a   b  c"]);
        assert_eq!(rows("  indented", 16), ["  indented"]);
        assert_eq!(rows("one two three   four", 16), ["one two three", "four"]);
        assert_eq!(rows("a  ", 16), ["a"]);
    }

    #[test]
    fn a_word_longer_than_the_row_is_broken_where_it_stands() {
        let wrapped = rows("GET http://localhost/a/page (5 bytes)", 16);
        assert_eq!(wrapped, ["GET http://local", "host/a/page (5", "bytes)"]);
        let late = rows("0123456789 0123456789abcdefg", 16);
        assert_eq!(late, ["0123456789", "0123456789abcdef", "g"]);
    }
}
