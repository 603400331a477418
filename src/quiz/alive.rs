//! How many lanes are alive at this time?

use std::time::Duration;

use super::choices::{Asked, Choices};
use super::{About, Form, Kind, Question, Spot, Value};
use crate::chapter::{Mistake, time};
use crate::timeline::Lane;

/// The question about the time at which most misunderstandings come to other
/// numbers.
pub(super) fn question(about: &About) -> Option<Question> {
    let scene = about.scene;
    let lanes = &scene.timeline.lanes;
    if lanes.len() < 3 {
        return None;
    }
    let times = scene.quiet_times();
    let asked = times.into_iter().map(|at| (at, choices(about, at)));
    // Of equals the last; the first if it was measured: the later it is, the
    // more has the machine added.
    let mut asked: Vec<(Duration, Choices)> = asked.collect();
    if scene.is_measured() {
        asked.reverse();
    }
    let asked = asked.into_iter();
    let (at, choices) = asked.max_by_key(|(_, c)| c.count_wrong())?;
    let lives: Vec<&str> = lanes
        .iter()
        .skip(1)
        .filter(|lane| is_alive(lane, at))
        .map(|lane| lane.name.as_str())
        .take(6)
        .collect();
    let count = alive(lanes, at);
    let names = match count {
        0 => "Nobody is".to_owned(),
        1 => format!("{} is", lives.join("")),
        2..=6 => format!("{} are", lives.join(", ")),
        _ => format!("{count} are"),
    };
    let asked = Asked {
        kind: Kind::Alive,
        scene: scene.name().to_owned(),
        asks: format!(
            "How many lanes beside main are alive at {}: made, and not ended?",
            time(at)
        ),
        form: Form::Count,
        spot: Spot {
            lane: 0,
            at,
            event: None,
        },
    };
    (choices.count_wrong() > 0).then(|| Question {
        evidence: format!("{names} alive at {}.", time(at)),
        ..choices.question(5, asked)
    })
}

fn choices<'a>(about: &'a About, at: Duration) -> Choices<'a> {
    let lanes = &about.scene.timeline.lanes;
    let count = |count: usize| Value::Count(count as u64);
    let mut choices = Choices::of(about, count(alive(lanes, at)));
    choices.wrong(Mistake::AllAlive, count(lanes.len() - 1));
    let own = (0..).zip(lanes).skip(1).filter(|(id, lane)| {
        let own = about
            .scene
            .own_time(*id)
            .or(lane.end.as_ref().map(|e| e.at));
        lane.born <= at && own.is_none_or(|own| own > at)
    });
    choices.wrong(Mistake::OwnTime, count(own.count()));
    for other in about.others() {
        let there = alive(&other.timeline.lanes, at);
        if other.timeline.lanes.len() == lanes.len() {
            choices.wrong(Mistake::OtherScene, count(there));
        }
    }
    choices
}

fn alive(lanes: &[Lane], at: Duration) -> usize {
    lanes
        .iter()
        .skip(1)
        .filter(|lane| is_alive(lane, at))
        .count()
}

fn is_alive(lane: &Lane, at: Duration) -> bool {
    lane.born <= at && lane.end.as_ref().is_none_or(|end| end.at > at)
}
