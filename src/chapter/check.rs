//! How a claim asks the traces: question by question, each with what it
//! expects, and at the end the evidence. What comes of it is a [`Finding`].

use std::fmt::Display;
use std::time::Duration;

use super::due::{Due, allowance, is_due, seen, too_close};
use super::number_of;
use super::time;
use super::{Fact, Finding, Played, Spot};
use crate::trace::{Header, How, LaneKind, On, Outcome, What};

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

    /// It is about one thread, which all lanes share: where the scene ran on
    /// several, the claim does not apply.
    pub fn on_one_thread(self) -> Self {
        let world = &self.header().world;
        let (workers, is_one) = (world.workers, world.is_one_thread());
        let workers = number_of(workers, "worker", "workers");
        let reason = format!(
            "it is about tasks that share one thread, and {} ran on {workers} \
             and main's thread",
            self.scene
        );
        self.unless(!is_one, reason)
    }

    /// What is claimed hangs on telling these two times apart. If the clock
    /// cannot, the claim does not apply, and no time that is asked for from
    /// here on may be late by more than half of that.
    pub fn apart(mut self, one: impl Into<Due>, other: impl Into<Due>) -> Self {
        let (one, other) = (one.into(), other.into());
        let header = self.header();
        let apart = seen(header, one).abs_diff(seen(header, other));
        self.apart = self.apart.min(apart);
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
            spot: self.whole(),
        });
        self
    }

    /// What was asked last is to be seen at the first event of a kind, on
    /// whatever lane.
    pub fn seen_first(self, is: impl Fn(&What) -> bool) -> Self {
        let mut events = self.played.trace(self.scene).events.iter();
        let event = events.position(|event| is(&event.what));
        let last = self.facts.len().saturating_sub(1);
        self.seen_at(last, event)
    }

    /// What was asked last is to be seen where somebody blocks a thread.
    pub fn where_it_blocks(self) -> Self {
        self.seen_first(|what| {
            matches!(
                what,
                What::Wait {
                    on: On::Blocking { .. },
                    ..
                }
            )
        })
    }

    /// That the whole trace shows it.
    fn whole(&self) -> Spot {
        Spot {
            scene: self.scene.to_owned(),
            event: None,
        }
    }

    /// What was asked since there were so many facts is to be seen at this
    /// event.
    fn seen_at(mut self, facts: usize, event: Option<usize>) -> Self {
        for fact in self.facts.iter_mut().skip(facts) {
            fact.spot.event = event;
        }
        self
    }

    /// A time that was measured must be this at the least, up to what two clocks
    /// differ. For what a machine may make longer without any bound: to compute
    /// takes longer where others compute, too.
    pub fn at_least(
        self,
        what: impl Into<String>,
        measured: Duration,
        least: Duration,
    ) -> Self {
        let holds = measured >= least.mul_f64(SAME_TIME);
        let expected = format!("{} at the least", time(least));
        self.that(what, holds, time(measured), expected)
    }

    /// The scene must take so long.
    pub fn total(self, due: impl Into<Due>) -> Self {
        let total = self.played.total(self.scene);
        let what = format!("the total of {}", self.scene);
        let before = self.facts.len();
        let end = self
            .played
            .trace(self.scene)
            .first(0, |what| matches!(what, What::End { .. }));
        self.time(what, Some(total), due).seen_at(before, end)
    }

    /// A lane must say this line, and for the first time at this time.
    pub fn said(self, lane: &str, text: &str, due: impl Into<Due>) -> Self {
        let said = self.played.said(self.scene, lane, text);
        let line = self.played.line(self.scene, lane, text);
        let before = self.facts.len();
        self.time(format!("{lane} says {text:?}"), said, due)
            .seen_at(before, line)
    }

    /// Nobody may say this line.
    pub fn never_said(self, text: &str) -> Self {
        let said = self.played.scene(self.scene).said(text);
        let said = said.map_or("never".to_owned(), time);
        self.is(format!("when somebody says {text:?}"), said, "never")
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
        let (before, position) =
            (self.facts.len(), self.played.end(self.scene, lane));
        self.is(format!("{lane} ends"), how, outcome)
            .time(format!("{lane} ends"), at, due)
            .seen_at(before, position)
    }

    /// A lane must end cancelled, by this lane and in this way, and at this
    /// time. The time alone would not do: the end of main ends everybody.
    pub fn cancelled(
        self,
        lane: &str,
        by: &str,
        how: How,
        due: impl Into<Due>,
    ) -> Self {
        let culprit = match self.played.culprit(self.scene, lane) {
            Some((by, how)) => means(by, how),
            None => "nobody".to_owned(),
        };
        let (before, position) =
            (self.facts.len(), self.played.end(self.scene, lane));
        self.ended(lane, Outcome::Cancelled, due)
            .is(format!("what ended {lane}"), culprit, means(by, how))
            .seen_at(before, position)
    }

    /// A lane must be of this kind.
    pub fn is_a(self, lane: &str, kind: LaneKind) -> Self {
        let what = format!("what {lane} is");
        let found = self.played.kind(self.scene, lane);
        let found = found.map_or("not there", kind_of);
        let (before, spawn) =
            (self.facts.len(), self.played.spawn(self.scene, lane));
        self.is(what, found, kind_of(kind)).seen_at(before, spawn)
    }

    /// A lane must have awaited the end of another one.
    pub fn awaited(self, lane: &str, other: &str) -> Self {
        let awaited = self.played.awaited(self.scene, lane);
        let holds = awaited.iter().any(|name| name == other);
        let what = format!("whose end {lane} awaits");
        let before = self.facts.len();
        let event = self.played.awaits(self.scene, lane);
        self.that(what, holds, names(&awaited), other)
            .seen_at(before, event)
    }

    /// A lane must have been stopped while it awaited the end of another one.
    pub fn stopped_awaiting(self, lane: &str, other: &str) -> Self {
        let given_up = self.played.given_up(self.scene, lane);
        let holds = given_up.iter().any(|name| name == other);
        let what = format!("what {lane} awaits when it is stopped");
        let before = self.facts.len();
        let event = self.played.gives_up(self.scene, lane);
        self.that(what, holds, names(&given_up), other)
            .seen_at(before, event)
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
            expected: short(&expected.to_string()),
            measured: short(&measured.to_string()),
            holds,
            spot: self.whole(),
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
        let last = steps.iter().filter_map(|(_, step)| *step).max();
        let before = self.facts.len();
        self.that("the order", holds, in_order(steps), expected)
            .seen_at(before, last)
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

/// A processor's time and the time on the clock may differ by a hair.
const SAME_TIME: f64 = 0.99;

fn kind_of(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Main => "main",
        LaneKind::Task => "a task",
        LaneKind::Future => "a future in another lane",
        LaneKind::Thread => "a thread",
    }
}

