//! The recorder's memory. A run of a million tasks leaves eight million
//! [`entries`](super::entries), so what has no fixed size goes into side tables,
//! and what is the same again and again is there once. Events are put together
//! from both only when they are asked for (see
//! [`transcript`](super::transcript)).

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::Location;

use tokio::task;

use super::entries::{Entries, Entry};
use super::here::DEPTH;
use super::segments::Segments;
use crate::trace::{By, How, LaneId, LaneKind, Outcome};

pub(super) type Source = &'static Location<'static>;

/// Everything recorded so far.
#[derive(Default)]
pub(super) struct Log {
    pub entries: Entries,
    lanes: Segments<Lane>,
    /// What lanes are called, and where they are made.
    origins: Segments<(Cow<'static, str>, Source)>,
    waits: Segments<Wait>,
    /// What waits are for, and where they begin.
    wants: Segments<(Want, Source)>,
    pub lines: Segments<(String, Source)>,
    pub endings: Segments<Ending>,
    pub cancels: Segments<Asked>,
    /// What was left of what: its name, and so much.
    pub amounts: Segments<(Name, usize)>,
    pub stacks: Segments<Stack>,
    /// The index of each stack: there are few, and they come again and again.
    known: HashMap<Stack, u32>,
    /// The stack that came last, and its index.
    last: Option<(Stack, u32)>,
}

/// A lane that is spawned.
pub(super) struct Spawned {
    pub name: Cow<'static, str>,
    pub place: Source,
    /// The lane that made it; `main` made itself.
    pub parent: LaneId,
    pub kind: LaneKind,
}

/// A lane. Its index is its id.
pub(super) struct Lane {
    origin: u32,
    pub parent: LaneId,
    /// The task that it turned out to be, when it was first polled.
    pub task: Option<task::Id>,
    pub kind: LaneKind,
}

/// A wait as it began.
pub(super) struct Waited {
    pub want: Want,
    /// When it should be over; [`NEVER`] if nobody knows.
    pub due: u64,
    pub place: Source,
}

/// A wait. Its index is its number.
struct Wait {
    want: u32,
    due: u64,
}

/// No due time.
pub(super) const NEVER: u64 = u64::MAX;

/// What a wait is for. What lanes a task or a set stands for is found out
/// later: a task's lane is known by its first poll.
#[derive(PartialEq)]
pub enum Want {
    /// A timer of so many nanoseconds.
    Timer(u64),
    /// A timer of which only the end is known.
    Deadline,
    /// A call that keeps the thread for so many nanoseconds.
    Blocking(u64),
    /// A function on that thread.
    Thread(LaneId),
    /// The end of that task.
    Task(task::Id),
    /// The next task of a set to end.
    Set,
    /// A task of a set that has ended before anybody waited for it.
    Joined,
    /// A permit or a lock.
    Acquire(Name),
    /// Room in a channel.
    Send(Name),
    /// Something from a channel.
    Recv(Name),
    /// The world outside.
    Io(Box<Box<str>>),
    /// To be polled again.
    Yield,
    /// Anything else.
    Other(Name),
}

/// What something is called.
pub type Name = &'static &'static str;

/// How a lane ended, beyond its outcome.
#[derive(Default, Clone)]
pub(super) struct Ending {
    pub detail: Option<String>,
    /// The lane in whose poll it was dropped.
    pub dropped_by: Option<LaneId>,
    /// It was dropped with the runtime or by it, in nobody's poll.
    pub is_interrupted: bool,
}

impl Ending {
    fn is_plain(&self) -> bool {
        self.detail.is_none()
            && self.dropped_by.is_none()
            && !self.is_interrupted
    }
}

/// A lane asked for this to be cancelled.
pub(super) struct Asked {
    pub target: Target,
    pub how: How,
}

/// What is to be cancelled.
pub(super) enum Target {
    Lane(LaneId),
    Task(task::Id),
    /// Every task that the asking lane has in its set.
    Set,
}

/// Where a lane is parked: the lines of its functions, the innermost first.
pub(super) type Stack = [Option<Source>; DEPTH];

/// What an entry says, with the index that goes with it.
#[derive(Clone, Copy)]
pub(super) enum Note {
    Spawn,
    /// The lane will be polled on that thread from here on.
    Moved {
        thread: u32,
    },
    Poll {
        within: Option<LaneId>,
        /// It was polled although nobody had woken it: the runtime's own waker
        /// did, for a timer of the stage.
        is_bare: bool,
    },
    Pend {
        stack: Option<u32>,
    },
    Say {
        line: u32,
    },
    Wait {
        wait: u32,
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
    Cancel {
        cancel: u32,
    },
    Resource {
        amount: u32,
    },
    End {
        outcome: Outcome,
        ending: Option<u32>,
    },
}

const OUTCOMES: [Outcome; 5] = [
    Outcome::Finished,
    Outcome::Failed,
    Outcome::Cancelled,
    Outcome::Panicked,
    Outcome::Unrun,
];

/// The tag of the first outcome.
const END: u8 = 16;

const WAKERS: [By; 4] = [By::Timer, By::Io, By::Itself, By::Runtime];

impl Note {
    /// A tag, which is below 32, and the index that goes with it.
    pub fn pack(self) -> (u8, u32) {
        let optional = |index: Option<u32>| index.map_or(0, |index| index + 1);
        match self {
            Note::Spawn => (0, 0),
            Note::Poll { within, is_bare } => {
                (1 + u8::from(is_bare), optional(within))
            }
            Note::Moved { thread } => (3, thread),
            Note::Pend { stack } => (4, optional(stack)),
            Note::Say { line } => (5, line),
            Note::Wait { wait } => (6, wait),
            Note::Done { wait } => (7, wait),
            Note::Drop { wait } => (8, wait),
            Note::Wake { by } => (
                9,
                match by {
                    By::Timer => 0,
                    By::Io => 1,
                    By::Itself => 2,
                    By::Runtime => 3,
                    By::Lane(lane) => lane + 4,
                },
            ),
            Note::Cancel { cancel } => (10, cancel),
            Note::Resource { amount } => (11, amount),
            Note::End { outcome, ending } => {
                (END + outcome as u8, optional(ending))
            }
        }
    }

