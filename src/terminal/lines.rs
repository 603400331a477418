//! The timed trace: one line for each thing said, as it happens.

use std::collections::VecDeque;
use std::io::{self, Write};

use colored::Colorize;
use console::measure_text_width;

use super::ink::colour;
use super::page::Page;
use super::sources::Sources;
use crate::chapter::clock;
use crate::system::foreign::clean;
use crate::trace::{Event, What};

/// Writes lines, live or from a recording. Where there will be more than
/// anybody reads, the first and the last ones, and how many are between them.
pub struct Lines {
    page: Page,
    /// The names of the lanes met so far.
    names: Vec<String>,
    /// The width of the column of names.
    column: usize,
    /// Whether there may be more lines than anybody reads.
    are_many: bool,
    /// How many were written.
    written: usize,
    /// How many are left out.
    hidden: usize,
    /// The last ones that were not written, each with its lane's thread.
    held: VecDeque<(Event, Option<u32>)>,
    /// Where each line is said.
    sources: Sources,
    /// The thread that polled each lane last, if there are several.
    threads: Option<Vec<u32>>,
}

/// So many lines are all written.
const NOT_MANY: usize = 30;

/// Of more than that the first and the last ones are.
const FIRST: usize = 10;
const LAST: usize = 4;

/// The most rows that one line takes, on a page that is wide and on one that is
/// not.
const MOST_ROWS: [usize; 2] = [3, 8];

impl Lines {
    /// A view for lanes whose names are `column` wide at most, as far as is
    /// known. All lines are written, however many there are.
    pub fn new(page: Page, column: usize, sources: Sources) -> Lines {
        Lines {
            page,
            sources,
            names: Vec::new(),
            column: page.name_column(column),
            are_many: false,
            written: 0,
            hidden: 0,
            held: VecDeque::new(),
            threads: None,
        }
    }

    /// The same for a scene that has several threads, if it has: beside each
    /// line stands the thread that its lane ran on.
    pub fn on_several_threads(self, has_several: bool) -> Lines {
        let threads = has_several.then(Vec::new);
        Lines { threads, ..self }
    }

    /// The same for so many lines; `None` if nobody knows how many.
    pub fn expecting(self, lines: Option<usize>) -> Lines {
        let are_many = lines.is_none_or(|lines| lines > NOT_MANY);
        Lines { are_many, ..self }
    }

    /// From now on on a page of another size.
    pub fn on(&mut self, page: Page) {
        self.page = page;
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
        if !Lines::shows(event) {
            return Ok(());
        }
        if self.are_many && self.written >= FIRST {
            self.held.push_back((event.clone(), self.thread(event)));
            if self.held.len() > LAST {
                self.held.pop_front();
                self.hidden += 1;
            }
            return Ok(());
        }
        self.written += 1;
        self.line(out, event, self.thread(event))
    }

    /// The thread that an event's lane runs on, where there are several.
    fn thread(&self, event: &Event) -> Option<u32> {
        let threads = self.threads.as_ref()?;
        threads.get(event.lane as usize).copied()
    }

    /// Takes an event in that is not written: lanes have names.
    pub fn learn(&mut self, event: &Event) {
        if let What::Spawn { name, .. } = &event.what {
            self.names.push(name.clone());
        }
        let Some(threads) = &mut self.threads else {
            return;
        };
        match event.what {
            What::Spawn { .. } => threads.push(0),
            What::Poll { thread, .. } => {
                if let Some(known) = threads.get_mut(event.lane as usize) {
                    *known = thread;
                }
            }
            _ => {}
        }
    }

    /// Writes what there is still to write when a scene is over.
    pub fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.hidden > 0 {
            let (ellipsis, hidden) = (self.page.glyphs.ellipsis, self.hidden);
            writeln!(out, "  {ellipsis} {hidden} lines between these")?;
        }
        for (event, thread) in std::mem::take(&mut self.held) {
            self.line(out, &event, thread)?;
        }
        Ok(())
    }

    fn line(
        &self,
        out: &mut dyn Write,
        event: &Event,
        thread: Option<u32>,
    ) -> io::Result<()> {
        let What::Say { text, place } = &event.what else {
            return Ok(());
        };
        let source = self.sources.text(place, text);
        let source = match thread {
            Some(thread) => format!("thread {thread} {source}"),
            None => source,
        };
        let text = &*clean(text);
        let name = self
            .names
            .get(event.lane as usize)
            .map_or("?", String::as_str);
        if self.page.plain {
            let (at, name) = (clock(event.at()), clean(name));
            return writeln!(out, "At {at} {name}: {text} ({source})");
        }
        let time = format!("{:>9}", clock(event.at()));
        let tag = self.page.glyphs.tag.to_string();
        let tag = match colour(event.lane) {
            Some(colour) => tag.color(colour),
            None => tag.normal(),
        };
        let name = self.page.fit(name, self.column);
        let indent = time.len() + 2 + self.column + 2;
        let width = self.page.width.saturating_sub(indent);
        write!(out, "{time} {tag}{name}")?;
        if width < NARROWEST {
            // No room beside the name: below it.
            writeln!(out)?;
            for row in self.cut(rows(text, self.page.width.saturating_sub(2))) {
                writeln!(out, "  {row}")?;
            }
            return Ok(());
        }
        let mut rows = self.cut(rows(text, width));
        if self.page.is_wide() {
            beside(&mut rows, width, &source);
        }
        for (index, row) in rows.iter().enumerate() {
            let gap = if index == 0 { 2 } else { indent };
            writeln!(out, "{:gap$}{row}", "")?;
        }
        Ok(())
    }

    /// No more rows than anybody reads.
    fn cut(&self, mut rows: Vec<String>) -> Vec<String> {
        let most = MOST_ROWS[usize::from(!self.page.is_wide())];
        if rows.len() > most {
            rows.truncate(most);
            if let Some(last) = rows.last_mut() {
                last.pop();
                last.push_str(self.page.glyphs.ellipsis);
            }
        }
        rows
    }
}

/// Puts a place at the right-hand edge: behind the first row or the last one,
/// or on a row of its own.
fn beside(rows: &mut Vec<String>, width: usize, source: &str) {
    let length = measure_text_width(source);
    let fits = |row: &String| measure_text_width(row) + 1 + length <= width;
    let last = rows.len().saturating_sub(1);
    let place = [0, last].into_iter().find(|index| fits(&rows[*index]));
    let place = place.unwrap_or_else(|| {
        rows.push(String::new());
        rows.len() - 1
    });
    let row = &mut rows[place];
    let free = width.saturating_sub(measure_text_width(row));
    row.push_str(&format!("{source:>free$}"));
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
    fn s16_a_long_line_keeps_its_place() {
        let placed = |text: &str| {
            let mut rows = rows(text, 20);
            beside(&mut rows, 20, "demo.rs:7");
            rows
        };
        assert_eq!(placed("a line"), ["a line     demo.rs:7"]);
        let last = ["one two three four", "five       demo.rs:7"];
        assert_eq!(placed("one two three four five"), last);
        let alone = ["one two three four", "five six seven", ""];
        let mut alone = alone.map(str::to_owned);
        alone[2] = "           demo.rs:7".to_owned();
        assert_eq!(placed("one two three four five six seven"), alone);
    }

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
