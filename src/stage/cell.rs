//! A lane as its future knows it: where to report, and how to be woken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, Ordering::Relaxed};
use std::task::{Context, Waker};

use super::here;
use super::note::{Note, Source, Why};
use super::recorder::{Recorder, Waited};
use super::waker::LaneWaker;
use crate::trace::{LaneId, Outcome};

/// A lane, and the recorder that it reports to. It is a part of its future, and
/// has no allocation of its own: a million tasks feel every byte of it. While
/// the future is polled it is the thread's; see [`here`].
pub(super) struct LaneCell {
    pub recorder: Arc<Recorder>,
    /// What it is woken by: while it is polled, and after that if somebody has
    /// kept it.
    waker: Option<Arc<LaneWaker>>,
    pub lane: LaneId,
    /// The thread that polled it last, by number.
    thread: AtomicU16,
    flags: AtomicU8,
}

/// It was polled.
const BEGUN: u8 = 1;
/// It is polled inside of another lane.
const NESTED: u8 = 2;
/// It is a thread of its own.
const THREAD: u8 = 4;

impl LaneCell {
    /// A lane that has just been spawned.
    pub fn new(recorder: Arc<Recorder>, lane: LaneId) -> LaneCell {
        LaneCell {
            recorder,
            waker: None,
            lane,
            thread: AtomicU16::new(0),
            flags: AtomicU8::new(0),
        }
    }

    /// The same for a lane that is a thread.
    pub fn of_thread(recorder: Arc<Recorder>, lane: LaneId) -> LaneCell {
        LaneCell {
            flags: AtomicU8::new(THREAD),
            ..LaneCell::new(recorder, lane)
        }
    }

    /// Records something that happens on this lane now.
    pub fn note(&self, note: Note) {
        here::set_latest(self.recorder.note(self.lane, note));
    }

    /// Records something that goes with what was recorded last: the end of a
    /// wait with the poll that found it over. Looking at the clock costs more
    /// than all the rest, so it is not looked at twice.
    pub fn note_also(&self, note: Note) {
        self.recorder.note_at(here::latest(), self.lane, note);
    }

    /// Records that the lane is polled.
    pub fn poll(&self, within: Option<LaneId>) {
        here::set_latest(self.recorder.poll(self, within));
    }

    /// Takes in that the lane is polled; returns whether it was woken, and
    /// whether it was never polled before.
    pub fn take_poll(&self, is_nested: bool) -> (bool, bool) {
        let nested = if is_nested { NESTED } else { 0 };
        let before = self.flags.load(Relaxed);
        self.flags.store(before & THREAD | BEGUN | nested, Relaxed);
        let is_woken = self.waker.as_ref().is_some_and(|w| w.take_wake());
        (is_woken, before & BEGUN == 0)
    }

    /// Takes in which thread polls the lane; returns whether that is another
    /// one than before.
    pub fn moves_to(&self, thread: u32) -> bool {
        let before = self.thread.load(Relaxed);
        self.thread.store(thread as u16, Relaxed);
        before != thread as u16
    }

    /// Whether it is a thread of its own.
    pub fn is_thread(&self) -> bool {
        self.flags.load(Relaxed) & THREAD != 0
    }

    /// Whether it was ever polled.
    pub fn has_begun(&self) -> bool {
        self.flags.load(Relaxed) & BEGUN != 0
    }

    pub fn say(&self, text: String, place: Source) {
        self.recorder.say(self.lane, text, place);
    }

    /// Begins a wait, and returns its number.
    pub fn wait(&self, waited: Waited) -> u32 {
        let (wait, at) = self.recorder.wait(self.lane, waited);
        here::set_latest(at);
        wait
    }

    /// Records that the lane ends.
    pub fn end(&self, outcome: Outcome, why: Why<String>) {
        self.recorder.end(self.lane, outcome, why);
        // A waker that somebody still has must not keep the task.
        if let Some(waker) = &self.waker {
            waker.forget_outer();
        }
    }

    /// What whoever is polled on this lane may be woken by: it passes the wake
    /// on to what the lane itself is woken by.
    pub fn waker(&mut self, cx: &Context<'_>) -> Waker {
        let waker = match self.waker.take() {
            Some(waker) => {
                waker.set_outer(cx.waker());
                waker
            }
            None => LaneWaker::new(&self.recorder, self.lane, cx.waker()),
        };
        Waker::from(Arc::clone(self.waker.insert(waker)))
    }

    /// The lane gives its thread back. What nobody has kept to wake it by is of
    /// use to the next lane.
    pub fn leave(&mut self) {
        self.waker = self.waker.take().and_then(LaneWaker::spare);
    }

    /// Polls a timer with the runtime's own waker in place of `waker`, if that
    /// is the lane's and the lane is a task: no lane wakes a timer, so the
    /// lane's waker need not be asked.
    pub fn poll_timer<T>(
        &self,
        waker: &Waker,
        poll: impl FnOnce(&mut Context<'_>) -> T,
    ) -> Option<T> {
        let own = self.waker.as_ref()?;
        let is_own = self.flags.load(Relaxed) & NESTED == 0
            && std::ptr::eq(waker.data(), Arc::as_ptr(own).cast());
        // A timer of tokio's keeps the waker, and wakes nobody here.
        is_own.then(|| own.with_outer(poll)).flatten()
    }
}
