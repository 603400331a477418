//! A timeline that grows: what a run is doing while it goes on.

use std::time::Duration;

use super::reading::Reading;
use super::{Lane, State};
use crate::trace::{Event, LaneId};

/// What happened so far. It is fed events in their order, and can be asked
/// what a lane looks like at any moment since the last of them.
#[derive(Default)]
pub struct Growing(Reading);

impl Growing {
    /// Before anything has happened.
    pub fn new() -> Growing {
        Growing::default()
    }

    /// Takes in the next event.
    pub fn take(&mut self, event: &Event) {
        self.0.take(event);
    }

    /// What every lane is doing.
    pub fn state(&self) -> &State {
        self.0.state()
    }

    /// A lane up to a moment: what it is doing goes on until then.
    pub fn lane(&self, lane: LaneId, now: Duration) -> Option<Lane> {
        self.0.lane(lane, now)
    }
}
