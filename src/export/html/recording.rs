//! From a trace's events to a run's steps: the fold goes over them once, and
//! what it says of a lane is put down whenever that is something else than
//! before.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::run::{Run, Step};
use super::texts::Texts;
use crate::chapter::clock;
use crate::picture::Axis;
use crate::report::why;
use crate::system::foreign::clean;
use crate::terminal::beside;
use crate::timeline::{Doing, LaneState, STEP, State, Steps};
use crate::trace::{By, Event, LaneId, Trace, What, nanos};

/// Of one that is shown in part so many events at its beginning and at its end.
const HEAD: usize = 1500;
const TAIL: usize = 500;

/// A run being put down.
pub(super) struct Recording<'a> {
    run: Run,
    texts: &'a mut Texts,
    /// Whether only the lanes that have a row are shown.
    is_part: bool,
    /// Where in the run a lane of the trace is.
    index: HashMap<LaneId, usize>,
    /// Whether a lane has a row.
    has_row: BTreeSet<LaneId>,
    places: HashMap<(usize, u32), usize>,
    files: HashMap<String, usize>,
    /// What was put down last of each lane.
    last: Vec<[usize; 3]>,
    /// The last step that each lane took.
    last_step: Vec<usize>,
    /// The lanes without a row, counted.
    counts: [usize; 7],
    state: State,
}

