//! What the thread is working for: thread-locals that are set for the duration
//! of a poll. Polls nest where a lane is awaited inside another one, so whoever
//! sets one of them puts the outer one back.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use tokio::task;

use super::cell::LaneCell;
use super::note::Source;
use super::part::Part;
use super::recorder::Recorder;
use super::waker::LaneWaker;
use crate::trace::LaneId;

thread_local! {
    static HERE: Here = const { Here {
        lane: RefCell::new(None),
        spares: RefCell::new(Vec::new()),
        line: Cell::new(None),
        parked: Cell::new(Parked::NOWHERE),
        tag: Cell::new(None),
        ended: Cell::new(None),
        cancelling: Cell::new(false),
        ahead: Cell::new(Duration::ZERO),
        parts: RefCell::new(Vec::new()),
        latest: Cell::new(0),
    } };
}

struct Here {
    /// The lane that runs.
    lane: RefCell<Option<LaneCell>>,
    /// Wakers that are nobody's at the moment.
    spares: RefCell<Vec<Arc<LaneWaker>>>,
    /// The line that the innermost function runs, as far as it tells.
    line: Cell<Option<Source>>,
    /// Where what was polled last is parked.
    parked: Cell<Parked>,
    /// What a wake that is under way comes from.
    tag: Cell<Option<Tag>>,
    /// The task that ended last, if its runtime may still be telling those who
    /// wait for it.
    ended: Cell<Option<Ended>>,
    /// Whether what is woken now is woken to be cancelled.
    cancelling: Cell<bool>,
    /// How far the lane's own time is ahead of the loop's: more than zero only
    /// for a thread on the virtual clock, which runs its closure at once and
    /// lets the loop catch up.
    ahead: Cell<Duration>,
    /// This thread's parts of recordings: the first is of the one that it
    /// worked for last.
    parts: RefCell<Vec<Part>>,
    /// When something was recorded last on the lane that runs, in nanoseconds.
    latest: Cell<u64>,
}

/// Where a wake comes from, as far as whoever registered the waker knows.
#[derive(Clone, Copy)]
pub(super) enum Tag {
    /// Nobody knows.
    Any,
    /// The waker was given to a timer.
    Timer,
    /// It was given to a socket or the like.
    Io,
    /// The lane itself asked to be polled again.
    Itself,
    /// It was given to the handle of a task.
    Task(task::Id),
    /// It was given to a set of tasks.
    Set,
    /// A lane inside of this one was woken, or a thread has done its work.
    Lane(RecorderId, LaneId),
}

/// Tells recorders apart: runs may be side by side in one process.
pub(super) type RecorderId = usize;

/// A task that has ended. Tokio wakes whoever awaits it right after its last
/// poll, on the same thread, when the lane does not run any more.
#[derive(Clone, Copy)]
pub(super) struct Ended {
    pub recorder: RecorderId,
    pub lane: LaneId,
    pub task: Option<task::Id>,
}

/// Where a future is parked: the lines of its functions, the innermost first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Parked {
    /// Somewhere, at least.
    pub is_parked: bool,
    /// In several places at once, as in a `join!`: whatever is around them is
    /// where a reader should look.
    several: bool,
    pub lines: [Option<Source>; DEPTH],
}

/// So many functions deep a lane's place is told.
pub(super) const DEPTH: usize = 4;

impl Parked {
    const NOWHERE: Parked = Parked {
        is_parked: false,
        several: false,
        lines: [None; DEPTH],
    };

    /// Somewhere, and no function has said where.
    pub const SOMEWHERE: Parked = Parked {
        is_parked: true,
        ..Parked::NOWHERE
    };

    /// The same, seen from the function around it, which is at `line`.
    pub fn called_from(mut self, line: Option<Source>) -> Parked {
        if self.several {
            self.lines = [None; DEPTH];
            self.several = false;
        }
        let depth = self.lines.iter().position(Option::is_none);
        let last = depth.and_then(|depth| depth.checked_sub(1));
        let is_new = last.and_then(|last| self.lines[last]) != line;
        if let Some(free) = depth.filter(|_| is_new) {
            self.lines[free] = line;
        }
        self.is_parked = true;
        self
    }
}

/// Makes `lane` the thread's, and returns the one before it.
pub(super) fn replace(lane: Option<LaneCell>) -> Option<LaneCell> {
    HERE.with(|here| here.lane.replace(lane))
}

/// Asks the lane that runs, if there is one.
pub(super) fn with<T>(ask: impl FnOnce(&LaneCell) -> T) -> Option<T> {
    // A thread that is being torn down has no lane any more, and a lane that
    // is just being replaced does not answer.
    HERE.try_with(|here| here.lane.try_borrow().ok()?.as_ref().map(ask))
        .ok()
        .flatten()
}

/// More lanes are seldom polled inside of each other.
const MOST_SPARES: usize = 4;

