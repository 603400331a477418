//! The critical path: what had to happen one after the other until `main`
//! ended. It is read off who really woke whom, backwards, event by event; where
//! a trace does not tell, the path says that it does not know.

use std::collections::HashMap;
use std::time::Duration;

use super::{Doing, State, Timeline};
use crate::trace::{By, LaneId, LaneKind, On, Trace, WaitId, What};

/// What had to happen one after the other until `main` ended: pieces without
/// gaps, from the start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CriticalPath {
    /// In order of time.
    pub pieces: Vec<Piece>,
}

/// A part of the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// The lane that the run waited for.
    pub lane: LaneId,
    /// From when.
    pub from: Duration,
    /// Until when.
    pub to: Duration,
    /// What the lane did.
    pub part: Part,
}

/// What a lane did on the way.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// It ran, or blocked its thread.
    Ran,
    /// It waited for this, and nothing in the run could have hurried it.
    Waited(On),
    /// It could have gone on, and had to wait for the thread: with another
    /// schedule, or another thread, this would be shorter.
    Ready,
    /// The trace does not say why it did not go on.
    Unknown,
}

impl CriticalPath {
    /// How long the run has to take, whatever the schedule: without the time
    /// in which a lane was ready and somebody else had the thread.
    pub fn length(&self) -> Duration {
        let pieces = self.pieces.iter();
        let pieces = pieces.filter(|piece| piece.part != Part::Ready);
        pieces.map(|piece| piece.to - piece.from).sum()
    }

    /// Whether the trace told all of it.
    pub fn is_known(&self) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.all(|piece| piece.part != Part::Unknown)
    }
}

/// The critical path of a trace.
pub(super) fn of(trace: &Trace, timeline: &Timeline) -> CriticalPath {
    let walk = Walk::new(trace, timeline);
    let mut path = Path::default();
    let Some(last) = walk.last_of_main() else {
        return CriticalPath::default();
    };
    let mut here = Here {
        event: last,
        until: trace.events[last].at(),
    };
    while let Some(next) = walk.step(here, &mut path) {
        // Every cause comes before what it causes.
        if next.event >= here.event {
            path.push(0, Duration::ZERO, next.until, Part::Unknown);
            break;
        }
        here = next;
    }
    path.finish()
}

/// A point on the way: what follows `event` on its lane, up to `until`, is on
/// the path already.
#[derive(Clone, Copy)]
struct Here {
    event: usize,
    until: Duration,
}

/// Pieces, the last first.
#[derive(Default)]
struct Path(Vec<Piece>);

impl Path {
    fn push(&mut self, lane: LaneId, from: Duration, to: Duration, part: Part) {
        if from >= to {
            return;
        }
        if let Some(later) = self.0.last_mut()
            && later.lane == lane
            && later.part == part
            && later.from == to
        {
            later.from = from;
            return;
        }
        self.0.push(Piece {
            lane,
            from,
            to,
            part,
        });
    }

    fn finish(mut self) -> CriticalPath {
        self.0.reverse();
        CriticalPath { pieces: self.0 }
    }
}

/// What is to be known of a trace to walk it backwards.
struct Walk<'a> {
    trace: &'a Trace,
    timeline: &'a Timeline,
    /// For each event the one before it on the same lane.
    previous: Vec<Option<usize>>,
    /// The events of each lane, for those of one lane before one of another.
    of_lane: Vec<Vec<usize>>,
    /// For each wake by no lane, the event with which the wait began that it
    /// ended.
    waits: HashMap<usize, usize>,
    /// The event that asked for a lane to be cancelled.
    asked: HashMap<LaneId, usize>,
}

