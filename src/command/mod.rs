//! What the command can do, one file for each.

mod beliefs;
mod book;
mod checklist;
mod compare;
mod completions;
mod diff;
mod list;
mod man;
mod play;
mod predict;
mod prove;
mod question;
mod recorded;
mod scale;
mod serve;
mod show;
mod verify;
mod view;

pub(crate) use beliefs::beliefs;
pub(crate) use book::book;
pub(crate) use checklist::checklist;
pub(crate) use compare::{Axis, Compare, compare, sweep};
pub(crate) use completions::completions;
pub(crate) use diff::{Compared, Shown, diff};
pub use list::list;
pub(crate) use man::{Manual, man, man_pages};
pub(crate) use play::{Output, Showing, perform, play};
pub(crate) use predict::{Asking, Predict, predict};
pub(crate) use prove::prove;
pub use question::question;
pub(crate) use scale::{Scaling, scale};
pub(crate) use serve::serve;
pub use show::{show, show_scene};
pub(crate) use verify::{Subject, Witness, verify};
pub(crate) use view::view;

/// How a command ended that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Well: exit code 0.
    Fine,
    /// A claim did not hold, or two things differ that were compared: exit
    /// code 1.
    Broken,
    /// The user stopped it: exit code 130 after Ctrl-C.
    Interrupted,
}

impl Ending {
    /// Broken if anything was found that should not be.
    fn of(is_broken: bool) -> Ending {
        if is_broken {
            Ending::Broken
        } else {
            Ending::Fine
        }
    }
}
