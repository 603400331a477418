//! When does main end? How does this lane end, and when?

use std::time::Duration;

use super::choices::{Asked, Choices};
use super::{About, Form, Kind, Question, Spot, Value};
use crate::chapter::Mistake;
use crate::timeline::Lane;
use crate::trace::{LaneId, LaneKind, Outcome, What};

/// When main ends.
pub(super) fn main_ends(about: &About) -> Option<Question> {
    let scene = about.scene;
    let total = scene.timeline.total;
    if scene.is_one_moment() {
        return None;
    }
    let event = scene
        .trace
        .first(0, |what| matches!(what, What::End { .. }));
    let mut choices = Choices::of(about, Value::Time(total));
    choices.wrong_time(Mistake::Sum, scene.timeline.work());
    if let Some(longest) = scene.lengths().max() {
        choices.wrong_time(Mistake::Sum, scene.lengths().sum::<Duration>());
        choices.wrong_time(Mistake::Longest, longest);
    }
    let ends = scene.timeline.lanes.iter().skip(1);
    let ends = ends.filter_map(|lane| Some(lane.end.as_ref()?.at));
    choices.wrong_time(Mistake::FirstEnd, ends.min());
    for other in about.others().filter(|other| !other.is_one_moment()) {
        choices.wrong_time(Mistake::OtherScene, other.timeline.total);
    }
    let asked = Asked {
        kind: Kind::MainEnds,
        scene: scene.name().to_owned(),
        asks: "When does main end?".to_owned(),
        form: Form::Time,
        spot: Spot {
            lane: 0,
            at: total,
            event,
        },
    };
    (choices.count_wrong() > 0).then(|| choices.question(6, asked))
}

/// How each lane ends, and when.
pub(super) fn lane_ends(about: &About) -> Vec<Question> {
    let scene = about.scene;
    if scene.is_one_moment() {
        return Vec::new();
    }
    let lanes = scene.lanes();
    let questions = lanes.filter_map(|(id, lane)| lane_end(about, id, lane));
    let mut questions: Vec<Question> = questions.collect();
    // Of equals the first is asked.
    questions.sort_by_key(|question| !scene.begins_late(question.spot.lane));
    questions
}

fn lane_end(about: &About, id: LaneId, lane: &Lane) -> Option<Question> {
    let scene = about.scene;
    let end = lane.end.as_ref()?;
    // Nobody can stop a thread.
    if lane.kind == LaneKind::Thread || end.outcome == Outcome::Unrun {
        return None;
    }
    let as_it = |outcome, at| Value::End { outcome, at };
    let mut choices = Choices::of(about, as_it(end.outcome, end.at));
    let total = scene.timeline.total;
    // A sibling's failure, or the first of them to end.
    let siblings = scene.timeline.lanes.iter().skip(1);
    let siblings = siblings.filter(|other| other.name != lane.name);
    let ends = siblings.filter_map(|other| other.end.as_ref());
    let failed = ends.clone().filter(|end| end.outcome == Outcome::Failed);
    let failed = failed.map(|end| end.at).min();
    if end.outcome == Outcome::Finished {
        if let Some(failed) = failed.filter(|at| *at < end.at) {
            choices.wrong(Mistake::Stopped, as_it(Outcome::Cancelled, failed));
        }
        choices.wrong(Mistake::Stopped, as_it(Outcome::Cancelled, total));
    } else {
        for other in about.others() {
            let Some(there) = other.timeline.lane(&lane.name) else {
                continue;
            };
            if let Some(there) = &there.end
                && there.outcome == Outcome::Finished
            {
                choices.wrong(
                    Mistake::OwnTime,
                    as_it(Outcome::Finished, there.at),
                );
            }
        }
        let own = scene.own_time(id).filter(|at| *at > end.at);
        if let Some(own) = own {
            choices.wrong(Mistake::OwnTime, as_it(Outcome::Finished, own));
        }
        choices.wrong(Mistake::Unstopped, as_it(Outcome::Finished, end.at));
        choices.wrong(Mistake::MainsEnd, as_it(Outcome::Cancelled, total));
    }
    if let Some(asked) = scene.asked(id) {
        choices.wrong(Mistake::AtOnce, as_it(Outcome::Cancelled, asked));
    }
    for other in about.others() {
        let there = other.timeline.lane(&lane.name);
        if let Some(there) = there.and_then(|lane| lane.end.as_ref())
            && there.outcome != Outcome::Unrun
        {
            let there = as_it(there.outcome, there.at);
            choices.wrong(Mistake::OtherScene, there);
        }
    }
    if let Some(first) = ends.map(|end| end.at).min() {
        choices.wrong(Mistake::FirstEnd, as_it(end.outcome, first));
    }
    if total != end.at {
        choices.wrong(Mistake::MainsEnd, as_it(end.outcome, total));
    }
    let event = scene
        .trace
        .first(id, |what| matches!(what, What::End { .. }));
    let asked = Asked {
        kind: Kind::LaneEnds,
        scene: scene.name().to_owned(),
        asks: format!("How does {} end, and when?", lane.name),
        form: Form::Choice,
        spot: Spot {
            lane: id,
            at: end.at,
            event,
        },
    };
    (choices.count_wrong() > 1).then(|| choices.question(5, asked))
}