/// A waker that is nobody's, if there is one.
pub(super) fn take_spare() -> Option<Arc<LaneWaker>> {
    HERE.with(|here| here.spares.borrow_mut().pop())
}

/// Keeps a waker that is nobody's any more.
pub(super) fn put_spare(waker: Arc<LaneWaker>) {
    HERE.with(|here| {
        let mut spares = here.spares.borrow_mut();
        if spares.len() < MOST_SPARES {
            spares.push(waker);
        }
    });
}

/// Sets the line that runs; returns the one before.
pub(super) fn set_line(line: Option<Source>) -> Option<Source> {
    HERE.with(|here| here.line.replace(line))
}

/// Begins to look where something is parked; returns what was found so far.
pub(super) fn look() -> Parked {
    HERE.with(|here| here.parked.replace(Parked::NOWHERE))
}

/// Where what was polled since [`look`] is parked.
pub(super) fn found() -> Parked {
    HERE.with(|here| here.parked.get())
}

/// Goes back to what was found before.
pub(super) fn forget(before: Parked) {
    HERE.with(|here| here.parked.set(before));
}

/// Says where something is parked, beside what was found `before`.
pub(super) fn park(before: Parked, parked: Parked) {
    let mut all = parked;
    if before.is_parked {
        all.several = true;
    }
    HERE.with(|here| here.parked.set(all));
}

/// Does something whose wakes come from there, unless one that is under way
/// knows better: it is nearer to what has happened.
pub(super) fn tagged(tag: Tag, wake: impl FnOnce()) {
    HERE.with(|here| {
        let before = here.tag.get();
        here.tag.set(before.or(Some(tag)));
        wake();
        here.tag.set(before);
    });
}

/// The same for a lane that has been woken, and wakes what it is in: that is
/// what one wants to know of it, whatever woke the lane itself.
pub(super) fn tagged_by(
    recorder: RecorderId,
    lane: LaneId,
    wake: impl FnOnce(),
) {
    HERE.with(|here| {
        let before = here.tag.replace(Some(Tag::Lane(recorder, lane)));
        wake();
        here.tag.set(before);
    });
}

/// What the wake that is under way comes from.
pub(super) fn tag() -> Option<Tag> {
    HERE.try_with(|here| here.tag.get()).ok().flatten()
}

/// Notes that a task has ended, or that another one begins to run.
pub(super) fn set_ended(ended: Option<Ended>) {
    HERE.with(|here| here.ended.set(ended));
}

/// The task that has ended just now, to be asked once.
pub(super) fn take_ended() -> Option<Ended> {
    HERE.try_with(|here| here.ended.take()).ok().flatten()
}

/// Does something by which lanes are woken to be cancelled.
pub(super) fn cancelling<T>(cancel: impl FnOnce() -> T) -> T {
    let before = HERE.with(|here| here.cancelling.replace(true));
    let output = cancel();
    HERE.with(|here| here.cancelling.set(before));
    output
}

/// Whether what is woken now is woken to be cancelled.
pub(super) fn is_cancelling() -> bool {
    HERE.try_with(|here| here.cancelling.get()).unwrap_or(false)
}

/// How far the lane that runs is ahead of the loop's clock.
pub(super) fn ahead() -> Duration {
    HERE.with(|here| here.ahead.get())
}

/// Sets how far it is ahead; returns how far it was.
pub(super) fn set_ahead(ahead: Duration) -> Duration {
    HERE.with(|here| here.ahead.replace(ahead))
}

/// Does something with this thread's part of a recording.
pub(super) fn with_part<T>(
    recorder: &Recorder,
    write: impl FnOnce(&mut Part) -> T,
) -> T {
    let mut write = Some(write);
    let written = HERE.try_with(|here| {
        let mut parts = here.parts.try_borrow_mut().ok()?;
        let write = write.take()?;
        Some(write(part(&mut parts, recorder)))
    });
    if let Ok(Some(written)) = written {
        return written;
    }
    let Some(write) = write else {
        unreachable!("what is taken is called, and returns something");
    };
    // A thread that is being torn down keeps nothing any more.
    write(&mut recorder.part())
}

/// This thread's part of a recording, which is the first from here on.
fn part<'a>(parts: &'a mut Vec<Part>, recorder: &Recorder) -> &'a mut Part {
    let id = recorder.id();
    if parts.first().is_none_or(|part| part.recorder != id) {
        let known = parts.iter().position(|part| part.recorder == id);
        let part = match known {
            Some(index) => parts.remove(index),
            None => {
                parts.retain(Part::is_read);
                recorder.part()
            }
        };
        parts.insert(0, part);
    }
    &mut parts[0]
}

/// When something was recorded last on the lane that runs.
pub(super) fn latest() -> u64 {
    HERE.with(|here| here.latest.get())
}

/// Notes when something was recorded on the lane that runs.
pub(super) fn set_latest(at: u64) {
    HERE.with(|here| here.latest.set(at));
}
