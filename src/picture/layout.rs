//! From timelines to rows of so many columns.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;

use super::fold::{self, InView, Kept};
use super::{
    Axis, End, Fold, Legend, Picture, Row, Standing, Strip, axis, marks,
};
use crate::timeline::{self, Doing, Growing, Lane, STEP, State, Timeline};
use crate::trace::LaneId;
use crate::world::compare::{alone, pairs};

/// The room that a picture has.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The columns of the axis; one more is taken by the mark of an end.
    pub columns: usize,
    /// The columns to the right of it into which a tick's label may run.
    pub overhang: usize,
    /// The most rows.
    pub rows: usize,
    /// What the columns stand for.
    pub axis: Axis,
    /// The time at the right-hand end; on an axis of steps after how many of
    /// them, each a [`STEP`](crate::timeline::STEP).
    pub scale: Duration,
}

/// A step is no wider, whatever room there is.
const WIDEST_STEP: usize = 6;

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
    /// The same room for that axis, up to that scale. Where there is room all
    /// steps are of one width.
    pub fn of(self, axis: Axis, scale: Duration) -> Layout {
        let steps = (scale.as_nanos() / STEP.as_nanos()).max(1);
        let steps = usize::try_from(steps).unwrap_or(usize::MAX);
        let columns = match axis {
            Axis::Steps if steps <= self.columns => {
                steps * (self.columns / steps).min(WIDEST_STEP)
            }
            _ => self.columns,
        };
        Layout {
            columns,
            axis,
            scale,
            ..self
        }
    }

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

    /// A lane up to its end or, if it has none, up to a moment.
    fn strip(
        &self,
        lane: &Lane,
        id: LaneId,
        side: Side,
        now: Duration,
    ) -> Strip {
        self.strip_until(lane, id, side, lane.end.as_ref(), now)
    }

    /// A lane up to an end that it may not have come to yet.
    fn strip_until(
        &self,
        lane: &Lane,
        id: LaneId,
        side: Side,
        end: Option<&timeline::End>,
        now: Duration,
    ) -> Strip {
        let end = end.map(|end| End {
            column: self.column(end.at),
            outcome: end.outcome,
            at: end.at,
        });
        // What goes on is seen from its first moment on.
        let so_far = (self.column(now) + 1).min(self.columns);
        let columns = end.map_or(so_far, |end| end.column);
        let marks = (0..columns).map(|column| marks::mark(self, lane, column));
        Strip {
            label: lane.name.clone(),
            lane: id,
            side,
            marks: marks.collect(),
            end,
        }
    }

    /// A run as far as it has come in that state, at a moment. A lane may be
    /// known further on than that.
    fn so_far<'a>(
        &self,
        state: &State,
        now: Duration,
        in_view: &mut InView,
        lane: impl Fn(LaneId) -> Option<Cow<'a, Lane>>,
    ) -> Picture {
        let kept = in_view.choose(state, self.rows);
        let rows = kept.into_iter().filter_map(|kept| match kept {
            Kept::Fold(fold) => Some(Row::Fold(fold)),
            Kept::Lane(id) => {
                let lane = lane(id)?;
                let doing = state.lane(id)?.doing;
                let has_ended = doing == Doing::Ended;
                // Of the lane's end it is known when it is on this axis.
                let end = lane.end.as_ref().filter(|_| has_ended);
                let mut strip =
                    self.strip_until(&lane, id, Side::Tokio, end, now);
                // What else falls into this column may be still to come.
                if !has_ended && let Some(mark) = strip.marks.last_mut() {
                    let doing = doing_at(&lane, now, doing);
                    *mark = Some(marks::now(doing, *mark));
                }
                Some(Row::Lane(strip))
            }
        });
        self.picture(rows.collect())
    }

    /// A picture of these rows.
    pub(super) fn picture(&self, rows: Vec<Row>) -> Picture {
        let mut legend = Legend::default();
        let strips = rows.iter().filter_map(Row::strip);
        strips.for_each(|strip| legend.saw(strip));
        Picture {
            columns: self.columns,
            axis: self.axis,
            ticks: axis::ticks(self),
            rows,
            legend,
            own_scale: false,
            notes: Vec::new(),
        }
    }
}

