//! What just happened, and why, in a sentence. It says no more than the trace
//! knows: who woke a lane, what that one had done, who ended whom and how.

use std::time::Duration;

use crate::chapter::{number_of, time};
use crate::timeline::{Doing, LaneState, State, WaitState};
use crate::trace::{
    By, Cause, Event, How, LaneId, LaneKind, On, Outcome, WaitId, What,
};

/// What an event means, in the state before it.
pub fn why(before: &State, event: &Event) -> String {
    let teller = Teller { before, event };
    let name = teller.own();
    match &event.what {
        What::Spawn {
            name, kind, parent, ..
        } => teller.spawn(name, *kind, *parent),
        What::Poll { within, thread } => teller.poll(*within, *thread),
        What::Wait { on, due, .. } => teller.wait(on, *due),
        What::Done { wait } => teller.done(*wait),
        What::Drop { wait } => teller.drop(*wait),
        What::Pend { waits, .. } => teller.pend(waits),
        What::Wake { by } => teller.wake(*by),
        What::Say { text, .. } => format!("{name} says \"{text}\"."),
        What::Cancel { target, how } => teller.cancel(*target, *how),
        What::Resource {
            name: what,
            left,
            capacity,
            waiting,
        } => {
            let of = capacity.map_or(String::new(), |all| format!(" of {all}"));
            let wait = match waiting {
                None | Some(0) => String::new(),
                Some(1) => ", and one lane waits for it".to_owned(),
                Some(more) => format!(", and {more} lanes wait for it"),
            };
            format!("{what}: {left}{of} left{wait}.")
        }
        What::End {
            outcome,
            detail,
            cause,
        } => teller.end(*outcome, detail.as_deref(), *cause),
    }
}

/// An event, and the state before it.
struct Teller<'a> {
    before: &'a State,
    event: &'a Event,
}

