//! Where `demo.py` says what tokio's lanes say: as CPython was seen to say it,
//! and else by what stands in its code.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde::Serialize;

use crate::chapter::{Chapter, Language, Scene};
use crate::chapter::{Say, says};
use crate::trace::{LaneId, Place, Trace, What};

/// The places of a scene's lines in `demo.py`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Places {
    /// The file.
    pub file: String,
    /// A place in `demo.rs` and one in `demo.py` that were seen to say the
    /// same: the same lane, the same text, the first time with the first time
    /// and so on. None if no run of CPython's was at hand.
    pub seen: BTreeSet<Seen>,
    /// Every line of the scene's code in `demo.py` that says something.
    pub says: Vec<Say>,
}

/// Two places that say the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Seen {
    /// The line of `demo.rs`.
    pub tokio: u32,
    /// The line of `demo.py`.
    pub cpython: u32,
}

impl Places {
    /// Those of a scene, of which CPython's trace may be at hand.
    pub(super) fn new(
        chapter: &Chapter,
        scene: &Scene,
        ideal: &Trace,
        cpython: Option<&Trace>,
    ) -> Places {
        Places {
            file: format!("demos/{}/demo.py", chapter.folder()),
            seen: cpython
                .map_or_else(BTreeSet::new, |cpython| seen(ideal, cpython)),
            says: says(&chapter.code_of(scene, Language::Python)),
        }
    }

    /// Where `demo.py` says a text that was said at a place of `demo.rs`;
    /// `None` if nothing in the scene's Python says it.
    pub fn of(&self, place: &Place, text: &str) -> Option<Place> {
        let fits = |line: u32| {
            let mut says = self.says.iter();
            says.any(|say| say.line == line && say.fits(text).is_some())
        };
        let mut seen = self.seen.iter();
        let seen =
            seen.find(|seen| seen.tokio == place.line && fits(seen.cpython));
        let line = match seen {
            Some(seen) => seen.cpython,
            None => self.by_the_code(text)?,
        };
        Some(Place {
            file: self.file.clone().into(),
            line,
        })
    }

    /// The line of the code that says most of a text itself.
    fn by_the_code(&self, text: &str) -> Option<u32> {
        let says = self.says.iter();
        let fitting = says.filter_map(|say| Some((say.fits(text)?, say.line)));
        // Of equals the first: which one it is cannot be told from the text.
        let best = fitting.rev().max_by_key(|(length, _)| *length);
        best.map(|(_, line)| line)
    }
}

/// The places at which two traces of a scene say the same.
fn seen(tokio: &Trace, cpython: &Trace) -> BTreeSet<Seen> {
    let mut there: HashMap<(&str, &str), VecDeque<u32>> = HashMap::new();
    for (lane, text, place) in lines(cpython) {
        there.entry((lane, text)).or_default().push_back(place.line);
    }
    let pairs = lines(tokio).filter_map(|(lane, text, place)| {
        let cpython = there.get_mut(&(lane, text))?.pop_front()?;
        let tokio = place.line;
        Some(Seen { tokio, cpython })
    });
    pairs.collect()
}

/// What is said in a trace: the lane's name, the text, and where.
fn lines(trace: &Trace) -> impl Iterator<Item = (&str, &str, &Place)> {
    let mut names: HashMap<LaneId, &str> = HashMap::new();
    trace
        .events
        .iter()
        .filter_map(move |event| match &event.what {
            What::Spawn { name, .. } => {
                names.insert(event.lane, name);
                None
            }
            What::Say { text, place } => {
                let name = names.get(&event.lane).copied().unwrap_or("?");
                Some((name, text.as_str(), place))
            }
            _ => None,
        })
}
