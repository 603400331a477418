//! The recorder: it stamps what the stage reports with the scene's clock and
//! keeps it. Ours rather than a `tracing` layer, because a span's close cannot
//! tell finished from cancelled, and that distinction is what half of the
//! chapters are about.

use std::borrow::Cow;
use std::sync::atomic::{
    AtomicBool, AtomicU32, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::{task, time};

use super::cell::LaneCell;
use super::here::{self, RecorderId};
use super::note::{NEVER, Name, Note, Source, Target, TaskNumber, Want, Why};
use super::order::{ByTime, by_instant};
use super::part::Part;
use super::pen::{Live, Pen, Shared, Start};
use super::tables::{Stack, Tables, lock};
use super::tape::{Tape, Writer};
use super::transcript::{Transcript, transcribe};
use super::waker::LaneWaker;
use crate::trace::{
    By, Clock, Event, How, LaneId, LaneKind, Outcome, Place, nanos,
};

/// Records one run. Lanes carry a handle to their recorder, so runs side by
/// side in one process never mix.
///
/// Every thread writes to a tape of its own, so that none waits for another in
/// the middle of a poll.
pub struct Recorder {
    id: RecorderId,
    pub(super) start: Start,
    tapes: Mutex<Vec<Arc<Tape>>>,
    pub(super) tables: Mutex<Tables>,
    /// The first numbers that no thread has taken.
    lanes: AtomicU32,
    waits: AtomicU32,
    pub(super) threads: AtomicU32,
    /// Whoever watches, if somebody does. He is shown one thing after the other,
    /// so then threads do wait for each other.
    live: Option<Mutex<Live>>,
    /// Where `main` begins, if that is not where it was put on its lane.
    main: OnceLock<Place>,
    /// What lanes share, and how much was left of it when somebody looked.
    shared: Mutex<Vec<Shared>>,
    is_sharing: AtomicBool,
    is_shutting_down: AtomicBool,
    /// Nothing is recorded any more.
    pub(super) is_closed: AtomicBool,
}

/// A lane that is spawned.
pub(super) struct Spawned {
    pub name: Cow<'static, str>,
    pub place: Source,
    /// The lane that made it; `main` made itself.
    pub parent: LaneId,
    pub kind: LaneKind,
}

/// A wait as it begins.
pub(super) struct Waited {
    pub want: Want,
    /// When it should be over; [`NEVER`] if nobody knows.
    pub due: u64,
    pub place: Source,
}

impl Recorder {
    /// A recorder whose time zero is now. Call it inside the runtime that it
    /// will record: a virtual clock belongs to its runtime.
    pub fn new(clock: Clock, live: Option<Sender<Event>>) -> Arc<Recorder> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let live = live.map(|live| Live {
            to: Some(live),
            transcript: Transcript::new(None),
            last: 0,
        });
        Arc::new(Recorder {
            id: COUNT.fetch_add(1, Relaxed),
            start: match clock {
                Clock::Real => Start::Real(Instant::now()),
                Clock::Virtual => Start::Virtual(time::Instant::now()),
            },
            tapes: Mutex::default(),
            tables: Mutex::default(),
            lanes: AtomicU32::new(0),
            waits: AtomicU32::new(0),
            threads: AtomicU32::new(0),
            live: live.map(Mutex::new),
            main: OnceLock::new(),
            shared: Mutex::default(),
            is_sharing: AtomicBool::new(false),
            is_shutting_down: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
        })
    }

    /// Says where `main` begins, before it does.
    pub fn begin_main_at(&self, place: Place) {
        if let Some(live) = &self.live {
            lock(live).transcript = Transcript::new(Some(place.clone()));
        }
        // It begins once.
        let _ = self.main.set(place);
    }

    /// Everything recorded so far, in order.
    pub fn events(&self) -> Vec<Event> {
        let tapes = lock(&self.tapes);
        let tapes: Vec<_> = tapes.iter().map(|tape| tape.entries()).collect();
        let tables = lock(&self.tables);
        let main = self.main.get().cloned();
        match self.clock() {
            Clock::Real => transcribe(&tables, ByTime::new(tapes), main),
            Clock::Virtual => {
                let entries = by_instant(tapes);
                transcribe(&tables, entries.iter().copied(), main)
            }
        }
    }

    /// Says that the runtime is about to shut down: what happens from here on
    /// is its doing, and not the scene's.
    pub fn shut_down(&self) {
        self.write(|pen| {
            let at = pen.now();
            pen.push(at, MAIN, Note::Shutdown)
        });
        // A runtime that shuts down drops its tasks in an order of its own.
        self.is_shutting_down.store(true, Relaxed);
    }

    /// Stops recording, and lets go of the live channel.
    pub fn close(&self) {
        self.is_closed.store(true, Relaxed);
        if let Some(live) = &self.live {
            lock(live).to = None;
        }
    }

    /// Stops recording, and marks every lane that is still alive as cancelled,
    /// now. For a run that the user interrupts.
    pub fn interrupt(&self) {
        let latest = match self.start {
            Start::Real(_) => None,
            // Whoever interrupts is outside of the runtime, where its clock is
            // not seen: it shows at least the last thing that happened.
            Start::Virtual(_) => {
                let tapes = lock(&self.tapes);
                let entries = tapes.iter().flat_map(|tape| tape.entries());
                Some(entries.map(|entry| entry.at).max().unwrap_or_default())
            }
        };
        self.write(|pen| {
            let at = latest.unwrap_or_else(|| pen.now());
            pen.push(at, MAIN, Note::Interrupt)
        });
        self.close();
    }

    /// The clock that it stamps with.
    pub fn clock(&self) -> Clock {
        match self.start {
            Start::Real(_) => Clock::Real,
            Start::Virtual(_) => Clock::Virtual,
        }
    }

    /// Tells recorders apart.
    pub(super) fn id(&self) -> RecorderId {
        self.id
    }

    /// A thread's part of it, which is still empty.
    pub(super) fn part(&self) -> Part {
        let tape = Arc::default();
        let writer = Writer::new(&tape);
        lock(&self.tapes).push(tape);
        Part::new(self.id, writer)
    }

    /// When a timer set for `deadline` fires at the earliest. Tokio rounds up
    /// to whole milliseconds, and on the virtual clock one sees it do so.
    pub(super) fn due(&self, deadline: time::Instant) -> u64 {
        match self.start {
            Start::Real(start) => {
                let deadline = deadline.into_std();
                nanos(deadline.saturating_duration_since(start))
            }
            Start::Virtual(start) => {
                nanos(deadline.saturating_duration_since(start))
                    .div_ceil(MILLISECOND)
                    .saturating_mul(MILLISECOND)
            }
        }
    }

    /// Records that the runtime drops a task that it never polled, and of which
    /// no poll has told that the lane is it.
    pub(super) fn drop_task(&self, lane: LaneId, task: task::Id) {
        self.write(|pen| {
            let task = TaskNumber::from(task);
            let at = pen.now();
            pen.push(at, lane, Note::Task { task })
        });
    }

    pub(super) fn spawn(&self, lane: Spawned) -> LaneId {
        self.write(|pen| {
            let at = pen.now();
            let id = pen.part.lanes.next(&self.lanes);
            let note = Note::Spawn {
                kind: lane.kind,
                parent: lane.parent,
                name: pen.text(lane.name),
                place: pen.place(lane.place),
            };
            pen.push(at, id, note);
            id
        })
    }

    /// Records something now, and returns when that was.
    pub(super) fn note(&self, lane: LaneId, note: Note) -> u64 {
        self.write(|pen| {
            let at = pen.now();
            pen.push(at, lane, note)
        })
    }

    /// Records something that happened at `at`, or right now if something else
    /// has been recorded since.
    pub(super) fn note_at(&self, at: u64, lane: LaneId, note: Note) {
        self.write(|pen| {
            let at = match self.start {
                Start::Real(_) => at.max(pen.last()),
                Start::Virtual(_) => at,
            };
            pen.push(at, lane, note)
        });
    }

    /// Records that a lane is polled.
    pub(super) fn poll(&self, lane: &LaneCell, within: Option<LaneId>) -> u64 {
        // Before it looks at the clock: it is polled no earlier than woken.
        let (is_woken, is_first) = lane.take_poll(within.is_some());
        self.write(|pen| {
            let at = pen.now();
            if within.is_none() {
                let thread = pen.thread();
                if lane.moves_to(thread) {
                    pen.push(at, lane.lane, Note::Moved { thread });
                }
            }
            // A thread on the virtual clock runs inside of the task that called
            // it, and is not what that task's handle stands for.
            let is_new = is_first && within.is_none() && !lane.is_thread();
            let task = if is_new { task::try_id() } else { None };
            let note = Note::Poll {
                within,
                is_bare: !is_woken && !is_first && within.is_none(),
                task: task.map(TaskNumber::from),
            };
            pen.push(at, lane.lane, note)
        })
    }

    /// Records that a lane gives its thread back. If it has begun to wait
    /// right before, that is when: there was nothing else to do.
    pub(super) fn pend(&self, lane: LaneId, stack: Stack) {
        let shared = self.shared();
        self.write(|pen| {
            let has_just_begun = pen.part.waiting == Some(lane);
            let at = if has_just_begun && shared.is_none() {
                pen.last()
            } else {
                pen.now()
            };
            pen.amounts(at, lane, shared);
            let stack = stack[0].is_some().then(|| pen.stack(stack));
            pen.push(at, lane, Note::Pend { stack })
        });
    }

    pub(super) fn say(&self, lane: LaneId, text: String, place: Source) {
        self.write(|pen| {
            let at = pen.now();
            let note = Note::Say {
                text: pen.text(text.into()),
                place: pen.place(place),
            };
            pen.push(at, lane, note)
        });
    }

    /// Begins a wait; returns its number, and when that was. A call that blocks
    /// is due when its time is over, counted from there.
    pub(super) fn wait(&self, lane: LaneId, waited: Waited) -> (u32, u64) {
        let Waited { want, due, place } = waited;
        self.write(|pen| {
            let at = pen.now();
            let due = match want {
                Want::Blocking(length) => {
                    at.saturating_add(length).min(NEVER - 1)
                }
                _ => due,
            };
            let wait = pen.part.waits.next(&self.waits);
            let note = Note::Wait {
                wait,
                want: want.map(|name| pen.name(name)),
                due,
                place: pen.place(place),
            };
            (wait, pen.push(at, lane, note))
        })
    }

    /// The index of a text that a [`Want`] needs.
    pub(super) fn text(&self, text: Cow<'static, str>) -> u32 {
        self.write(|pen| pen.text(text))
    }

    /// Records that a lane is woken. It may have been already: the first wake
    /// makes it ready, but it may need what comes with a later one, too.
    pub(super) fn wake(&self, waker: &LaneWaker, by: By) {
        self.note(waker.lane(), Note::Wake { by });
        waker.set_woken();
    }

    /// Records that `by` asks for something to be cancelled.
    pub(super) fn cancel(&self, by: LaneId, target: Target, how: How) {
        self.note(by, Note::Cancel { target, how });
    }

    pub(super) fn end(&self, lane: LaneId, outcome: Outcome, why: Why<String>) {
        let shared = self.shared();
        self.write(|pen| {
            let at = pen.now();
            pen.amounts(at, lane, shared);
            let why = match why {
                Why::Plain => Why::Plain,
                Why::Said(words) => Why::Said(pen.text(words.into())),
                Why::DroppedBy(lane) => Why::DroppedBy(lane),
            };
            pen.push(at, lane, Note::End { outcome, why })
        });
    }

    /// Watches a semaphore from here on: how much is left of it is noted now,
    /// and whenever a lane that has changed it gives its thread back.
    pub(super) fn share(
        &self,
        lane: LaneId,
        name: Name,
        semaphore: &Arc<Semaphore>,
    ) {
        let mut all = lock(&self.shared);
        let shared = Arc::downgrade(semaphore);
        if all.iter().any(|other| other.semaphore.ptr_eq(&shared)) {
            return;
        }
        let left = semaphore.available_permits();
        all.push(Shared {
            name,
            semaphore: shared,
            left,
        });
        self.is_sharing.store(true, Release);
        self.write(|pen| {
            let at = pen.now();
            let name = pen.name(name);
            let left = left as u64;
            pen.push(at, lane, Note::Resource { name, left })
        });
    }

    /// What lanes share, if they do.
    fn shared(&self) -> Option<MutexGuard<'_, Vec<Shared>>> {
        let is_sharing = self.is_sharing.load(Acquire)
            && !self.is_shutting_down.load(Relaxed);
        is_sharing.then(|| lock(&self.shared))
    }

    /// Writes something on this thread.
    fn write<T>(&self, write: impl FnOnce(&mut Pen) -> T) -> T {
        here::with_part(self, |part| {
            write(&mut Pen {
                recorder: self,
                live: self.live.as_ref().map(lock),
                part,
            })
        })
    }
}

/// What a run begins and ends with is spawned first.
const MAIN: LaneId = 0;

const MILLISECOND: u64 = 1_000_000;
