//! Notes as numbers, which [`tape`](super::tape) writes down. Small ones take
//! little room: what is numbered as lanes are, one after the other, is given as
//! a step from its lane.

use super::note::{NEVER, Note, Target, TaskNumber, Want, Why};
use crate::trace::{By, How, LaneId, LaneKind, Outcome};

/// Which note, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    /// Below 32.
    pub tag: u8,
    /// As many as [`Packed::count`] says; those beyond are zero.
    pub numbers: [u64; Packed::MOST],
}

impl Packed {
    pub const MOST: usize = 4;

    /// How many numbers go with a tag.
    pub fn count(tag: u8) -> usize {
        match tag {
            WAIT => 4,
            SPAWN => 3,
            SAY | CANCEL | RESOURCE => 2,
            _ => 1,
        }
    }

    fn new<const N: usize>(tag: u8, given: [u64; N]) -> Packed {
        let mut numbers = [0; Packed::MOST];
        numbers[..N].copy_from_slice(&given);
        Packed { tag, numbers }
    }
}

const SPAWN: u8 = 0;
const TASK: u8 = 1;
const MOVED: u8 = 2;
const POLL: u8 = 3;
const BARE: u8 = 4;
const FIRST: u8 = 5;
const PEND: u8 = 6;
const SAY: u8 = 7;
const WAIT: u8 = 8;
const DONE: u8 = 9;
const DROP: u8 = 10;
const WAKE: u8 = 11;
const CANCEL: u8 = 12;
const RESOURCE: u8 = 13;
const SHUTDOWN: u8 = 14;
const INTERRUPT: u8 = 15;
/// That of the first outcome.
const END: u8 = 16;

impl Note {
    /// The note on that lane as numbers.
    pub fn pack(self, lane: LaneId) -> Packed {
        match self {
            Note::Spawn {
                kind,
                parent,
                name,
                place,
            } => {
                let place = both(place, kind as u64, KINDS.len() as u64);
                Packed::new(SPAWN, [place, u64::from(parent), u64::from(name)])
            }
            Note::Task { task } => Packed::new(TASK, [step(task.0, lane)]),
            Note::Moved { thread } => Packed::new(MOVED, [u64::from(thread)]),
            Note::Poll {
                task: Some(task), ..
            } => Packed::new(FIRST, [step(task.0, lane)]),
            Note::Poll {
                within, is_bare, ..
            } => {
                let tag = if is_bare { BARE } else { POLL };
                Packed::new(tag, [optional(within)])
            }
            Note::Pend { stack } => Packed::new(PEND, [optional(stack)]),
            Note::Say { text, place } => {
                Packed::new(SAY, [u64::from(place), u64::from(text)])
            }
            Note::Wait {
                wait,
                want,
                due,
                place,
            } => {
                let (form, number) = want.pack();
                let form = both(place, form, WANTS);
                // Never is the smallest, and not the largest.
                let due = due.wrapping_sub(NEVER);
                let wait = step(wait.into(), lane);
                Packed::new(WAIT, [wait, form, number, due])
            }
            Note::Done { wait } => Packed::new(DONE, [step(wait.into(), lane)]),
            Note::Drop { wait } => Packed::new(DROP, [step(wait.into(), lane)]),
            Note::Wake { by } => {
                let by = match by {
                    By::Timer => 0,
                    By::Io => 1,
                    By::Itself => 2,
                    By::Runtime => 3,
                    By::Lane(lane) => u64::from(lane) + 4,
                };
                Packed::new(WAKE, [by])
            }
            Note::Cancel { target, how } => {
                let (kind, number) = match target {
                    Target::Lane(lane) => (0, u64::from(lane)),
                    Target::Task(task) => (1, task.0),
                    Target::Set => (2, 0),
                };
                let how = how as u64 * TARGETS + kind;
                Packed::new(CANCEL, [how, number])
            }
            Note::Resource { name, left } => {
                Packed::new(RESOURCE, [u64::from(name), left])
            }
            Note::Shutdown => Packed::new(SHUTDOWN, []),
            Note::Interrupt => Packed::new(INTERRUPT, []),
            Note::End { outcome, why } => {
                let (kind, index) = match why {
                    Why::Plain => (0, 0),
                    Why::Said(text) => (1, text),
                    Why::DroppedBy(lane) => (2, lane),
                };
                let tag = END + outcome as u8;
                Packed::new(tag, [both(index, kind, WHYS)])
            }
        }
    }

