//! Where a run parts from what was predicted of it.

use std::time::Duration;

use super::seen::{state_after, state_at};
use super::words::{does, happened};
use super::{Answer, Kind, Question, Value};
use crate::trace::{Place, Trace, What};

/// An event, or a time at which one was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// When.
    pub at: Duration,
    /// What happens there, as a sentence without its end.
    pub words: String,
    /// Where in the source.
    pub place: Option<Place>,
    /// The line that is said there, if one is.
    pub said: Option<String>,
}

impl Question {
    /// Where the run parts from an answer that is wrong; without an answer,
    /// where the question is decided. `None` if that is not in this trace.
    pub fn parting(
        &self,
        answer: Option<&Answer>,
        trace: &Trace,
    ) -> Option<Parting> {
        let value = answer.map(|answer| &answer.0);
        if self.kind == Kind::Claim {
            return None;
        }
        if let Some(Value::Order(order)) = value {
            return self.out_of_order(order, trace);
        }
        let predicted = match value {
            Some(Value::Time(at) | Value::End { at, .. }) => Some(*at),
            _ => None,
        };
        match predicted {
            // It does not happen there: something else does.
            Some(at) if at + self.within < self.spot.at => {
                let state = state_at(trace, at);
                let lane = state.lane(self.spot.lane);
                let Some(lane) = lane else {
                    return Some(Parting {
                        at,
                        words: format!(
                            "{} is not there yet",
                            trace_name(trace, self.spot.lane)
                        ),
                        place: None,
                        said: None,
                    });
                };
                let words = format!("{} {}", lane.name, does(&state, lane));
                let place = Some(lane.place.clone());
                Some(Parting {
                    at,
                    words,
                    place,
                    said: None,
                })
            }
            _ => Some(self.at_spot(trace)),
        }
    }

    fn at_spot(&self, trace: &Trace) -> Parting {
        match self.spot.event {
            Some(event) => at_event(trace, event),
            None => {
                let at = self.spot.at;
                let state = state_at(trace, at);
                let lane = state.lane(self.spot.lane);
                Parting {
                    at,
                    words: self.evidence_words(),
                    // Of nobody, or of all of them, there is no one place.
                    place: lane
                        .filter(|lane| {
                            lane.doing.holds() || self.kind == Kind::Doing
                        })
                        .map(|lane| lane.place.clone()),
                    said: None,
                }
            }
        }
    }

    /// The evidence, as a part of a sentence.
    fn evidence_words(&self) -> String {
        let words = self.evidence.trim_end_matches('.');
        let at = format!("At {} ", crate::chapter::time(self.spot.at));
        words.strip_prefix(&at).unwrap_or(words).to_owned()
    }

    /// The first line that comes before the one that was to come.
    fn out_of_order(&self, order: &[usize], trace: &Trace) -> Option<Parting> {
        let items: Vec<_> = order
            .iter()
            .filter_map(|item| self.items.get(*item))
            .collect();
        let first = (0..items.len()).find_map(|index| {
            let next =
                items[index..].iter().min_by_key(|i| (i.rank, i.event))?;
            (next.rank < items[index].rank).then_some((items[index], *next))
        });
        let (expected, next) = first?;
        let mut parting = at_event(trace, next.event);
        parting.words += &format!(", before '{}'", expected.says);
        Some(parting)
    }
}

fn at_event(trace: &Trace, index: usize) -> Parting {
    let state = state_after(trace, index + 1);
    let event = trace.events.get(index);
    let said = event.and_then(|event| match &event.what {
        What::Say { text, .. } => Some(text.clone()),
        _ => None,
    });
    let place = event.and_then(|event| {
        let place = event.place().cloned();
        place.or(state.lane(event.lane).map(|lane| lane.place.clone()))
    });
    Parting {
        at: state.at(),
        words: happened(trace, index, &state),
        place,
        said,
    }
}

fn trace_name(trace: &Trace, lane: u32) -> String {
    state_after(trace, usize::MAX).name(lane).to_owned()
}
