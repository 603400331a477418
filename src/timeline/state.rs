//! The fold over a trace: after each event, what every lane is doing, where, and
//! what it waits for. The timeline, a step player and a quiz read the same
//! state, so they cannot disagree.

use std::time::Duration;

use crate::trace::{
    By, Cause, Event, LaneId, LaneKind, On, Outcome, Place, WaitId, What,
};

/// Every lane after some number of events.
#[derive(Clone, Debug, Default)]
pub struct State {
    at: Duration,
    /// How many events it has taken in.
    count: u64,
    lanes: Vec<LaneState>,
    waits: Vec<WaitState>,
    /// The thread on which something was polled first that is no thread of its
    /// own, and whether another one has polled such since.
    polled_on: Option<u32>,
    is_multi_thread: bool,
}

/// A lane at some moment.
#[derive(Clone, Debug)]
pub struct LaneState {
    /// What it is called on screen.
    pub name: String,
    /// What it stands for.
    pub kind: LaneKind,
    /// The lane that made it; `None` for `main`.
    pub parent: Option<LaneId>,
    /// What it is doing.
    pub doing: Doing,
    /// Since when.
    pub since: Duration,
    /// Where: the line that it runs or is parked at.
    pub place: Place,
    /// Where the callers of what is parked are, the innermost first.
    pub stack: Vec<Place>,
    /// The waits that are not over.
    pub waits: Vec<WaitId>,
    /// Who or what woke it, from then until it has given its thread back again.
    pub woken: Option<By>,
    /// The number of the event by which it was last scheduled: that spawned it,
    /// or woke it while it was parked. By it the ready ones are in order.
    pub scheduled: u64,
    /// How often it was polled.
    pub polls: usize,
    /// The lane that it runs inside of, while it runs.
    pub within: Option<LaneId>,
    /// The thread that polled it last, by number.
    pub thread: u32,
    /// Who asked for it to be cancelled, if somebody has.
    pub asked: Option<Cause>,
    /// How it ended, if it has.
    pub end: Option<End>,
}

/// The end of a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// When, counted from the start.
    pub at: Duration,
    /// How.
    pub outcome: Outcome,
    /// Why, in words, where there is more to say.
    pub detail: Option<String>,
    /// Who cancelled it, and how.
    pub cause: Option<Cause>,
}

/// What a lane does with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It was spawned, and nothing of it has run.
    Unbegun,
    /// It runs on its thread: the loop's, or its own.
    Running,
    /// It keeps its thread while it waits in a call that blocks.
    Blocking,
    /// Its poll goes on inside a lane that it polls, and that one has the
    /// thread.
    Lending,
    /// It waits, and others may run.
    Parked,
    /// It could go on, and has not got the thread yet.
    Ready,
    /// It is no more.
    Ended,
}

impl Doing {
    /// Whether the lane has a thread, and nobody else can have it.
    pub fn holds(self) -> bool {
        matches!(self, Doing::Running | Doing::Blocking)
    }
}

/// A wait at some moment.
#[derive(Clone, Debug)]
pub struct WaitState {
    /// Whose it is.
    pub lane: LaneId,
    /// What is awaited.
    pub on: On,
    /// When it began.
    pub from: Duration,
    /// When it should be over, if that is known.
    pub due: Option<Duration>,
    /// Where.
    pub place: Place,
}

impl State {
    /// Before anything has happened.
    pub fn new() -> State {
        State::default()
    }

    /// The time of the last event.
    pub fn at(&self) -> Duration {
        self.at
    }

    /// Every lane that has been spawned, in that order: a lane's index is its
    /// id.
    pub fn lanes(&self) -> &[LaneState] {
        &self.lanes
    }

    /// A lane, if it has been spawned.
    pub fn lane(&self, lane: LaneId) -> Option<&LaneState> {
        self.lanes.get(lane as usize)
    }

    /// A lane's name.
    pub fn name(&self, lane: LaneId) -> &str {
        self.lane(lane).map_or("?", |lane| lane.name.as_str())
    }

