//! How a claim asks the traces: question by question, each with what it
//! expects, and at the end the evidence. What comes of it is a [`Finding`].

use std::fmt::Display;
use std::time::Duration;

use super::due::{Due, allowance, is_due, too_close};
use super::time;
use super::{Fact, Finding, Played};
use crate::trace::{Header, Outcome};

/// A claim being checked. Each question adds a [`Fact`].
#[must_use = "a check that is not ended with `so` has found nothing"]
pub struct Check<'a> {
    played: &'a Played<'a>,
    scene: &'static str,
    facts: Vec<Fact>,
    /// Why the claim does not apply, if it does not.
    reason: Option<String>,
    /// How far what is claimed and its opposite are apart.
    apart: Duration,
}

impl<'a> Check<'a> {
    pub(super) fn new(played: &'a Played<'a>, scene: &'static str) -> Self {
        Check {
            played,
            scene,
            facts: Vec::new(),
            reason: None,
            apart: Duration::MAX,
        }
    }

    fn header(&self) -> &'a Header {
        &self.played.trace(self.scene).header
    }

    /// Goes on to ask another scene that the claim names.
    pub fn and(self, scene: &'static str) -> Self {
        Check { scene, ..self }
    }

    /// The claim does not apply if this is so, for that reason.
    pub fn unless(mut self, so: bool, reason: impl Into<String>) -> Self {
        if so && self.reason.is_none() {
            self.reason = Some(reason.into());
        }
        self
    }

    /// What is claimed hangs on telling these two times apart. If the clock
    /// cannot, the claim does not apply, and no time that is asked for from
    /// here on may be late by more than half of that.
    pub fn apart(mut self, one: impl Into<Due>, other: impl Into<Due>) -> Self {
        let (one, other) = (one.into(), other.into());
        let apart = one.time.abs_diff(other.time);
        self.apart = self.apart.min(apart);
        let header = self.header();
        let later = one.max(other);
        if allowance(header, later, apart).is_none() {
            let reason = too_close(header, later, apart);
            return self.unless(true, reason);
        }
        self
    }

    /// A time that was measured must be what it should be. One that is not
    /// zero must also be told from what takes twice as long.
    pub fn time(
        mut self,
        what: impl Into<String>,
        measured: Option<Duration>,
        due: impl Into<Due>,
    ) -> Self {
        let due = due.into();
        let apart = match due.time {
            Duration::ZERO => self.apart,
            time => self.apart.min(time),
        };
        let header = self.header();
        let Some(allowed) = allowance(header, due, apart) else {
            let reason = too_close(header, due, apart);
            return self.unless(true, reason);
        };
        let holds = measured
            .is_some_and(|measured| is_due(header, measured, due, allowed));
        self.facts.push(Fact {
            what: what.into(),
            expected: time(due.time),
            measured: measured.map_or("never".to_owned(), time),
            holds,
        });
        self
    }

    /// The scene must take so long.
    pub fn total(self, due: impl Into<Due>) -> Self {
        let total = self.played.total(self.scene);
        let what = format!("the total of {}", self.scene);
        self.time(what, Some(total), due)
    }

    /// A lane must say this line, and for the first time at this time.
    pub fn said(self, lane: &str, text: &str, due: impl Into<Due>) -> Self {
        let said = self.played.said(self.scene, lane, text);
        self.time(format!("{lane} says {text:?}"), said, due)
    }

    /// Nobody may say this line.
    pub fn never_said(self, text: &str) -> Self {
        let said = self.played.scene(self.scene).said(text);
        let said = said.map_or("never".to_owned(), time);
        self.is(format!("somebody says {text:?}"), said, "never")
    }

    /// A lane must end in this way, and at this time.
    pub fn ended(
        self,
        lane: &str,
        outcome: Outcome,
        due: impl Into<Due>,
    ) -> Self {
        let end = self.played.scene(self.scene).lane(lane);
        let end = end.and_then(|lane| lane.end.as_ref());
        let (at, how) = match end {
            Some(end) => (Some(end.at), end.outcome.to_string()),
            None => (None, "never".to_owned()),
        };
        self.is(format!("{lane} ends"), how, outcome).time(
            format!("{lane} ends"),
            at,
            due,
        )
    }

    /// What was measured must be this.
    pub fn is(
        self,
        what: impl Into<String>,
        measured: impl Display,
        expected: impl Display,
    ) -> Self {
        let (measured, expected) = (measured.to_string(), expected.to_string());
        let holds = measured == expected;
        self.that(what, holds, measured, expected)
    }

    /// What was measured must be so, in words that say what it should be.
    pub fn that(
        mut self,
        what: impl Into<String>,
        holds: bool,
        measured: impl Display,
        expected: impl Display,
    ) -> Self {
        self.facts.push(Fact {
            what: what.into(),
            expected: expected.to_string(),
            measured: measured.to_string(),
            holds,
        });
        self
    }

    /// These must have happened in this order, told by their positions in the
    /// trace: on the virtual clock it may all be at one moment. See
    /// [`Played::first_poll`] and its like.
    pub fn in_order<const N: usize>(
        self,
        steps: [(&str, Option<usize>); N],
    ) -> Self {
        let holds = steps.iter().all(|(_, step)| step.is_some())
            && steps.windows(2).all(|two| two[0].1 < two[1].1);
        let expected = steps.map(|(words, _)| words).join(", then ");
        self.that("the order", holds, in_order(steps), expected)
    }

    /// Ends the check: what was found, and this is the evidence in words.
    pub fn so(self, words: impl Into<String>) -> Finding {
        if let Some(reason) = self.reason {
            return Finding::NotApplicable(reason);
        }
        // Nothing asked, nothing found.
        let holds =
            !self.facts.is_empty() && self.facts.iter().all(|fact| fact.holds);
        Finding::of(holds, words.into(), self.facts)
    }
}

/// What happened, in words and in the order in which it did.
pub fn in_order<const N: usize>(
    mut steps: [(&str, Option<usize>); N],
) -> String {
    steps.sort_by_key(|(_, step)| step.unwrap_or(usize::MAX));
    let words = steps.map(|(words, step)| match step {
        Some(_) => words.to_owned(),
        None => format!("never: {words}"),
    });
    words.join(", then ")
}
