//! What can be wrong with what the user asked for, and what to do instead.
//! Whoever finds it says both; only `main` prints it. Depends on nothing, so
//! that every part may use it.

use std::fmt;

/// An error in what the user asked for: exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What is wrong, with which value: half a sentence, without a full stop.
    pub wrong: String,
    /// What to do instead, each way out by itself, as in `give at least 1ms`.
    pub instead: Vec<String>,
    /// The command that says more, as in `asyncade gather --help`, once it is
    /// known what was asked for.
    pub more: Option<String>,
}

impl Usage {
    /// What is wrong, and what to do instead.
    pub fn new(wrong: impl Into<String>, instead: impl Into<String>) -> Usage {
        Usage {
            wrong: wrong.into(),
            instead: vec![instead.into()],
            more: None,
        }
    }

    /// A text is no whole number within these bounds, both of which would do.
    pub(crate) fn of_count(
        text: &str,
        least: impl fmt::Display,
        most: impl fmt::Display,
    ) -> Usage {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_whole = !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        let wrong = match is_whole {
            true => "out of range",
            false => "not a whole number",
        };
        Usage::new(wrong, format!("give a whole number from {least} to {most}"))
    }

    /// The same, with another way out.
    pub fn or(mut self, instead: impl Into<String>) -> Usage {
        self.instead.push(instead.into());
        self
    }

    /// The same, said of something: `cannot export to 'x': it is a folder`.
    pub fn of(self, what: &str) -> Usage {
        Usage {
            wrong: format!("{what}: {}", self.wrong),
            ..self
        }
    }
}

/// On one line, for whoever says it within a sentence.
impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wrong)?;
        for instead in &self.instead {
            write!(f, "; {instead}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Usage {}
