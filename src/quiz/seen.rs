//! A scene as the questions look at it: its trace, its timeline, and what can
//! be asked without two answers being right.

use std::time::Duration;

use super::exactness::Exactness;
use crate::timeline::{Doing, Lane, Line, State, Timeline};
use crate::trace::{Clock, LaneId, On, Trace, What};

/// Of more lanes or lines nobody is asked.
pub(super) const MOST: usize = 40;

/// Less of the critical path is no step of it: it is done at once.
const STEP: Duration = Duration::from_millis(1);

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

    /// Whether it was measured, and not computed.
    pub fn is_measured(&self) -> bool {
        self.trace.header.clock == Clock::Real
    }

    /// How many threads its lanes may have at once.
    pub fn workers(&self) -> usize {
        self.trace.header.world.workers
    }

    /// How exactly a time in it is known.
    pub fn exactness(&self, at: Duration) -> Exactness {
        let pieces = self.timeline.critical_path().pieces.iter();
        let steps = pieces
            .take_while(|piece| piece.from < at)
            .filter(|piece| piece.to - piece.from >= STEP);
        Exactness::of(&self.trace.header, at, steps.count())
    }

    /// How exactly it is known what comes first of two things.
    fn between(&self) -> Exactness {
        Exactness::of(&self.trace.header, Duration::ZERO, 0)
    }

    /// Whether nobody can tell which of two times comes first.
    pub fn is_at_once(&self, one: Duration, other: Duration) -> bool {
        self.between().is_same(one, other)
    }

    /// Whether a line is what main says as it ends. If that was measured, to ask
    /// when it is said is to ask when main ends; and what it says are figures
    /// that nobody has predicted yet.
    pub fn is_the_end(&self, line: &Line) -> bool {
        self.is_measured()
            && line.lane == 0
            && self.is_at_once(line.at, self.timeline.total)
    }

    /// Whether a lane of a measured scene could not begin with the others: one
    /// of them had to end first.
    pub fn begins_late(&self, lane: LaneId) -> bool {
        let ends = self.timeline.lanes.iter().skip(1);
        let ends = ends.filter_map(|lane| Some(lane.end.as_ref()?.at));
        let lane = self.timeline.lanes.get(lane as usize);
        self.is_measured()
            && lane
                .zip(ends.min())
                .is_some_and(|(lane, first)| lane.born >= first)
    }

    /// The moments at which lines are said, each by its first line: what a
    /// measured line follows sooner than a machine can be told from its code is
    /// of the same one.
    pub fn moments(&self) -> Vec<Duration> {
        let mut moments = Vec::new();
        let mut last: Option<Duration> = None;
        for line in &self.timeline.lines {
            let apart = last.map(|last| line.at.saturating_sub(last));
            if apart.is_none_or(|apart| apart > self.between().least()) {
                moments.push(line.at);
            }
            last = Some(line.at);
        }
        moments
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

    /// How many events have happened until a time.
    pub fn events_until(&self, time: Duration) -> usize {
        let events = &self.trace.events;
        events.partition_point(|event| event.at() <= time)
    }

    /// Times at which nothing happens, one between any two at which something
    /// does, and as round as they can be.
    pub fn quiet_times(&self) -> Vec<Duration> {
        let mut moments: Vec<Duration> =
            self.trace.events.iter().map(|event| event.at()).collect();
        moments.dedup();
        let pairs = moments.windows(2).map(|pair| (pair[0], pair[1]));
        // What was measured happens bit by bit.
        let pairs = pairs.filter(|(from, to)| {
            !self.is_measured() || !self.is_at_once(*from, *to)
        });
        let times = pairs.take(MOST).filter_map(|(from, to)| {
            let distance = self.exactness(to).distance(to);
            let to = to.checked_sub(distance)?;
            round_between(from + distance, to, self.is_measured())
        });
        times.collect()
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
        spans.any(|span| {
            let length = span.length();
            let is_long = !self.is_at_once(Duration::ZERO, length);
            span.doing == Doing::Ready && is_long
        })
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

/// A time between two others, of as few digits as possible; of not so many if
/// it is one that is measured.
fn round_between(
    from: Duration,
    to: Duration,
    is_measured: bool,
) -> Option<Duration> {
    // Whole milliseconds that are no nearer to what is left and right of them.
    let millis = |time: Duration| u64::try_from(time.as_millis()).ok();
    let from = millis(from + Duration::from_nanos(999_999))?;
    let to = millis(to)?;
    let middle = from.checked_add(to)? / 2;
    let units = [60_000, 1000, 500, 100, 50, 10, 5, 1];
    let few = if is_measured { 6 } else { units.len() };
    let rounded = units
        .into_iter()
        .take(few)
        .map(|unit| (middle + unit / 2) / unit * unit);
    let mut inside = rounded.filter(|time| (from..=to).contains(time));
    inside.next().map(Duration::from_millis)
}
