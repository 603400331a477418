//! A run in steps instead of time. Where everything happens at one moment, as
//! between coroutines that give way to each other, time shows nothing; the
//! order does.

use std::time::Duration;

use super::Timeline;
use super::reading::Reading;
use crate::trace::{Event, On, Trace, What, nanos};

/// How long a step is in a timeline of steps. Any length would do.
pub const STEP: Duration = Duration::from_millis(1);

/// Counts the steps of a run. A step is what one lane does from when it is
/// polled to when it gives its thread back; lanes that are polled inside of
/// another one have steps of their own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steps {
    /// How many are over.
    over: u32,
    /// Whether anything has happened since the last one was over: a lane that
    /// has only polled others does nothing by giving its thread back.
    has_begun: bool,
}

impl Steps {
    /// The same event at its step, as [`STEP`]s since the start. A timer that
    /// is due at a time is due at no step.
    pub fn take(&mut self, event: &Event) -> Event {
        self.count(event);
        let mut event = event.clone();
        event.at = nanos(self.length());
        if let What::Wait { due, .. } = &mut event.what {
            *due = None;
        }
        event
    }

    /// Counts an event.
    pub fn count(&mut self, event: &Event) {
        match event.what {
            // The lane that gives its thread back has had it until then.
            What::Pend { .. } | What::End { .. } if self.has_begun => {
                self.over += 1;
                self.has_begun = false;
            }
            What::Poll { .. }
            | What::Say { .. }
            | What::Spawn { .. }
            | What::Wait {
                on: On::Blocking { .. },
                ..
            } => self.has_begun = true,
            _ => {}
        }
    }

    /// All steps so far, as a length of time.
    pub fn length(self) -> Duration {
        STEP * self.over
    }
}

impl Timeline {
    /// Reads a timeline off a trace in which a moment is a step: see [`STEP`].
    pub fn in_steps(trace: &Trace) -> Timeline {
        let mut steps = Steps::default();
        let events = trace.events.iter().map(|event| steps.take(event));
        let stepped = Trace::new(trace.header.clone(), events.collect());
        Reading::of(&stepped)
    }
}
