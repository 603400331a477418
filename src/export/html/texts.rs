//! The page's texts. Most sentences differ by a lane's name only, and the page
//! has them without it.

use std::collections::HashMap;

/// A lane's name in a sentence about it. No text that is shown has this
/// character in it.
const OWN_NAME: &str = "\u{7f}";

/// What is said of lanes and steps, each text once: many lanes do the same.
#[derive(Default)]
pub(super) struct Texts {
    pub all: Vec<String>,
    known: HashMap<String, usize>,
}

impl Texts {
    /// A text about a lane of that name.
    pub fn about(&mut self, name: &str, text: &str) -> usize {
        let text = match name {
            "" => text.to_owned(),
            name => text.replace(name, OWN_NAME),
        };
        let next = self.all.len();
        let index = *self.known.entry(text.clone()).or_insert(next);
        if index == next {
            self.all.push(text);
        }
        index
    }

    /// The text of that number, about a lane of that name.
    pub fn about_lane(&self, text: usize, name: &str) -> String {
        self.all[text].replace(OWN_NAME, name)
    }
}
