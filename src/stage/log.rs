//! The recorder's memory. A run of a million tasks leaves seven million
//! entries, so an entry is 16 bytes: what has no fixed size goes into side
//! tables, and events are put together from both only when they are asked for.

use std::borrow::Cow;
use std::panic::Location;
use std::time::Duration;

use super::segments::Segments;
use crate::trace::{Event, LaneId, LaneKind, Outcome, Place, What};

pub(super) type Source = &'static Location<'static>;

/// Everything recorded so far.
#[derive(Default)]
pub(super) struct Log {
    entries: Segments<Entry>,
    lanes: Segments<Spawned>,
    waits: Segments<Waited>,
    lines: Segments<(String, Source)>,
    details: Segments<String>,
}

/// One event: when, on which lane, and what, with an index into the side table
/// that its tag stands for.
struct Entry {
    at: u64,
    lane: LaneId,
    code: u32,
}

/// A lane as it was spawned. Its index is its id.
pub(super) struct Spawned {
    pub name: Cow<'static, str>,
    pub parent: Option<LaneId>,
    pub kind: LaneKind,
    pub place: Source,
}

/// A wait as it was created. Its index + 1 is its number.
pub(super) struct Waited {
    pub on: On,
    pub due: Option<u64>,
    pub place: Source,
}

/// What a wait is for.
pub(super) enum On {
    Sleep(Duration),
    Block(Duration),
    Thread(Box<str>),
    Other(Box<str>),
}

impl On {
    fn describe(&self) -> String {
        match self {
            On::Sleep(time) => {
                format!("sleep {}", humantime::format_duration(*time))
            }
            On::Block(time) => {
                format!("block {}", humantime::format_duration(*time))
            }
            On::Thread(name) => format!("thread {name}"),
            On::Other(what) => what.to_string(),
        }
    }
}

/// What an entry says, with the index that goes with it.
#[derive(Clone, Copy)]
pub(super) enum Note {
    Spawn,
    Poll {
        within: Option<LaneId>,
    },
    Pend,
    Say {
        line: u32,
    },
    Wait {
        wait: u32,
    },
    Wake {
        wait: u32,
    },
    Drop {
        wait: u32,
    },
    End {
        outcome: Outcome,
        detail: Option<u32>,
    },
}

/// The bits of a code that hold the tag; the rest hold the index, or 0 for
/// none. 268 million of anything is more than memory holds.
const TAG_BITS: u32 = 4;

const OUTCOMES: [Outcome; 4] = [
    Outcome::Finished,
    Outcome::Failed,
    Outcome::Cancelled,
    Outcome::Panicked,
];

impl Note {
    fn pack(self) -> u32 {
        let optional = |index: Option<u32>| index.map_or(0, |index| index + 1);
        let (tag, index) = match self {
            Note::Spawn => (0, 0),
            Note::Poll { within } => (1, optional(within)),
            Note::Pend => (2, 0),
            Note::Say { line } => (3, line),
            Note::Wait { wait } => (4, wait),
            Note::Wake { wait } => (5, wait),
            Note::Drop { wait } => (6, wait),
            Note::End { outcome, detail } => {
                (8 + outcome as u32, optional(detail))
            }
        };
        index << TAG_BITS | tag
    }

    fn unpack(code: u32) -> Note {
        let index = code >> TAG_BITS;
        match code & ((1 << TAG_BITS) - 1) {
            0 => Note::Spawn,
            1 => Note::Poll {
                within: index.checked_sub(1),
            },
            2 => Note::Pend,
            3 => Note::Say { line: index },
            4 => Note::Wait { wait: index },
            5 => Note::Wake { wait: index },
            6 => Note::Drop { wait: index },
            tag => Note::End {
                outcome: OUTCOMES[(tag & 3) as usize],
                detail: index.checked_sub(1),
            },
        }
    }
}

impl Log {
    pub fn push(&mut self, at: u64, lane: LaneId, note: Note) {
        let code = note.pack();
        self.entries.push(Entry { at, lane, code });
    }

    pub fn add_lane(&mut self, lane: Spawned) -> LaneId {
        self.lanes.push(lane)
    }

    pub fn add_wait(&mut self, wait: Waited) -> u32 {
        self.waits.push(wait) + 1
    }

    pub fn add_line(&mut self, text: String, place: Source) -> u32 {
        self.lines.push((text, place))
    }

    pub fn add_detail(&mut self, detail: String) -> u32 {
        self.details.push(detail)
    }

    pub fn kind(&self, lane: LaneId) -> LaneKind {
        self.lanes[lane].kind
    }

    /// How many entries there are.
    pub fn len(&self) -> u32 {
        self.entries.len() as u32
    }

    /// The event behind entry `index`.
    pub fn event(&self, index: u32) -> Event {
        let Entry { at, lane, code } = self.entries[index];
        let what = match Note::unpack(code) {
            Note::Spawn => {
                let spawned = &self.lanes[lane];
                What::Spawn {
                    name: spawned.name.to_string(),
                    kind: spawned.kind,
                    parent: spawned.parent,
                    place: place(spawned.place),
                }
            }
            Note::Poll { within } => What::Poll { within },
            Note::Pend => What::Pend,
            Note::Say { line } => {
                let (text, source) = &self.lines[line];
                What::Say {
                    text: text.clone(),
                    place: place(source),
                }
            }
            Note::Wait { wait } => {
                let waited = &self.waits[wait - 1];
                What::Wait {
                    wait,
                    on: waited.on.describe(),
                    due: waited.due,
                    place: place(waited.place),
                }
            }
            Note::Wake { wait } => What::Wake { wait },
            Note::Drop { wait } => What::Drop { wait },
            Note::End { outcome, detail } => What::End {
                outcome,
                detail: detail.map(|index| self.details[index].clone()),
            },
        };
        Event { at, lane, what }
    }

    /// The lanes that have not ended, in spawn order.
    pub fn open_lanes(&self) -> Vec<LaneId> {
        let mut open = vec![true; self.lanes.len()];
        for entry in self.entries.iter() {
            if let Note::End { .. } = Note::unpack(entry.code) {
                open[entry.lane as usize] = false;
            }
        }
        (0..open.len() as LaneId)
            .filter(|&lane| open[lane as usize])
            .collect()
    }
}

/// A source location as the trace spells it: relative to the project's root,
/// with forward slashes. The compiler names demos by their path from `src`.
fn place(source: Source) -> Place {
    let file = source.file();
    let file = file.strip_prefix("src/../").unwrap_or(file);
    Place {
        file: if file.contains('\\') {
            file.replace('\\', "/").replace("src/../", "").into()
        } else {
            file.into()
        },
        line: source.line(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_stays_small() {
        assert_eq!(size_of::<Entry>(), 16);
    }

    #[test]
    fn a_note_survives_packing() {
        for outcome in OUTCOMES {
            for detail in [None, Some(0), Some(7)] {
                let code = Note::End { outcome, detail }.pack();
                let Note::End {
                    outcome: o,
                    detail: d,
                } = Note::unpack(code)
                else {
                    panic!("{code} is not an end");
                };
                assert_eq!((o, d), (outcome, detail));
            }
        }
        for within in [None, Some(0), Some(1_000_000)] {
            let Note::Poll { within: w } =
                Note::unpack(Note::Poll { within }.pack())
            else {
                panic!("not a poll");
            };
            assert_eq!(w, within);
        }
    }
}
