//! What became of the claims.

use serde::Serialize;

use crate::chapter::{self, Claim, Fact, Played};

/// A claim, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The claim's short name, unique in its chapter.
    pub claim: String,
    /// The sentence as the learner reads it.
    pub says: String,
    /// The scenes that it speaks of.
    pub scenes: Vec<String>,
    /// What became of it.
    pub status: Status,
    /// What shows it, or why the claim does not apply.
    pub evidence: String,
    /// What was asked of the traces, one by one: expected and measured.
    pub facts: Vec<Fact>,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is so.
    Holds,
    /// It is not so.
    Broken,
    /// At these knobs it says nothing.
    NotApplicable,
}

impl Finding {
    /// Of a claim.
    pub fn new(claim: &Claim, found: chapter::Finding) -> Finding {
        let words = found.words();
        let (status, facts) = match found {
            chapter::Finding::Holds(evidence) => {
                (Status::Holds, evidence.facts)
            }
            chapter::Finding::Broken(evidence) => {
                (Status::Broken, evidence.facts)
            }
            chapter::Finding::NotApplicable(_) => {
                (Status::NotApplicable, Vec::new())
            }
        };
        let scenes = claim.scenes.iter();
        Finding {
            claim: claim.id.to_owned(),
            says: claim.says.to_owned(),
            scenes: scenes.map(|scene| (*scene).to_owned()).collect(),
            status,
            evidence: words,
            facts,
        }
    }
}

/// Checks a claim, if all the scenes that it speaks of were played to their
/// end.
pub fn finding(played: &Played, claim: &Claim) -> Option<Finding> {
    Some(Finding::new(claim, played.check(claim)?))
}
