//! What is said of a run: what happened at an event, and what a lane does.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::chapter::{Chapter, Kind, Knobs, Value, time};
use crate::timeline::{Doing, LaneState, State};
use crate::trace::{By, Cause, How, LaneId, On, Outcome, Trace, What};

/// How a lane ended, as a verb.
pub(super) fn end_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Finished => "it finishes",
        Outcome::Failed => "it fails",
        Outcome::Cancelled => "it is cancelled",
        Outcome::Panicked => "it panics",
        Outcome::Unrun => "it is thrown away and never ran,",
    }
}

/// What happened at an event, in the words of a sentence; `state` is after it.
pub(super) fn happened(trace: &Trace, index: usize, state: &State) -> String {
    let Some(event) = trace.events.get(index) else {
        return String::new();
    };
    let name = |lane: LaneId| state.name(lane).to_owned();
    let who = name(event.lane);
    match &event.what {
        What::Say { text, .. } => format!("{who} says '{text}'"),
        What::Wake { by } => {
            format!("{who} is woken by {}", by_whom(state, *by))
        }
        What::End {
            outcome,
            detail,
            cause,
        } => {
            let mut words = match outcome {
                Outcome::Finished => format!("{who} finishes"),
                Outcome::Failed => format!("{who} fails"),
                Outcome::Cancelled => format!("{who} is cancelled"),
                Outcome::Panicked => format!("{who} panics"),
                Outcome::Unrun => {
                    format!("{who} is thrown away, and never ran")
                }
            };
            let more = |detail: &&String| **detail != outcome.to_string();
            if let Some(detail) = detail.as_ref().filter(more) {
                words += &format!(" ({detail})");
            }
            if let Some(cause) = cause {
                words += &format!(": {}", why(cause, name));
            }
            words
        }
        _ => format!(
            "{who} {}",
            state
                .lane(event.lane)
                .map_or(String::new(), |lane| does(state, lane))
        ),
    }
}

fn why(cause: &Cause, name: impl Fn(LaneId) -> String) -> String {
    let by = cause.by.map_or("somebody".to_owned(), name);
    match cause.how {
        How::Abort => format!("{by} cancels it"),
        How::Drop => format!("{by} lets go of it"),
        How::Token => "it was asked to stop".to_owned(),
        How::Group => "its group is shut down".to_owned(),
        How::Shutdown => "main has ended, and the runtime with it".to_owned(),
        How::Interrupt => "the user stops the run".to_owned(),
    }
}

/// Who or what wakes, as an answer.
pub(super) fn by_whom(state: &State, by: By) -> String {
    match by {
        By::Lane(lane) => state.name(lane).to_owned(),
        By::Timer => "a timer".to_owned(),
        By::Io => "the world outside".to_owned(),
        By::Itself => "itself".to_owned(),
        By::Runtime => "the runtime".to_owned(),
    }
}

/// What a lane does, behind its name.
pub(super) fn does(state: &State, lane: &LaneState) -> String {
    match lane.doing {
        Doing::Unbegun => "has not begun".to_owned(),
        Doing::Running => "has the thread".to_owned(),
        Doing::Lending => "runs what it awaits".to_owned(),
        Doing::Blocking => format!("blocks its thread{}", until(state, lane)),
        Doing::Parked => format!("still waits{}", until(state, lane)),
        Doing::Ready => "is ready, and another one has the thread".to_owned(),
        Doing::Ended => match &lane.end {
            Some(end) => format!("has ended at {}", time(end.at)),
            None => "has ended".to_owned(),
        },
    }
}

/// For what a lane waits, and until when.
fn until(state: &State, lane: &LaneState) -> String {
    let waits = state.waits(lane).map(|wait| match &wait.on {
        On::Timer { .. } | On::Blocking { .. } => match wait.due {
            Some(due) => format!(" until {}", time(due)),
            None => String::new(),
        },
        On::Join { lanes, more } => {
            let mut names: Vec<String> = lanes
                .iter()
                .filter(|lane| {
                    state.lane(**lane).is_some_and(|lane| lane.end.is_none())
                })
                .map(|lane| state.name(*lane).to_owned())
                .collect();
            if *more > 0 {
                names.push(format!("{more} more"));
            }
            format!(" for {}", names.join(" and "))
        }
        On::Thread { lane } => format!(" for {}", state.name(*lane)),
        _ => String::new(),
    });
    let waits: Vec<String> = waits.filter(|wait| !wait.is_empty()).collect();
    waits.join(" and")
}

/// The command that plays scenes with these knobs.
pub fn command(chapter: &Chapter, scenes: &[String], knobs: &Knobs) -> String {
    let mut command = format!("asyncade {}", chapter.name);
    for scene in scenes {
        command += &format!(" {scene}");
    }
    command + &options(chapter, knobs)
}

/// The options that set knobs so, where they are not at their defaults.
pub(crate) fn options(chapter: &Chapter, knobs: &Knobs) -> String {
    let usual = Knobs::new(chapter.knobs);
    let usual: BTreeMap<String, String> = usual.describe();
    let set = knobs.describe();
    // One that follows another is typed out if it is not as that one is.
    let mut typed = String::new();
    for knob in chapter.knobs {
        let follows = match knob.kind {
            Kind::SameAs(other) => set.get(other.name),
            _ => usual.get(knob.name),
        };
        if set.get(knob.name) == follows {
            continue;
        }
        let value = match knobs.get(knob.name) {
            Some(Value::Time(time)) => typed_time(time),
            Some(Value::Count(count)) => count.to_string(),
            Some(Value::Text(text)) => {
                format!("'{}'", text.replace('\'', r"'\''"))
            }
            _ => continue,
        };
        typed += &format!(" --{} {value}", knob.name);
    }
    typed
}

/// A time as one word.
fn typed_time(time: Duration) -> String {
    let millis = time.as_millis();
    if millis.is_multiple_of(1000) {
        format!("{}s", millis / 1000)
    } else {
        format!("{millis}ms")
    }
}
