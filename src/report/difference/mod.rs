//! Two runs side by side: where they part, and what is different in times, in
//! order, in how lanes end and in what is claimed. Only data: it is written
//! and drawn elsewhere. What is compared is what [`compare`] calls a moment,
//! and more exactly who ended whom; who is polled how often is not.

mod around;
mod lanes;
mod lines;
mod parting;

use std::time::Duration;

use serde::Serialize;

use super::{Figure, Finding, Status};
use crate::chapter::Measure;
use crate::timeline::Timeline;
use crate::trace::{Clock, How, LaneKind, Outcome, Trace, as_nanos};
use crate::world::compare::{self, Moment};

/// Measured times that are no further apart are the same, and so is the order
/// of what happens within it. On virtual clocks times are exact.
pub const MEASURED: Duration = Duration::from_millis(20);

/// The same of each of two runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Both<T> {
    /// The first one's.
    pub a: T,
    /// The second one's.
    pub b: T,
}

/// What two runs differ in. Times are nanoseconds where it is serialised.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The chapter, if both are runs of one that were made for this.
    pub chapter: Option<String>,
    /// What the two are called: `--b 1s`, `sequential`, `a.ndjson`.
    pub names: Both<String>,
    /// Whether nothing differs.
    pub same: bool,
    /// Scene by scene.
    pub scenes: Vec<SceneDifference>,
    /// The scenes that only one of them has, by name.
    pub alone: Both<Vec<String>>,
    /// The claims of which something else became.
    pub claims: Vec<ClaimChange>,
}

/// What two runs of a scene, or of two scenes, differ in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SceneDifference {
    /// The scenes' names.
    pub names: Both<String>,
    /// In what the headers differ. That alone is no difference.
    pub settings: Vec<Setting>,
    /// Whether nothing differs.
    pub same: bool,
    /// Times that are no further apart count as the same.
    #[serde(serialize_with = "as_nanos")]
    pub tolerance: Duration,
    /// Whether the run is there from its start to its end.
    pub whole: Both<bool>,
    /// How many moments of each were compared.
    pub moments: Both<usize>,
    /// Where they part first.
    pub parting: Parting,
    /// The total and the chapter's measure, where they differ.
    pub figures: Vec<FigureChange>,
    /// The lanes that only one of them has.
    pub lanes: Both<Vec<Begin>>,
    /// The lines that are said in one of them only.
    pub unsaid: Both<Vec<Line>>,
    /// The lines that both say in another order: only those.
    pub order: Option<Both<Vec<Line>>>,
    /// The lines that both say, at another time or on another lane.
    pub lines: Vec<Both<Line>>,
    /// The lanes that both have, and that end otherwise.
    pub ends: Vec<EndChange>,
    /// The lanes that both have, and that begin otherwise.
    pub begins: Vec<Both<Begin>>,
}

/// How two runs were made, where that is not the same: in which world, on which
/// clock, at which speed, with which knobs. `None` where it is not said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// What it is: `world`, `clock`, `speed`, `--b`.
    pub what: String,
    /// Of each of the two.
    #[serde(flatten)]
    pub values: Both<Option<String>>,
}

/// Where two runs part first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Parting {
    /// What happens next in each, where it is not the same. `None` on one side:
    /// that one is over.
    pub what: Option<Both<Option<Moment>>>,
    /// Before that, the first thing that happens in both, but at other times.
    pub when: Option<Both<Moment>>,
}

/// A figure that differs. `None` where a run has none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FigureChange {
    /// What it is, as in `total time`.
    pub what: String,
    /// In each of the two.
    #[serde(flatten)]
    pub figures: Both<Option<Figure>>,
}

/// A line that is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When, counted from the start.
    #[serde(serialize_with = "as_nanos")]
    pub at: Duration,
    /// On which lane.
    pub lane: String,
    /// What.
    pub text: String,
}

/// How a lane comes into being.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Begin {
    /// The lane.
    pub lane: String,
    /// What it is.
    pub kind: LaneKind,
    /// When it was made, counted from the start.
    #[serde(serialize_with = "as_nanos")]
    pub at: Duration,
    /// The lane that made it; `None` for `main`.
    pub by: Option<String>,
}

