//! What one thread has recorded, as bytes. Only that thread writes, and it needs
//! no lock: a byte that is written stays as it is, and how many there are is
//! said after they are there. So anybody can read what there is by now, also
//! while the thread is stuck in a call that never returns.
//!
//! Most entries are a step from the one before: a moment later, on the same lane
//! or on one nearby. So an entry that would fill 40 bytes takes about 5. They
//! are only ever read from the first to the last.

use std::sync::atomic::{
    AtomicU8, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::vec;

use super::note::{Entry, Note};
use super::packed::{Base, Packed, unzigzag, zigzag};
use crate::trace::LaneId;

/// An append-only list of entries, for whoever reads it.
#[derive(Default)]
pub(super) struct Tape {
    /// Whole entries: none is in two of them.
    chunks: Mutex<Vec<Arc<Chunk>>>,
}

/// The same for the only thread that writes it.
pub(super) struct Writer {
    tape: Weak<Tape>,
    chunk: Arc<Chunk>,
    before: Before,
}

/// Bytes that stay where they are.
#[derive(Default)]
struct Chunk {
    bytes: Box<[AtomicU8]>,
    /// So many of them are written.
    used: AtomicUsize,
}

/// What an entry is a step from.
#[derive(Clone, Copy, Default)]
struct Before {
    at: u64,
    lane: LaneId,
    wait: u32,
}

/// Bytes of the first chunk: most threads need no more.
const FIRST: usize = 1 << 12;
/// Bytes of those that follow.
const CHUNK: usize = 1 << 16;

/// The most bytes that a number takes, of 64 bits.
const NUMBER: usize = 10;
/// The most bytes that an entry takes: a head, its time, its lane, its numbers.
const LONGEST: usize = 1 + (2 + Packed::MOST) * NUMBER;

/// In the head of an entry, beside its tag: which numbers follow. One that does
/// not is zero. Those of its note beyond the first always follow.
const HAS_TIME: u8 = 1 << 5;
const HAS_LANE: u8 = 1 << 6;
const HAS_FIRST: u8 = 1 << 7;

impl Tape {
    /// Every entry that is there by now, in the order in which they were
    /// written.
    pub fn entries(&self) -> Entries {
        let chunks = self.chunks();
        let written: Vec<_> = chunks.iter().map(Reader::new).collect();
        let mut chunks = written.into_iter();
        Entries {
            reader: chunks.next(),
            chunks,
            before: Before::default(),
        }
    }

    fn chunks(&self) -> MutexGuard<'_, Vec<Arc<Chunk>>> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// The one that writes to that tape. There must be no other.
    pub fn new(tape: &Arc<Tape>) -> Writer {
        Writer {
            tape: Arc::downgrade(tape),
            chunk: Arc::default(),
            before: Before::default(),
        }
    }

    /// Whether somebody may still read what it writes.
    pub fn is_read(&self) -> bool {
        self.tape.strong_count() > 0
    }

    /// Appends an entry.
    pub fn push(&mut self, entry: Entry) {
        let before = self.before;
        // The virtual clock's threads are ahead of its loop: a time may come
        // after a later one.
        let time = zigzag(entry.at.wrapping_sub(before.at) as i64);
        let lane = zigzag(i64::from(entry.lane) - i64::from(before.lane));
        let Packed { tag, numbers } = entry.note.pack(before.base(entry.lane));
        let has = |number: u64, flag: u8| if number == 0 { 0 } else { flag };
        let head = tag
            | has(time, HAS_TIME)
            | has(lane, HAS_LANE)
            | has(numbers[0], HAS_FIRST);
        let mut pen = self.pen();
        pen.byte(head);
        for number in [time, lane, numbers[0]] {
            if number != 0 {
                pen.number(number);
            }
        }
        for number in numbers.iter().take(Packed::count(tag)).skip(1) {
            pen.number(*number);
        }
        let used = pen.used;
        self.chunk.used.store(used, Release);
        self.before.step(entry);
    }

    /// A pen where there is room for an entry.
    fn pen(&mut self) -> Pen<'_> {
        let mut used = self.chunk.used.load(Relaxed);
        if used + LONGEST > self.chunk.bytes.len() {
            self.turn();
            used = 0;
        }
        Pen {
            bytes: &self.chunk.bytes,
            used,
        }
    }

    /// Begins the next chunk.
    #[cold]
    fn turn(&mut self) {
        let is_first = self.chunk.bytes.is_empty();
        let length = if is_first { FIRST } else { CHUNK };
        self.chunk = Arc::new(Chunk {
            bytes: (0..length).map(|_| AtomicU8::new(0)).collect(),
            used: AtomicUsize::new(0),
        });
        // Whom nobody reads writes for himself.
        if let Some(tape) = self.tape.upgrade() {
            tape.chunks().push(Arc::clone(&self.chunk));
        }
    }
}

