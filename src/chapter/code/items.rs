//! A file's items. A line that begins in the first column begins one, but for
//! one that only closes what is open; the comments, attributes and decorators
//! directly above an item belong to it.

use super::Part;
use super::words::{Word, words};
use crate::chapter::Language;

/// An item: an import, a function, a type, a constant.
pub(super) struct Item<'a> {
    language: Language,
    /// The number of its first line, from 1.
    first: u32,
    lines: Vec<&'a str>,
    /// Which of them is the first below what stands above the item.
    head: usize,
    /// What it defines or imports. An `impl` is named as its type.
    names: Vec<String>,
    is_import: bool,
}

/// The items of a file.
pub(super) fn items(text: &str, language: Language) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    // Whether the last item is only what stands above one.
    let mut is_lead = false;
    for (number, line) in (1..).zip(text.lines()) {
        let goes_on = line.is_empty() || line.starts_with([' ', ')', ']', '}']);
        match items.last_mut() {
            Some(item) if goes_on || is_lead => item.lines.push(line),
            _ => items.push(Item {
                language,
                first: number,
                lines: vec![line],
                head: 0,
                names: Vec::new(),
                is_import: false,
            }),
        }
        if !goes_on {
            is_lead = is_above(line, language);
            if let Some(item) = items.last_mut().filter(|_| !is_lead) {
                item.head = item.lines.len() - 1;
            }
        }
        is_lead &= !line.is_empty();
    }
    for item in &mut items {
        while item.lines.last().is_some_and(|line| line.is_empty()) {
            item.lines.pop();
        }
        item.name();
    }
    items
}

/// Whether a line stands above an item: a comment, an attribute, a decorator.
fn is_above(line: &str, language: Language) -> bool {
    match language {
        Language::Rust => line.starts_with("//") || line.starts_with("#["),
        Language::Python => line.starts_with(['#', '@']),
    }
}

impl<'a> Item<'a> {
    /// Whether it has that line, with what stands above it.
    pub(super) fn has(&self, line: u32) -> bool {
        let lines = self.first..;
        lines.zip(&self.lines).any(|(number, _)| number == line)
    }

    /// Whether it defines a name, or belongs to what is called so.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name)
    }

    /// It, as it is shown.
    pub(super) fn part(&self) -> Part<'a> {
        let name = self.names.first().filter(|_| !self.is_import);
        Part {
            name: name.cloned(),
            lines: (self.first..).zip(self.lines.iter().copied()).collect(),
        }
    }

    /// The names that it uses and does not bind itself. An import uses none of
    /// the file's.
    pub(super) fn uses(&self) -> Vec<String> {
        if self.is_import {
            return Vec::new();
        }
        let words = self.words();
        let is_bound = |text: &str| {
            let mut words = words.iter();
            words.any(|word| word.text == text && word.binds)
        };
        // What is called is not what is bound here, as in
        // `let work = work(delay)`.
        let used = words.iter().filter(|word| {
            !word.is_member && (word.is_called || !is_bound(&word.text))
        });
        used.map(|word| word.text.clone()).collect()
    }

    fn words(&self) -> Vec<Word> {
        words(&self.lines.join("\n"), self.language)
    }

    /// Finds out what it defines.
    fn name(&mut self) {
        let head = self.lines.get(self.head..).unwrap_or_default();
        let words = words(&head.join("\n"), self.language);
        let (names, is_import) = match self.language {
            Language::Rust => rust(&words),
            Language::Python => python(&words),
        };
        self.names = names.into_iter().map(str::to_owned).collect();
        self.is_import = is_import;
    }
}

/// What a Rust item defines, and whether it is an import.
fn rust(words: &[Word]) -> (Vec<&str>, bool) {
    let is_prefix =
        |word: &&Word| matches!(&*word.text, "pub" | "async" | "unsafe");
    let words: Vec<&Word> = words.iter().skip_while(is_prefix).collect();
    match words.split_first() {
        // The last name of each path.
        Some((first, rest)) if first.text == "use" => {
            let ends = rest.iter().filter(|word| !word.is_path);
            (ends.map(|word| &*word.text).collect(), true)
        }
        Some((first, rest)) if first.text == "impl" => {
            let of = rest.iter().position(|word| word.text == "for");
            let of = rest.get(of.map_or(0, |at| at + 1));
            (of.map(|word| &*word.text).into_iter().collect(), false)
        }
        Some((_, rest)) => {
            let name = rest.first();
            (name.map(|word| &*word.text).into_iter().collect(), false)
        }
        None => (Vec::new(), false),
    }
}

/// What a Python item defines, and whether it is an import.
fn python(words: &[Word]) -> (Vec<&str>, bool) {
    let texts: Vec<&str> = words.iter().map(|word| &*word.text).collect();
    match *texts {
        ["async", "def", name, ..] | ["def" | "class", name, ..] => {
            (vec![name], false)
        }
        ["import", ref names @ ..] => (names.to_vec(), true),
        ["from", _, ref rest @ ..] => {
            let names = rest.iter().skip_while(|word| **word != "import");
            (names.skip(1).copied().collect(), true)
        }
        // `KNOBS = [`, but not `sys.path.insert(`.
        [name, ..] if words[0].binds => (vec![name], false),
        _ => (Vec::new(), false),
    }
}
