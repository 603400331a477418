//! The sheet that views are written on: how wide it is, and how prose is set
//! on it.

use std::io::{self, Write};

use colored::Colorize;
use console::measure_text_width;

use super::glyphs::{ASCII, Glyphs, UNICODE};
use crate::system::foreign::clean;

/// The sheet.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// What prose and pictures are laid out for, in columns.
    pub(crate) width: usize,
    /// What the terminal has, in columns: code may be wider than prose.
    pub(crate) columns: usize,
    /// What the terminal has, in rows.
    pub(crate) height: usize,
    /// Whether a line of code that is longer goes on below. In a file or a pipe
    /// it is as long as it is.
    pub(crate) folds: bool,
    /// Sentences in place of pictures, for screen readers.
    pub plain: bool,
    /// Every picture has an axis of steps.
    pub steps: bool,
    /// The characters that pictures are drawn with.
    pub(crate) glyphs: &'static Glyphs,
}

/// The narrowest sheet that anything is laid out for. On a narrower terminal
/// lines wrap.
const NARROWEST: usize = 24;

/// The widest: longer lines are hard to read.
const WIDEST: usize = 120;

/// How high a terminal is that does not say so.
const USUAL_HEIGHT: usize = 24;

impl Page {
    /// A sheet for a terminal of that many columns.
    pub fn new(columns: usize, unicode: bool) -> Page {
        Page {
            width: columns.clamp(NARROWEST, WIDEST),
            columns,
            height: USUAL_HEIGHT,
            folds: true,
            plain: false,
            steps: false,
            glyphs: if unicode { &UNICODE } else { &ASCII },
        }
    }

    /// The same sheet on a terminal of that many columns.
    pub(crate) fn with_columns(self, columns: usize) -> Page {
        Page {
            width: columns.clamp(NARROWEST, WIDEST),
            columns,
            ..self
        }
    }

    /// The same sheet on a terminal of that many rows.
    pub fn with_height(self, height: usize) -> Page {
        Page { height, ..self }
    }

    /// The most rows that a summary may have, so that it is on the screen as a
    /// whole when the shell has written its prompt below it.
    pub(crate) fn summary_rows(&self) -> usize {
        (self.height.max(2) - 2).clamp(8, 22)
    }

    /// The most rows of the picture of a scene that plays: the lines above it
    /// are to be seen too.
    pub(crate) fn live_rows(&self) -> usize {
        (self.height / 2).clamp(3, 16)
    }

    /// Whether there is room for what is nice to have.
    pub(crate) fn is_wide(&self) -> bool {
        self.width >= 60
    }

    /// How wide a column for names that long may be.
    pub(crate) fn name_column(&self, longest: usize) -> usize {
        let most = match self.width {
            ..36 => 8,
            36..60 => 10,
            60.. => 14,
        };
        longest.clamp(4, most)
    }

    /// Prose, wrapped at words and indented. Paragraphs are separated by empty
    /// lines.
    pub(crate) fn wrap(&self, indent: usize, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.split("\n\n") {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(self.fill(indent, paragraph.split_whitespace(), " "));
        }
        lines
    }

    /// As many items on a line as fit, none of them broken, and indented.
    pub(crate) fn fill<'a>(
        &self,
        indent: usize,
        items: impl IntoIterator<Item = &'a str>,
        between: &str,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = " ".repeat(indent);
        for item in items {
            let used = measure_text_width(&line);
            let longer =
                used + measure_text_width(between) + measure_text_width(item);
            if used > indent {
                if longer > self.width {
                    lines
                        .push(std::mem::replace(&mut line, " ".repeat(indent)));
                } else {
                    line.push_str(between);
                }
            }
            line.push_str(item);
        }
        lines.push(line);
        lines
    }

    /// Writes prose; see [`wrap`](Page::wrap).
    pub(crate) fn prose(
        &self,
        out: &mut dyn Write,
        indent: usize,
        text: &str,
    ) -> io::Result<()> {
        for line in self.wrap(indent, text) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    /// Writes prose that is not what one looks at first.
    pub(crate) fn aside(
        &self,
        out: &mut dyn Write,
        indent: usize,
        text: &str,
    ) -> io::Result<()> {
        for line in self.wrap(indent, text) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    /// Writes a command to be copied: on one line of its own, however narrow
    /// the page is.
    pub(crate) fn command(
        &self,
        out: &mut dyn Write,
        indent: usize,
        command: &str,
    ) -> io::Result<()> {
        writeln!(out, "{:indent$}{command}", "")
    }

    /// Writes a chapter's title.
    pub(crate) fn title(
        &self,
        out: &mut dyn Write,
        name: &str,
        title: &str,
    ) -> io::Result<()> {
        let lines = self.wrap(0, &format!("{name}: {title}")).join("\n");
        let title = lines.strip_prefix(name).unwrap_or_default();
        writeln!(out, "{}{title}", name.bold())
    }

    /// Writes a heading, and a rule under it.
    pub(crate) fn heading(
        &self,
        out: &mut dyn Write,
        name: &str,
        about: &str,
    ) -> io::Result<()> {
        let used = measure_text_width(name) + 2;
        writeln!(out)?;
        if self.plain {
            let colon = if about.is_empty() { "" } else { ": " };
            return writeln!(out, "{name}{colon}{about}");
        }
        if about.is_empty() {
            writeln!(out, "{}", name.bold())?;
        } else if used + measure_text_width(about) <= self.width {
            writeln!(out, "{}  {about}", name.bold())?;
        } else {
            writeln!(out, "{}", name.bold())?;
            self.aside(out, 0, about)?;
        }
        writeln!(out, "{}", self.rule(self.width))
    }

    /// A line of that length. It says nothing, so it may be faint.
    pub(crate) fn rule(&self, width: usize) -> String {
        let rule: String =
            std::iter::repeat_n(self.glyphs.rule, width).collect();
        rule.dimmed().to_string()
    }

    /// One row of words from a column on, cut behind a word if they do not fit.
    pub(crate) fn cut(&self, column: usize, words: &str) -> String {
        let words = clean(words);
        let room = self.width.saturating_sub(column);
        if measure_text_width(&words) <= room {
            return words.into_owned();
        }
        let ellipsis = self.glyphs.ellipsis;
        let mut kept = String::new();
        for word in words.split(' ') {
            let used = measure_text_width(&kept) + measure_text_width(word);
            if used + 2 > room {
                break;
            }
            kept.push_str(word);
            kept.push(' ');
        }
        let kept = kept.trim_end_matches([',', ';', ':', ' ']);
        if kept.is_empty() {
            // Not one word fits.
            return console::truncate_str(&words, room, ellipsis).into_owned();
        }
        format!("{kept} {ellipsis}")
    }

    /// Cuts a name to a width, and fills it up to it. A lane's name may come
    /// from outside.
    pub(crate) fn fit(&self, text: &str, width: usize) -> String {
        let text = clean(text);
        let cut = console::truncate_str(&text, width, self.glyphs.ellipsis);
        console::pad_str(&cut, width, console::Alignment::Left, None)
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_wraps_at_words_and_keeps_paragraphs() {
        let page = Page::new(24, true);
        let text = "one two three four five six\n\nseven";
        let lines = page.wrap(2, text);
        assert_eq!(
            lines,
            ["  one two three four", "  five six", "", "  seven"]
        );
    }

    #[test]
    fn a_word_longer_than_the_line_stays_whole() {
        let page = Page::new(24, true);
        let long = "a".repeat(30);
        assert_eq!(page.wrap(0, &format!("b {long} c")), ["b", &long, "c"]);
    }
}
