//! Which questions are asked: those that tell most misunderstandings apart,
//! and not the same thing twice.

use super::{Kind, Question, Value};
use crate::trace::Outcome;

/// A question that is worth no more is not asked, once there are some.
const WORTH: i32 = 3;

/// At least so many are asked, if there are so many.
const FEWEST: usize = 5;

/// The best, in the order in which they are to be asked: scene by scene, and
/// what would give an answer away after that which it is the answer to. The
/// scene of that name is the slow way that another is compared with.
pub(super) fn best(
    questions: Vec<Question>,
    baseline: &str,
    most: usize,
) -> Vec<Question> {
    let mut order: Vec<String> = Vec::new();
    for question in &questions {
        if !order.contains(&question.scene) {
            order.push(question.scene.clone());
        }
    }
    let mut left = questions;
    let mut picked: Vec<Question> = Vec::new();
    while picked.len() < most {
        let worth = |question: &Question| {
            let slow = 3 * i32::from(question.scene == baseline);
            value(question) - slow - cost(question, &picked)
        };
        // Of equals the first.
        let found = (0..left.len())
            .rev()
            .max_by_key(|index| worth(&left[*index]));
        let Some(index) = found else {
            break;
        };
        if picked.len() >= FEWEST && worth(&left[index]) <= WORTH {
            break;
        }
        picked.push(left.remove(index));
    }
    picked.sort_by_key(|question| {
        let scene = order.iter().position(|scene| *scene == question.scene);
        // A claim is of all scenes.
        (question.kind == Kind::Claim, scene, question.kind)
    });
    picked
}

/// What a question is worth by itself.
fn value(question: &Question) -> i32 {
    let wrong = question.choices.iter().filter(|choice| !choice.right);
    let beliefs = wrong.clone().filter(|choice| choice.belief.is_some());
    let wrong = i32::try_from(wrong.count().min(4)).unwrap_or(4);
    let beliefs = i32::try_from(beliefs.count().min(2)).unwrap_or(2);
    2 * wrong + 3 * beliefs + lesson(question)
}

/// How much of a chapter's lesson is in what happens: that something does not
/// happen, that somebody is stopped, or cannot go on.
fn lesson(question: &Question) -> i32 {
    let right = question.right().map(|choice| &choice.value);
    match (question.kind, right) {
        (Kind::Line, Some(Value::Never)) => 4,
        // Nothing has to be known to see what is said first.
        (Kind::Line, Some(Value::Time(at))) if *at < question.within => -3,
        (Kind::LaneEnds, Some(Value::End { outcome, .. }))
            if *outcome != Outcome::Finished =>
        {
            4
        }
        (Kind::Doing, _) => 6,
        (Kind::Claim | Kind::Order, _) => 4,
        // Of the many times of what was measured, the one of all of it; and
        // the machine adds nothing to a count.
        (Kind::MainEnds, _) if question.is_measured() => 6,
        (Kind::Alive, Some(Value::Count(2..))) if question.is_measured() => 5,
        _ => 0,
    }
}

/// What it is worth less, beside those that are asked anyhow.
fn cost(question: &Question, picked: &[Question]) -> i32 {
    let costs = picked.iter().map(|other| {
        let same_scene = other.scene == question.scene;
        let same_kind = other.kind == question.kind;
        let same_lane = other.spot.lane == question.spot.lane;
        // What was measured at one moment is never at the same time.
        let one_moment = question.is_measured()
            && other.spot.at.abs_diff(question.spot.at) <= question.within;
        let same_spot = other.spot == question.spot || one_moment;
        i32::from(same_scene)
            + 3 * i32::from(same_kind)
            + 3 * i32::from(same_kind && same_scene)
            + i32::from(same_scene && same_lane)
            // Two ways to ask one thing.
            + 6 * i32::from(same_scene && same_lane && same_spot)
    });
    costs.sum()
}
