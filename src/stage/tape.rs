//! What one thread has recorded. Only that thread writes, and it needs no lock:
//! a word that is written stays as it is, and how many there are is said after
//! they are there. So anybody can read what there is by now, also while the
//! thread is stuck in a call that never returns.
//!
//! Most entries are a step from the one before: a moment later, on the same lane
//! or on one nearby. So most of them, which would fill ten words, are in one of
//! 32 bits. They are only ever read from the first to the last.

use std::sync::atomic::{
    AtomicU32, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::vec;

use super::note::{Entry, Note};
use super::packed::{Packed, unzigzag, zigzag};
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

/// Words that stay where they are.
#[derive(Default)]
struct Chunk {
    words: Box<[AtomicU32]>,
    /// So many of them are written.
    used: AtomicUsize,
}

/// What an entry is a step from.
#[derive(Clone, Copy, Default)]
struct Before {
    at: u64,
    lane: LaneId,
}

/// Words of the first chunk: most threads need no more.
const FIRST: usize = 1 << 10;
/// Words of those that follow.
const CHUNK: usize = 1 << 14;

/// The most words that a number takes, of 64 bits.
const NUMBER: usize = 3;
/// The most words that an entry takes: a head, its time, its lane, its numbers.
const LONGEST: usize = 1 + (2 + Packed::MOST) * NUMBER;

/// Where in the head of an entry its first numbers are, from the lowest bit on.
/// One that is too large for that is zero there, which its flag says, and
/// follows.
struct Field {
    flag: u32,
    place: u32,
    bits: u32,
}

const TAG: u32 = (1 << 5) - 1;
const TIME: Field = Field {
    flag: 1 << 5,
    place: 8,
    bits: 12,
};
const LANE: Field = Field {
    flag: 1 << 6,
    place: 20,
    bits: 4,
};
const NOTE: Field = Field {
    flag: 1 << 7,
    place: 24,
    bits: 8,
};

/// In a word of a number that follows: so does another one.
const MORE: u32 = 1 << 31;

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
        let Packed { tag, numbers } = entry.note.pack(entry.lane);
        let mut slot = self.slot();
        let mut head = u32::from(tag);
        for (field, number) in [(TIME, time), (LANE, lane), (NOTE, numbers[0])]
        {
            head |= slot.field(field, number);
        }
        for number in &numbers[1..Packed::count(tag)] {
            slot.number(*number);
        }
        let used = slot.end(head);
        self.chunk.used.store(used, Release);
        self.before = Before {
            at: entry.at,
            lane: entry.lane,
        };
    }

    /// A slot in which there is room for an entry.
    fn slot(&mut self) -> Slot<'_> {
        let mut head = self.chunk.used.load(Relaxed);
        if head + LONGEST > self.chunk.words.len() {
            self.turn();
            head = 0;
        }
        Slot {
            words: &self.chunk.words,
            head,
            used: head + 1,
        }
    }

    /// Begins the next chunk.
    #[cold]
    fn turn(&mut self) {
        let is_first = self.chunk.words.is_empty();
        let length = if is_first { FIRST } else { CHUNK };
        self.chunk = Arc::new(Chunk {
            words: (0..length).map(|_| AtomicU32::new(0)).collect(),
            used: AtomicUsize::new(0),
        });
        // Whom nobody reads writes for himself.
        if let Some(tape) = self.tape.upgrade() {
            tape.chunks().push(Arc::clone(&self.chunk));
        }
    }
}

/// Where the next entry goes.
struct Slot<'a> {
    words: &'a [AtomicU32],
    head: usize,
    used: usize,
}

impl Slot<'_> {
    /// Its field in the head, for a number that may be too large for it.
    fn field(&mut self, field: Field, number: u64) -> u32 {
        if number >> field.bits == 0 {
            return (number as u32) << field.place;
        }
        self.number(number);
        field.flag
    }

    /// A number that follows, its lowest bits first.
    fn number(&mut self, mut number: u64) {
        while number >= u64::from(MORE) {
            self.word(number as u32 | MORE);
            number >>= MORE.trailing_zeros();
        }
        self.word(number as u32);
    }

    fn word(&mut self, word: u32) {
        self.words[self.used].store(word, Relaxed);
        self.used += 1;
    }

    /// Ends the entry; returns how many words are used now.
    fn end(self, head: u32) -> usize {
        self.words[self.head].store(head, Relaxed);
        self.used
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
        let Some(head) = reader.word() else {
            self.reader = self.chunks.next();
            return self.next();
        };
        let [time, lane, first] =
            [TIME, LANE, NOTE].map(|field| reader.field(head, field));
        let tag = (head & TAG) as u8;
        let mut numbers = [first, 0, 0, 0];
        for number in &mut numbers[1..Packed::count(tag)] {
            *number = reader.number();
        }
        let before = self.before;
        self.before = Before {
            at: before.at.wrapping_add(unzigzag(time) as u64),
            lane: (i64::from(before.lane) + unzigzag(lane)) as LaneId,
        };
        let Before { at, lane } = self.before;
        let note = Note::unpack(Packed { tag, numbers }, lane);
        Some(Entry { at, lane, note })
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

    fn word(&mut self) -> Option<u32> {
        let written = &self.chunk.words[..self.used];
        let word = written.get(self.position)?.load(Relaxed);
        self.position += 1;
        Some(word)
    }

    fn field(&mut self, head: u32, field: Field) -> u64 {
        if head & field.flag != 0 {
            return self.number();
        }
        u64::from(head >> field.place & ((1 << field.bits) - 1))
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        for place in 0..NUMBER {
            let word = self.word().unwrap_or_default();
            let bits = u64::from(word & !MORE);
            number |= bits << (place as u32 * MORE.trailing_zeros());
            if word & MORE == 0 {
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
    fn what_comes_next_is_one_word() {
        let (tape, mut writer) = tape();
        for lane in 0..1000 {
            let at = 1_000_000_000 + u64::from(lane) * 300;
            let poll = Note::Poll {
                within: None,
                is_bare: false,
                task: None,
            };
            let done = Note::Done { wait: lane + 7 };
            for note in [poll, done, Note::Pend { stack: Some(0) }] {
                writer.push(Entry { at, lane, note });
            }
        }
        let used = |chunk: &Arc<Chunk>| chunk.used.load(Acquire);
        let words = tape.chunks().iter().map(used).sum::<usize>();
        // But for the first, which is a second from nothing.
        assert_eq!(words, 3000 + 1);
    }
}
