//! A run as the page has it: what every lane does at every step, as the one
//! fold over its events gives it, so that the page only looks it up and has no
//! rules of its own. A run of very many lanes or steps is shown in part, and
//! says so.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::strip::Strip;
use crate::chapter::clock;
use crate::picture::{Axis, Layout, Picture};
use crate::report::why;
use crate::system::foreign::clean;
use crate::terminal::beside;
use crate::timeline::{Doing, LaneState, STEP, State, Steps, Timeline};
use crate::trace::{By, Event, LaneId, LaneKind, Trace, What, nanos};

/// A run of more lanes than that is shown in part.
const MOST_LANES: usize = 256;

/// Of one that is shown in part so many events at its beginning and at its end.
const HEAD: usize = 1500;
const TAIL: usize = 500;

/// Rows of lanes, in one picture.
const ROWS: usize = 16;

/// A lane's name in a sentence about it. No text that is shown has this
/// character in it.
const OWN_NAME: &str = "\u{7f}";

/// One trace.
#[derive(Serialize)]
pub(super) struct Run {
    /// The scene.
    pub scene: String,
    /// What ran it, as people call it.
    pub world: String,
    /// What the columns stand for.
    axis: Axis,
    /// How many there are.
    columns: usize,
    /// The time at the end of the axis, in nanoseconds.
    scale: u64,
    /// The labels of the axis: at which part of it, and a text.
    ticks: Vec<(f64, String)>,
    /// The moments at which something happens: in nanoseconds, and in words.
    pub moments: Vec<(u64, String)>,
    /// Lines of source code: a file's index in `files` and a number.
    pub places: Vec<(usize, u32)>,
    /// The files of the places.
    pub files: Vec<String>,
    /// The lanes, in spawn order.
    pub lanes: Vec<Lane>,
    /// The steps that are shown.
    pub steps: Vec<Step>,
    /// How many there are in all.
    pub of: usize,
    /// Which ones are shown, from 1, if not all.
    numbers: Vec<usize>,
    /// How many lanes there are that have no row.
    more: usize,
    /// How many of those do what, of a run that is shown in part: a step, and a
    /// number for each of the things that a lane can do. It holds until the
    /// next one.
    counts: Vec<(usize, [usize; 7])>,
}

/// A step: what happened, and why. The page has it as so many numbers.
pub(super) struct Step {
    /// When.
    pub moment: usize,
    /// To which lane.
    pub lane: usize,
    /// What, in a sentence.
    text: usize,
    /// The column in which it is.
    column: usize,
    /// Where, from 1; 0 if nobody knows.
    pub place: usize,
    /// Whether it is a line that was said.
    said: bool,
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let said = usize::from(self.said);
        [
            self.moment,
            self.lane,
            self.text,
            self.column,
            self.place,
            said,
        ]
        .serialize(to)
    }
}

/// A lane.
#[derive(Serialize)]
pub(super) struct Lane {
    /// Its number in the trace.
    id: LaneId,
    /// What it is called.
    pub name: String,
    /// What it is.
    kind: LaneKind,
    /// What it does: groups of a step, what, a place and a text. Each holds
    /// until the next one.
    track: Vec<usize>,
    /// What it was woken or ended by: groups of the step at which it was, and
    /// the step that did it.
    causes: Vec<usize>,
    /// What it looks like in a row, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    strip: Option<Strip>,
}

