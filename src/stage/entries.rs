//! The entries of a log, as bytes. Most are a step from the one before: a
//! moment later, on the same lane or on one nearby. So an entry that would fill
//! 16 bytes takes about 5, and a run of a million tasks leaves eight million.
//! They are only ever read from the first to the last.

use super::log::Note;
use crate::trace::LaneId;

/// One event: when, on which lane, and what.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub at: u64,
    pub lane: LaneId,
    pub note: Note,
}

/// An append-only list of entries.
#[derive(Default)]
pub(super) struct Entries {
    /// Whole entries: none is in two of them.
    chunks: Vec<Vec<u8>>,
    count: usize,
    last: Option<Entry>,
}

/// Bytes a chunk. What is in a chunk is not moved when the list grows.
const CHUNK: usize = 1 << 16;

/// The most bytes that an entry takes: a head, and three numbers.
const LONGEST: usize = 1 + 10 + 5 + 5;

/// In the head of an entry, beside its tag: which numbers follow. A number that
/// does not is zero.
const HAS_TIME: u8 = 1 << 5;
const HAS_LANE: u8 = 1 << 6;
const HAS_INDEX: u8 = 1 << 7;

impl Entries {
    /// Appends an entry.
    pub fn push(&mut self, entry: Entry) {
        let (at, lane) = start(&self.last);
        // The virtual clock's threads are ahead of its loop: a time may come
        // after a later one.
        let time = zigzag(entry.at.wrapping_sub(at) as i64);
        let step = zigzag(i64::from(entry.lane) - i64::from(lane));
        let (tag, index) = entry.note.pack();
        let chunk = self.chunk();
        let has = |number: u64, flag: u8| if number == 0 { 0 } else { flag };
        chunk.push(
            tag | has(time, HAS_TIME)
                | has(step, HAS_LANE)
                | has(u64::from(index), HAS_INDEX),
        );
        for number in [time, step, u64::from(index)] {
            if number != 0 {
                write(chunk, number);
            }
        }
        self.count += 1;
        self.last = Some(entry);
    }

    /// The chunk that has room for another one.
    fn chunk(&mut self) -> &mut Vec<u8> {
        let is_full = |chunk: &Vec<u8>| chunk.len() + LONGEST > CHUNK;
        if self.chunks.last().is_none_or(is_full) {
            // The first one grows: most runs need no more.
            let size = if self.chunks.is_empty() { 0 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(size));
        }
        let last = self.chunks.len() - 1;
        &mut self.chunks[last]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The one that came last.
    pub fn last(&self) -> Option<Entry> {
        self.last
    }

    /// Every entry, in order.
    pub fn iter(&self) -> impl Iterator<Item = Entry> {
        let mut last = None;
        let chunks = self.chunks.iter();
        chunks
            .flat_map(|chunk| {
                let mut bytes = chunk.iter();
                std::iter::from_fn(move || {
                    bytes.next().map(|head| (*head, read(&mut bytes, *head)))
                })
            })
            .map(move |(head, [time, step, index])| {
                let (at, lane) = start(&last);
                let entry = Entry {
                    at: at.wrapping_add(unzigzag(time) as u64),
                    lane: (i64::from(lane) + unzigzag(step)) as LaneId,
                    note: Note::unpack(head & (HAS_TIME - 1), index as u32),
                };
                last = Some(entry);
                entry
            })
    }
}

/// What the first entry is a step from.
fn start(last: &Option<Entry>) -> (u64, LaneId) {
    last.map_or((0, 0), |last| (last.at, last.lane))
}

/// The numbers that follow a head.
fn read<'a>(bytes: &mut impl Iterator<Item = &'a u8>, head: u8) -> [u64; 3] {
    [HAS_TIME, HAS_LANE, HAS_INDEX].map(|flag| match head & flag {
        0 => 0,
        _ => number(bytes),
    })
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn number<'a>(bytes: &mut impl Iterator<Item = &'a u8>) -> u64 {
    let mut number = 0;
    for (place, byte) in (0..).zip(bytes) {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

/// Steps back as odd numbers, so that small ones stay small.
fn zigzag(step: i64) -> u64 {
    ((step << 1) ^ (step >> 63)) as u64
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{By, Outcome};

    #[test]
    fn entries_come_back_as_they_were_put() {
        let times = [0, 0, 1, 5_000_000_000, 4, u64::MAX, 0, 7];
        let lanes = [0, 1, 0, LaneId::MAX, 1_000_000, 0];
        let notes = [
            Note::Spawn,
            Note::Poll {
                within: Some((1 << 27) - 2),
                is_bare: true,
            },
            Note::Wake {
                by: By::Lane(1_000_000),
            },
            Note::Wait { wait: 0 },
            Note::Done {
                wait: (1 << 27) - 1,
            },
            Note::End {
                outcome: Outcome::Unrun,
                ending: Some(7),
            },
        ];
        let mut entries = Entries::default();
        let mut put = Vec::new();
        // Enough for several chunks.
        for round in 0..4_000_usize {
            for (step, note) in notes.into_iter().enumerate() {
                let at = times[(round + step) % times.len()];
                let lane = lanes[(round * 5 + step) % lanes.len()];
                let entry = Entry { at, lane, note };
                put.push((at, lane, note.pack()));
                entries.push(entry);
            }
        }
        assert!(entries.chunks.len() > 2);
        let got = entries.iter().map(|e| (e.at, e.lane, e.note.pack()));
        assert!(got.eq(put.iter().copied()));
        assert_eq!(entries.len(), put.len());
    }

    #[test]
    fn what_comes_next_is_small() {
        let mut entries = Entries::default();
        for lane in 0..1000 {
            let at = 1_000_000_000 + u64::from(lane) * 300;
            for note in [
                Note::Spawn,
                Note::Poll {
                    within: None,
                    is_bare: false,
                },
            ] {
                entries.push(Entry { at, lane, note });
            }
        }
        let bytes = entries.chunks.iter().map(Vec::len).sum::<usize>();
        assert!(bytes < 2000 * 4, "{bytes}");
    }
}