    /// The note that was packed.
    pub fn unpack(packed: Packed, lane: LaneId) -> Note {
        let [first, second, third, fourth] = packed.numbers;
        match packed.tag {
            SPAWN => Note::Spawn {
                kind: KINDS[first as usize % KINDS.len()],
                parent: second as LaneId,
                name: third as u32,
                place: (first / KINDS.len() as u64) as u32,
            },
            TASK => Note::Task {
                task: TaskNumber(stepped(first, lane)),
            },
            MOVED => Note::Moved {
                thread: first as u32,
            },
            FIRST => Note::Poll {
                within: None,
                is_bare: false,
                task: Some(TaskNumber(stepped(first, lane))),
            },
            tag @ (POLL | BARE) => Note::Poll {
                within: given(first),
                is_bare: tag == BARE,
                task: None,
            },
            PEND => Note::Pend {
                stack: given(first),
            },
            SAY => Note::Say {
                text: second as u32,
                place: first as u32,
            },
            WAIT => Note::Wait {
                wait: stepped(first, lane) as u32,
                want: Want::unpack(second % WANTS, third),
                due: fourth.wrapping_add(NEVER),
                place: (second / WANTS) as u32,
            },
            DONE => Note::Done {
                wait: stepped(first, lane) as u32,
            },
            DROP => Note::Drop {
                wait: stepped(first, lane) as u32,
            },
            WAKE => Note::Wake {
                by: match WAKERS.get(first as usize) {
                    Some(by) => *by,
                    None => By::Lane((first - 4) as LaneId),
                },
            },
            CANCEL => Note::Cancel {
                target: match first % TARGETS {
                    0 => Target::Lane(second as LaneId),
                    1 => Target::Task(TaskNumber(second)),
                    _ => Target::Set,
                },
                how: HOWS[(first / TARGETS) as usize % HOWS.len()],
            },
            RESOURCE => Note::Resource {
                name: first as u32,
                left: second,
            },
            SHUTDOWN => Note::Shutdown,
            INTERRUPT => Note::Interrupt,
            tag => Note::End {
                outcome: OUTCOMES[usize::from(tag - END) % OUTCOMES.len()],
                why: match first % WHYS {
                    0 => Why::Plain,
                    1 => Why::Said((first / WHYS) as u32),
                    _ => Why::DroppedBy((first / WHYS) as LaneId),
                },
            },
        }
    }
}

impl Want<u32> {
    /// Which want, below [`WANTS`], and the number that goes with it.
    fn pack(self) -> (u64, u64) {
        match self {
            Want::Timer(length) => (0, length),
            Want::Deadline => (1, 0),
            Want::Blocking(length) => (2, length),
            Want::Thread(lane) => (3, u64::from(lane)),
            Want::Task(task) => (4, task.0),
            Want::Set => (5, 0),
            Want::Joined => (6, 0),
            Want::Acquire(name) => (7, u64::from(name)),
            Want::Send(name) => (8, u64::from(name)),
            Want::Recv(name) => (9, u64::from(name)),
            Want::Io(text) => (10, u64::from(text)),
            Want::Yield => (11, 0),
            Want::Other(name) => (12, u64::from(name)),
        }
    }

    fn unpack(form: u64, number: u64) -> Want<u32> {
        let index = number as u32;
        match form {
            0 => Want::Timer(number),
            1 => Want::Deadline,
            2 => Want::Blocking(number),
            3 => Want::Thread(index),
            4 => Want::Task(TaskNumber(number)),
            5 => Want::Set,
            6 => Want::Joined,
            7 => Want::Acquire(index),
            8 => Want::Send(index),
            9 => Want::Recv(index),
            10 => Want::Io(index),
            11 => Want::Yield,
            _ => Want::Other(index),
        }
    }
}

/// More than there are kinds of wants.
const WANTS: u64 = 16;

/// So many kinds of targets are there.
const TARGETS: u64 = 3;

/// So many reasons to end.
const WHYS: u64 = 3;

// As they are declared: each is at the index of its number.
const KINDS: [LaneKind; 4] = [
    LaneKind::Main,
    LaneKind::Task,
    LaneKind::Future,
    LaneKind::Thread,
];
const OUTCOMES: [Outcome; 5] = [
    Outcome::Finished,
    Outcome::Failed,
    Outcome::Cancelled,
    Outcome::Panicked,
    Outcome::Unrun,
];
const HOWS: [How; 6] = [
    How::Abort,
    How::Drop,
    How::Token,
    How::Group,
    How::Shutdown,
    How::Interrupt,
];
const WAKERS: [By; 4] = [By::Timer, By::Io, By::Itself, By::Runtime];

