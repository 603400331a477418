//! A course: the chapters in their order, and what stands beside them. The
//! program is given one by `main`, and knows no other.

use super::{Belief, Chapter, Claim, Practice, Proof, same_name};

/// Everything that is taught.
#[derive(Clone, Copy)]
pub struct Course {
    /// The chapters, in the article's order.
    pub chapters: &'static [&'static Chapter],
    /// What beginners believe, in the order of the chapters that show it.
    pub beliefs: &'static [Belief],
    /// The article's checklist, in its order.
    pub practices: &'static [Practice],
}

impl Course {
    /// The chapter of that name; `-` and `_` are the same.
    pub fn find(&self, name: &str) -> Option<&'static Chapter> {
        let mut chapters = self.chapters.iter().copied();
        chapters.find(|chapter| same_name(chapter.name, name))
    }

    /// The chapter before it, unless it is the first.
    pub fn before(&self, chapter: &Chapter) -> Option<&'static Chapter> {
        let mut chapters = self.chapters.iter().copied().rev();
        chapters.find(|other| other.name == chapter.name)?;
        chapters.next()
    }

    /// The chapter that follows, unless it is the last.
    pub fn after(&self, chapter: &Chapter) -> Option<&'static Chapter> {
        let mut chapters = self.chapters.iter().copied();
        chapters.find(|other| other.name == chapter.name)?;
        chapters.next()
    }

    /// How long a class needs for all of it, in minutes.
    pub fn minutes(&self) -> u32 {
        self.chapters.iter().map(|chapter| chapter.minutes).sum()
    }

    /// The claim that a proof names, with its chapter.
    pub fn proof(
        &self,
        proof: &Proof,
    ) -> Option<(&'static Chapter, &'static Claim)> {
        let chapter = self.find(proof.chapter)?;
        let mut claims = chapter.claims.iter();
        let claim = claims.find(|claim| claim.id == proof.claim)?;
        Some((chapter, claim))
    }

    /// The command that shows a proof: it plays every scene of which the claim
    /// speaks, and so the claim itself.
    pub fn command(&self, proof: &Proof) -> String {
        let found = self.proof(proof);
        let scenes = found.map_or(&[][..], |(_, claim)| claim.scenes);
        let scenes = scenes.iter().map(|scene| format!(" {scene}"));
        format!("asyncade {}{}", proof.chapter, scenes.collect::<String>())
    }
}