impl Run {
    /// A trace on an axis up to that scale. With more events than that it is
    /// shown in part: what happens to the lanes that have a row.
    pub fn of(
        trace: &Trace,
        axis: Axis,
        scale: Duration,
        most: usize,
        texts: &mut Texts,
    ) -> Run {
        let timeline = match axis {
            Axis::Time => Timeline::of(trace),
            Axis::Steps => Timeline::in_steps(trace),
        };
        let layout = Layout {
            columns: COLUMNS,
            overhang: 4,
            rows: ROWS,
            axis,
            scale,
        };
        let picture = Picture::of(&timeline, &layout.of(axis, scale));
        let in_letters = Layout {
            columns: LETTERS,
            rows: 1,
            ..layout
        };
        let ruler = Picture::of(&timeline, &in_letters.of(axis, scale));
        let all = trace.events.len();
        let is_part = timeline.lanes.len() > MOST_LANES || all > most;
        let mut strips: BTreeMap<LaneId, Strip> = picture
            .strips()
            .map(|strip| (strip.lane, Strip::of(strip, axis)))
            .collect();
        let ids: Vec<LaneId> = if is_part {
            strips.keys().copied().collect()
        } else {
            let lanes = 0..LaneId::try_from(timeline.lanes.len()).unwrap_or(0);
            lanes.collect()
        };
        let has_row: BTreeSet<LaneId> = strips.keys().copied().collect();
        let lanes = ids.iter().map(|id| {
            let lane = &timeline.lanes[*id as usize];
            Lane {
                id: *id,
                name: clean(&lane.name).into_owned(),
                kind: lane.kind,
                track: Vec::new(),
                causes: Vec::new(),
                strip: strips.remove(id),
            }
        });
        let columns = ruler.columns as f64;
        let ticks = ruler.ticks.iter();
        let ticks = ticks
            .map(|tick| (tick.column as f64 / columns, tick.label.clone()));
        let run = Run {
            scene: clean(trace.header.name()).into_owned(),
            world: clean(trace.header.world.called()).into_owned(),
            axis,
            columns: picture.columns,
            scale: nanos(scale).max(1),
            ticks: ticks.collect(),
            moments: Vec::new(),
            places: Vec::new(),
            files: Vec::new(),
            lanes: lanes.collect(),
            steps: Vec::new(),
            of: all,
            numbers: Vec::new(),
            more: timeline.lanes.len() - has_row.len(),
            counts: Vec::new(),
        };
        Recording::new(run, ids, has_row, is_part, texts).record(trace)
    }

    /// The step that is shown at a position of the trace, or before it.
    pub fn step_of(&self, event: usize) -> usize {
        if self.numbers.is_empty() {
            return (event + 1).min(self.steps.len());
        }
        self.numbers.partition_point(|number| *number <= event + 1)
    }

    /// A step's number among all of them.
    pub fn number(&self, step: usize) -> usize {
        self.numbers.get(step - 1).copied().unwrap_or(step)
    }

    /// What a step was, in a sentence.
    pub fn sentence(&self, step: &Step, texts: &Texts) -> String {
        let name = &self.lanes[step.lane].name;
        texts.all[step.text].replace(OWN_NAME, name)
    }
}

/// So many of them are a hair wide on any screen.
const COLUMNS: usize = 240;

/// So many letters fit below each other's ticks on any.
const LETTERS: usize = 40;

/// What is said of lanes and steps, each text once: many lanes do the same.
#[derive(Default)]
pub(super) struct Texts {
    pub all: Vec<String>,
    known: HashMap<String, usize>,
}

impl Texts {
    /// A text about a lane of that name.
    fn about(&mut self, name: &str, text: &str) -> usize {
        let text = match name {
            "" => text.to_owned(),
            name => text.replace(name, OWN_NAME),
        };
        let next = self.all.len();
        let index = *self.known.entry(text.clone()).or_insert(next);
        if index == next {
            self.all.push(text);
        }
        index
    }
}

/// A run being put down.
struct Recording<'a> {
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
    fn new(
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

    fn record(mut self, trace: &Trace) -> Run {
        let shown = self.shown(&trace.events);
        let mut shown = shown.into_iter().peekable();
        let mut steps = Steps::default();
        let mut changed = BTreeSet::new();
        for (position, event) in trace.events.iter().enumerate() {
            let is_shown = shown.next_if_eq(&position).is_some();
            let at = match self.run.axis {
                Axis::Time => event.at(),
                Axis::Steps => steps.length(),
            };
            steps.count(event);
            if is_shown {
                self.step(event, at);
                if self.is_part {
                    self.run.numbers.push(position + 1);
                }
            }
            let mut touched = self.touched(event);
            self.count(&touched, false);
            self.state.apply(event);
            // A lane is there from its first event on.
            touched.insert(event.lane);
            self.count(&touched, true);
            let own = touched.into_iter();
            changed.extend(own.filter(|lane| self.index.contains_key(lane)));
            if is_shown {
                self.put_down(std::mem::take(&mut changed));
            }
        }
        self.run
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
pub(super) fn in_words(state: &State, lane: &LaneState) -> String {
    match (&lane.end, lane.doing) {
        (Some(end), Doing::Ended) => end.outcome.to_string(),
        _ => beside(state, lane),
    }
}
