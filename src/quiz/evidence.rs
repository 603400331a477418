//! What shows the right answers: a sentence for each question that is asked,
//! told by the state of the run where it is decided. There are many more
//! questions than are asked, and a state is a fold over all that was before
//! it: so this is done last, and in one go through each trace.

use super::seen::Seen;
use super::words::{does, happened};
use super::{Kind, Question, Value};
use crate::chapter::time;
use crate::timeline::State;

/// Fills in what is missing.
pub(super) fn fill_in(questions: &mut [Question], seen: &[Seen]) {
    for scene in seen {
        let mut left: Vec<&mut Question> = questions
            .iter_mut()
            .filter(|question| question.evidence.is_empty())
            .filter(|question| question.scene == scene.name())
            .collect();
        left.sort_by_key(|question| events_before(scene, question));
        let mut events = scene.trace.events.iter();
        let mut state = State::new();
        let mut taken = 0;
        for question in left {
            let until = events_before(scene, question);
            for event in events.by_ref().take(until - taken) {
                state.apply(event);
            }
            taken = until;
            question.evidence = evidence(scene, question, &state);
        }
    }
}

/// How many events have happened where a question is decided, that itself
/// among them.
fn events_before(scene: &Seen, question: &Question) -> usize {
    match question.spot.event {
        Some(index) => index + 1,
        None => scene.events_until(question.spot.at),
    }
}

fn evidence(scene: &Seen, question: &Question, state: &State) -> String {
    let spot = &question.spot;
    let happened = match spot.event {
        Some(index) => happened(scene.trace, index, state),
        None => {
            let lane = state.lane(spot.lane);
            let does = lane.map_or(String::new(), |lane| does(state, lane));
            format!("{} {does}", state.name(spot.lane))
        }
    };
    let right = question.right().map(|choice| &choice.value);
    let at = match (question.kind, right) {
        (Kind::Line, Some(Value::Never)) => "Nobody says it: at",
        _ => "At",
    };
    format!("{at} {} {happened}.", time(spot.at))
}
