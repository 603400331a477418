//! What a lane does and what it waits for, in a word or two.

use std::time::Duration;

use crate::chapter::time;
use crate::system::foreign::clean;
use crate::timeline::{Doing, LaneState, State};
use crate::trace::On;

/// What a lane is that is parked, with its timer over and the thread held.
pub(crate) const HELD: &str = "due, thread is held";

/// What a lane waits for and until when or, if for nothing, what it does.
pub fn beside(state: &State, lane: &LaneState) -> String {
    let waits: Vec<String> = state
        .waits(lane)
        .map(|own| {
            let what = wait(&own.on, state);
            match own.due {
                Some(due) => format!("{what} until {}", time(due)),
                None => what,
            }
        })
        .collect();
    match lane.doing {
        Doing::Parked | Doing::Blocking if !waits.is_empty() => {
            waits.join(", ")
        }
        Doing::Running if state.is_multi_thread() => {
            format!("{} on thread {}", doing(lane.doing), lane.thread)
        }
        other => doing(other).to_owned(),
    }
}

/// What a lane does.
pub(crate) fn doing(doing: Doing) -> &'static str {
    match doing {
        Doing::Unbegun => "not begun",
        Doing::Running => "running",
        Doing::Blocking => "blocking",
        Doing::Lending => "polling",
        Doing::Parked => "parked",
        Doing::Ready => "ready",
        Doing::Ended => "ended",
    }
}

/// What is awaited in a state, as in `sleep 3s`.
pub(crate) fn wait(on: &On, state: &State) -> String {
    let length = |nanos: &Option<u64>| {
        let words = nanos.map(|nanos| time(Duration::from_nanos(nanos)));
        words.map_or(String::new(), |words| format!(" {words}"))
    };
    let words = match on {
        On::Timer { length: nanos } => format!("sleep{}", length(nanos)),
        On::Blocking { length: nanos } => format!("block{}", length(nanos)),
        On::Join { lanes, more } => {
            let lanes = lanes.iter().filter_map(|lane| state.lane(*lane));
            let names = lanes.map(|lane| lane.name.as_str());
            let mut words = names.collect::<Vec<_>>().join(", ");
            if *more > 0 {
                words += &format!(" and {more} more");
            }
            if words.is_empty() {
                words.push_str("a task");
            }
            words
        }
        On::Thread { lane } => {
            let lane = state.lane(*lane);
            format!("thread {}", lane.map_or("", |lane| lane.name.as_str()))
        }
        On::Acquire { what } => format!("acquire {what}"),
        On::Send { what } => format!("send to {what}"),
        On::Recv { what } => format!("receive from {what}"),
        On::Io { what } | On::Other { what } => what.clone(),
        On::Yield => "yield".to_owned(),
    };
    // What is awaited has a name of its own, wherever that comes from.
    clean(&words).into_owned()
}
