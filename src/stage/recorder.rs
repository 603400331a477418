//! The recorder: it stamps what the stage reports with the scene's clock and
//! keeps it. Ours rather than a `tracing` layer, because a span's close cannot
//! tell finished from cancelled, and that distinction is what half of the
//! chapters are about.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, ThreadId};
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::{task, time};

use super::cell::LaneCell;
use super::entries::Entry;
use super::here::{self, RecorderId};
use super::log::{
    Asked, Ending, Log, NEVER, Name, Note, Source, Spawned, Stack, Target,
    Waited, Want,
};
use super::transcript::{Transcript, transcribe};
use super::waker::LaneWaker;
use crate::trace::{
    By, Clock, Event, How, LaneId, LaneKind, Outcome, Place, nanos,
};

/// Records one run. Lanes carry a handle to their recorder, so runs side by
/// side in one process never mix.
pub struct Recorder {
    id: RecorderId,
    start: Start,
    tape: Mutex<Tape>,
}

/// The moment that is a recording's zero. The real clock is the standard
/// library's: tokio's looks every time whether it is paused.
enum Start {
    Real(Instant),
    Virtual(time::Instant),
}

/// What the lock protects.
struct Tape {
    log: Log,
    /// The time of the last entry. On the real clock no later one comes before
    /// it.
    last: u64,
    /// Where each event goes as it happens, if somebody watches. A channel, so
    /// that a slow terminal cannot slow down what is measured.
    live: Option<(Sender<Event>, Transcript)>,
    /// Where `main` begins, if that is not where it was put on its lane.
    main: Option<Place>,
    /// What lanes share, and how much was left of it when somebody looked.
    shared: Vec<Shared>,
    /// The threads that have polled something, by number.
    threads: Vec<ThreadId>,
    /// How much was recorded when the runtime began to shut down.
    shutdown: Option<usize>,
    /// After this nothing is recorded any more.
    closed: bool,
}

/// A semaphore that lanes share.
struct Shared {
    name: Name,
    semaphore: Weak<Semaphore>,
    left: usize,
}

impl Tape {
    /// Notes on a lane that gives its thread back what it has taken from what
    /// lanes share, or given back to it.
    fn note_amounts(&mut self, at: u64, lane: LaneId) {
        // A runtime that shuts down drops its tasks in an order of its own.
        if self.shared.is_empty() || self.shutdown.is_some() {
            return;
        }
        for index in 0..self.shared.len() {
            let shared = &mut self.shared[index];
            let Some(semaphore) = shared.semaphore.upgrade() else {
                continue;
            };
            let left = semaphore.available_permits();
            if left != shared.left {
                shared.left = left;
                let amount = self.log.amounts.push((shared.name, left));
                self.push(at, lane, Note::Resource { amount });
            }
        }
    }

    /// Appends an entry, and returns its time. The virtual clock's threads are ahead of their time, and are sorted in
    /// at the end.
    fn push(&mut self, at: u64, lane: LaneId, note: Note) -> u64 {
        if self.closed {
            return at;
        }
        self.log.push(at, lane, note);
        self.last = at;
        if let Some((live, transcript)) = &mut self.live {
            let mut events = Vec::new();
            let entry = Entry { at, lane, note };
            transcript.take(&self.log, entry, false, &mut events);
            for event in events {
                // An error means that nobody watches any more; recording goes
                // on.
                let _ = live.send(event);
            }
        }
        at
    }

    /// The number of the thread that this is.
    fn thread(&mut self) -> u32 {
        let id = thread::current().id();
        let known = self.threads.iter().position(|thread| *thread == id);
        let number = known.unwrap_or_else(|| {
            self.threads.push(id);
            self.threads.len() - 1
        });
        number as u32
    }
}

