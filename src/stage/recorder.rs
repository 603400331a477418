//! The recorder: it stamps what the stage reports with the scene's clock and
//! keeps it. Ours rather than a `tracing` layer, because a span's close cannot
//! tell finished from cancelled, and that distinction is what half of the
//! chapters are about.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::ahead;
use super::log::{Log, Note, Source, Spawned, Waited};
use crate::trace::{Clock, Event, LaneId, LaneKind, Outcome};

/// Records one run. Lanes carry a handle to their recorder, so runs side by
/// side in one process never mix.
pub struct Recorder {
    clock: Clock,
    start: Instant,
    tape: Mutex<Tape>,
}

/// What the lock protects.
struct Tape {
    log: Log,
    /// Where each event goes as it happens, if somebody watches. A channel, so
    /// that a slow terminal cannot slow down what is measured.
    live: Option<Sender<Event>>,
    /// How much was recorded when the runtime began to shut down.
    shutdown: Option<u32>,
    /// After this nothing is recorded any more.
    closed: bool,
}

impl Tape {
    fn push(&mut self, at: u64, lane: LaneId, note: Note) {
        if self.closed {
            return;
        }
        self.log.push(at, lane, note);
        if let Some(live) = &self.live {
            // An error means that nobody watches any more; recording goes on.
            let _ = live.send(self.log.event(self.log.len() - 1));
        }
    }
}

impl Recorder {
    /// A recorder whose time zero is now. Call it inside the runtime that it
    /// will record: a virtual clock belongs to its runtime.
    pub fn new(clock: Clock, live: Option<Sender<Event>>) -> Arc<Recorder> {
        Arc::new(Recorder {
            clock,
            start: Instant::now(),
            tape: Mutex::new(Tape {
                log: Log::default(),
                live,
                shutdown: None,
                closed: false,
            }),
        })
    }

    /// Everything recorded so far, in time order.
    pub fn events(&self) -> Vec<Event> {
        let tape = self.tape();
        let shutdown = tape.shutdown.unwrap_or(u32::MAX);
        let mut events: Vec<(LaneId, Event)> = (0..tape.log.len())
            .map(|index| {
                let event = tape.log.event(index);
                // A runtime that shuts down drops its tasks in an order of its
                // own, which depends on what else the process has run. On the
                // virtual clock that happens in no time, so no order is wrong,
                // and the order of spawning is the same in every run.
                let is_loose =
                    self.clock == Clock::Virtual && index >= shutdown;
                (if is_loose { event.lane } else { 0 }, event)
            })
            .collect();
        // Stable: what happened at one instant stays in the order in which it
        // was recorded. Only threads are recorded out of order: on the virtual
        // clock ahead of the loop, on the real one by a hair.
        events.sort_by_key(|(lane, event)| (event.at, *lane));
        events.into_iter().map(|(_, event)| event).collect()
    }

    /// Says that the runtime is about to shut down: what happens from here on
    /// is its doing, and not the scene's.
    pub fn shut_down(&self) {
        let mut tape = self.tape();
        tape.shutdown = Some(tape.log.len());
    }

    /// Stops recording, and lets go of the live channel.
    pub fn close(&self) {
        let mut tape = self.tape();
        tape.closed = true;
        tape.live = None;
    }

    /// Stops recording, and marks every lane that is still alive as cancelled,
    /// now. For a run that the user interrupts.
    pub fn interrupt(&self) {
        let at = self.now();
        let mut tape = self.tape();
        for lane in tape.log.open_lanes() {
            let detail = Some(tape.log.add_detail("interrupted".to_owned()));
            let outcome = Outcome::Cancelled;
            tape.push(at, lane, Note::End { outcome, detail });
        }
        tape.closed = true;
        tape.live = None;
    }

    /// Nanoseconds since the start, as the current lane sees it.
    pub(super) fn now(&self) -> u64 {
        match self.clock {
            Clock::Real => self.nanos(Instant::now()),
            Clock::Virtual => self.nanos(Instant::now() + ahead::get()),
        }
    }

    /// When a timer set for `deadline` fires at the earliest. Tokio rounds up
    /// to whole milliseconds, and on the virtual clock one sees it do so.
    pub(super) fn due(&self, deadline: Instant) -> u64 {
        let due = self.nanos(deadline);
        match self.clock {
            Clock::Real => due,
            Clock::Virtual => due.div_ceil(1_000_000).saturating_mul(1_000_000),
        }
    }

    /// A point in time as nanoseconds since the start.
    pub(super) fn nanos(&self, at: Instant) -> u64 {
        // Saturates after 584 years.
        u64::try_from(at.duration_since(self.start).as_nanos())
            .unwrap_or(u64::MAX)
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// Whether a lane is a task or a thread.
    pub(super) fn kind(&self, lane: LaneId) -> LaneKind {
        self.tape().log.kind(lane)
    }

    pub(super) fn spawn(&self, lane: Spawned) -> LaneId {
        let at = self.now();
        let mut tape = self.tape();
        let lane = tape.log.add_lane(lane);
        tape.push(at, lane, Note::Spawn);
        lane
    }

    pub(super) fn note(&self, at: u64, lane: LaneId, note: Note) {
        self.tape().push(at, lane, note);
    }

    pub(super) fn say(
        &self,
        at: u64,
        lane: LaneId,
        text: String,
        place: Source,
    ) {
        let mut tape = self.tape();
        let line = tape.log.add_line(text, place);
        tape.push(at, lane, Note::Say { line });
    }

    /// Registers a wait, and returns its number. It has not begun yet.
    pub(super) fn wait(&self, wait: Waited) -> u32 {
        self.tape().log.add_wait(wait)
    }

    pub(super) fn end(
        &self,
        at: u64,
        lane: LaneId,
        outcome: Outcome,
        detail: Option<String>,
    ) {
        let mut tape = self.tape();
        let detail = detail.map(|detail| tape.log.add_detail(detail));
        tape.push(at, lane, Note::End { outcome, detail });
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        // Nothing panics while it holds the lock, so a poisoned tape is whole.
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
