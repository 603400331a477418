//! A chapter's other half: the same scenes on CPython, and where the two
//! worlds part by nature.

use super::Knobs;

/// The same chapter on CPython's asyncio.
pub struct Twin {
    /// `demo.py`: the same scenes, for Python 3.11 or later.
    pub demo: &'static str,
    /// `cpython.ndjson`: what CPython recorded of them on its virtual clock,
    /// at the article's figures.
    pub recording: &'static str,
    /// Where the two worlds part. Everywhere else they must be the same.
    pub partings: &'static [Parting],
    /// What comes of doing it the article's way, where the article is wrong.
    pub errata: &'static [Erratum],
}

impl Twin {
    /// Where a scene's two worlds part at these knobs, and why, if they do: the
    /// first parting that applies counts.
    pub fn fork(
        &self,
        scene: &str,
        knobs: &Knobs,
    ) -> Option<(Fork, &'static str)> {
        let partings = self.partings.iter();
        let mut partings = partings.filter(|parting| parting.scene == scene);
        partings
            .find_map(|parting| Some(((parting.first)(knobs)?, parting.why)))
    }
}

/// A scene in which the two worlds part, for a reason that the lesson gives. A
/// scene may have several, of which the first that applies counts.
pub struct Parting {
    /// The scene.
    pub scene: &'static str,
    /// Why they part, in a sentence.
    pub why: &'static str,
    /// The first moment of each that the other does not have, or `None` if
    /// at these knobs this is not why they part.
    pub first: fn(&Knobs) -> Option<Fork>,
}

/// Where two worlds part: what each of them does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// What happens next on tokio, as in `critical cancelled`.
    pub tokio: String,
    /// What happens next on CPython, as in `critical: Cleanup finished`.
    pub cpython: String,
}

impl Fork {
    /// A fork between two moments.
    pub fn new(tokio: impl Into<String>, cpython: impl Into<String>) -> Fork {
        Fork {
            tokio: tokio.into(),
            cpython: cpython.into(),
        }
    }
}

/// A scene that only `demo.py` has: the article's way, which does not do what
/// the article says.
pub struct Erratum {
    /// The scene of `demo.py`.
    pub scene: &'static str,
    /// What its lanes say instead, and when, in order, at the article's
    /// figures: `0s main: TypeError: ...`.
    pub says: &'static [&'static str],
}
