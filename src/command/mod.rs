//! What the command can do, one file for each, and what they share: where
//! they write to, and how they end.

mod compare;
mod export;
mod interrupt;
mod list;
mod plan;
mod play;
mod proofs;
mod prove;
mod screen;
mod show;
mod verify;
mod watch;

use std::fmt;

pub use export::Export;
pub use interrupt::listen;
pub use list::list;
pub use plan::{Choice, Plan};
pub use play::{Output, play};
pub use proofs::{beliefs, checklist};
pub use prove::prove;
pub use screen::{Screen, colour};
pub use show::show;
pub use verify::{Witness, verify};

/// How a command ended that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Well: exit code 0.
    Fine,
    /// A claim did not hold: exit code 1.
    Broken,
    /// The user stopped it: exit code 130 after Ctrl-C.
    Interrupted,
}

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
