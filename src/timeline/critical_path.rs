//! The critical path: what had to happen one after the other until `main`
//! ended, if nobody ever had to wait for the thread. For each event the trace
//! tells what it needed: what the lane had done before, the lane that woke it,
//! the timer that it had set, the lane that made it. The path is the longest
//! chain of such needs; where a trace does not tell, it says so.

use std::collections::HashMap;
use std::time::Duration;

use super::{Doing, State, Timeline};
use crate::trace::{By, Event, How, LaneId, LaneKind, On, Trace, WaitId, What};

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
    let mut walk = Walk {
        timeline,
        nodes: Vec::new(),
        state: State::new(),
        lanes: Vec::new(),
        begun: HashMap::new(),
    };
    for event in &trace.events {
        walk.take(event);
        walk.state.apply(event);
    }
    let Some(main) = walk.lanes.first() else {
        return CriticalPath::default();
    };
    walk.pieces(main.reach, timeline.total)
}

/// The longest chain up to an event.
#[derive(Clone, Copy)]
struct Reach {
    /// How long it is.
    length: Duration,
    /// Its last piece, if it has any.
    last: Option<usize>,
    /// When the event was: later than the end of the chain, if it had to wait
    /// for the thread in between.
    at: Duration,
}

impl Reach {
    const START: Reach = Reach {
        length: Duration::ZERO,
        last: None,
        at: Duration::ZERO,
    };

    /// Of two needs the one that took longer; if they are equal, the other,
    /// which came later.
    fn or(self, other: Option<Reach>) -> Reach {
        match other {
            Some(other) if other.length >= self.length => other,
            _ => self,
        }
    }

    fn at(self, at: Duration) -> Reach {
        Reach { at, ..self }
    }
}

/// A piece, and the one before it.
struct Node {
    piece: Piece,
    before: Option<usize>,
}

/// A lane on the way.
#[derive(Clone)]
struct LaneReach {
    reach: Reach,
    is_running: bool,
    within: Option<LaneId>,
    /// What woke it, since it was parked.
    woken: Option<Reach>,
    /// What asked for it to be cancelled.
    asked: Option<Reach>,
}

struct Walk<'a> {
    timeline: &'a Timeline,
    nodes: Vec<Node>,
    /// Before the event at hand.
    state: State,
    lanes: Vec<LaneReach>,
    /// Where each open wait began.
    begun: HashMap<WaitId, Reach>,
}