impl Teller<'_> {
    fn own(&self) -> String {
        self.name(self.event.lane)
    }

    fn name(&self, lane: LaneId) -> String {
        self.before.name(lane).to_owned()
    }

    fn lane(&self) -> Option<&LaneState> {
        self.before.lane(self.event.lane)
    }

    /// Whoever had no thread when his timer was over has not seen it.
    fn drop(&self, wait: WaitId) -> String {
        let (name, what) = (self.own(), self.waited(wait));
        let due = self.before.wait(wait).and_then(|wait| wait.due);
        match due.filter(|due| *due < self.event.at()) {
            Some(due) => format!(
                "{name} gives up waiting for {what}, which was over at {}, \
                 unseen.",
                time(due)
            ),
            None => format!("{name} gives up waiting for {what}."),
        }
    }

    fn spawn(
        &self,
        name: &str,
        kind: LaneKind,
        parent: Option<LaneId>,
    ) -> String {
        let Some(parent) = parent else {
            return format!("{name} is there, and nothing of it has run.");
        };
        let parent = self.name(parent);
        match kind {
            LaneKind::Thread => {
                format!("{parent} asks for a thread of its own for {name}.")
            }
            LaneKind::Task => format!(
                "{parent} makes a task of {name}: it is scheduled, and nothing \
                 of it has run."
            ),
            LaneKind::Main | LaneKind::Future => {
                format!("{parent} makes {name}, and nothing of it has run.")
            }
        }
    }

    fn poll(&self, within: Option<LaneId>, thread: u32) -> String {
        let name = self.own();
        let inside = match within {
            Some(outer) => format!(", inside of {}", self.name(outer)),
            None => String::new(),
        };
        let Some(lane) = self.lane() else {
            return format!("{name} is polled{inside}.");
        };
        if lane.kind == LaneKind::Thread {
            return format!("{name} runs, on a thread of its own.");
        }
        let reason = match lane.woken {
            _ if lane.polls == 0 => "for the first time".to_owned(),
            Some(by) => {
                let reason = self.reason(by);
                let on = if self.has_workers(thread) {
                    format!(", on thread {thread}")
                } else {
                    String::new()
                };
                return format!("{name} is polled{inside}{on}: {reason}.");
            }
            None => "as the lane around it is".to_owned(),
        };
        let has = if self.has_workers(thread) {
            format!("it has thread {thread}")
        } else {
            "it has the thread".to_owned()
        };
        format!("{name} is polled{inside}, {reason}: {has}.")
    }

    /// Whether there are several threads to be polled on, or this poll shows it.
    fn has_workers(&self, thread: u32) -> bool {
        self.before.is_multi_thread() || thread != 0
    }

    /// Why a lane was woken.
    fn reason(&self, by: By) -> String {
        match by {
            By::Lane(other) if other == self.event.lane => {
                "something inside of it was woken".to_owned()
            }
            By::Lane(other) => self.reason_of(other),
            By::Timer => match self.due() {
                Some(length) => {
                    format!("its timer of {} is over", time(length))
                }
                None => "its timer is over".to_owned(),
            },
            By::Io => "the world outside has answered".to_owned(),
            By::Itself => {
                "it had only let others run, and asked to be polled again"
                    .to_owned()
            }
            By::Runtime => {
                "the runtime woke it, and nobody knows for what".to_owned()
            }
        }
    }

    /// What another lane did that woke this one.
    fn reason_of(&self, other: LaneId) -> String {
        let name = self.name(other);
        let Some(state) = self.before.lane(other) else {
            return format!("{name} woke it");
        };
        let awaits = if self.awaits(other) {
            ", which it awaits,"
        } else {
            ""
        };
        match &state.end {
            Some(end) => format!("{name}{awaits} {}", ended(end.outcome)),
            None if self.asked_by(other) => {
                format!("{name} asked for it to be cancelled")
            }
            None if state.kind == LaneKind::Future
                && state.doing == Doing::Ready =>
            {
                format!("{name}, which runs inside of it, was woken")
            }
            None => format!("{name} woke it"),
        }
    }

    /// Whether a lane is among those whose end this one waits for.
    fn awaits(&self, other: LaneId) -> bool {
        self.waits().any(|wait| match &wait.on {
            On::Join { lanes, .. } => lanes.contains(&other),
            On::Thread { lane } => *lane == other,
            _ => false,
        })
    }

    fn asked_by(&self, other: LaneId) -> bool {
        let asked = self.lane().and_then(|lane| lane.asked);
        asked.is_some_and(|cause| cause.by == Some(other))
    }

    fn waits(&self) -> impl Iterator<Item = &WaitState> {
        let lane = self.lane().into_iter();
        lane.flat_map(|lane| self.before.waits(lane))
    }

    /// How long the timer was set for that is due first.
    fn due(&self) -> Option<Duration> {
        let timers = self.waits().filter_map(|wait| match wait.on {
            On::Timer { length } => Some((wait.due, length)),
            _ => None,
        });
        let (_, length) = timers.min_by_key(|(due, _)| *due)?;
        length.map(Duration::from_nanos)
    }

    fn wait(&self, on: &On, due: Option<u64>) -> String {
        let name = self.own();
        let until = due.map(|due| time(Duration::from_nanos(due)));
        match on {
            On::Blocking { .. } => {
                let nobody = match self.lane().map(|lane| lane.kind) {
                    Some(LaneKind::Thread) => "and only its own",
                    _ if self.before.is_multi_thread() => {
                        "so nobody else can run on that one"
                    }
                    _ => "so nobody else can run",
                };
                let until = until
                    .map_or(String::new(), |until| format!(" until {until}"));
                format!("{name} blocks its thread, {nobody}{until}.")
            }
            On::Timer { .. } => {
                let until = until.map_or(String::new(), |until| {
                    format!(", which is due at {until}")
                });
                format!("{name} sets {}{until}.", self.what(on))
            }
            On::Yield => format!("{name} lets others run."),
            _ => format!("{name} begins to wait for {}.", self.what(on)),
        }
    }

    fn done(&self, wait: WaitId) -> String {
        let name = self.own();
        let Some(wait) = self.before.wait(wait) else {
            return format!("A wait of {name} is over.");
        };
        match &wait.on {
            On::Blocking { .. } => {
                format!("The blocking call of {name} is over.")
            }
            On::Yield => format!("{name} goes on: the others had their turn."),
            On::Timer { .. } => {
                format!("{name} goes on: {} is over.", self.what(&wait.on))
            }
            On::Join { lanes, .. } => match lanes.as_slice() {
                [one] => format!(
                    "{name} goes on, with what came of {}.",
                    self.name(*one)
                ),
                _ => format!("{name} goes on, with what came of one of them."),
            },
            On::Thread { lane } => {
                format!("{name} goes on, with what {} gave.", self.name(*lane))
            }
            on => format!("{name} goes on: {} is there.", self.what(on)),
        }
    }

    /// What a wait is for.
    fn waited(&self, wait: WaitId) -> String {
        let wait = self.before.wait(wait);
        wait.map_or("something".to_owned(), |wait| self.what(&wait.on))
    }

    fn pend(&self, waits: &[WaitId]) -> String {
        let name = self.own();
        let waits = waits.iter().filter_map(|wait| self.before.wait(*wait));
        let whats: Vec<String> = waits
            .map(|wait| match (&wait.on, wait.due) {
                (On::Yield, _) => "its next turn".to_owned(),
                (on, Some(due)) => {
                    format!("{}, due at {}", self.what(on), time(due))
                }
                (on, None) => self.what(on),
            })
            .collect();
        let whats = match whats.split_last() {
            None => "nobody knows what".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, first)) => format!("{} and {last}", first.join(", ")),
        };
        let thread = match self.lane() {
            Some(lane) if self.before.is_multi_thread() => {
                format!("thread {}", lane.thread)
            }
            _ => "the thread".to_owned(),
        };
        format!(
            "{name} gives {thread} back. It is parked, and waits for {whats}."
        )
    }

    fn wake(&self, by: By) -> String {
        let name = self.own();
        let reason = self.reason(by);
        let is_parked = self.lane().is_some_and(|lane| {
            matches!(lane.doing, Doing::Parked | Doing::Ready)
        });
        match self.before.holder() {
            Some(_) if is_parked && self.before.is_multi_thread() => {
                format!("{name} wakes: {reason}. It is ready.")
            }
            Some(holder) if is_parked => format!(
                "{name} wakes: {reason}. It is ready, and {} has the thread.",
                self.name(holder)
            ),
            _ => format!("{name} wakes: {reason}."),
        }
    }

    fn cancel(&self, target: LaneId, how: How) -> String {
        let (name, target) = (self.own(), self.name(target));
        match how {
            How::Group => format!(
                "{name} shuts the group down: {target} is asked to stop."
            ),
            How::Token => {
                format!(
                    "{name} asks {target} to stop, and {target} may say when."
                )
            }
            _ => format!("{name} cancels {target}, through its handle."),
        }
    }

    fn end(
        &self,
        outcome: Outcome,
        detail: Option<&str>,
        cause: Option<Cause>,
    ) -> String {
        let name = self.own();
        match (outcome, cause) {
            (Outcome::Finished, _) => {
                format!("{name} ends: it has run to its end.")
            }
            (Outcome::Failed, _) => {
                let detail = detail.unwrap_or("it returned an error");
                format!("{name} fails: {detail}.")
            }
            (Outcome::Panicked, _) => match detail {
                Some(detail) => format!("{name} panics: {detail}."),
                None => format!("{name} panics."),
            },
            (Outcome::Unrun, _) => format!(
                "{name} is thrown away: nobody awaited it, and nothing of it \
                 ever ran."
            ),
            (Outcome::Cancelled, None) => {
                format!("{name} ends cancelled, and nobody knows by whom.")
            }
            (Outcome::Cancelled, Some(cause)) => self.cancelled(cause),
        }
    }

    fn cancelled(&self, Cause { by, how }: Cause) -> String {
        let name = self.own();
        let by_name = by.map(|by| self.name(by));
        match (how, by_name) {
            (How::Token, _) if by == Some(self.event.lane) => {
                format!("{name} ends cancelled: it gave up by itself.")
            }
            (How::Token, Some(by)) => format!(
                "{name} ends cancelled: {by} had asked it to stop, and it \
                 stopped by itself."
            ),
            (How::Token, None) => format!(
                "{name} ends cancelled: it was asked to stop, and it stopped \
                 by itself."
            ),
            (How::Abort, Some(by)) => {
                format!("{name} ends cancelled: {by} cancelled it.")
            }
            (How::Abort, None) => format!(
                "{name} ends cancelled, through its handle, and nobody knows \
                 by whom."
            ),
            (How::Drop, Some(by)) => format!(
                "{name} is dropped where it waits: {by}, which polled it, has \
                 let go of it."
            ),
            (How::Drop, None) => format!(
                "{name} is dropped where it waits: whoever polled it has let \
                 go of it."
            ),
            (How::Group, _) => match self.failed_sibling() {
                Some(sibling) => format!(
                    "{name} ends cancelled: its group was shut down, because \
                     {sibling} failed."
                ),
                None => {
                    format!("{name} ends cancelled: its group was shut down.")
                }
            },
            (How::Shutdown, _) => {
                format!("{name} is cancelled where it waits: main has ended.")
            }
            (How::Interrupt, _) => {
                format!("{name} is cut off: the run was stopped.")
            }
        }
    }

    /// The lane of the same group that has failed, if there is one.
    fn failed_sibling(&self) -> Option<String> {
        let parent = self.lane()?.parent;
        let lanes = self.before.lanes().iter();
        let mut failed = lanes.filter(|lane| {
            let outcome = lane.end.as_ref().map(|end| end.outcome);
            lane.parent == parent && outcome == Some(Outcome::Failed)
        });
        failed.next().map(|lane| lane.name.clone())
    }

    /// What can be waited for, as the end of a sentence.
    fn what(&self, on: &On) -> String {
        match on {
            On::Timer {
                length: Some(nanos),
            } => {
                format!("a timer of {}", time(Duration::from_nanos(*nanos)))
            }
            On::Timer { length: None } => "a timer".to_owned(),
            On::Blocking { .. } => "a call that blocks".to_owned(),
            On::Join { lanes, more } => self.joined(lanes, *more),
            On::Thread { lane } => {
                format!("the end of the thread {}", self.name(*lane))
            }
            On::Acquire { what } => format!("a permit of {what}"),
            On::Send { what } => format!("room in {what}"),
            On::Recv { what } => format!("something from {what}"),
            On::Io { what } | On::Other { what } => what.clone(),
            On::Yield => "its next turn".to_owned(),
        }
    }

    /// The lanes whose end is awaited: by name if they are few.
    fn joined(&self, lanes: &[LaneId], more: u32) -> String {
        /// So many names are read.
        const FEW: usize = 3;
        let all = lanes.len() + more as usize;
        let names = lanes.iter().map(|lane| self.name(*lane));
        let names: Vec<String> = names.take(FEW).collect();
        match (names.as_slice(), all.saturating_sub(names.len())) {
            ([], _) => "the end of a task".to_owned(),
            ([one], 0) => format!("the end of {one}"),
            (names, 0) => format!("the next end of {}", names.join(", ")),
            (names, more) => format!(
                "the next end of {} and {}",
                names.join(", "),
                number_of(more, "other lane", "other lanes")
            ),
        }
    }
}

/// What a lane did that has ended so.
fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Finished => "has ended",
        Outcome::Failed => "has failed",
        Outcome::Cancelled => "was cancelled",
        Outcome::Panicked => "has panicked",
        Outcome::Unrun => "was thrown away",
    }
}