impl Recorder {
    /// A recorder whose time zero is now. Call it inside the runtime that it
    /// will record: a virtual clock belongs to its runtime.
    pub fn new(clock: Clock, live: Option<Sender<Event>>) -> Arc<Recorder> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let start = match clock {
            Clock::Real => Start::Real(Instant::now()),
            Clock::Virtual => Start::Virtual(time::Instant::now()),
        };
        let live = live.map(|live| (live, Transcript::new(None)));
        Arc::new(Recorder {
            id: COUNT.fetch_add(1, Relaxed),
            start,
            tape: Mutex::new(Tape {
                log: Log::default(),
                last: 0,
                live,
                main: None,
                shared: Vec::new(),
                threads: Vec::new(),
                shutdown: None,
                closed: false,
            }),
        })
    }

    /// Says where `main` begins, before it does.
    pub fn begin_main_at(&self, place: Place) {
        let mut tape = self.tape();
        if let Some((_, transcript)) = &mut tape.live {
            *transcript = Transcript::new(Some(place.clone()));
        }
        tape.main = Some(place);
    }

    /// Everything recorded so far, in order.
    pub fn events(&self) -> Vec<Event> {
        let tape = self.tape();
        let is_virtual = self.clock() == Clock::Virtual;
        transcribe(&tape.log, is_virtual, tape.shutdown, tape.main.clone())
    }

    /// Says that the runtime is about to shut down: what happens from here on
    /// is its doing, and not the scene's.
    pub fn shut_down(&self) {
        let mut tape = self.tape();
        tape.shutdown = Some(tape.log.entries.len());
        if let Some((_, transcript)) = &mut tape.live {
            transcript.shut_down();
        }
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
        let mut tape = self.tape();
        let at = match self.start {
            Start::Real(_) => self.now(&tape),
            // Whoever interrupts is outside of the runtime, where its clock is
            // not seen: it shows at least the last thing that happened.
            Start::Virtual(_) => {
                let entries = tape.log.entries.iter();
                entries.map(|entry| entry.at).max().unwrap_or_default()
            }
        };
        // The innermost first, as they would be dropped.
        for lane in tape.log.open_lanes().into_iter().rev() {
            let ending = Ending {
                detail: Some("interrupted".to_owned()),
                is_interrupted: true,
                ..Ending::default()
            };
            let ending = tape.log.ending(ending);
            let outcome = Outcome::Cancelled;
            tape.push(at, lane, Note::End { outcome, ending });
        }
        tape.closed = true;
        tape.live = None;
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

    /// Nanoseconds since the start, as the current lane sees it. On the real
    /// clock entries are in time order, because the clock is looked at under
    /// the lock.
    fn now(&self, tape: &Tape) -> u64 {
        match self.start {
            Start::Real(start) => nanos(start.elapsed()).max(tape.last),
            Start::Virtual(start) => {
                nanos((time::Instant::now() + here::ahead()) - start)
            }
        }
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

    /// The task that a lane turned out to be, which the runtime is just
    /// dropping. It may have been aborted before its first poll.
    pub(super) fn dropped_task(&self, lane: LaneId) -> Option<task::Id> {
        let mut tape = self.tape();
        let spawned = tape.log.lane_mut(lane);
        if spawned.task.is_none() {
            spawned.task = task::try_id();
            if spawned.task.is_some() && spawned.kind == LaneKind::Future {
                spawned.kind = LaneKind::Task;
            }
        }
        spawned.task
    }

    /// Whether a lane is a thread.
    pub(super) fn is_thread(&self, lane: LaneId) -> bool {
        self.tape().log.lane(lane).kind == LaneKind::Thread
    }

    pub(super) fn spawn(&self, lane: Spawned) -> LaneId {
        let mut tape = self.tape();
        let at = self.now(&tape);
        let lane = tape.log.spawn(lane);
        tape.push(at, lane, Note::Spawn);
        lane
    }

    /// Records something now, and returns when that was.
    pub(super) fn note(&self, lane: LaneId, note: Note) -> u64 {
        let mut tape = self.tape();
        let at = self.now(&tape);
        tape.push(at, lane, note)
    }

    /// Records something that happened at `at`, or right now if something else
    /// has been recorded since.
    pub(super) fn note_at(&self, at: u64, lane: LaneId, note: Note) {
        let mut tape = self.tape();
        let at = match self.start {
            Start::Real(_) => at.max(tape.last),
            Start::Virtual(_) => at,
        };
        tape.push(at, lane, note);
    }

    /// Records that a lane is polled.
    pub(super) fn poll(&self, lane: &LaneCell, within: Option<LaneId>) -> u64 {
        let mut tape = self.tape();
        let at = self.now(&tape);
        let (is_woken, is_first) = lane.take_poll(within.is_some());
        if within.is_none() {
            if is_first {
                let spawned = tape.log.lane_mut(lane.lane);
                // A thread on the virtual clock runs inside of the task that
                // called it, and is not what that task's handle stands for.
                if spawned.kind != LaneKind::Thread {
                    spawned.task = task::try_id();
                }
                if spawned.kind == LaneKind::Future {
                    spawned.kind = LaneKind::Task;
                }
            }
            self.move_to_thread(&mut tape, at, lane);
        }
        let is_bare = !is_woken && !is_first && within.is_none();
        tape.push(at, lane.lane, Note::Poll { within, is_bare })
    }

    /// Notes which thread polls a lane, if it is another one than before.
    fn move_to_thread(&self, tape: &mut Tape, at: u64, lane: &LaneCell) {
        let thread = here::thread(self.id).unwrap_or_else(|| {
            let thread = tape.thread();
            here::set_thread(self.id, thread);
            thread
        });
        if lane.thread.swap(thread as u16, Relaxed) != thread as u16 {
            tape.push(at, lane.lane, Note::Moved { thread });
        }
    }

    /// Records that a lane gives its thread back. If it has begun to wait
    /// right before, that is when: there was nothing else to do.
    pub(super) fn pend(&self, lane: LaneId, stack: Stack) {
        let mut tape = self.tape();
        let has_just_begun = tape.log.entries.last().is_some_and(|entry| {
            entry.lane == lane && matches!(entry.note, Note::Wait { .. })
        });
        let at = if has_just_begun {
            tape.last
        } else {
            self.now(&tape)
        };
        tape.note_amounts(at, lane);
        let stack = tape.log.stack(stack);
        tape.push(at, lane, Note::Pend { stack });
    }

    pub(super) fn say(&self, lane: LaneId, text: String, place: Source) {
        let mut tape = self.tape();
        let at = self.now(&tape);
        let line = tape.log.lines.push((text, place));
        tape.push(at, lane, Note::Say { line });
    }

    /// Begins a wait; returns its number in the log, and when that was. A call
    /// that blocks is due when its time is over, counted from there.
    pub(super) fn wait(&self, lane: LaneId, mut waited: Waited) -> (u32, u64) {
        let mut tape = self.tape();
        let at = self.now(&tape);
        if let Want::Blocking(length) = waited.want {
            waited.due = at.saturating_add(length).min(NEVER - 1);
        }
        let wait = tape.log.wait(waited);
        (wait, tape.push(at, lane, Note::Wait { wait }))
    }

    /// Records that a lane is woken. It may have been already: the first wake
    /// makes it ready, but it may need what comes with a later one, too.
    pub(super) fn wake(&self, waker: &LaneWaker, by: By) {
        let mut tape = self.tape();
        waker.set_woken();
        let at = self.now(&tape);
        tape.push(at, waker.lane(), Note::Wake { by });
    }

    /// Records that `by` asks for something to be cancelled.
    pub(super) fn cancel(&self, by: LaneId, target: Target, how: How) {
        let mut tape = self.tape();
        let at = self.now(&tape);
        let cancel = tape.log.cancels.push(Asked { target, how });
        tape.push(at, by, Note::Cancel { cancel });
    }

    pub(super) fn end(&self, lane: LaneId, outcome: Outcome, ending: Ending) {
        let mut tape = self.tape();
        let at = self.now(&tape);
        tape.note_amounts(at, lane);
        let ending = tape.log.ending(ending);
        tape.push(at, lane, Note::End { outcome, ending });
    }

    /// Watches a semaphore from here on: how much is left of it is noted now,
    /// and whenever a lane that has changed it gives its thread back.
    pub(super) fn share(
        &self,
        lane: LaneId,
        name: Name,
        semaphore: &Arc<Semaphore>,
    ) {
        let mut tape = self.tape();
        let shared = Arc::downgrade(semaphore);
        let mut known = tape.shared.iter();
        if known.any(|other| other.semaphore.ptr_eq(&shared)) {
            return;
        }
        let at = self.now(&tape);
        let left = semaphore.available_permits();
        tape.shared.push(Shared {
            name,
            semaphore: shared,
            left,
        });
        let amount = tape.log.amounts.push((name, left));
        tape.push(at, lane, Note::Resource { amount });
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        // Nothing panics while it holds the lock, so a poisoned tape is whole.
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MILLISECOND: u64 = 1_000_000;
