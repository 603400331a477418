//! A timeline as a picture that nobody has drawn yet: rows, marks, ticks and
//! labels, laid out for so many columns. There is no ink in it, no colour and
//! no character: a terminal draws it, and so can a page.

mod axis;
mod layout;
mod marks;
mod scene;

use std::time::Duration;

use serde::Serialize;

use crate::trace::{LaneId, Outcome, as_nanos};

pub use layout::{Layout, Side};
pub use scene::{of_scene, scale};

/// The picture. Columns are counted from 0; the right-hand end of its time is
/// the column after the last one, which only the mark of an end may take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Picture {
    /// How many columns the time axis has.
    pub columns: usize,
    /// The moments that are labelled.
    pub ticks: Vec<Tick>,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// How many lanes there was no room for.
    pub hidden: usize,
    /// What the rows show, so that just that has to be explained.
    pub legend: Legend,
    /// What has to be known to read the picture right, a sentence each.
    pub notes: Vec<String>,
}

/// A moment on the axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tick {
    /// Where it is.
    pub column: usize,
    /// What it is called.
    pub label: String,
}

/// A lane, drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What it is called.
    pub label: String,
    /// The lane; rows of one lane have one colour.
    pub lane: LaneId,
    /// Whose lane it is.
    pub side: Side,
    /// What is to be seen in each column, from the first one to the lane's
    /// end. `None`: the lane does not exist yet.
    pub marks: Vec<Option<Mark>>,
    /// How it ends, if it does.
    pub end: Option<End>,
}

/// What a lane does in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// It holds the thread.
    Hold,
    /// It has the thread for a moment.
    Turn,
    /// It waits.
    Wait,
    /// Its wait is over, and it does not get the thread.
    Overdue,
}

/// The end of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// Where it is.
    pub column: usize,
    /// How the lane ended.
    pub outcome: Outcome,
    /// When, counted from the start.
    #[serde(serialize_with = "as_nanos")]
    pub at: Duration,
}

/// The marks and the ends that were used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Legend {
    /// Whether a lane holds the thread.
    pub hold: bool,
    /// Whether a lane has it for a moment.
    pub turn: bool,
    /// Whether a lane waits.
    pub wait: bool,
    /// Whether a lane is overdue.
    pub overdue: bool,
    /// The ends, in the order in which they were met.
    pub ends: Vec<Outcome>,
}

impl Legend {
    /// Adds what another picture uses.
    pub fn add(&mut self, other: &Legend) {
        self.hold |= other.hold;
        self.turn |= other.turn;
        self.wait |= other.wait;
        self.overdue |= other.overdue;
        for outcome in &other.ends {
            if !self.ends.contains(outcome) {
                self.ends.push(*outcome);
            }
        }
    }

    fn saw(&mut self, row: &Row) {
        for mark in row.marks.iter().flatten() {
            match mark {
                Mark::Hold => self.hold = true,
                Mark::Turn => self.turn = true,
                Mark::Wait => self.wait = true,
                Mark::Overdue => self.overdue = true,
            }
        }
        if let Some(end) = &row.end
            && !self.ends.contains(&end.outcome)
        {
            self.ends.push(end.outcome);
        }
    }
}
