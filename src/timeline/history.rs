//! A run that can be gone through in both directions: what every lane is doing
//! after any number of its events. The fold goes forward only, so going back
//! is folding again, from the nearest of a few states that were kept.

use super::State;
use crate::trace::Event;

/// A run's events, and the state after some number of them.
#[derive(Clone, Debug)]
pub struct History {
    events: Vec<Event>,
    state: State,
    step: usize,
    /// States after so many events, in order, each kept when it was passed.
    kept: Vec<(usize, State)>,
    /// So many events are between two of them at least.
    spacing: usize,
}

/// The most states that are kept: each is as large as the run has lanes.
const MOST_KEPT: usize = 8;

/// It takes less than a frame to fold so many events again.
const FEW: usize = 10_000;

impl History {
    /// Before the first of these events.
    pub fn new(events: Vec<Event>) -> History {
        History {
            spacing: (events.len() / MOST_KEPT).max(FEW),
            events,
            state: State::new(),
            step: 0,
            kept: Vec::new(),
        }
    }

    /// Every event.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many events have happened.
    pub fn step(&self) -> usize {
        self.step
    }

    /// What every lane is doing.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Goes to where so many events have happened, or to the end if there are
    /// not so many.
    pub fn go_to(&mut self, step: usize) {
        let step = step.min(self.events.len());
        if step < self.step {
            let kept = self.kept.iter().rev();
            let nearest = kept.clone().find(|(kept, _)| *kept <= step);
            let (kept, state) = nearest.cloned().unwrap_or_default();
            (self.step, self.state) = (kept, state);
        }
        while self.step < step {
            self.state.apply(&self.events[self.step]);
            self.step += 1;
            let last = self.kept.last().map_or(0, |(kept, _)| *kept);
            if self.step >= last + self.spacing {
                self.kept.push((self.step, self.state.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{LaneKind, Place, What};

    /// Many lanes, one event each, and then another.
    fn events(lanes: u32) -> Vec<Event> {
        let spawn = |lane| Event {
            at: u64::from(lane),
            lane,
            what: What::Spawn {
                name: format!("{lane}"),
                kind: LaneKind::Task,
                parent: None,
                place: Place {
                    file: "".into(),
                    line: 1,
                },
            },
        };
        let poll = |lane| Event {
            at: u64::from(lanes + lane),
            lane,
            what: What::Poll {
                within: None,
                thread: 0,
            },
        };
        (0..lanes).map(spawn).chain((0..lanes).map(poll)).collect()
    }

    #[test]
    fn back_is_where_it_was_on_the_way_forward() {
        let lanes = 30_000;
        let events = events(lanes);
        let mut history = History::new(events.clone());
        let shown = |history: &History| {
            let lanes = history.state().lanes();
            let begun = lanes.iter().filter(|lane| lane.polls > 0).count();
            (history.step(), history.state().at(), lanes.len(), begun)
        };
        let stops = [0, 1, 9_999, 10_000, 10_001, 31_000, 60_000, 70_000];
        let mut there = Vec::new();
        for stop in stops {
            history.go_to(stop);
            there.push(shown(&history));
        }
        assert_eq!(there[7], there[6], "there is no more than the end");
        for (stop, expected) in stops.iter().zip(&there).rev() {
            history.go_to(*stop);
            assert_eq!(shown(&history), *expected);
        }
        assert!(history.kept.len() <= MOST_KEPT);
    }
}
