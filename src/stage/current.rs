//! Which lane the thread is working for: a thread-local, set for the duration
//! of each poll. Polls nest where a lane is awaited inside another one, so
//! whoever sets it puts the outer one back.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::log::{Note, Source};
use super::recorder::Recorder;
use crate::trace::{LaneId, Outcome};

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// A lane, and the recorder it reports to.
pub(super) struct Current {
    pub recorder: Arc<Recorder>,
    pub lane: LaneId,
    /// When something was last recorded here, in nanoseconds.
    latest: Cell<u64>,
}

impl Current {
    /// A lane that has just been spawned.
    pub fn new(recorder: Arc<Recorder>, lane: LaneId) -> Current {
        let latest = Cell::new(0);
        Current {
            recorder,
            lane,
            latest,
        }
    }

    /// Now, in nanoseconds since the scene's start.
    pub fn now(&self) -> u64 {
        let now = self.recorder.now();
        self.latest.set(now);
        now
    }

    /// Records something that happens on this lane now.
    pub fn note(&self, note: Note) {
        self.recorder.note(self.now(), self.lane, note);
    }

    /// Records something that goes with what was recorded last: a wait with
    /// the timer that was just set for it, a wake with the poll that it is the
    /// reason for. Looking at the clock costs more than all the rest, so it is
    /// not looked at twice.
    pub fn note_also(&self, note: Note) {
        self.recorder.note(self.latest.get(), self.lane, note);
    }

    pub fn say(&self, text: String, place: Source) {
        self.recorder.say(self.now(), self.lane, text, place);
    }

    pub fn end(&self, outcome: Outcome, detail: Option<String>) {
        self.recorder.end(self.now(), self.lane, outcome, detail);
    }

    /// Takes over the moment at which a timer was set.
    pub fn set_latest(&self, moment: u64) {
        self.latest.set(moment);
    }
}

/// Makes `current` the thread's lane, and returns the one before it.
pub(super) fn replace(current: Option<Current>) -> Option<Current> {
    CURRENT.replace(current)
}

/// Asks the current lane, if there is one.
pub(super) fn with<T>(ask: impl FnOnce(&Current) -> T) -> Option<T> {
    // A thread that is being torn down has no lane any more.
    CURRENT
        .try_with(|current| current.borrow().as_ref().map(ask))
        .ok()
        .flatten()
}
