//! What a recorder is written with: one thread's part of it, the clock, and
//! whoever watches.

use std::borrow::Cow;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::Sender;
use std::sync::{MutexGuard, Weak};
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::time;

use super::here;
use super::note::{Entry, Name, Note, Source};
use super::part::Part;
use super::recorder::Recorder;
use super::tables::{Stack, Tables, lock};
use super::transcript::Transcript;
use crate::trace::{Event, LaneId, nanos};

/// The moment that is a recording's zero. The real clock is the standard
/// library's: tokio's looks every time whether it is paused.
pub(super) enum Start {
    Real(Instant),
    Virtual(time::Instant),
}

/// Whoever watches.
pub(super) struct Live {
    /// Where each event goes as it happens. A channel, so that a slow terminal
    /// cannot slow down what is measured.
    pub to: Option<Sender<Event>>,
    pub transcript: Transcript,
    /// The time of the last event.
    pub last: u64,
}

impl Live {
    fn take(&mut self, tables: &Tables, entry: Entry) {
        let Some(to) = &self.to else { return };
        let mut events = Vec::new();
        self.transcript.take(tables, entry, &mut events);
        self.last = entry.at;
        for event in events {
            // An error means that nobody watches any more; recording goes on.
            let _ = to.send(event);
        }
    }
}

/// A semaphore that lanes share.
pub(super) struct Shared {
    pub name: Name,
    pub semaphore: Weak<Semaphore>,
    pub left: usize,
}

/// A recorder as one thread writes to it.
pub(super) struct Pen<'a> {
    pub recorder: &'a Recorder,
    pub part: &'a mut Part,
    pub live: Option<MutexGuard<'a, Live>>,
}

impl Pen<'_> {
    /// Nanoseconds since the start, as the current lane sees it.
    pub fn now(&self) -> u64 {
        match self.recorder.start {
            Start::Real(start) => nanos(start.elapsed()).max(self.last()),
            Start::Virtual(start) => {
                nanos((time::Instant::now() + here::ahead()) - start)
            }
        }
    }

    /// The time of the last entry, before which none comes on the real clock.
    pub fn last(&self) -> u64 {
        let live = self.live.as_ref().map_or(0, |live| live.last);
        live.max(self.part.last)
    }

    /// Appends an entry, and returns its time.
    pub fn push(&mut self, at: u64, lane: LaneId, note: Note) -> u64 {
        if self.recorder.is_closed.load(Relaxed) {
            return at;
        }
        let entry = Entry { at, lane, note };
        self.part.push(entry);
        if let Some(live) = &mut self.live {
            live.take(&lock(&self.recorder.tables), entry);
        }
        at
    }

    /// Notes on a lane that gives its thread back what it has taken from what
    /// lanes share, or given back to it. Whoever looks has locked it before he
    /// looked at the clock: what is left now is what was left then.
    pub fn amounts(
        &mut self,
        at: u64,
        lane: LaneId,
        shared: Option<MutexGuard<'_, Vec<Shared>>>,
    ) {
        let Some(mut shared) = shared else { return };
        for shared in shared.iter_mut() {
            let Some(semaphore) = shared.semaphore.upgrade() else {
                continue;
            };
            let left = semaphore.available_permits();
            if left == shared.left {
                continue;
            }
            shared.left = left;
            let name = self.name(shared.name);
            let left = left as u64;
            self.push(at, lane, Note::Resource { name, left });
        }
    }

    /// The number of this thread, which polls something.
    pub fn thread(&mut self) -> u32 {
        let threads = &self.recorder.threads;
        let thread = &mut self.part.thread;
        *thread.get_or_insert_with(|| threads.fetch_add(1, Relaxed))
    }

    pub fn text(&mut self, text: Cow<'static, str>) -> u32 {
        self.part.known.text(text, &self.recorder.tables)
    }

    pub fn place(&mut self, place: Source) -> u32 {
        self.part.known.place(place, &self.recorder.tables)
    }

    pub fn name(&mut self, name: Name) -> u32 {
        self.part.known.name(name, &self.recorder.tables)
    }

    pub fn stack(&mut self, stack: Stack) -> u32 {
        self.part.known.stack(stack, &self.recorder.tables)
    }
}
