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
    /// Why a scene's two worlds part, if they do.
    pub fn nature(&self, scene: &str) -> Option<&'static Parting> {
        self.partings.iter().find(|parting| parting.scene == scene)
    }
}

/// A scene in which the two worlds part, for a reason that the lesson gives.
pub struct Parting {
    /// The scene.
    pub scene: &'static str,
    /// Why they part, in a sentence.
    pub why: &'static str,
    /// The first moment of each that the other does not have, or `None` if
    /// they agree at these knobs.
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
