//! Claims: the sentences that a chapter teaches, each an assertion over the
//! recorded traces. A claim never looks at a demo's code, only at what
//! happened. How one asks the traces is in [`Check`](super::Check).

use serde::Serialize;

use super::Played;

/// A sentence, and how to check it.
pub struct Claim {
    /// A short name, unique in its chapter.
    pub id: &'static str,
    /// The sentence as the learner reads it.
    pub says: &'static str,
    /// The scenes it speaks of: it is checked once all of them were played.
    pub scenes: &'static [&'static str],
    /// The check.
    pub check: fn(&Played) -> Finding,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It is so, and this shows it.
    Holds(Evidence),
    /// It is not so, and this shows it.
    Broken(Evidence),
    /// At these knobs, at this speed or on this clock it says nothing, for
    /// this reason.
    NotApplicable(String),
}

/// What a finding stands on, all of it read off the traces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// In a sentence, for people.
    pub words: String,
    /// What was asked of the traces, one by one.
    pub facts: Vec<Fact>,
}

/// Something that was asked of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What was asked, as in `A ends`.
    pub what: String,
    /// What it should be, as in `finished at 3s`.
    pub expected: String,
    /// What the trace says.
    pub measured: String,
    /// Whether the two are the same, up to what a machine may add.
    pub holds: bool,
    /// Where that is to be seen.
    pub spot: Spot,
}

/// A place in a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// The scene that the trace is of.
    pub scene: String,
    /// The position of the event that shows it; `None` if it takes the whole
    /// trace to know.
    pub event: Option<usize>,
}

impl Finding {
    /// Whether the claim does not hold.
    pub fn is_broken(&self) -> bool {
        matches!(self, Finding::Broken(_))
    }

    /// `Holds` or `Broken`, with the same evidence.
    pub fn when(holds: bool, words: impl Into<String>) -> Finding {
        Finding::of(holds, words.into(), Vec::new())
    }

    /// `Broken`, for want of something to look at.
    pub fn broken(words: impl Into<String>) -> Finding {
        Finding::when(false, words)
    }

    pub(super) fn of(holds: bool, words: String, facts: Vec<Fact>) -> Finding {
        let evidence = Evidence { words, facts };
        if holds {
            Finding::Holds(evidence)
        } else {
            Finding::Broken(evidence)
        }
    }

    /// The evidence or the reason, in a sentence.
    pub fn words(&self) -> String {
        match self {
            Finding::Holds(evidence) => evidence.words.clone(),
            Finding::Broken(evidence) => evidence.told(),
            Finding::NotApplicable(reason) => reason.clone(),
        }
    }
}

impl Evidence {
    /// The facts that are not as they should be.
    pub fn wrong(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(|fact| !fact.holds)
    }

    /// The sentence, and the first thing that is not as it should be.
    fn told(&self) -> String {
        match self.wrong().next() {
            None => self.words.clone(),
            Some(fact) => format!(
                "{}; {}: {}, should be: {}",
                self.words, fact.what, fact.measured, fact.expected
            ),
        }
    }
}