impl Before {
    fn base(self, lane: LaneId) -> Base {
        Base {
            lane,
            wait: self.wait,
        }
    }

    fn step(&mut self, entry: Entry) {
        self.at = entry.at;
        self.lane = entry.lane;
        if let Note::Wait { wait, .. } = entry.note {
            self.wait = wait;
        }
    }
}

/// Where the next byte goes.
struct Pen<'a> {
    bytes: &'a [AtomicU8],
    used: usize,
}

impl Pen<'_> {
    fn byte(&mut self, byte: u8) {
        self.bytes[self.used].store(byte, Relaxed);
        self.used += 1;
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more
    /// follow.
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }
}

/// The entries of a tape; see [`Tape::entries`].
#[derive(Clone)]
pub(super) struct Entries {
    reader: Option<Reader>,
    chunks: vec::IntoIter<Reader>,
    before: Before,
}

impl Iterator for Entries {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let reader = self.reader.as_mut()?;
        let Some(head) = reader.byte() else {
            self.reader = self.chunks.next();
            return self.next();
        };
        let has = |flag: u8| head & flag != 0;
        let [time, lane, first] =
            [HAS_TIME, HAS_LANE, HAS_FIRST].map(|flag| match has(flag) {
                true => reader.number(),
                false => 0,
            });
        let tag = head & (HAS_TIME - 1);
        let mut numbers = [0; Packed::MOST];
        numbers[0] = first;
        for number in numbers.iter_mut().take(Packed::count(tag)).skip(1) {
            *number = reader.number();
        }
        let before = self.before;
        let lane = (i64::from(before.lane) + unzigzag(lane)) as LaneId;
        let packed = Packed { tag, numbers };
        let entry = Entry {
            at: before.at.wrapping_add(unzigzag(time) as u64),
            lane,
            note: Note::unpack(packed, before.base(lane)),
        };
        self.before.step(entry);
        Some(entry)
    }
}

/// What was written of a chunk when somebody looked.
#[derive(Clone)]
struct Reader {
    chunk: Arc<Chunk>,
    used: usize,
    position: usize,
}

impl Reader {
    fn new(chunk: &Arc<Chunk>) -> Reader {
        let used = chunk.used.load(Acquire);
        Reader {
            chunk: Arc::clone(chunk),
            used,
            position: 0,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let written = &self.chunk.bytes[..self.used];
        let byte = written.get(self.position)?.load(Relaxed);
        self.position += 1;
        Some(byte)
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        for place in 0..NUMBER {
            let byte = self.byte().unwrap_or_default();
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::super::packed::tests::every_note;
    use super::*;

    fn tape() -> (Arc<Tape>, Writer) {
        let tape = Arc::default();
        let writer = Writer::new(&tape);
        (tape, writer)
    }

    /// Enough for several chunks, with steps of all kinds.
    fn many() -> impl Iterator<Item = Entry> {
        let times = [0, 0, 1, 5_000_000_000, 4, u64::MAX, 0, 7];
        let lanes = [0, 1, 0, LaneId::MAX, 1_000_000, 0];
        let notes = every_note();
        (0..30_000_usize).map(move |step| Entry {
            at: times[(step + step / 64) % times.len()],
            lane: lanes[(step * 5 + step / 64) % lanes.len()],
            note: notes[step % notes.len()],
        })
    }

    #[test]
    fn entries_come_back_as_they_were_put() {
        let (tape, mut writer) = tape();
        many().for_each(|entry| writer.push(entry));
        assert!(tape.chunks().len() > 2);
        assert!(tape.entries().eq(many()));
    }

    #[test]
    fn what_is_there_can_be_read_while_more_is_written() {
        let (tape, mut writer) = tape();
        let writing = thread::spawn(move || {
            many().for_each(|entry| writer.push(entry));
        });
        while !writing.is_finished() {
            // As far as it goes, it is what was written.
            assert!(tape.entries().zip(many()).all(|(got, put)| got == put));
        }
        writing.join().unwrap();
        assert!(tape.entries().eq(many()));
    }

    #[test]
    fn what_comes_next_is_small() {
        let (tape, mut writer) = tape();
        for lane in 0..1000 {
            let at = 1_000_000_000 + u64::from(lane) * 300;
            let poll = Note::Poll {
                within: None,
                is_bare: false,
                task: None,
            };
            for note in [poll, Note::Pend { stack: Some(0) }] {
                writer.push(Entry { at, lane, note });
            }
        }
        let bytes = |chunk: &Arc<Chunk>| chunk.used.load(Acquire);
        let bytes = tape.chunks().iter().map(bytes).sum::<usize>();
        assert!(bytes < 2000 * 4, "{bytes}");
    }
}
