//! Who has the loop's thread at this time?

use super::choices::{Asked, Choices};
use super::{About, Form, Kind, Question, Spot, Value};
use crate::chapter::{Mistake, time};
use crate::timeline::{Doing, LaneState};

const NOBODY: &str = "nobody";

/// The question about a time at which as many as possible are there to have it.
pub(super) fn question(about: &About) -> Option<Question> {
    let scene = about.scene;
    // With more lanes there are more answers than anybody reads.
    // And of several threads none is the loop's.
    if !(2..=8).contains(&scene.timeline.lanes.len()) || scene.workers() > 1 {
        return None;
    }
    let times = scene.quiet_times();
    let states = times.into_iter().map(|at| (at, scene.state_at(at)));
    let (at, state) = states.max_by_key(|(_, state)| {
        let there = state.lanes().iter().filter(|lane| lane.end.is_none());
        // Somebody who cannot go on is what one asks about.
        let ready = state.lanes().iter();
        let ready = ready.filter(|lane| lane.doing == Doing::Ready);
        (ready.count(), there.count())
    })?;
    let holder = state.holder();
    let words = |lane: &LaneState| Value::Words(lane.name.clone());
    let right = holder.and_then(|id| state.lane(id));
    let nobody = Value::Words(NOBODY.to_owned());
    let mut choices = Choices::of(about, right.map_or(nobody.clone(), words));
    choices.wrong(Mistake::OthersGoOn, nobody);
    for lane in state.lanes().iter().filter(|lane| lane.end.is_none()) {
        let mistake = match lane.doing {
            Doing::Ready => Mistake::OthersGoOn,
            _ => Mistake::WaitHolds,
        };
        choices.wrong(mistake, words(lane));
    }
    let asked = Asked {
        kind: Kind::Thread,
        scene: scene.name().to_owned(),
        asks: format!("Who has the loop's thread at {}?", time(at)),
        form: Form::Choice,
        spot: Spot {
            lane: holder.unwrap_or(0),
            at,
            event: None,
        },
    };
    (choices.count_wrong() > 1).then(|| {
        let question = choices.question(6, asked);
        match holder {
            Some(_) => question,
            None => Question {
                evidence: format!(
                    "At {} nobody has it: all of them wait.",
                    time(at)
                ),
                ..question
            },
        }
    })
}
