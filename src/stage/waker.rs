//! The waker that notes who woke a lane before it passes the wake on. It is an
//! allocation that most lanes do not need: what waits for a timer is woken by
//! the runtime itself. So a thread lends its one to each lane that it polls, and
//! makes another when somebody has kept that.

use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Wake, Waker};

use super::here::{self, Tag};
use super::note::Target;
use super::recorder::Recorder;
use crate::trace::{By, How, LaneId};

/// Wakes a lane, and notes who did.
pub(super) struct LaneWaker {
    /// Weak: a thread keeps its waker for the next run, which is another one.
    recorder: Weak<Recorder>,
    lane: LaneId,
    /// What the future around this lane's is woken by: the runtime's own waker,
    /// or that of an outer lane. `None` when the lane has ended.
    outer: Mutex<Option<Waker>>,
    /// It was woken, and has not been polled since. Set after the wake is
    /// recorded, so that whoever sees it comes later.
    is_woken: AtomicBool,
}

impl LaneWaker {
    /// One for that lane.
    pub fn new(
        recorder: &Arc<Recorder>,
        lane: LaneId,
        outer: &Waker,
    ) -> Arc<LaneWaker> {
        let mut spare = here::take_spare();
        if let Some(waker) = spare.as_mut().and_then(Arc::get_mut) {
            if waker.recorder.as_ptr() != Arc::as_ptr(recorder) {
                waker.recorder = Arc::downgrade(recorder);
            }
            waker.lane = lane;
            *waker.outer_mut() = Some(outer.clone());
        }
        spare.unwrap_or_else(|| {
            Arc::new(LaneWaker {
                recorder: Arc::downgrade(recorder),
                lane,
                outer: Mutex::new(Some(outer.clone())),
                is_woken: AtomicBool::new(false),
            })
        })
    }

    /// Puts it away for the next lane, unless somebody has kept it, or a wake
    /// is on its way to the lane.
    pub fn spare(mut self: Arc<Self>) -> Option<Arc<LaneWaker>> {
        match Arc::get_mut(&mut self) {
            Some(waker) if !waker.is_woken.load(Relaxed) => {
                // It must not keep the task.
                *waker.outer_mut() = None;
                here::put_spare(self);
                None
            }
            _ => Some(self),
        }
    }

    /// Takes over the waker of whatever polls the lane.
    pub fn set_outer(&self, waker: &Waker) {
        let mut outer = self.outer();
        match &*outer {
            Some(known) if known.will_wake(waker) => {}
            _ => *outer = Some(waker.clone()),
        }
    }

    /// The lane has ended.
    pub fn forget_outer(&self) {
        self.outer().take();
    }

    /// Polls something with the waker of whatever polls the lane.
    pub fn with_outer<T>(
        &self,
        poll: impl FnOnce(&mut Context<'_>) -> T,
    ) -> Option<T> {
        let outer = self.outer();
        let outer = outer.as_ref();
        outer.map(|waker| poll(&mut Context::from_waker(waker)))
    }

    /// Takes in that the lane is polled; returns whether it was woken.
    pub fn take_wake(&self) -> bool {
        self.is_woken.load(Relaxed) && self.is_woken.swap(false, Acquire)
    }

    /// Takes in that the lane is woken, which has been recorded.
    pub fn set_woken(&self) {
        self.is_woken.store(true, Release);
    }

    /// The lane that it wakes.
    pub fn lane(&self) -> LaneId {
        self.lane
    }

    fn outer(&self) -> MutexGuard<'_, Option<Waker>> {
        // Nothing panics while it holds the lock.
        self.outer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outer_mut(&mut self) -> &mut Option<Waker> {
        let outer = self.outer.get_mut();
        outer.unwrap_or_else(PoisonError::into_inner)
    }

    fn woken(&self) {
        let recorder = self.recorder.upgrade();
        if let Some(recorder) = &recorder {
            self.note(recorder);
        }
        // Not under the lock: whoever is woken may do what it likes.
        let outer = self.outer().clone();
        match (outer, recorder) {
            (Some(outer), Some(recorder)) => {
                here::tagged_by(recorder.id(), self.lane, || outer.wake());
            }
            (Some(outer), None) => outer.wake(),
            (None, _) => {}
        }
    }

    /// Notes who wakes the lane.
    fn note(&self, recorder: &Arc<Recorder>) {
        let running = here::with(|running| {
            Arc::ptr_eq(&running.recorder, recorder).then_some(running.lane)
        });
        let running = running.flatten();
        if here::is_cancelling()
            && let Some(by) = running
        {
            recorder.cancel(by, Target::Lane(self.lane), How::Token);
        }
        recorder.wake(self, self.woken_by(recorder, running));
    }

    /// Who or what wakes this lane, just now.
    fn woken_by(&self, recorder: &Recorder, running: Option<LaneId>) -> By {
        let recorder = recorder.id();
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

impl Wake for LaneWaker {
    fn wake(self: Arc<Self>) {
        self.woken();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken();
    }
}
