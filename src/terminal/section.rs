//! A titled list of terms and what each is, as in a help: scenes, examples,
//! commands. A term is often a command to be copied, and is never broken.

use colored::Colorize;
use console::measure_text_width;

use super::page::Page;

/// The list.
#[derive(Clone, Debug)]
pub struct Section {
    /// What it is a list of, without a colon.
    pub heading: String,
    /// The terms, each with what it is, which may be empty.
    pub rows: Vec<(String, String)>,
}

/// The columns before a term.
const INDENT: usize = 2;

/// The columns before what a term is, where that has a line of its own.
const BELOW: usize = 6;

impl Section {
    /// The list as lines, with its heading as clap writes one.
    pub(crate) fn lines(&self, page: &Page) -> Vec<String> {
        let heading = format!("{}:", self.heading);
        let heading = page.wrap(0, &heading).into_iter();
        let mut lines: Vec<String> = heading
            .map(|line| line.bold().underline().to_string())
            .collect();
        let widths = self.rows.iter().map(|(term, _)| measure_text_width(term));
        let longest = widths.max().unwrap_or(0);
        let beside = INDENT + longest + 2;
        // Prose in a narrow column is hard to read.
        let fits = beside * 5 <= page.width * 3;
        for (term, about) in &self.rows {
            let about = match (about.is_empty(), fits) {
                (true, _) => Vec::new(),
                (false, true) => page.wrap(beside, about),
                (false, false) => page.wrap(BELOW, about),
            };
            let padded = format!("{:INDENT$}{term}", "");
            match about.split_first() {
                Some((first, rest)) if fits => {
                    let gap = beside - INDENT - measure_text_width(term);
                    let first = first.trim_start();
                    lines.push(format!("{padded}{:gap$}{first}", ""));
                    lines.extend(rest.iter().cloned());
                }
                _ => {
                    lines.push(padded);
                    lines.extend(about);
                }
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(columns: usize) -> Vec<String> {
        let row = |term: &str, about: &str| (term.to_owned(), about.to_owned());
        let section = Section {
            heading: "Examples".to_owned(),
            rows: vec![
                row("asyncade gather", "the slow way and the article's way"),
                row("asyncade list", ""),
            ],
        };
        let lines = section.lines(&Page::new(columns, true));
        lines
            .iter()
            .map(|line| console::strip_ansi_codes(line).into_owned())
            .collect()
    }

    #[test]
    fn what_a_term_is_stands_beside_it_or_below_it() {
        assert_eq!(
            lines(40),
            [
                "Examples:",
                "  asyncade gather  the slow way and the",
                "                   article's way",
                "  asyncade list",
            ]
        );
        assert_eq!(
            lines(30),
            [
                "Examples:",
                "  asyncade gather",
                "      the slow way and the",
                "      article's way",
                "  asyncade list",
            ]
        );
    }
}
