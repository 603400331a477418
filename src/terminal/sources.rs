//! Where a line is said, in the code that the user reads: `demo.rs:12`,
//! `demo.py:9`, or both.

use crate::chapter::{Lang, Language};
use crate::report::{Places, Report, Scene};
use crate::system::foreign::clean;
use crate::trace::Place;

/// What stands where `demo.py` has nothing that says a line.
const NOWHERE: &str = "tokio only";

/// The places of a scene's lines, for whoever reads them.
#[derive(Default)]
pub struct Sources {
    lang: Lang,
    python: Option<Places>,
}

impl Sources {
    /// Those of a scene.
    pub fn of(report: &Report, scene: &Scene) -> Sources {
        let python = scene.in_python.as_ref();
        Sources {
            lang: report.reading.lang,
            python: python.map(|python| python.places.clone()),
        }
    }

    /// Where a text is said that was said at that place of the Rust code.
    pub fn text(&self, place: &Place, said: &str) -> String {
        let mut places = Vec::new();
        if self.lang.has(Language::Rust) {
            places.push(short(place));
        }
        if let Some(python) = &self.python {
            let place = python.of(place, said);
            places.push(place.as_ref().map_or(NOWHERE.to_owned(), short));
        }
        places.join(" ")
    }
}

/// A place as one says it in class: `demo.rs:12`.
pub fn short(place: &Place) -> String {
    let file = place.file.rsplit('/').next().unwrap_or(&place.file);
    format!("{}:{}", clean(file), place.line)
}