impl<'a> Walk<'a> {
    fn new(trace: &'a Trace, timeline: &'a Timeline) -> Walk<'a> {
        let mut walk = Walk {
            trace,
            timeline,
            previous: Vec::with_capacity(trace.events.len()),
            of_lane: vec![Vec::new(); timeline.lanes.len()],
            waits: HashMap::new(),
            asked: HashMap::new(),
        };
        let mut state = State::new();
        let mut began: HashMap<WaitId, usize> = HashMap::new();
        for (index, event) in trace.events.iter().enumerate() {
            let own = walk.of_lane.get_mut(event.lane as usize);
            walk.previous
                .push(own.as_ref().and_then(|own| own.last().copied()));
            own.into_iter().for_each(|own| own.push(index));
            match event.what {
                What::Wait { wait, .. } => {
                    began.insert(wait, index);
                }
                What::Wake { by } => {
                    let wait = ended_by(&state, event.lane, by, event.at());
                    if let Some(began) = wait.and_then(|wait| began.get(&wait))
                    {
                        walk.waits.insert(index, *began);
                    }
                }
                What::Cancel { target, .. } => {
                    walk.asked.entry(target).or_insert(index);
                }
                _ => {}
            }
            state.apply(event);
        }
        walk
    }

    /// The last event of `main`: its end, if it has one.
    fn last_of_main(&self) -> Option<usize> {
        self.of_lane.first()?.last().copied()
    }

    /// The last event of a lane before an event of another.
    fn before(&self, lane: LaneId, event: usize) -> Option<usize> {
        let own = self.of_lane.get(lane as usize)?;
        let count = own.partition_point(|own| *own < event);
        own[..count].last().copied()
    }

    fn at(&self, event: usize) -> Duration {
        self.trace.events[event].at()
    }

    /// From a point to what let it come about.
    fn step(&self, here: Here, path: &mut Path) -> Option<Here> {
        let Here { event, until } = here;
        let lane = self.trace.events[event].lane;
        let at = self.at(event);
        match &self.trace.events[event].what {
            // It runs since then.
            What::Poll { within, .. } => {
                path.push(lane, at, until, Part::Ran);
                self.polled(event, *within, path)
            }
            What::Spawn { parent, .. } => {
                path.push(lane, at, until, Part::Ready);
                let Some(parent) = parent else {
                    // The clock runs a moment before `main` does.
                    path.push(lane, Duration::ZERO, at, Part::Ran);
                    return None;
                };
                self.on(*parent, event, at)
            }
            // It is parked since then, and somebody else ends it or wakes
            // another one in its name.
            What::Pend { .. } => self.dropped(lane, here, path),
            What::Wake { by } => {
                path.push(lane, at, until, Part::Ready);
                self.woken(event, *by, path)
            }
            What::End { .. } | What::Drop { .. } if !self.is_polled(event) => {
                self.dropped(lane, here, path)
            }
            // Something on the way, in the middle of a poll.
            _ => Some(Here {
                event: self.previous[event]?,
                until,
            }),
        }
    }

    /// Whether an event is in the middle of its lane's poll.
    fn is_polled(&self, event: usize) -> bool {
        let own = std::iter::successors(Some(event), |own| self.previous[*own]);
        let what = own.map(|own| &self.trace.events[own].what);
        let mut turns = what.filter(|what| {
            matches!(
                what,
                What::Spawn { .. } | What::Poll { .. } | What::Pend { .. }
            )
        });
        matches!(turns.next(), Some(What::Poll { .. }))
    }

    /// The lane at that point, in the middle of what it does.
    fn on(&self, lane: LaneId, event: usize, until: Duration) -> Option<Here> {
        let event = self.before(lane, event)?;
        Some(Here { event, until })
    }

    /// Why a lane was polled.
    fn polled(
        &self,
        event: usize,
        within: Option<LaneId>,
        path: &mut Path,
    ) -> Option<Here> {
        let (lane, at) = (self.trace.events[event].lane, self.at(event));
        let previous = self.previous[event]?;
        let is_woken =
            matches!(self.trace.events[previous].what, What::Wake { .. });
        match within {
            // The lane around it has come to it, and nobody had woken it.
            Some(outer) if !is_woken => self.on(outer, event, at),
            _ => match self.trace.events[previous].what {
                What::Pend { .. } => {
                    let from = self.at(previous);
                    path.push(lane, from, at, Part::Unknown);
                    // Before the pend it ran.
                    self.previous[previous]
                        .map(|event| Here { event, until: from })
                }
                _ => Some(Here {
                    event: previous,
                    until: at,
                }),
            },
        }
    }

    /// Why a lane was woken.
    fn woken(&self, event: usize, by: By, path: &mut Path) -> Option<Here> {
        let (lane, at) = (self.trace.events[event].lane, self.at(event));
        if let By::Lane(other) = by {
            let before = self.before(other, event)?;
            return match self.trace.events[before].what {
                // It had just ended.
                What::End { .. } => {
                    path.push(lane, self.at(before), at, Part::Ready);
                    Some(Here {
                        event: before,
                        until: self.at(before),
                    })
                }
                _ => Some(Here {
                    event: before,
                    until: at,
                }),
            };
        }
        if let Some(&began) = self.waits.get(&event)
            && let What::Wait { on, .. } = &self.trace.events[began].what
        {
            let from = self.at(began);
            let ready = self.ready_since(lane, at).max(from);
            path.push(lane, ready, at, Part::Ready);
            path.push(lane, from, ready, Part::Waited(on.clone()));
            return Some(Here {
                event: began,
                until: from,
            });
        }
        let parked = self.previous[event]?;
        let from = self.at(parked);
        let part = match by {
            By::Itself => Part::Ready,
            _ => Part::Unknown,
        };
        path.push(lane, from, at, part);
        let event = match self.trace.events[parked].what {
            // Before the pend it ran.
            What::Pend { .. } => self.previous[parked]?,
            _ => parked,
        };
        Some(Here { event, until: from })
    }

    /// Since when a lane that was woken at `at` could have gone on: before that
    /// if its timer was due and somebody else had the thread.
    fn ready_since(&self, lane: LaneId, at: Duration) -> Duration {
        let spans = &self.timeline.lanes[lane as usize].spans;
        let before = spans.partition_point(|span| span.to < at);
        let ready = spans[before..].iter().take_while(|span| span.from <= at);
        let mut ready = ready.filter(|span| {
            span.doing == Doing::Ready && span.to == at && span.from < at
        });
        ready.next().map_or(at, |span| span.from)
    }

    /// Who let go of a lane that was parked.
    fn dropped(
        &self,
        lane: LaneId,
        here: Here,
        path: &mut Path,
    ) -> Option<Here> {
        let end = self.timeline.lanes[lane as usize].end.as_ref();
        let cause = end.and_then(|end| end.cause);
        let asked = self.asked.get(&lane).copied();
        if let Some(asked) = asked.filter(|asked| *asked < here.event) {
            path.push(lane, self.at(asked), here.until, Part::Ready);
            return Some(Here {
                event: asked,
                until: self.at(asked),
            });
        }
        // Whatever dropped it was running then.
        if let Some(by) = cause.and_then(|cause| cause.by)
            && by != lane
            && let Some(by) = self.on(by, here.event, here.until)
        {
            return Some(by);
        }
        let from = self.at(here.event);
        path.push(lane, from, here.until, Part::Unknown);
        self.previous[here.event].map(|event| Here { event, until: from })
    }
}

/// The wait that a wake by no lane has ended: of a lane's timers the one that
/// is due first, or else what it waits for outside.
fn ended_by(
    state: &State,
    lane: LaneId,
    by: By,
    at: Duration,
) -> Option<WaitId> {
    let lane = state
        .lane(lane)
        .filter(|lane| lane.kind != LaneKind::Thread)?;
    let open = || {
        lane.waits
            .iter()
            .filter_map(|id| Some((*id, state.wait(*id)?)))
    };
    let timer = || {
        open()
            .filter(|(_, wait)| matches!(wait.on, On::Timer { .. }))
            .filter(|(_, wait)| wait.due.is_none_or(|due| due <= at))
            .min_by_key(|(_, wait)| wait.due)
    };
    let outside = || {
        open().find(|(_, wait)| {
            matches!(wait.on, On::Io { .. } | On::Other { .. })
        })
    };
    let found = match by {
        By::Timer => timer(),
        By::Io => outside(),
        By::Runtime => timer().or_else(outside),
        By::Itself | By::Lane(_) => None,
    };
    found.map(|(id, _)| id)
}