    /// Who has the loop's thread, if anybody has. A thread of its own is not
    /// the loop's.
    pub fn holder(&self) -> Option<LaneId> {
        self.holders().next()
    }

    /// Who has a thread of the runtime's, in the order of the lanes. On one
    /// thread that is one lane at most; where there are several workers it may
    /// be as many as there are of them, and `main`.
    pub fn holders(&self) -> impl Iterator<Item = LaneId> {
        let lanes = (0..).zip(&self.lanes);
        let holders = lanes.filter(|(_, lane)| {
            lane.doing.holds() && lane.kind != LaneKind::Thread
        });
        holders.map(|(id, _)| id)
    }

    /// Whether the runtime has been seen to poll on several threads: then more
    /// than one lane may run at once, and nobody is the only one to have the
    /// thread.
    pub fn is_multi_thread(&self) -> bool {
        self.is_multi_thread
    }

    /// What a lane waits for.
    pub fn waits<'a>(
        &'a self,
        lane: &'a LaneState,
    ) -> impl Iterator<Item = &'a WaitState> {
        lane.waits.iter().filter_map(|wait| self.wait(*wait))
    }

    /// A wait, if it has begun.
    pub fn wait(&self, wait: WaitId) -> Option<&WaitState> {
        self.waits.get((wait as usize).checked_sub(1)?)
    }

    /// The lanes that the loop is going to poll, in the order in which they
    /// were scheduled: those that are ready, and tasks of which nothing has
    /// run. Futures and threads are in no queue of the loop's.
    pub fn queue(&self) -> Vec<LaneId> {
        let lanes = (0..).zip(&self.lanes).filter(|(_, lane)| {
            matches!(lane.kind, LaneKind::Main | LaneKind::Task)
                && matches!(lane.doing, Doing::Ready | Doing::Unbegun)
        });
        let mut queue: Vec<(u64, LaneId)> =
            lanes.map(|(id, lane)| (lane.scheduled, id)).collect();
        queue.sort_unstable();
        queue.into_iter().map(|(_, id)| id).collect()
    }

    /// The timers that are set and have not gone off, in the order in which
    /// they are due.
    pub fn timers(&self) -> Vec<(Duration, LaneId)> {
        let waits = self.lanes.iter().flat_map(|lane| &lane.waits);
        let waits = waits.filter_map(|wait| Some((wait, self.wait(*wait)?)));
        let mut timers: Vec<_> = waits
            .filter(|(_, wait)| matches!(wait.on, On::Timer { .. }))
            .filter(|(_, wait)| {
                let lane = self.lane(wait.lane);
                let is_parked =
                    lane.is_some_and(|lane| lane.doing == Doing::Parked);
                is_parked || wait.due > Some(self.at)
            })
            .filter_map(|(id, wait)| Some((wait.due?, *id, wait.lane)))
            .collect();
        timers.sort_unstable();
        let timers = timers.into_iter();
        timers.map(|(due, _, lane)| (due, lane)).collect()
    }

    /// Takes in the next event. One that cannot be, because its lane or wait
    /// was never heard of, is ignored; [`check`](crate::trace::check) finds it.
    pub fn apply(&mut self, event: &Event) {
        self.at = event.at();
        self.count += 1;
        let count = self.count;
        let id = event.lane;
        match &event.what {
            What::Spawn {
                name,
                kind,
                parent,
                place,
            } => {
                if id as usize != self.lanes.len() {
                    return;
                }
                if let Some(parent) = parent
                    && let Some(parent) = self.lane_mut(*parent)
                {
                    parent.place = place.clone();
                }
                self.lanes.push(LaneState {
                    name: name.clone(),
                    kind: *kind,
                    parent: *parent,
                    doing: Doing::Unbegun,
                    since: event.at(),
                    place: place.clone(),
                    stack: Vec::new(),
                    waits: Vec::new(),
                    woken: None,
                    scheduled: count,
                    polls: 0,
                    within: None,
                    thread: 0,
                    asked: None,
                    end: None,
                });
            }
            What::Poll { within, thread } => self.poll(id, *within, *thread),
            What::Pend { place, stack, .. } => {
                let outer = self.lane_mut(id).and_then(|lane| {
                    lane.place = place.clone();
                    lane.stack.clone_from(stack);
                    lane.woken = None;
                    lane.within.take()
                });
                self.does(id, Doing::Parked);
                self.take_back(outer);
            }
            What::Wait {
                wait,
                on,
                due,
                place,
            } => {
                if *wait as usize != self.waits.len() + 1 {
                    return;
                }
                self.waits.push(WaitState {
                    lane: id,
                    on: on.clone(),
                    from: event.at(),
                    due: due.map(Duration::from_nanos),
                    place: place.clone(),
                });
                if let Some(lane) = self.lane_mut(id) {
                    lane.waits.push(*wait);
                    if lane.doing.holds() {
                        lane.place = place.clone();
                    }
                }
                if matches!(on, On::Blocking { .. }) {
                    self.does(id, Doing::Blocking);
                }
            }
            What::Done { wait } | What::Drop { wait } => {
                self.close(id, *wait);
            }
            What::Wake { by } => {
                if let Some(lane) = self.lane_mut(id) {
                    lane.woken.get_or_insert(*by);
                    if lane.doing == Doing::Parked {
                        lane.scheduled = count;
                        self.does(id, Doing::Ready);
                    }
                }
            }
            What::Say { place, .. } => {
                if let Some(lane) = self.lane_mut(id) {
                    lane.place = place.clone();
                }
            }
            What::Cancel { target, how } => {
                let cause = Cause {
                    by: Some(id),
                    how: *how,
                };
                if let Some(target) = self.lane_mut(*target) {
                    target.asked.get_or_insert(cause);
                }
            }
            What::Resource { .. } => {}
            What::End {
                outcome,
                detail,
                cause,
            } => {
                let at = self.at;
                let outer = self.lane_mut(id).and_then(|lane| {
                    lane.end = Some(End {
                        at,
                        outcome: *outcome,
                        detail: detail.clone(),
                        cause: *cause,
                    });
                    lane.waits.clear();
                    lane.within.take()
                });
                self.does(id, Doing::Ended);
                self.take_back(outer);
            }
        }
    }

    fn poll(&mut self, id: LaneId, within: Option<LaneId>, thread: u32) {
        let Some(lane) = self.lane_mut(id) else {
            return;
        };
        // While a run is watched, nobody knows of a lane that has not begun
        // whether it will be a task.
        if lane.polls == 0 && within.is_none() && lane.kind == LaneKind::Future
        {
            lane.kind = LaneKind::Task;
        }
        lane.polls += 1;
        lane.within = within;
        lane.thread = thread;
        if lane.kind != LaneKind::Thread {
            let first = *self.polled_on.get_or_insert(thread);
            self.is_multi_thread |= thread != first;
        }
        self.does(id, Doing::Running);
        if let Some(outer) = within {
            self.does(outer, Doing::Lending);
        }
    }

    fn close(&mut self, id: LaneId, wait: WaitId) {
        let was_blocking = self
            .wait(wait)
            .is_some_and(|wait| matches!(wait.on, On::Blocking { .. }));
        if let Some(lane) = self.lane_mut(id) {
            lane.waits.retain(|open| *open != wait);
            if was_blocking && lane.doing == Doing::Blocking {
                self.does(id, Doing::Running);
            }
        }
    }

    /// The lane around a poll that is over has the thread again.
    fn take_back(&mut self, outer: Option<LaneId>) {
        if let Some(outer) = outer
            && self.lane(outer).is_some_and(|outer| outer.end.is_none())
        {
            self.does(outer, Doing::Running);
        }
    }

    fn does(&mut self, id: LaneId, doing: Doing) {
        let at = self.at;
        if let Some(lane) = self.lane_mut(id)
            && lane.doing != Doing::Ended
        {
            lane.doing = doing;
            lane.since = at;
        }
    }

    fn lane_mut(&mut self, lane: LaneId) -> Option<&mut LaneState> {
        self.lanes.get_mut(lane as usize)
    }
}