    /// The note that was packed.
    pub fn unpack(tag: u8, index: u32) -> Note {
        match tag {
            0 => Note::Spawn,
            tag @ (1 | 2) => Note::Poll {
                within: index.checked_sub(1),
                is_bare: tag == 2,
            },
            3 => Note::Moved { thread: index },
            4 => Note::Pend {
                stack: index.checked_sub(1),
            },
            5 => Note::Say { line: index },
            6 => Note::Wait { wait: index },
            7 => Note::Done { wait: index },
            8 => Note::Drop { wait: index },
            9 => Note::Wake {
                by: match WAKERS.get(index as usize) {
                    Some(by) => *by,
                    None => By::Lane(index - 4),
                },
            },
            10 => Note::Cancel { cancel: index },
            11 => Note::Resource { amount: index },
            tag => Note::End {
                outcome: OUTCOMES[usize::from(tag - END) % OUTCOMES.len()],
                ending: index.checked_sub(1),
            },
        }
    }
}

impl Log {
    pub fn push(&mut self, at: u64, lane: LaneId, note: Note) {
        self.entries.push(Entry { at, lane, note });
    }

    /// Adds a lane, and returns its id.
    pub fn spawn(&mut self, lane: Spawned) -> LaneId {
        let Spawned {
            name,
            place,
            parent,
            kind,
        } = lane;
        let origin = self.origins.push_other((name, place));
        self.lanes.push(Lane {
            origin,
            parent,
            task: None,
            kind,
        })
    }

    /// A lane.
    pub fn lane(&self, lane: LaneId) -> &Lane {
        &self.lanes[lane]
    }

