//! A run as the page has it: what every lane does at every step, so that the
//! page only looks it up and has no rules of its own. A run of very many lanes
//! or steps is shown in part, and says so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::recording::Recording;
use super::strip::Strip;
use super::texts::Texts;
use crate::picture::{Axis, Layout, Picture};
use crate::system::foreign::clean;
use crate::timeline::Timeline;
use crate::trace::{LaneId, LaneKind, Trace, nanos};

/// A run of more lanes than that is shown in part.
const MOST_LANES: usize = 256;

/// So many of them are a hair wide on any screen.
const COLUMNS: usize = 240;

/// So many letters fit below each other's ticks on any.
const LETTERS: usize = 40;

/// Rows of lanes, in one picture.
const ROWS: usize = 16;

/// One trace.
#[derive(Serialize)]
pub(super) struct Run {
    /// The scene.
    pub scene: String,
    /// What ran it, as people call it.
    pub world: String,
    /// What the columns stand for.
    pub axis: Axis,
    /// How many there are.
    pub columns: usize,
    /// The time at the end of the axis, in nanoseconds.
    pub scale: u64,
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
    pub numbers: Vec<usize>,
    /// How many lanes there are that have no row.
    pub more: usize,
    /// How many of those do what, of a run that is shown in part: a step, and a
    /// number for each of the things that a lane can do. It holds until the
    /// next one.
    pub counts: Vec<(usize, [usize; 7])>,
    /// The same as time passes: a moment in nanoseconds, and the numbers after
    /// all that has happened by then. No two are of one column.
    pub passing: Vec<(u64, [usize; 7])>,
}

/// A step: what happened, and why. The page has it as so many numbers.
pub(super) struct Step {
    /// When.
    pub moment: usize,
    /// To which lane.
    pub lane: usize,
    /// What, in a sentence.
    pub text: usize,
    /// The column in which it is.
    pub column: usize,
    /// Where, from 1; 0 if nobody knows.
    pub place: usize,
    /// Whether it is a line that was said.
    pub said: bool,
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
    pub track: Vec<usize>,
    /// What it was woken or ended by: groups of the step at which it was, and
    /// the step that did it.
    pub causes: Vec<usize>,
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
        let length = nanos(scale).max(1) as f64;
        let ticks = ruler.ticks.iter();
        let ticks = ticks
            .map(|tick| (nanos(tick.at) as f64 / length, tick.label.clone()));
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
            passing: Vec::new(),
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
        texts.about_lane(step.text, name)
    }
}