fn names(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        names => names.join(", "),
    }
}

/// A text that may be of any length, with its middle left out if it is long.
pub fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    let length = text.chars().count();
    if length <= LONGEST {
        return text.to_owned();
    }
    let head = text.chars().take(LONGEST / 2).collect::<String>();
    let tail = text.chars().skip(length - LONGEST / 4).collect::<String>();
    // No word is cut, where there are any.
    let head = head.rsplit_once(' ').map_or(&*head, |(head, _)| head);
    let tail = tail.split_once(' ').map_or(&*tail, |(_, tail)| tail);
    format!("{head} ... {tail}")
}

/// By what a lane was cancelled, in words.
fn means(by: &str, how: How) -> String {
    match how {
        How::Abort => format!("{by} aborted it"),
        How::Drop => format!("{by} dropped it"),
        How::Token => format!("{by} asked it to stop"),
        How::Group => format!("{by} shut down its group"),
        How::Shutdown => format!("{by} ended"),
        How::Interrupt => "the user stopped the run".to_owned(),
    }
}

/// What happened, in words and in the order in which it did.
pub fn in_order<const N: usize>(
    mut steps: [(impl Display, Option<usize>); N],
) -> String {
    steps.sort_by_key(|(_, step)| step.unwrap_or(usize::MAX));
    let words = steps.map(|(words, step)| match step {
        Some(_) => words.to_string(),
        None => format!("never: {words}"),
    });
    words.join(", then ")
}
