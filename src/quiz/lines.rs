//! When is this line said, or never? Asked of the lines of the scene, and of
//! those that the same lanes say in the chapter's other scenes.

use std::time::Duration;

use super::choices::{Asked, Choices};
use super::seen::Seen;
use super::{About, Form, Kind, Question, Spot, Value};
use crate::chapter::Mistake;
use crate::timeline::{Lane, Line};
use crate::trace::{LaneId, On, What};

/// A line that says itself when it is said.
fn tells(text: &str) -> bool {
    text.contains("never")
}

/// The questions about the lines of a scene.
pub(super) fn questions(about: &About) -> Vec<Question> {
    let scene = about.scene;
    if scene.is_one_moment() {
        return Vec::new();
    }
    let lines = scene.lines();
    let said = lines
        .iter()
        .filter(|(_, line)| !tells(&line.text))
        .filter(|(_, line)| !scene.is_the_end(line))
        .map(|(event, line)| of_said(about, *event, line));
    let mut questions: Vec<Question> = said.collect();
    // Of equals the first is asked.
    questions.sort_by_key(|question| !scene.begins_late(question.spot.lane));
    questions.extend(unsaid(about));
    questions.retain(|question| question.choices.len() > 1);
    questions
}

fn of_said(about: &About, event: usize, line: &Line) -> Question {
    let scene = about.scene;
    let mut choices = Choices::of(about, Value::Time(line.at));
    let born = scene
        .timeline
        .lanes
        .get(line.lane as usize)
        .map(|lane| lane.born);
    // Whoever is stopped for good says nothing more; whoever is not stopped at
    // all goes on until its own time is over.
    if scene.asked(line.lane).is_some() {
        choices.wrong(Mistake::Never, Value::Never);
        choices.wrong_time(Mistake::OwnTime, own(about, line.lane));
    }
    choices.wrong_time(Mistake::AtOnce, scene.first_asked());
    for other in about.others() {
        choices
            .wrong_time(Mistake::OtherScene, other.timeline.said(&line.text));
    }
    choices.wrong_time(Mistake::NoWait, begun(scene, line));
    choices.wrong_time(Mistake::NoWait, born);
    if scene.begins_late(line.lane) {
        choices.wrong_time(Mistake::NoWait, Duration::ZERO);
    }
    choices.wrong_time(Mistake::Longest, scene.lengths().max());
    choices.wrong_time(Mistake::Sum, scene.timeline.work());
    choices.wrong_time(Mistake::MainsEnd, scene.timeline.total);
    let never = match line.lane {
        0 => Mistake::NotReached,
        _ => Mistake::Stopped,
    };
    choices.wrong(never, Value::Never);
    question(
        about,
        &line.text,
        choices,
        Spot {
            lane: line.lane,
            at: line.at,
            event: Some(event),
        },
    )
}

/// When the lane of a line last went on before it: the line is said at once if
/// nothing has to be waited for.
fn begun(scene: &Seen, line: &Line) -> Option<Duration> {
    let lane = scene.timeline.lanes.get(line.lane as usize)?;
    let mut polls = lane.polls.iter().rev();
    polls.find(|poll| **poll < line.at).copied()
}

/// The lines that lanes of this scene say in another one, and not here.
fn unsaid(about: &About) -> Vec<Question> {
    let scene = about.scene;
    let mut texts: Vec<&str> = Vec::new();
    let mut questions = Vec::new();
    for other in about.others() {
        for (_, line) in other.lines() {
            let name = other.timeline.name(line.lane);
            let Some((lane, here)) =
                scene.lanes().find(|(_, lane)| lane.name == name)
            else {
                continue;
            };
            let is_here = scene.timeline.said(&line.text).is_some();
            if is_here
                || tells(&line.text)
                || texts.contains(&line.text.as_str())
            {
                continue;
            }
            texts.push(&line.text);
            let Some(end) = &here.end else {
                continue;
            };
            if hears_from_outside(here) {
                continue;
            }
            let mut choices = Choices::of(about, Value::Never);
            let is_own = |own| scene.exactness(line.at).is_same(own, line.at);
            if own(about, lane).is_some_and(is_own) {
                choices.wrong_time(Mistake::OwnTime, line.at);
            }
            let there = match scene.is_kept_waiting(here) {
                true => Mistake::OthersGoOn,
                false => Mistake::OtherScene,
            };
            choices.wrong_time(there, line.at);
            choices.wrong_time(Mistake::AtOnce, scene.asked(lane));
            choices.wrong_time(Mistake::MainsEnd, scene.timeline.total);
            let ends = |what: &What| matches!(what, What::End { .. });
            let event = scene.trace.first(lane, ends);
            let spot = Spot {
                lane,
                at: end.at,
                event,
            };
            questions.push(question(about, &line.text, choices, spot));
        }
    }
    questions
}

/// Whether a lane waits for the world outside: nobody can tell what that will
/// give it to say.
fn hears_from_outside(lane: &Lane) -> bool {
    let mut waits = lane.waits.iter();
    waits.any(|wait| matches!(wait.on, On::Io { .. }))
}

/// When a lane's own time would be over: as its last timer says, or as long as
/// the lane of that name takes where nothing comes between.
fn own(about: &About, lane: LaneId) -> Option<Duration> {
    let scene = about.scene;
    let name = scene.timeline.name(lane);
    let undisturbed = about.others().find_map(|other| {
        let (_, lane) = other.lanes().find(|(_, lane)| lane.name == name)?;
        let end = lane.end.as_ref()?;
        (end.outcome == crate::trace::Outcome::Finished).then_some(end.at)
    });
    undisturbed.or(scene.own_time(lane))
}

fn question(
    about: &About,
    text: &str,
    choices: Choices,
    spot: Spot,
) -> Question {
    let asked = Asked {
        kind: Kind::Line,
        scene: about.scene.name().to_owned(),
        asks: format!("When is the line '{text}' said, or never?"),
        form: Form::TimeOrNever,
        spot,
    };
    choices.question(6, asked)
}
