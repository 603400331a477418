//! A timeline as a picture that nobody has drawn yet: rows, marks, ticks and
//! labels, laid out for so many columns. There is no ink in it, no colour and
//! no character: a terminal draws it, and so can a page. The picture of a run
//! that goes on is laid out as the one of a run that is over.

mod axis;
mod fold;
mod layout;
mod marks;
mod pair;
mod scene;

use std::time::Duration;

use serde::Serialize;

use crate::timeline::Doing;
use crate::trace::{LaneId, Outcome, as_nanos};

pub use fold::InView;
pub use layout::{Layout, Side};
pub use pair::Pair;
pub use scene::{Reading, axis, notes, of_scene, own_scale, scale};

/// The picture. Columns are counted from 0; the right-hand end of its time is
/// the column after the last one, which only the mark of an end may take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Picture {
    /// How many columns the axis has.
    pub columns: usize,
    /// What the columns stand for.
    pub axis: Axis,
    /// The moments or steps that are labelled.
    pub ticks: Vec<Tick>,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// What the rows show, so that just that has to be explained.
    pub legend: Legend,
    /// Whether its scale is not that of all the others in its report.
    pub own_scale: bool,
    /// What has to be known to read the picture right, a sentence each.
    pub notes: Vec<String>,
}

/// What the columns of a picture stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// Stretches of time, all of one length.
    Time,
    /// The steps of a run, in their order, however long each of them took: see
    /// [`Steps`](crate::timeline::Steps).
    Steps,
}

/// A moment or a step on the axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tick {
    /// Where it is.
    pub column: usize,
    /// The moment itself, which is in that column; on an axis of steps as
    /// [`STEP`](crate::timeline::STEP)s.
    pub at: Duration,
    /// What it is called.
    pub label: String,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Row {
    /// One lane.
    Lane(Strip),
    /// Lanes that there is no room for, or that are like those beside them.
    Fold(Fold),
}

/// A lane, drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Strip {
    /// What it is called.
    pub label: String,
    /// The lane; strips of one lane have one colour.
    pub lane: LaneId,
    /// Whose lane it is.
    pub side: Side,
    /// What is to be seen in each column, from the first one to the lane's
    /// end. `None`: the lane does not exist yet.
    pub marks: Vec<Option<Mark>>,
    /// How it ends, if it does.
    pub end: Option<End>,
}

/// Lanes in one row, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fold {
    /// How many there are.
    pub lanes: usize,
    /// When the first and the last of them ended, if they are all of a kind.
    #[serde(skip)]
    pub ended: Option<(Duration, Duration)>,
    /// How many of them are where, those first that want to be seen first.
    pub states: Vec<(Standing, usize)>,
}

/// Where a lane stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It holds a thread.
    Holds,
    /// It was woken, and has not got the thread yet.
    Ready,
    /// It waits.
    Waits,
    /// It was spawned, and nothing of it has run.
    Unbegun,
    /// It has ended.
    Ended(Outcome),
}

/// What a lane does in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// It holds the thread.
    Hold,
    /// It is polled: it has the thread for a moment.
    Poll,
    /// It has the thread for a moment, and says a line.
    Say,
    /// It polls a lane inside of it, which has the thread meanwhile.
    Lend,
    /// It waits.
    Wait,
    /// Its wait is over, and it does not get the thread.
    Ready,
}

/// The end of a strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// Where it is.
    pub column: usize,
    /// How the lane ended.
    pub outcome: Outcome,
    /// When, counted from the start; on an axis of steps after how many of
    /// them, each a [`STEP`](crate::timeline::STEP).
    #[serde(serialize_with = "as_nanos")]
    pub at: Duration,
}

/// The marks and the ends that were used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Legend {
    /// Whether a lane holds the thread.
    pub hold: bool,
    /// Whether a lane is polled for a moment.
    pub poll: bool,
    /// Whether a lane says a line in a moment.
    pub say: bool,
    /// Whether a lane polls one inside of it.
    pub lend: bool,
    /// Whether a lane waits.
    pub wait: bool,
    /// Whether a lane is ready, and does not get the thread.
    pub ready: bool,
    /// The ends, in the order in which they were met.
    pub ends: Vec<Outcome>,
}

impl Standing {
    /// Where a lane stands that does that, and that has ended so if it has.
    pub fn of(doing: Doing, outcome: Option<Outcome>) -> Standing {
        match (doing, outcome) {
            (_, Some(outcome)) => Standing::Ended(outcome),
            (Doing::Running | Doing::Blocking, _) => Standing::Holds,
            (Doing::Ready, _) => Standing::Ready,
            (Doing::Unbegun, _) => Standing::Unbegun,
            (Doing::Lending | Doing::Parked | Doing::Ended, _) => {
                Standing::Waits
            }
        }
    }
}

impl Row {
    /// The lane that it draws, if it is one.
    pub fn strip(&self) -> Option<&Strip> {
        match self {
            Row::Lane(strip) => Some(strip),
            Row::Fold(_) => None,
        }
    }
}

impl Strip {
    /// Whether the lane could go on at its last column, and has not got the
    /// thread.
    pub fn is_kept_waiting(&self) -> bool {
        self.marks.last() == Some(&Some(Mark::Ready))
    }
}

impl Picture {
    /// The lanes that have a row of their own.
    pub fn strips(&self) -> impl Iterator<Item = &Strip> {
        self.rows.iter().filter_map(Row::strip)
    }
}

impl Legend {
    /// Adds what another picture uses.
    pub fn add(&mut self, other: &Legend) {
        self.hold |= other.hold;
        self.poll |= other.poll;
        self.say |= other.say;
        self.lend |= other.lend;
        self.wait |= other.wait;
        self.ready |= other.ready;
        for outcome in &other.ends {
            if !self.ends.contains(outcome) {
                self.ends.push(*outcome);
            }
        }
    }

    /// What it uses and the other one does not.
    pub fn without(&self, other: &Legend) -> Legend {
        let ends = self.ends.iter().copied();
        Legend {
            hold: self.hold && !other.hold,
            poll: self.poll && !other.poll,
            say: self.say && !other.say,
            lend: self.lend && !other.lend,
            wait: self.wait && !other.wait,
            ready: self.ready && !other.ready,
            ends: ends.filter(|end| !other.ends.contains(end)).collect(),
        }
    }

    fn saw(&mut self, strip: &Strip) {
        for mark in strip.marks.iter().flatten() {
            match mark {
                Mark::Hold => self.hold = true,
                Mark::Poll => self.poll = true,
                Mark::Say => self.say = true,
                Mark::Lend => self.lend = true,
                Mark::Wait => self.wait = true,
                Mark::Ready => self.ready = true,
            }
        }
        if let Some(end) = &strip.end
            && !self.ends.contains(&end.outcome)
        {
            self.ends.push(end.outcome);
        }
    }
}