impl Picture {
    /// One world's timeline.
    pub fn of(timeline: &Timeline, layout: &Layout) -> Picture {
        let kept = fold::by_likeness(&timeline.lanes, layout.rows);
        let rows = kept.into_iter().map(|kept| match kept {
            Kept::Fold(fold) => Row::Fold(fold),
            Kept::Lane(id) => {
                let lane = &timeline.lanes[id as usize];
                let until = timeline.elapsed;
                Row::Lane(layout.strip(lane, id, Side::Tokio, until))
            }
        });
        layout.picture(rows.collect())
    }

    /// A timeline that grows, as far as it has come at a moment that is not
    /// before its last event. Who is in view is chosen anew.
    pub fn of_growing(
        growing: &Growing,
        now: Duration,
        in_view: &mut InView,
        layout: &Layout,
    ) -> Picture {
        let lane = |id| growing.lane(id, now).map(Cow::Owned);
        layout.so_far(growing.state(), now, in_view, lane)
    }

    /// A timeline as far as it had come in a state of its run, at a moment.
    /// Who is in view is chosen anew.
    pub fn up_to(
        timeline: &Timeline,
        state: &State,
        now: Duration,
        in_view: &mut InView,
        layout: &Layout,
    ) -> Picture {
        let lane = |id| timeline.lanes.get(id as usize).map(Cow::Borrowed);
        layout.so_far(state, now, in_view, lane)
    }

    /// Both worlds' timelines of one scene: below each lane of tokio's the lane
    /// of CPython's that has its name, then those of CPython's that tokio has
    /// none for, each below a row in which nothing happens.
    pub fn of_both(
        tokio: &Timeline,
        cpython: &Timeline,
        layout: &Layout,
    ) -> Picture {
        // Two rows a lane, and one that counts those for which there is none.
        let fits = |lanes: usize| 2 * lanes <= layout.rows.saturating_sub(1);
        let mut rows = Vec::new();
        let mut folded = Vec::new();
        let strip = |lane: &Lane, id, side| {
            let until = match side {
                Side::Tokio => tokio.elapsed,
                Side::Cpython => cpython.elapsed,
            };
            Row::Lane(layout.strip(lane, id, side, until))
        };
        for (id, (lane, other)) in (0..).zip(pairs(tokio, cpython)) {
            if !fits(id as usize + 1) {
                folded.push(lane.outcome());
                continue;
            }
            rows.push(strip(lane, id, Side::Tokio));
            rows.extend(other.map(|other| strip(other, id, Side::Cpython)));
        }
        let first = LaneId::try_from(tokio.lanes.len()).unwrap_or(0);
        for (id, lane) in (first..).zip(alone(tokio, cpython)) {
            if !fits(rows.len() / 2 + 1) {
                folded.push(lane.outcome());
                continue;
            }
            rows.push(Row::Lane(Strip {
                label: lane.name.clone(),
                lane: id,
                side: Side::Tokio,
                marks: Vec::new(),
                end: None,
            }));
            rows.push(strip(lane, id, Side::Cpython));
        }
        if !folded.is_empty() {
            let states = folded.into_iter().map(|outcome| {
                (outcome.map_or(Standing::Waits, Standing::Ended), 1)
            });
            rows.push(Row::Fold(Fold::of(states)));
        }
        layout.picture(rows)
    }
}

/// What a lane does at a moment that does so by its state: if its timer is over
/// and somebody else has the thread, it is ready.
fn doing_at(lane: &Lane, now: Duration, doing: Doing) -> Doing {
    let until = lane.spans.partition_point(|span| span.from <= now);
    let span = until.checked_sub(1).and_then(|at| lane.spans.get(at));
    match (doing, span) {
        (Doing::Parked, Some(span)) if span.doing == Doing::Ready => {
            Doing::Ready
        }
        (doing, _) => doing,
    }
}