/// Two numbers in one, of which the second is below `limit`.
fn both(first: u32, second: u64, limit: u64) -> u64 {
    u64::from(first) * limit + second
}

/// What is not there is zero.
fn optional(index: Option<u32>) -> u64 {
    index.map_or(0, |index| u64::from(index) + 1)
}

fn given(number: u64) -> Option<u32> {
    number.checked_sub(1).map(|index| index as u32)
}

/// A number as a step from its lane.
fn step(number: u64, lane: LaneId) -> u64 {
    zigzag(number.wrapping_sub(u64::from(lane)) as i64)
}

fn stepped(step: u64, lane: LaneId) -> u64 {
    u64::from(lane).wrapping_add(unzigzag(step) as u64)
}

/// Steps back as odd numbers, so that small ones stay small.
pub(super) fn zigzag(step: i64) -> u64 {
    ((step << 1) ^ (step >> 63)) as u64
}

/// The step that it was.
pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One of everything, with the numbers that are hardest.
    pub fn every_note() -> Vec<Note> {
        let (some, none) = (Some(u32::MAX - 1), None);
        let task = TaskNumber(u64::MAX);
        let spawns = KINDS.map(|kind| Note::Spawn {
            kind,
            parent: u32::MAX,
            name: 7,
            place: u32::MAX,
        });
        let polls = [some, none].map(|within| {
            [true, false].map(|is_bare| Note::Poll {
                within,
                is_bare,
                task: None,
            })
        });
        let first = Note::Poll {
            within: None,
            is_bare: false,
            task: Some(TaskNumber(3)),
        };
        let wants = [
            Want::Timer(u64::MAX),
            Want::Deadline,
            Want::Blocking(1),
            Want::Thread(u32::MAX),
            Want::Task(task),
            Want::Set,
            Want::Joined,
            Want::Acquire(1),
            Want::Send(2),
            Want::Recv(u32::MAX),
            Want::Io(3),
            Want::Yield,
            Want::Other(4),
        ];
        let waits = wants.into_iter().flat_map(|want| {
            [0, 5, u32::MAX].into_iter().flat_map(move |wait| {
                [0, 1_000_000_000, NEVER].map(|due| Note::Wait {
                    wait,
                    want,
                    due,
                    place: u32::MAX,
                })
            })
        });
        let lanes = [By::Lane(0), By::Lane(u32::MAX)];
        let wakers = lanes.into_iter().chain(WAKERS);
        let targets = [Target::Lane(u32::MAX), Target::Task(task), Target::Set];
        let cancels = targets
            .into_iter()
            .flat_map(|target| HOWS.map(|how| Note::Cancel { target, how }));
        let ends = OUTCOMES.into_iter().flat_map(|outcome| {
            [
                Why::Plain,
                Why::Said(0),
                Why::Said(u32::MAX),
                Why::DroppedBy(0),
                Why::DroppedBy(u32::MAX),
            ]
            .map(|why| Note::End { outcome, why })
        });
        let others = [
            Note::Task { task },
            Note::Moved { thread: u32::MAX },
            first,
            Note::Pend { stack: some },
            Note::Pend { stack: none },
            Note::Say {
                text: u32::MAX,
                place: 0,
            },
            Note::Done { wait: u32::MAX },
            Note::Drop { wait: 0 },
            Note::Resource {
                name: 1,
                left: u64::MAX,
            },
            Note::Shutdown,
            Note::Interrupt,
        ];
        spawns
            .into_iter()
            .chain(polls.into_iter().flatten())
            .chain(waits)
            .chain(wakers.map(|by| Note::Wake { by }))
            .chain(cancels)
            .chain(ends)
            .chain(others)
            .collect()
    }

    #[test]
    fn a_note_survives_packing() {
        for lane in [0, 9, LaneId::MAX] {
            for note in every_note() {
                let packed = note.pack(lane);
                assert!(packed.tag < 32, "{note:?}");
                let count = Packed::count(packed.tag);
                let beyond = &packed.numbers[count..];
                assert!(beyond.iter().all(|number| *number == 0), "{note:?}");
                assert_eq!(Note::unpack(packed, lane), note);
            }
        }
    }
}
