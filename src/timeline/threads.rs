//! The threads that polled a lane: mostly one, and then nothing is kept but its
//! number, because a run may have a million lanes.

/// Threads by their numbers, in the order in which they came to poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Threads {
    first: Option<u32>,
    others: Vec<u32>,
}

impl Threads {
    /// Their numbers.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.first.into_iter().chain(self.others.iter().copied())
    }

    pub(super) fn contains(&self, thread: &u32) -> bool {
        self.first == Some(*thread) || self.others.contains(thread)
    }

    pub(super) fn push(&mut self, thread: u32) {
        match self.first {
            None => self.first = Some(thread),
            Some(_) => self.others.push(thread),
        }
    }
}
