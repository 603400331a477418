//! Who wakes main, so that it goes on to say this line?

use super::choices::{Asked, Choices};
use super::words::by_whom;
use super::{About, Form, Kind, Question, Spot, Value};
use crate::chapter::Mistake;
use crate::timeline::State;
use crate::trace::{By, What};

/// A question for each line that main says after it was woken.
pub(super) fn questions(about: &About) -> Vec<Question> {
    let scene = about.scene;
    let lanes: Vec<_> = scene.lanes().collect();
    if !(1..=6).contains(&lanes.len())
        || scene.timeline.lanes.len() != lanes.len() + 1
    {
        return Vec::new();
    }
    let once = scene.lines();
    let mut state = State::new();
    let mut woke = None;
    let mut questions = Vec::new();
    for (index, event) in scene.trace.events.iter().enumerate() {
        state.apply(event);
        if event.lane != 0 {
            continue;
        }
        match &event.what {
            What::Pend { .. } => woke = None,
            What::Wake { .. } => woke = woke.or(Some(index)),
            What::Say { text, .. }
                if once.iter().any(|(at, _)| *at == index) =>
            {
                let by = state.lane(0).and_then(|main| main.woken);
                let (Some(woke), Some(by)) = (woke, by) else {
                    continue;
                };
                questions.extend(question(about, &state, woke, by, text));
            }
            _ => {}
        }
    }
    questions
}

fn question(
    about: &About,
    state: &State,
    woke: usize,
    by: By,
    text: &str,
) -> Option<Question> {
    // What only the machine knows is not asked.
    if matches!(by, By::Itself | By::Io | By::Runtime) {
        return None;
    }
    let scene = about.scene;
    let words = |by| Value::Words(by_whom(state, by));
    if tells(about, &by_whom(state, by), text) {
        return None;
    }
    let mut choices = Choices::of(about, words(by));
    let lanes = scene.lanes();
    let ended =
        lanes.filter_map(|(id, lane)| Some((lane.end.as_ref()?.at, id)));
    let ended: Vec<_> = ended.collect();
    let at = scene.trace.events[woke].at();
    // Of several that end at once any may be the one, if that was measured.
    let is_it = |end, id| by == By::Lane(id) || !scene.is_at_once(end, at);
    if scene.is_measured() && !ended.iter().all(|(end, id)| is_it(*end, *id)) {
        return None;
    }
    if let Some((_, first)) = ended.iter().min() {
        choices.wrong(Mistake::FirstEnd, words(By::Lane(*first)));
    }
    if let Some((_, last)) = ended.iter().max_by_key(|(_, id)| *id) {
        choices.wrong(Mistake::LastCall, words(By::Lane(*last)));
    }
    for (_, id) in &ended {
        choices.wrong(Mistake::CallOrder, words(By::Lane(*id)));
    }
    choices.wrong(Mistake::Timer, words(By::Timer));
    let asked = Asked {
        kind: Kind::Wakes,
        scene: scene.name().to_owned(),
        asks: format!("What wakes main, so that it goes on to say '{text}'?"),
        form: Form::Choice,
        spot: Spot {
            lane: 0,
            at,
            event: Some(woke),
        },
    };
    (choices.count_wrong() > 1).then(|| choices.question(6, asked))
}

/// Whether a line names who woke main, and not everybody else as well.
fn tells(about: &About, by: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    let names = |name: &str| text.contains(&name.to_lowercase());
    let mut lanes = about.scene.lanes();
    names(by) && !lanes.all(|(_, lane)| names(&lane.name))
}
