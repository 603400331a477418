//! What can be wrong with what the user asked for.

use std::fmt;

/// An error in what the user asked for: exit code 2. One line that says what
/// is wrong, with which value, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
