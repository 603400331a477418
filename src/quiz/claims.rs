//! Which of these claims no longer says anything if a knob is changed? The
//! scenes are played with the changed knob, and the claims asked again: at
//! once, so that of what plays on the real clock only nothing is asked.

use std::time::Duration;

use anyhow::Result;

use super::choices::{Asked, Choices};
use super::words::command;
use super::{Asker, Form, Kind, Question, Spot, Value};
use crate::chapter::{
    self, Claim, Finding, Knob, Knobs, Mistake, Played, time,
};
use crate::trace::{Clock, Trace};
use crate::world;

/// The question about the first change that makes one claim, and no other,
/// say nothing any more.
pub(super) fn question(
    asker: &Asker,
    traces: &[&Trace],
) -> Result<Option<Question>> {
    let chapter = asker.chapter;
    if chapter.is_real_only() {
        return Ok(None);
    }
    let before: Vec<Trace> = traces.iter().map(|t| (*t).clone()).collect();
    let held = holding(asker, asker.knobs, &before);
    if held.len() < 3 {
        return Ok(None);
    }
    for knob in chapter.knobs {
        for value in changes(asker, knob) {
            let mut knobs = asker.knobs.clone();
            knobs.set(knob, chapter::Value::Time(value));
            if (chapter.check)(&knobs).is_err() {
                continue;
            }
            let scenes = chapter.scenes.iter();
            let after = scenes
                .map(|scene| {
                    world::scene(chapter, scene, &knobs, Clock::Virtual)
                })
                .collect::<Result<Vec<Trace>>>()?;
            let asked = Change {
                knob,
                value,
                knobs: &knobs,
            };
            if let Some(question) = of_change(asker, &held, &asked, &after) {
                return Ok(Some(question));
            }
        }
    }
    Ok(None)
}

/// A knob at another value.
struct Change<'a> {
    knob: &'static Knob,
    value: Duration,
    knobs: &'a Knobs,
}

/// The claims that hold, of those about the scenes that are asked about.
fn holding(
    asker: &Asker,
    knobs: &Knobs,
    traces: &[Trace],
) -> Vec<&'static Claim> {
    let played = Played::new(knobs, traces);
    let claims = asker.chapter.claims.iter();
    claims
        .filter(|claim| {
            let mut scenes = claim.scenes.iter();
            scenes.any(|scene| asker.scenes.iter().any(|name| name == scene))
        })
        .filter(|claim| matches!(played.check(claim), Some(Finding::Holds(_))))
        .collect()
}

/// Times that may change something: each of the others, a bit less and a bit
/// more; half and twice.
fn changes(asker: &Asker, knob: &Knob) -> Vec<Duration> {
    if !matches!(knob.kind, chapter::Kind::Time(_)) {
        return Vec::new();
    }
    let now = asker.knobs.time(knob);
    let times = asker.knobs.times();
    let others = times.flat_map(|time| [time / 2, time * 2]);
    let mut values: Vec<Duration> = vec![now / 2, now * 2];
    values.extend(others);
    let whole = |time: &Duration| {
        time.subsec_nanos().is_multiple_of(1_000_000)
            && (Duration::from_millis(5)..=Duration::from_secs(60))
                .contains(time)
    };
    values.retain(|value| *value != now && whole(value));
    values.dedup();
    values
}

fn of_change(
    asker: &Asker,
    held: &[&'static Claim],
    change: &Change,
    after: &[Trace],
) -> Option<Question> {
    let chapter = asker.chapter;
    let played = Played::new(change.knobs, after);
    let mut gone =
        held.iter().filter_map(|claim| match played.check(claim)? {
            Finding::NotApplicable(why) => Some((claim, why)),
            _ => None,
        });
    let ((claim, why), None) = (gone.next()?, gone.next()) else {
        return None;
    };
    let words = |claim: &Claim| Value::Words(claim.says.to_owned());
    let mut choices = Choices::with(&[], words(claim));
    for other in held {
        choices.wrong(Mistake::HangsOnIt, words(other));
    }
    let scene = claim.scenes.first().copied().unwrap_or_default();
    let scenes: Vec<String> = claim
        .scenes
        .iter()
        .map(|scene| (*scene).to_owned())
        .collect();
    let play = command(chapter, &scenes, change.knobs);
    let asked = Asked {
        kind: Kind::Claim,
        scene: scene.to_owned(),
        asks: format!(
            "All of these hold. Which one no longer applies if --{} is {} \
             instead of {}?",
            change.knob.name,
            time(change.value),
            time(asker.knobs.time(change.knob)),
        ),
        form: Form::Choice,
        spot: Spot {
            lane: 0,
            at: Duration::ZERO,
            event: None,
        },
    };
    Some(Question {
        evidence: format!("Then {why}."),
        command: Some(play),
        ..choices.question(4, asked)
    })
}