    /// A lane, to be changed.
    pub fn lane_mut(&mut self, lane: LaneId) -> &mut Lane {
        self.lanes.get_mut(lane)
    }

    /// Every lane with its id.
    pub fn lanes(&self) -> impl Iterator<Item = (LaneId, &Lane)> {
        (0..).zip(self.lanes.iter())
    }

    /// What a lane is called, and where it was made.
    pub fn origin(&self, lane: LaneId) -> (&str, Source) {
        let (name, place) = &self.origins[self.lanes[lane].origin];
        (name, place)
    }

    /// Adds a wait, and returns its number.
    pub fn wait(&mut self, waited: Waited) -> u32 {
        let Waited { want, due, place } = waited;
        let want = self.wants.push_other((want, place));
        self.waits.push(Wait { want, due })
    }

    /// A wait: what it is for, when it is due, and where it began.
    pub fn waited(&self, wait: u32) -> (&Want, u64, Source) {
        let Wait { want, due } = self.waits[wait];
        let (want, place) = &self.wants[want];
        (want, due, place)
    }

    /// The index of an ending; a plain one needs none.
    pub fn ending(&mut self, ending: Ending) -> Option<u32> {
        (!ending.is_plain()).then(|| self.endings.push(ending))
    }

    /// The index of a stack; an empty one needs none.
    pub fn stack(&mut self, stack: Stack) -> Option<u32> {
        stack[0]?;
        if let Some((last, index)) = &self.last
            && same_lines(last, &stack)
        {
            return Some(*index);
        }
        let index = match self.known.get(&stack) {
            Some(index) => *index,
            None => {
                let index = self.stacks.push(stack);
                self.known.insert(stack, index);
                index
            }
        };
        self.last = Some((stack, index));
        Some(index)
    }

    /// The lanes that have not ended, in spawn order.
    pub fn open_lanes(&self) -> Vec<LaneId> {
        let mut open = vec![true; self.lanes.len()];
        for entry in self.entries.iter() {
            if let Note::End { .. } = entry.note {
                open[entry.lane as usize] = false;
            }
        }
        (0..open.len() as LaneId)
            .filter(|&lane| open[lane as usize])
            .collect()
    }
}

/// Whether two stacks are the same lines of code in memory: faster than to
/// compare them, and wrong only where it costs no more than time.
fn same_lines(a: &Stack, b: &Stack) -> bool {
    let address = |line: &Option<Source>| line.map(std::ptr::from_ref);
    a.iter().map(address).eq(b.iter().map(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_and_a_wait_stay_small() {
        assert_eq!(size_of::<Lane>(), 24);
        assert_eq!(size_of::<Wait>(), 16);
    }

    fn again(note: Note) -> Note {
        let (tag, index) = note.pack();
        Note::unpack(tag, index)
    }

    #[test]
    fn a_note_survives_packing() {
        for outcome in OUTCOMES {
            for ending in [None, Some(0), Some(7)] {
                let (tag, index) = Note::End { outcome, ending }.pack();
                let Note::End {
                    outcome: o,
                    ending: e,
                } = Note::unpack(tag, index)
                else {
                    panic!("{tag} is not an end");
                };
                assert_eq!((o, e), (outcome, ending));
            }
        }
        for within in [None, Some(0), Some(1_000_000)] {
            for is_bare in [false, true] {
                let Note::Poll {
                    within: w,
                    is_bare: b,
                } = again(Note::Poll { within, is_bare })
                else {
                    panic!("not a poll");
                };
                assert_eq!((w, b), (within, is_bare));
            }
        }
        let lanes = [By::Lane(0), By::Lane(1_000_000)];
        for by in lanes.into_iter().chain(WAKERS) {
            let Note::Wake { by: b } = again(Note::Wake { by }) else {
                panic!("not a wake");
            };
            assert_eq!(b, by);
        }
    }
}
