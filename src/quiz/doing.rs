//! What does this lane do at this time? Asked of one that could go on and
//! cannot: it is ready, and somebody else has the thread.

use super::choices::{Asked, Choices};
use super::{About, Form, Kind, Question, Spot, Value};
use crate::chapter::{Mistake, time};
use crate::timeline::Doing;

/// The question about the first lane that is kept waiting.
pub(super) fn question(about: &About) -> Option<Question> {
    let scene = about.scene;
    // Where several have a thread there is no somebody else.
    if scene.timeline.lanes.len() > 20 || scene.workers() > 1 {
        return None;
    }
    let times = scene.quiet_times();
    // The last of those times: the longer ago its own time was.
    let (at, lane, name) = times.into_iter().rev().find_map(|at| {
        let state = scene.state_at(at);
        let mut lanes = (0..).zip(state.lanes());
        let (id, lane) = lanes.find(|(_, lane)| lane.doing == Doing::Ready)?;
        Some((at, id, lane.name.clone()))
    })?;
    let words = |text: &str| Value::Words(text.to_owned());
    let ready = "it could go on, but somebody else has the thread";
    let mut choices = Choices::of(about, words(ready));
    choices.wrong(Mistake::OthersGoOn, words("it goes on: its time is over"));
    choices.wrong(Mistake::OwnTime, words("it waits: its time is not over"));
    choices.wrong(Mistake::Stopped, words("it has ended"));
    let asked = Asked {
        kind: Kind::Doing,
        scene: scene.name().to_owned(),
        asks: format!("What does {name} do at {}?", time(at)),
        form: Form::Choice,
        spot: Spot {
            lane,
            at,
            event: None,
        },
    };
    Some(choices.question(4, asked))
}
