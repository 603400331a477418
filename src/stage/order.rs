//! What all threads have recorded, in one order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::note::{Entry, Note};
use super::tape::Entries;
use crate::trace::LaneId;

/// The entries of a recording on the real clock, by their time. A thread's own
/// stay in the order in which they were written: its clock never goes back.
#[derive(Clone)]
pub(super) struct ByTime(BinaryHeap<Reverse<Head>>);

/// The next entry of a tape, and those that follow.
#[derive(Clone)]
struct Head {
    entry: Entry,
    rest: Entries,
}

impl ByTime {
    pub fn new(tapes: impl IntoIterator<Item = Entries>) -> ByTime {
        let heads = tapes.into_iter().filter_map(|mut rest| {
            let entry = rest.next()?;
            Some(Reverse(Head { entry, rest }))
        });
        ByTime(heads.collect())
    }
}

impl Iterator for ByTime {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let mut first = self.0.peek_mut()?;
        let Reverse(Head { entry, rest }) = &mut *first;
        let next = *entry;
        match rest.next() {
            Some(following) => *entry = following,
            None => {
                PeekMut::pop(first);
            }
        }
        Some(next)
    }
}

impl Head {
    /// Where a clock is too coarse to tell a cause from its effect on another
    /// thread, the cause comes first: a lane is there before it is polled, and
    /// is polled after it was woken.
    fn key(&self) -> (u64, u8, LaneId) {
        let rank = match self.entry.note {
            Note::Spawn { .. } => 0,
            Note::Poll { .. } => 2,
            Note::Interrupt => 3,
            _ => 1,
        };
        (self.entry.at, rank, self.entry.lane)
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Head) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Head) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Head) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Head {}

/// The entries of a recording on the virtual clock. A thread is recorded ahead
/// of the loop, and is sorted in; what happened at one instant stays in the
/// order in which it was noted.
///
/// Only a runtime that shuts down drops its tasks in an order of its own, which
/// depends on what else the process has run. On the virtual clock that happens
/// in no time, so no order is wrong, and the order of spawning is the same in
/// every run.
pub(super) fn by_instant(
    tapes: impl IntoIterator<Item = Entries>,
) -> Vec<Entry> {
    let mut is_shutting_down = false;
    let entries = tapes.into_iter().flatten().map(|entry| {
        let by_lane = if is_shutting_down { entry.lane } else { 0 };
        is_shutting_down |= entry.note == Note::Shutdown;
        ((entry.at, by_lane), entry)
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(key, _)| *key);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::note::TaskNumber;
    use super::super::tape::{Tape, Writer};
    use super::*;
    use crate::trace::{By, LaneKind};

    fn tape(entries: &[(u64, LaneId, Note)]) -> Arc<Tape> {
        let tape = Arc::default();
        let mut writer = Writer::new(&tape);
        for (at, lane, note) in entries {
            let (at, lane, note) = (*at, *lane, *note);
            writer.push(Entry { at, lane, note });
        }
        tape
    }

    const SPAWN: Note = Note::Spawn {
        kind: LaneKind::Future,
        parent: 0,
        name: 0,
        place: 0,
    };

    const POLL: Note = Note::Poll {
        within: None,
        is_bare: false,
        task: Some(TaskNumber(1)),
    };

    const WAKE: Note = Note::Wake { by: By::Lane(1) };
    const PEND: Note = Note::Pend { stack: None };

    fn lanes(tapes: [&Arc<Tape>; 2]) -> Vec<(u64, LaneId, Note)> {
        let entries = ByTime::new(tapes.map(|tape| tape.entries()));
        entries.map(|e| (e.at, e.lane, e.note)).collect()
    }

    #[test]
    fn what_threads_recorded_side_by_side_is_sorted_by_its_time() {
        let one = tape(&[(1, 0, POLL), (5, 0, PEND), (9, 0, POLL)]);
        let two = tape(&[(2, 7, POLL), (4, 7, PEND)]);
        let times = |tapes| lanes(tapes).into_iter().map(|(at, ..)| at);
        assert!(times([&one, &two]).eq([1, 2, 4, 5, 9]));
        assert!(times([&two, &one]).eq([1, 2, 4, 5, 9]));
    }

    #[test]
    fn a_cause_comes_before_its_effect_at_the_same_instant() {
        let cause = tape(&[(3, 0, POLL), (3, 8, SPAWN), (3, 9, WAKE)]);
        let effect = tape(&[(3, 8, POLL), (3, 8, PEND), (3, 9, POLL)]);
        let expected = [
            (3, 0, POLL),
            (3, 8, SPAWN),
            (3, 9, WAKE),
            (3, 8, POLL),
            (3, 8, PEND),
            (3, 9, POLL),
        ];
        assert_eq!(lanes([&cause, &effect]), expected);
        assert_eq!(lanes([&effect, &cause]), expected);
    }

    #[test]
    fn what_a_runtime_drops_is_sorted_by_its_lane() {
        let noted = tape(&[
            (9, 2, PEND),
            (1, 5, PEND),
            (9, 0, Note::Shutdown),
            (9, 4, PEND),
            (9, 3, PEND),
        ]);
        let sorted = by_instant([noted.entries()]);
        let lanes = sorted.iter().map(|entry| (entry.at, entry.lane));
        assert!(lanes.eq([(1, 5), (9, 2), (9, 0), (9, 3), (9, 4)]));
    }
}
