//! A knob's value that is a list of things of which only its chapter knows
//! what they are: pages to fetch, for one. Each is read by the chapter, once,
//! at the edge; here they are kept, each once, and read from files.

use std::any::Any;
use std::collections::HashSet;
use std::fmt::{self, Debug, Display};
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use crate::system::usage::Usage;

/// A file that is larger than this is refused.
const LARGEST: u64 = 10_000_000;

/// What a chapter makes of a word that the user typed. Shown, it is one word
/// that the user could type.
pub trait Item: Any + Debug + Display + Send + Sync {}

impl<T: Any + Debug + Display + Send + Sync> Item for T {}

/// What a chapter says of the things that a knob takes.
#[derive(Debug)]
pub struct Items {
    /// What one of them is called, as in `URL`.
    pub name: &'static str,
    /// One of them.
    pub example: &'static str,
    /// The option that takes a file with one of them on each line.
    pub file: &'static str,
    /// The knobs that have nothing to say where these are given.
    pub instead_of: &'static [&'static str],
    /// Reads one of them. An error says in one line what is wrong with it, and
    /// what to write instead.
    pub parse: fn(&str) -> Result<Arc<dyn Item>, Usage>,
    /// What is to be said of them before so many scenes are played.
    pub announce: fn(&List, usize) -> String,
}

/// Things, each once, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct List {
    items: Vec<Arc<dyn Item>>,
    seen: HashSet<String>,
    repeated: usize,
}

impl List {
    /// Reads one or more words with white space between them.
    ///
    /// # Errors
    /// As [`Items::parse`].
    pub fn parse(items: &Items, text: &str) -> Result<List, Usage> {
        let mut list = List::default();
        for word in text.split_whitespace() {
            list.push((items.parse)(word)?);
        }
        if list.items.is_empty() {
            return Err(Usage::new(
                "empty",
                format!("give a {} such as {}", items.name, items.example),
            ));
        }
        Ok(list)
    }

    /// Reads a file with a word on each line. Empty lines, and lines that begin
    /// with `#`, do not count.
    ///
    /// # Errors
    /// Why the file cannot be read, or what is wrong on which
    /// line.
    pub fn read(items: &Items, path: &str) -> Result<List, Usage> {
        let name = items.name;
        let wrong = |wrong: String| {
            let instead =
                format!("give a text file with a {name} on each line");
            Usage::new(wrong, instead)
        };
        let mut bytes = Vec::new();
        // One byte more than allowed tells a file that is too large.
        File::open(path)
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
            .map_err(|error| wrong(error.to_string()))?;
        if bytes.len() as u64 > LARGEST {
            return Err(Usage::new(
                "too large",
                format!("give a file of at most {LARGEST} bytes"),
            ));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| wrong("not UTF-8".to_owned()))?;
        let mut list = List::default();
        for (number, line) in
            (1..).zip(text.trim_start_matches('\u{feff}').lines())
        {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let item = (items.parse)(line);
            list.push(
                item.map_err(|error| error.of(&format!("line {number}")))?,
            );
        }
        if list.items.is_empty() {
            return Err(wrong(format!("it has no {name}s")));
        }
        Ok(list)
    }

    /// Adds those that are not there yet.
    pub fn extend(&mut self, others: List) {
        self.repeated += others.repeated;
        others.items.into_iter().for_each(|item| self.push(item));
    }

    fn push(&mut self, item: Arc<dyn Item>) {
        if self.seen.insert(item.to_string()) {
            self.items.push(item);
        } else {
            self.repeated += 1;
        }
    }

    /// Every one of them. They are what [`Items::parse`] made.
    pub fn items<T: Item>(&self) -> impl Iterator<Item = &T> {
        let items = self.items.iter().map(|item| &**item as &dyn Any);
        items.filter_map(|item| item.downcast_ref())
    }

    /// How many were given that were there already.
    pub fn repeated(&self) -> usize {
        self.repeated
    }
}

/// Two lists are the same if they are shown the same.
impl PartialEq for List {
    fn eq(&self, other: &List) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for List {}

/// As the user could type them.
impl Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items: Vec<String> =
            self.items.iter().map(ToString::to_string).collect();
        f.write_str(&items.join(" "))
    }
}
