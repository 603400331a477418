//! Beliefs and practices: sentences that stand beside the chapters, each with
//! the claims that prove it.

use super::Mistake;

/// A claim of a chapter, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The chapter.
    pub chapter: &'static str,
    /// The claim to check.
    pub claim: &'static str,
}

/// A belief and the truth about it.
pub struct Belief {
    /// What a beginner believes.
    pub belief: &'static str,
    /// What is true.
    pub truth: &'static str,
    /// Where one sees it.
    pub proofs: &'static [Proof],
    /// The wrong predictions that come of it, in the scenes of its proofs.
    pub mistakes: &'static [Mistake],
}

/// A practice from the article's checklist.
pub struct Practice {
    /// What to do.
    pub practice: &'static str,
    /// What shows that it is right.
    pub proofs: &'static [Proof],
}
