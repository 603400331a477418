//! What a demo may call. Demos are plain tokio; on top of it come only these
//! names: [`Lane::lane`] gives a future its own row in the trace, [`say!`]
//! prints on the current lane, [`sleep`], [`block`] and [`to_thread`] wait in
//! the three ways there are, [`waiting`] shows any other wait, and
//! [`#[traced]`](macro@traced) on a function says at which of its awaits it is,
//! and for what. Behind them is the [`Recorder`].
//!
//! Any program can be recorded: [`record`] runs a future and gives its trace.
//! Outside a recorded run the same calls work and simply record nothing, so a
//! demo can be copied into a project of one's own.
//!
//! [`say!`]: crate::say

mod cell;
mod here;
mod lane;
mod note;
mod order;
mod packed;
mod part;
mod pen;
mod recorder;
mod runtime;
mod segments;
mod session;
mod survey;
mod tables;
mod tape;
mod thread;
#[doc(hidden)]
pub mod traced;
mod transcript;
mod wait;
mod waker;

use std::fmt;

pub use crate::say;
pub use asyncade_traced::traced;
pub use lane::{Fallibly, Infallibly, Lane, Laned, Verdict};
pub use recorder::Recorder;
pub use runtime::{Runtime, cores};
pub use session::{Recording, Session, record};
pub use thread::to_thread;
pub use wait::{Waiting, block, sleep, waiting};

/// The error of a task that gave up because it was asked to: its lane ends
/// cancelled rather than failed. It plays the part of CPython's
/// [`CancelledError`], which a coroutine raises again after its cleanup.
///
/// [`CancelledError`]: https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.CancelledError
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

/// Says a line on the current lane, with its place in the source. Takes the
/// same arguments as [`format!`].
///
/// ```
/// use asyncade::stage::say;
/// let n = 1;
/// say!("Task {n} start");
/// ```
#[macro_export]
macro_rules! say {
    ($($arg:tt)*) => {
        $crate::stage::say_line(::std::format!($($arg)*))
    };
}

/// What [`say!`](crate::say) expands to.
#[doc(hidden)]
#[track_caller]
pub fn say_line(text: String) {
    let place = std::panic::Location::caller();
    here::with(|lane| lane.say(text, place));
}