/// A lane that ends otherwise. `None` where it never ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndChange {
    /// The lane.
    pub lane: String,
    /// Whether it ends in another way, and not only at another time.
    pub otherwise: bool,
    /// Its end in each of the two.
    #[serde(flatten)]
    pub ends: Both<Option<End>>,
}

/// How a lane ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// When, counted from the start.
    #[serde(serialize_with = "as_nanos")]
    pub at: Duration,
    /// How.
    pub outcome: Outcome,
    /// Why, in words, if it failed.
    pub detail: Option<String>,
    /// The lane that cancelled it, if one did.
    pub by: Option<String>,
    /// How it was cancelled, if it was.
    pub how: Option<How>,
}

/// A claim of which something else became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimChange {
    /// The claim's short name.
    pub claim: String,
    /// The sentence as the learner reads it.
    pub says: String,
    /// What became of it in each of the two.
    pub status: Both<Status>,
    /// What shows it.
    pub evidence: Both<String>,
}

impl<T> Both<T> {
    /// Of the first and of the second.
    pub fn new(a: T, b: T) -> Both<T> {
        Both { a, b }
    }

    /// The same, each as something else.
    pub fn map<'a, U>(&'a self, f: impl Fn(&'a T) -> U) -> Both<U> {
        Both::new(f(&self.a), f(&self.b))
    }

    /// Each with the same one's of something else.
    pub fn zip<'a, U>(&'a self, other: &'a Both<U>) -> [(&'a T, &'a U); 2] {
        [(&self.a, &other.a), (&self.b, &other.b)]
    }

    /// Whether something is so of one of the two.
    pub fn any(&self, is: impl Fn(&T) -> bool) -> bool {
        is(&self.a) || is(&self.b)
    }
}

impl Difference {
    /// Of runs that were compared scene by scene, and whose claims were
    /// checked.
    pub fn new(
        chapter: Option<String>,
        names: Both<String>,
        scenes: Vec<SceneDifference>,
        alone: Both<Vec<String>>,
        findings: &Both<Vec<Finding>>,
    ) -> Difference {
        let claims = around::claims(findings);
        Difference {
            same: scenes.iter().all(|scene| scene.same)
                && !alone.any(|names| !names.is_empty())
                && claims.is_empty(),
            chapter,
            names,
            scenes,
            alone,
            claims,
        }
    }
}

impl SceneDifference {
    /// Compares two runs; with what their chapter measures, if they have one.
    pub fn of(a: &Trace, b: &Trace, measure: Option<&Measure>) -> Self {
        let traces = Both::new(a, b);
        let is_exact = !traces.any(|trace| trace.header.clock == Clock::Real);
        let tolerance = if is_exact { Duration::ZERO } else { MEASURED };
        // By which means a lane is made or cancelled is each world's own affair.
        let one_world = a.header.world.name == b.header.world.name;
        let timelines = traces.map(|trace| Timeline::of(trace));
        let moments = traces.map(|trace| compare::moments(trace));
        let lines = lines::compare(&timelines, tolerance);
        let mut difference = SceneDifference {
            names: traces.map(|trace| trace.header.name().to_owned()),
            settings: around::settings(&traces.map(|trace| &trace.header)),
            same: false,
            tolerance,
            whole: traces.map(|trace| trace.is_whole()),
            parting: parting::first(&moments, tolerance),
            moments: moments.map(Vec::len),
            figures: around::figures(&timelines, measure, tolerance),
            lanes: lanes::alone(&timelines),
            unsaid: lines.unsaid,
            order: lines.order,
            lines: lines.changed,
            ends: lanes::ends(&timelines, tolerance, one_world),
            begins: lanes::begins(&timelines, tolerance, one_world),
        };
        difference.same = difference.is_same();
        difference
    }

    fn is_same(&self) -> bool {
        self.parting == Parting::default()
            && self.whole.a == self.whole.b
            && self.figures.is_empty()
            && !self.lanes.any(|lanes| !lanes.is_empty())
            && !self.unsaid.any(|lines| !lines.is_empty())
            && self.order.is_none()
            && self.lines.is_empty()
            && self.ends.is_empty()
            && self.begins.is_empty()
    }
}
