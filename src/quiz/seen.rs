//! A scene as the questions look at it: its trace, its timeline, and what can
//! be asked without two answers being right.

use std::time::Duration;

use super::Spot;
use super::words::{does, happened};
use crate::timeline::{Doing, Lane, Line, State, Timeline};
use crate::trace::{LaneId, On, Trace, What};

/// Of more lanes or lines nobody is asked.
pub(super) const MOST: usize = 40;

/// Two times are the same answer if they are no further apart.
pub(super) const NEAR: Duration = Duration::from_millis(1);

/// A scene.
pub(super) struct Seen<'a> {
    pub trace: &'a Trace,
    pub timeline: Timeline,
    /// The lanes that one may ask of.
    asked_of: Vec<LaneId>,
}

impl<'a> Seen<'a> {
    pub fn of(trace: &'a Trace) -> Seen<'a> {
        let timeline = Timeline::of(trace);
        Seen {
            trace,
            asked_of: asked_of(&timeline.lanes),
            timeline,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.trace.header.name()
    }

    /// Whether all of it happens at one moment: then only its order is one.
    pub fn is_one_moment(&self) -> bool {
        self.timeline.elapsed.is_zero()
    }

    /// The lanes that one may ask of, `main` aside, each with its id. A name
    /// that two lanes have names neither.
    pub fn lanes(&self) -> impl Iterator<Item = (LaneId, &Lane)> {
        let lanes = &self.timeline.lanes;
        self.asked_of.iter().map(|id| (*id, &lanes[*id as usize]))
    }

    /// The lines that are said once, each with the position of its event.
    pub fn lines(&self) -> Vec<(usize, &Line)> {
        let events = self.trace.events.iter().enumerate();
        let says =
            events.filter(|(_, event)| matches!(event.what, What::Say { .. }));
        let lines = says.map(|(index, _)| index).zip(&self.timeline.lines);
        let lines: Vec<(usize, &Line)> = lines.take(MOST).collect();
        let all = &self.timeline.lines;
        let is_one = |line: &Line| {
            let same = all.iter().take(2 * MOST);
            same.filter(|other| other.text == line.text).count() == 1
        };
        let lines = lines.into_iter();
        lines.filter(|(_, line)| is_one(line)).collect()
    }

    /// The state after all that happened until a time.
    pub fn state_at(&self, time: Duration) -> State {
        state_at(self.trace, time)
    }

    /// Times at which nothing happens, one between any two at which something
    /// does, and as round as they can be.
    pub fn quiet_times(&self) -> Vec<Duration> {
        let mut moments: Vec<Duration> =
            self.trace.events.iter().map(|event| event.at()).collect();
        moments.dedup();
        let pairs = moments.windows(2).take(MOST);
        pairs
            .filter_map(|pair| round_between(pair[0], pair[1]))
            .collect()
    }

    /// How long each timer and each blocking call was set for.
    pub fn lengths(&self) -> impl Iterator<Item = Duration> {
        self.trace
            .events
            .iter()
            .filter_map(|event| match &event.what {
                What::Wait {
                    on: On::Timer { length } | On::Blocking { length },
                    ..
                } => length.map(Duration::from_nanos),
                _ => None,
            })
    }

    /// When a lane's last timer was due: when it would have gone on by itself.
    pub fn own_time(&self, lane: LaneId) -> Option<Duration> {
        let lane = self.timeline.lanes.get(lane as usize)?;
        lane.waits.iter().rev().find_map(|wait| wait.due)
    }

    /// What happens where a question is decided.
    pub fn evidence(&self, spot: &Spot) -> String {
        match spot.event {
            Some(index) => {
                let state = state_after(self.trace, index + 1);
                happened(self.trace, index, &state)
            }
            None => {
                let state = self.state_at(spot.at);
                let lane = state.lane(spot.lane);
                let does = lane.map_or(String::new(), |l| does(&state, l));
                format!("{} {does}", state.name(spot.lane))
            }
        }
    }

    /// When somebody was first asked to end.
    pub fn first_asked(&self) -> Option<Duration> {
        let events = self.trace.events.iter();
        let mut asks =
            events.filter(|event| matches!(event.what, What::Cancel { .. }));
        asks.next().map(|event| event.at())
    }

    /// Whether a lane could go on at some time, and could not.
    pub fn is_kept_waiting(&self, lane: &Lane) -> bool {
        let mut spans = lane.spans.iter();
        spans.any(|span| span.doing == Doing::Ready && span.length() > NEAR)
    }

    /// When somebody first asked for a lane to be cancelled.
    pub fn asked(&self, lane: LaneId) -> Option<Duration> {
        let events = self.trace.events.iter();
        let mut asks = events.filter(|event| {
            matches!(event.what, What::Cancel { target, .. } if target == lane)
        });
        asks.next().map(|event| event.at())
    }
}

/// The first lanes beside `main` that have a name of their own.
fn asked_of(lanes: &[Lane]) -> Vec<LaneId> {
    let is_one = |lane: &Lane| {
        let same = lanes.iter().filter(|other| other.name == lane.name);
        same.count() == 1
    };
    let numbered = (0..).zip(lanes).skip(1).take(MOST);
    let ones = numbered.filter(|(_, lane)| is_one(lane));
    ones.map(|(id, _)| id).collect()
}

/// The state after all that happened in a trace until a time.
pub(super) fn state_at(trace: &Trace, time: Duration) -> State {
    state_after(
        trace,
        trace.events.partition_point(|event| event.at() <= time),
    )
}

/// The state after so many events of a trace, or after all of them.
pub(super) fn state_after(trace: &Trace, events: usize) -> State {
    let mut state = State::new();
    for event in trace.events.iter().take(events) {
        state.apply(event);
    }
    state
}

/// A time well between two others, of as few digits as possible.
fn round_between(from: Duration, to: Duration) -> Option<Duration> {
    let millis = |time: Duration| u64::try_from(time.as_millis()).ok();
    // Whoever types a time is right within a millisecond.
    let (from, to) = (millis(from)? + 2, millis(to)?.checked_sub(2)?);
    let middle = from.checked_add(to)? / 2;
    let units = [60_000, 1000, 500, 100, 50, 10, 5, 1];
    let rounded = units
        .into_iter()
        .map(|unit| (middle + unit / 2) / unit * unit);
    let mut inside = rounded.filter(|time| (from..=to).contains(time));
    inside.next().map(Duration::from_millis)
}