impl<'a> Recording<'a> {
    /// Before anything: a run without steps, and of which lanes it is.
    pub fn new(
        run: Run,
        ids: Vec<LaneId>,
        has_row: BTreeSet<LaneId>,
        is_part: bool,
        texts: &'a mut Texts,
    ) -> Recording<'a> {
        Recording {
            texts,
            is_part,
            last: vec![[usize::MAX; 3]; run.lanes.len()],
            last_step: vec![0; run.lanes.len()],
            run,
            index: ids.into_iter().zip(0..).collect(),
            has_row,
            places: HashMap::new(),
            files: HashMap::new(),
            counts: [0; 7],
            state: State::new(),
        }
    }

    /// Puts all of it down.
    pub fn record(mut self, trace: &Trace) -> Run {
        let shown = self.shown(&trace.events);
        let mut shown = shown.into_iter().peekable();
        let mut steps = Steps::default();
        let mut changed = BTreeSet::new();
        let is_passing = self.is_part && self.run.axis == Axis::Time;
        let mut before = Duration::ZERO;
        for (position, event) in trace.events.iter().enumerate() {
            let is_shown = shown.next_if_eq(&position).is_some();
            let at = match self.run.axis {
                Axis::Time => event.at(),
                Axis::Steps => steps.length(),
            };
            steps.count(event);
            if is_passing && self.column(at) > self.column(before) {
                self.pass(before);
            }
            before = event.at();
            if is_shown {
                self.step(event, at);
                if self.is_part {
                    self.run.numbers.push(position + 1);
                }
            }
            let mut touched = self.touched(event);
            self.count(&touched, false);
            let was_one_thread = !self.state.is_multi_thread();
            self.state.apply(event);
            // A lane is there from its first event on.
            touched.insert(event.lane);
            self.count(&touched, true);
            if was_one_thread && self.state.is_multi_thread() {
                // From now on it is said of whoever runs on which thread.
                let lanes = self.index.keys().copied();
                changed.extend(lanes.filter(|lane| self.is_running(*lane)));
            }
            let own = touched.into_iter();
            changed.extend(own.filter(|lane| self.index.contains_key(lane)));
            if is_shown {
                self.put_down(std::mem::take(&mut changed));
            }
        }
        if is_passing {
            self.pass(before);
        }
        self.run
    }

    /// Puts down what the lanes without a row do after all that has happened by
    /// a moment.
    fn pass(&mut self, moment: Duration) {
        let last = self.run.passing.last().map(|(_, counts)| *counts);
        if last != Some(self.counts) {
            self.run.passing.push((nanos(moment), self.counts));
        }
    }

    /// The positions of the events that are shown.
    fn shown(&self, events: &[Event]) -> Vec<usize> {
        if !self.is_part {
            return (0..events.len()).collect();
        }
        let own = (0..).zip(events);
        let own = own.filter(|(_, event)| self.index.contains_key(&event.lane));
        let mut own: Vec<usize> = own.map(|(position, _)| position).collect();
        if own.len() > HEAD + TAIL {
            own.drain(HEAD..own.len() - TAIL);
        }
        own
    }

    /// The lanes that may do something else after an event: its own, and who
    /// makes it, who polls it, and who is asked to stop.
    fn touched(&self, event: &Event) -> BTreeSet<LaneId> {
        let lane = self.state.lane(event.lane);
        let other = match &event.what {
            What::Spawn { parent, .. } => *parent,
            What::Poll { within, .. } => *within,
            What::Cancel { target, .. } => Some(*target),
            _ => None,
        };
        let around = lane.and_then(|lane| lane.within);
        let own = lane.map(|_| event.lane);
        own.into_iter().chain(around).chain(other).collect()
    }

    fn is_running(&self, lane: LaneId) -> bool {
        let lane = self.state.lane(lane);
        lane.is_some_and(|lane| lane.doing == Doing::Running)
    }

    /// Counts what lanes without a row do, or no longer do.
    fn count(&mut self, lanes: &BTreeSet<LaneId>, is_so: bool) {
        let more = lanes.iter().filter(|lane| !self.has_row.contains(lane));
        for lane in more.filter_map(|lane| self.state.lane(*lane)) {
            let count = &mut self.counts[lane.doing as usize];
            *count = if is_so {
                *count + 1
            } else {
                count.saturating_sub(1)
            };
        }
    }

    /// Adds a step: the state is the one before it.
    fn step(&mut self, event: &Event, at: Duration) {
        let Some(lane) = self.index.get(&event.lane).copied() else {
            return;
        };
        let nanos = event.at;
        if self
            .run
            .moments
            .last()
            .is_none_or(|(last, _)| *last != nanos)
        {
            self.run.moments.push((nanos, clock(event.at())));
        }
        let sentence = clean(&why(&self.state, event)).into_owned();
        let text = self
            .texts
            .about(&self.run.lanes[lane].name.clone(), &sentence);
        let column = match self.run.axis {
            Axis::Time => self.column(at),
            // A step is seen as a whole.
            Axis::Steps => self.column(at + STEP).saturating_sub(1),
        };
        let place = event.place().map(|place| {
            let place = (place.file.clone().into_owned(), place.line);
            self.place(&place.0, place.1) + 1
        });
        let step = self.run.steps.len() + 1;
        if let Some(cause) = self.cause(event, step) {
            self.run.lanes[lane].causes.extend([step, cause]);
        }
        self.last_step[lane] = step;
        self.run.steps.push(Step {
            moment: self.run.moments.len() - 1,
            lane,
            text,
            column,
            place: place.unwrap_or(0),
            said: matches!(event.what, What::Say { .. }),
        });
    }

    fn column(&self, at: Duration) -> usize {
        let scale = u128::from(self.run.scale);
        let column = at.as_nanos() * self.run.columns as u128 / scale;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        column.min(self.run.columns)
    }

    /// The step that woke a lane or ended it: the last one of the lane that
    /// did, if it was one, and else this itself.
    fn cause(&self, event: &Event, step: usize) -> Option<usize> {
        let by = match &event.what {
            What::Wake { by: By::Lane(by) } => Some(*by),
            What::Wake { .. } => None,
            What::End { cause, .. } => cause.as_ref()?.by,
            _ => return None,
        };
        let by = by.filter(|by| *by != event.lane);
        let by = by.and_then(|by| self.index.get(&by));
        let last = by.map(|by| self.last_step[*by]);
        Some(last.filter(|last| *last > 0).unwrap_or(step))
    }

    /// Puts down what these lanes do now, where it is something else than
    /// before.
    fn put_down(&mut self, changed: BTreeSet<LaneId>) {
        let step = self.run.steps.len();
        for id in changed {
            let Some(lane) = self.index.get(&id).copied() else {
                continue;
            };
            let Some(state) = self.state.lane(id) else {
                continue;
            };
            let doing = state.doing as usize;
            let words = in_words(&self.state, state);
            let place =
                (state.place.file.clone().into_owned(), state.place.line);
            let place = self.place(&place.0, place.1);
            let text =
                self.texts.about(&self.run.lanes[lane].name.clone(), &words);
            let now = [doing, place, text];
            if self.last[lane] != now {
                self.last[lane] = now;
                self.run.lanes[lane].track.push(step);
                self.run.lanes[lane].track.extend(now);
            }
        }
        let last = self.run.counts.last().map(|(_, counts)| *counts);
        if self.is_part && last != Some(self.counts) {
            self.run.counts.push((step, self.counts));
        }
    }

    fn place(&mut self, file: &str, line: u32) -> usize {
        let next = self.files.len();
        let index = *self.files.entry(file.to_owned()).or_insert(next);
        if index == next {
            self.run.files.push(clean(file).into_owned());
        }
        let next = self.places.len();
        let place = *self.places.entry((index, line)).or_insert(next);
        if place == next {
            self.run.places.push((index, line));
        }
        place
    }
}

/// What a lane does, or how it has ended.
fn in_words(state: &State, lane: &LaneState) -> String {
    match (&lane.end, lane.doing) {
        (Some(end), Doing::Ended) => end.outcome.to_string(),
        _ => beside(state, lane),
    }
}
