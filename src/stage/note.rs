//! What the recorder notes. A run of a million tasks leaves eight million notes,
//! so a note is a few small numbers: what has no fixed size is in the
//! [tables](super::tables), and is meant by its index. Events are put together
//! from both only when they are asked for (see
//! [`transcript`](super::transcript)).

use std::hash::{Hash, Hasher};
use std::panic::Location;

use tokio::task;

use crate::trace::{By, How, LaneId, LaneKind, Outcome};

/// A line of source.
pub(super) type Source = &'static Location<'static>;

/// What something is called.
pub type Name = &'static &'static str;

/// One note: when, on which lane, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Nanoseconds since the recording began.
    pub at: u64,
    pub lane: LaneId,
    pub note: Note,
}

/// What is noted. The indexes are those of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    Spawn {
        /// Never a task: that, a future becomes when it is polled.
        kind: LaneKind,
        /// The lane that made it; `main` made itself.
        parent: LaneId,
        name: u32,
        place: u32,
    },
    /// The lane is that task, although it was never polled.
    Task {
        task: TaskNumber,
    },
    /// The lane will be polled on that thread from here on.
    Moved {
        thread: u32,
    },
    Poll {
        within: Option<LaneId>,
        /// It was polled although nobody had woken it: the runtime's own waker
        /// did, for a timer of the stage.
        is_bare: bool,
        /// The task that it turns out to be, at its first poll.
        task: Option<TaskNumber>,
    },
    Pend {
        stack: Option<u32>,
    },
    Say {
        text: u32,
        place: u32,
    },
    Wait {
        wait: u32,
        want: Want<u32>,
        /// When it should be over; [`NEVER`] if nobody knows.
        due: u64,
        place: u32,
    },
    Done {
        wait: u32,
    },
    Drop {
        wait: u32,
    },
    Wake {
        by: By,
    },
    /// The lane asks for that to be cancelled.
    Cancel {
        target: Target,
        how: How,
    },
    /// So much is left of what has that name.
    Resource {
        name: u32,
        left: u64,
    },
    End {
        outcome: Outcome,
        why: Why<u32>,
    },
    /// The runtime begins to shut down: what comes now is its doing.
    Shutdown,
    /// The user has had enough, and what comes now does not count.
    Interrupt,
}

/// No due time.
pub(super) const NEVER: u64 = u64::MAX;

/// What a wait is for, where things are called by an `N`. What lanes a task or a
/// set stands for is found out later: a task's lane is known by its first poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want<N = Name> {
    /// A timer of so many nanoseconds.
    Timer(u64),
    /// A timer of which only the end is known.
    Deadline,
    /// A call that keeps the thread for so many nanoseconds.
    Blocking(u64),
    /// A function on that thread.
    Thread(LaneId),
    /// The end of that task.
    Task(TaskNumber),
    /// The next task of a set to end.
    Set,
    /// A task of a set that has ended before anybody waited for it.
    Joined,
    /// A permit or a lock.
    Acquire(N),
    /// Room in a channel.
    Send(N),
    /// Something from a channel.
    Recv(N),
    /// The world outside, in the words of that text.
    Io(u32),
    /// To be polled again.
    Yield,
    /// Anything else.
    Other(N),
}

impl<N> Want<N> {
    /// The same, where things are called otherwise.
    pub(super) fn map<M>(self, call: impl FnOnce(N) -> M) -> Want<M> {
        match self {
            Want::Timer(length) => Want::Timer(length),
            Want::Deadline => Want::Deadline,
            Want::Blocking(length) => Want::Blocking(length),
            Want::Thread(lane) => Want::Thread(lane),
            Want::Task(task) => Want::Task(task),
            Want::Set => Want::Set,
            Want::Joined => Want::Joined,
            Want::Acquire(name) => Want::Acquire(call(name)),
            Want::Send(name) => Want::Send(call(name)),
            Want::Recv(name) => Want::Recv(call(name)),
            Want::Io(text) => Want::Io(text),
            Want::Yield => Want::Yield,
            Want::Other(name) => Want::Other(call(name)),
        }
    }
}

/// How a lane ends, beyond its outcome, where what it says is a `T`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why<T> {
    /// There is nothing to add.
    Plain,
    /// With these words.
    Said(T),
    /// It was dropped in the poll of that lane.
    DroppedBy(LaneId),
}

/// What is to be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Lane(LaneId),
    Task(TaskNumber),
    /// Every task that the asking lane has in its set.
    Set,
}

/// What tells one of tokio's tasks from the others. Its [`task::Id`] is a
/// number, but keeps it to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TaskNumber(pub(super) u64);

impl From<task::Id> for TaskNumber {
    fn from(id: task::Id) -> TaskNumber {
        let mut number = Kept(0);
        id.hash(&mut number);
        TaskNumber(number.finish())
    }
}

/// Keeps the number that it is given. What would be more than one number comes
/// out as one that is as good as unique.
struct Kept(u64);

impl Hasher for Kept {
    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.wrapping_mul(PRIME) ^ number;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// That of the hash of Fowler, Noll and Vo.
const PRIME: u64 = 0x0100_0000_01b3;
