//! The two languages that every chapter is written in, and which of them
//! somebody reads.

use serde::Serialize;

/// A language that a chapter's code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `demo.rs`, which is what runs.
    Rust,
    /// `demo.py`, the same on CPython.
    Python,
}

/// The code that somebody reads: what is shown and what is referred to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Rust: it is what runs.
    #[default]
    Rust,
    /// Python.
    Python,
    /// Both of them.
    Both,
}

impl Lang {
    /// Each of them, by the name that the user gives it.
    pub const ALL: [(&'static str, Lang); 3] = [
        ("rust", Lang::Rust),
        ("python", Lang::Python),
        ("both", Lang::Both),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Rust => "rust",
            Lang::Python => "python",
            Lang::Both => "both",
        }
    }

    /// Whether it is read.
    pub fn has(self, language: Language) -> bool {
        match self {
            Lang::Rust => language == Language::Rust,
            Lang::Python => language == Language::Python,
            Lang::Both => true,
        }
    }
}

/// What somebody reads, and how that was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The code that is read.
    pub lang: Lang,
    /// Whether it was said with an option. Then a command that is suggested
    /// has to say it again, which what is set once in a variable need not.
    pub is_option: bool,
}

impl Reading {
    /// Whether a language is read.
    pub fn has(self, language: Language) -> bool {
        self.lang.has(language)
    }

    /// What a command needs at its end to be read in the same language:
    /// nothing, or ` --lang python`.
    pub fn option(self) -> String {
        if self.is_option {
            format!(" --lang {}", self.lang.name())
        } else {
            String::new()
        }
    }
}
