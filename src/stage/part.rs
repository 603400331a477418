//! A thread's part of a recording: what it writes to, and what it need not ask
//! the other threads for. It stays with its thread, see [`here`](super::here).

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::here::RecorderId;
use super::note::{Entry, Note};
use super::tables::Known;
use super::tape::Writer;
use crate::trace::LaneId;

/// What a thread keeps of a recording.
pub(super) struct Part {
    pub recorder: RecorderId,
    /// The thread's number, if it has polled something.
    pub thread: Option<u32>,
    pub lanes: Numbers,
    pub waits: Numbers,
    pub known: Known,
    /// The time of the last entry.
    pub last: u64,
    /// The lane that has begun to wait, if that is the last entry.
    pub waiting: Option<LaneId>,
    writer: Writer,
}

impl Part {
    /// That of a thread that has recorded nothing yet.
    pub fn new(recorder: RecorderId, writer: Writer) -> Part {
        Part {
            recorder,
            thread: None,
            lanes: Numbers::default(),
            waits: Numbers::default(),
            known: Known::default(),
            last: 0,
            waiting: None,
            writer,
        }
    }

    /// Appends an entry.
    pub fn push(&mut self, entry: Entry) {
        let is_wait = matches!(entry.note, Note::Wait { .. });
        self.last = entry.at;
        self.waiting = is_wait.then_some(entry.lane);
        self.writer.push(entry);
    }

    /// Whether its recording is still there.
    pub fn is_read(&self) -> bool {
        self.writer.is_read()
    }
}

/// Numbers that nobody else has. They are taken by the block, so that threads
/// seldom meet.
#[derive(Default)]
pub(super) struct Numbers {
    next: u32,
    end: u32,
}

/// How many at once.
const BLOCK: u32 = 64;

impl Numbers {
    /// The next one, where all threads take theirs from `all`.
    pub fn next(&mut self, all: &AtomicU32) -> u32 {
        if self.next == self.end {
            self.next = all.fetch_add(BLOCK, Relaxed);
            self.end = self.next.wrapping_add(BLOCK);
        }
        let next = self.next;
        self.next = next.wrapping_add(1);
        next
    }
}
