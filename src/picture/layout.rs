//! From timelines to rows of so many columns.

use std::time::Duration;

use serde::Serialize;

use super::{End, Legend, Picture, Row, axis, marks};
use crate::timeline::{Lane, Timeline};
use crate::trace::LaneId;
use crate::world::compare::{alone, pairs};

/// The room that a picture has.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The columns of the time axis; one more is taken by the mark of an end.
    pub columns: usize,
    /// The columns to the right of it into which a tick's label may run.
    pub overhang: usize,
    /// The most rows.
    pub rows: usize,
    /// The time at the right-hand end.
    pub scale: Duration,
}

/// Whose lane a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Tokio's.
    Tokio,
    /// CPython's, below the lane of tokio's that has its name.
    Cpython,
}

impl Layout {
    /// The column that a moment falls into.
    pub(super) fn column(&self, at: Duration) -> usize {
        let scale = self.scale.max(Duration::from_nanos(1)).as_nanos();
        let column = at.as_nanos() * self.columns as u128 / scale;
        usize::try_from(column)
            .unwrap_or(usize::MAX)
            .min(self.columns)
    }

    /// The moment at which a column begins.
    pub(super) fn moment(&self, column: usize) -> Duration {
        let scale = self.scale.max(Duration::from_nanos(1));
        scale.mul_f64(column as f64 / self.columns as f64)
    }

    fn row(&self, lane: &Lane, id: LaneId, side: Side) -> Row {
        let end = lane.end.as_ref().map(|end| End {
            column: self.column(end.at),
            outcome: end.outcome,
            at: end.at,
        });
        let columns = end.map_or(self.columns, |end| end.column);
        let marks = (0..columns).map(|column| marks::mark(self, lane, column));
        Row {
            label: lane.name.clone(),
            lane: id,
            side,
            marks: marks.collect(),
            end,
        }
    }

    pub(super) fn picture(&self, rows: Vec<Row>, hidden: usize) -> Picture {
        let mut legend = Legend::default();
        rows.iter().for_each(|row| legend.saw(row));
        Picture {
            columns: self.columns,
            ticks: axis::ticks(self),
            rows,
            hidden,
            legend,
            notes: Vec::new(),
        }
    }
}

impl Picture {
    /// One world's timeline.
    pub fn of(timeline: &Timeline, layout: &Layout) -> Picture {
        let lanes = (0..).zip(&timeline.lanes).take(layout.rows);
        let rows = lanes.map(|(id, lane)| layout.row(lane, id, Side::Tokio));
        let hidden = timeline.lanes.len().saturating_sub(layout.rows);
        layout.picture(rows.collect(), hidden)
    }

    /// Both worlds' timelines of one scene: below each lane of tokio's the lane
    /// of CPython's that has its name, then those of CPython's that tokio has
    /// none for, each below a row in which nothing happens.
    pub fn of_both(
        tokio: &Timeline,
        cpython: &Timeline,
        layout: &Layout,
    ) -> Picture {
        // Two rows a lane.
        let shown = layout.rows / 2;
        let mut rows = Vec::new();
        for (id, (lane, other)) in (0..).zip(pairs(tokio, cpython)).take(shown)
        {
            rows.push(layout.row(lane, id, Side::Tokio));
            let other = other.map(|other| layout.row(other, id, Side::Cpython));
            rows.extend(other);
        }
        let mut hidden = tokio.lanes.len().saturating_sub(shown);
        let first = LaneId::try_from(tokio.lanes.len()).unwrap_or(0);
        for (id, lane) in (first..).zip(alone(tokio, cpython)) {
            if rows.len() + 2 > layout.rows {
                hidden += 1;
                continue;
            }
            rows.push(Row {
                label: lane.name.clone(),
                lane: id,
                side: Side::Tokio,
                marks: Vec::new(),
                end: None,
            });
            rows.push(layout.row(lane, id, Side::Cpython));
        }
        layout.picture(rows, hidden)
    }
}
