//! A lane as its future knows it: where to report, and the waker that notes who
//! woke it before it passes the wake on. The waker and the lane are one
//! allocation: a million tasks feel every byte of it.

use std::sync::atomic::{AtomicU8, AtomicU16, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

use super::here::{self, Tag};
use super::log::{Ending, Note, Source, Target, Waited};
use super::recorder::Recorder;
use crate::trace::{By, How, LaneId, Outcome};

/// A lane, and the recorder that it reports to.
pub(super) struct LaneCell {
    pub recorder: Arc<Recorder>,
    /// What the future around this one is woken by: the runtime's own waker,
    /// or that of an outer lane. `None` before the first poll and after the
    /// end.
    outer: Mutex<Option<Waker>>,
    pub lane: LaneId,
    /// The thread that polled it last, by number.
    pub(super) thread: AtomicU16,
    flags: AtomicU8,
}

/// It was woken, and has not been polled since. Only the recorder touches it,
/// under its lock, so that it says what the log says.
const WOKEN: u8 = 1;
/// It was polled.
const BEGUN: u8 = 2;
/// It is polled inside of another lane.
const NESTED: u8 = 4;

impl LaneCell {
    /// A lane that has just been spawned.
    pub fn new(recorder: Arc<Recorder>, lane: LaneId) -> Arc<LaneCell> {
        Arc::new(LaneCell {
            recorder,
            outer: Mutex::new(None),
            lane,
            thread: AtomicU16::new(0),
            flags: AtomicU8::new(0),
        })
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
    /// whether it was never polled before. For the recorder, under its lock.
    pub(super) fn take_poll(&self, is_nested: bool) -> (bool, bool) {
        let nested = if is_nested { NESTED } else { 0 };
        let before = self.flags.swap(BEGUN | nested, Relaxed);
        (before & WOKEN != 0, before & BEGUN == 0)
    }

    /// Takes in that the lane is woken. For the recorder, under its lock.
    pub(super) fn take_wake(&self) {
        self.flags.fetch_or(WOKEN, Relaxed);
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
    pub fn end(&self, outcome: Outcome, ending: Ending) {
        self.recorder.end(self.lane, outcome, ending);
        // A waker that somebody still has must not keep the task.
        self.outer().take();
    }

    /// Polls a timer with the runtime's own waker in place of `waker`, if that
    /// is the lane's and the lane is a task: no lane wakes a timer, so the
    /// lane's waker need not be asked.
    pub fn poll_timer<T>(
        self: &Arc<Self>,
        waker: &Waker,
        poll: impl FnOnce(&mut Context<'_>) -> T,
    ) -> Option<T> {
        let is_own = self.flags.load(Relaxed) & NESTED == 0
            && std::ptr::eq(waker.data(), Arc::as_ptr(self).cast());
        if !is_own {
            return None;
        }
        // A timer of tokio's keeps the waker, and wakes nobody here.
        let outer = self.outer();
        outer
            .as_ref()
            .map(|waker| poll(&mut Context::from_waker(waker)))
    }

    /// Takes over the waker of whatever polls this lane.
    pub fn set_outer(&self, cx: &Context<'_>) {
        let mut outer = self.outer();
        match &*outer {
            Some(waker) if waker.will_wake(cx.waker()) => {}
            _ => *outer = Some(cx.waker().clone()),
        }
    }

    fn outer(&self) -> std::sync::MutexGuard<'_, Option<Waker>> {
        // Nothing panics while it holds the lock.
        self.outer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn woken(&self) {
        let running = here::with(|running| {
            Arc::ptr_eq(&running.recorder, &self.recorder)
                .then_some(running.lane)
        });
        let running = running.flatten();
        if here::is_cancelling()
            && let Some(by) = running
        {
            let target = Target::Lane(self.lane);
            self.recorder.cancel(by, target, How::Token);
        }
        self.recorder.wake(self, self.woken_by(running));
        // Not under the lock: whoever is woken may do what it likes.
        let outer = self.outer().clone();
        if let Some(outer) = outer {
            here::tagged_by(self.recorder.id(), self.lane, || outer.wake());
        }
    }

    /// Who or what wakes this lane, just now.
    fn woken_by(&self, running: Option<LaneId>) -> By {
        let recorder = self.recorder.id();
        let tag = here::tag();
        if let Some(Tag::Lane(other, lane)) = tag
            && other == recorder
        {
            return By::Lane(lane);
        }
        match running {
            Some(lane) if lane == self.lane => return By::Itself,
            Some(lane) => return By::Lane(lane),
            None => {}
        }
        let ended =
            || here::take_ended().filter(|ended| ended.recorder == recorder);
        let ended = match tag {
            Some(Tag::Timer) => return By::Timer,
            Some(Tag::Io) => return By::Io,
            Some(Tag::Itself) => return By::Itself,
            Some(Tag::Any | Tag::Lane(..)) => return By::Runtime,
            Some(Tag::Task(task)) => {
                ended().filter(|ended| ended.task == Some(task))
            }
            Some(Tag::Set) | None => ended(),
        };
        ended.map_or(By::Runtime, |ended| By::Lane(ended.lane))
    }
}

impl Wake for LaneCell {
    fn wake(self: Arc<Self>) {
        self.woken();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken();
    }
}