impl Walk<'_> {
    fn take(&mut self, event: &Event) {
        let (id, at) = (event.lane, event.at());
        if let What::Spawn { parent, .. } = event.what {
            let reach = parent.and_then(|parent| self.now(parent, at));
            self.lanes.push(LaneReach {
                reach: reach.unwrap_or(Reach::START),
                is_running: false,
                within: None,
                woken: None,
                asked: None,
            });
            return;
        }
        let Some(reach) = self.now(id, at) else {
            return;
        };
        match event.what {
            What::Poll { within, .. } => {
                let outer = within.and_then(|outer| self.now(outer, at));
                let lane = &mut self.lanes[id as usize];
                // The clock runs a moment before `main` does.
                let is_first =
                    self.state.lane(id).is_some_and(|lane| lane.polls == 0);
                let reach = reach.or(outer).or(lane.woken.take());
                if !(id == 0 && is_first) {
                    lane.reach = reach.at(at);
                }
                lane.is_running = true;
                lane.within = within;
            }
            What::Pend { .. } => self.stops(id, at),
            What::End { cause, .. } => {
                let by = cause.and_then(|cause| cause.by);
                let by = by.and_then(|by| self.now(by, at));
                let lane = &mut self.lanes[id as usize];
                if !lane.is_running {
                    // It was parked, and somebody let go of it.
                    let needs = lane.asked.or(by);
                    lane.reach = reach.or(needs);
                }
                self.stops(id, at);
            }
            What::Wait { wait, .. } => {
                self.begun.insert(wait, reach);
            }
            What::Wake { by } => {
                let woken = self.woken(id, by, at);
                let lane = &mut self.lanes[id as usize];
                lane.woken = Some(woken.or(lane.woken));
            }
            What::Done { wait } => self.joined(id, wait, at),
            What::Cancel { target, .. } => {
                if let Some(target) = self.lanes.get_mut(target as usize) {
                    target.asked.get_or_insert(reach);
                }
            }
            What::Drop { wait } if !self.lanes[id as usize].is_running => {
                let stopped = self.stopped(id, wait, at);
                let lane = &mut self.lanes[id as usize];
                lane.reach = reach.or(lane.asked).or(stopped);
            }
            _ => {}
        }
    }

    /// A lane has got what it waited for: the end of another one, perhaps, also
    /// if that came before anybody waited for it.
    fn joined(&mut self, id: LaneId, wait: WaitId, at: Duration) {
        let Some(wait) = self.state.wait(wait) else {
            return;
        };
        let others = match &wait.on {
            On::Join { lanes, .. } => lanes.as_slice(),
            On::Thread { lane } => std::slice::from_ref(lane),
            _ => return,
        };
        // Of those that have ended by now: which of them a set has handed out
        // it does not say, and it may have been any.
        let ended = others.iter().filter(|other| {
            let other = self.state.lane(**other);
            other.is_some_and(|other| other.end.is_some())
        });
        let reach = self.lanes[id as usize].reach;
        let reach = ended.fold(reach, |reach, other| {
            let other = self.lanes.get(*other as usize);
            reach.or(other.map(|other| other.reach))
        });
        self.lanes[id as usize].reach = reach.at(at);
    }

    /// A lane gives the thread back, and the lane around it goes on.
    fn stops(&mut self, id: LaneId, at: Duration) {
        let lane = &mut self.lanes[id as usize];
        lane.is_running = false;
        let reach = lane.reach;
        if let Some(outer) = lane.within.take()
            && let Some(outer) = self.lanes.get_mut(outer as usize)
        {
            outer.reach = outer.reach.or(Some(reach)).at(at);
        }
    }

    /// The chain up to what a lane is doing now: if it runs, up to now.
    fn now(&mut self, id: LaneId, at: Duration) -> Option<Reach> {
        let lane = self.lanes.get(id as usize)?;
        if !lane.is_running {
            return Some(lane.reach);
        }
        let reach = self.add(id, lane.reach, at, Part::Ran);
        self.lanes[id as usize].reach = reach;
        Some(reach)
    }

    /// The chain up to now of a wait that is given up because the user stops
    /// the run: nobody else has ended it.
    fn stopped(
        &mut self,
        id: LaneId,
        wait: WaitId,
        at: Duration,
    ) -> Option<Reach> {
        let end = self.timeline.lanes.get(id as usize)?.end.as_ref()?;
        if end.cause?.how != How::Interrupt {
            return None;
        }
        match self.state.wait(wait)?.on.clone() {
            On::Join { lanes, .. } => {
                let reach =
                    lanes.into_iter().filter_map(|lane| self.now(lane, at));
                reach.max_by_key(|reach| reach.length)
            }
            on => {
                let began = self.begun.get(&wait).copied()?;
                Some(self.add(id, began, at, Part::Waited(on)))
            }
        }
    }

    /// A chain and one more piece, from its end to `to`.
    fn add(
        &mut self,
        lane: LaneId,
        reach: Reach,
        to: Duration,
        part: Part,
    ) -> Reach {
        let from = reach.at;
        if to <= from {
            return reach;
        }
        self.nodes.push(Node {
            piece: Piece {
                lane,
                from,
                to,
                part,
            },
            before: reach.last,
        });
        Reach {
            length: reach.length + (to - from),
            last: Some(self.nodes.len() - 1),
            at: to,
        }
    }

    /// What woke a lane needed.
    fn woken(&mut self, id: LaneId, by: By, at: Duration) -> Reach {
        let parked = self.lanes[id as usize].reach;
        if let By::Lane(other) = by {
            let woken = self.lanes.get(other as usize);
            // It may have been woken itself, and have passed that on.
            let woken = woken.and_then(|other| other.woken);
            return self.now(other, at).unwrap_or(parked).or(woken);
        }
        if by == By::Itself {
            return parked;
        }
        let Some(wait) = ended_by(&self.state, id, by, at) else {
            return self.add(id, parked, at, Part::Unknown);
        };
        let began = self.begun.get(&wait).copied().unwrap_or(parked);
        let on = self.state.wait(wait).map(|wait| wait.on.clone());
        let part = on.map_or(Part::Unknown, Part::Waited);
        let ready = self.ready_since(id, at);
        self.add(id, began, ready, part)
    }

    /// Since when a lane that was woken at `at` could have gone on: before that
    /// if its timer was due and somebody else had the thread.
    fn ready_since(&self, lane: LaneId, at: Duration) -> Duration {
        let Some(lane) = self.timeline.lanes.get(lane as usize) else {
            return at;
        };
        let before = lane.spans.partition_point(|span| span.to < at);
        let spans = lane.spans[before..].iter();
        let mut spans = spans.take_while(|span| span.from <= at);
        let ready = spans.find(|span| span.doing == Doing::Ready);
        ready.map_or(at, |span| span.from.min(at))
    }

    /// The pieces of a chain that ends at `end`, without gaps: what is between
    /// two of them was spent waiting for the thread.
    fn pieces(&self, reach: Reach, end: Duration) -> CriticalPath {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut until = end;
        let mut later = 0;
        let mut here = reach.last;
        while let Some(node) = here.map(|here| &self.nodes[here]) {
            let Piece { lane, from, to, .. } = node.piece;
            if to < until {
                pieces.push(ready(later, to, until));
            }
            match pieces.last_mut() {
                Some(next)
                    if next.from == to
                        && next.lane == lane
                        && next.part == node.piece.part =>
                {
                    next.from = from;
                }
                _ => pieces.push(node.piece.clone()),
            }
            (until, later, here) = (from, lane, node.before);
        }
        if until > Duration::ZERO {
            pieces.push(ready(later, Duration::ZERO, until));
        }
        pieces.reverse();
        CriticalPath { pieces }
    }
}

fn ready(lane: LaneId, from: Duration, to: Duration) -> Piece {
    Piece {
        lane,
        from,
        to,
        part: Part::Ready,
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
