//! Questions about a run that are asked before it is seen. They are made of
//! the traces of the chapter's scenes, as they were computed or, if they play
//! on the real clock only, as they were measured. A trace answers by itself:
//! what is right is read off the trace, and the wrong choices are what
//! misunderstandings of it come to with the same knobs. So every setting of
//! the knobs is another set of questions, and no key is written by hand.
//!
//! One file for each kind of question; [`Question::grade`] says what an answer
//! is worth, and [`Question::parting`] where the run parts from it.

mod alive;
mod answer;
mod choices;
mod claims;
mod doing;
mod ends;
mod evidence;
mod exactness;
mod lines;
mod order;
mod parting;
mod pick;
mod random;
mod seen;
mod thread;
mod wakes;
mod words;

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::chapter::{Belief, Chapter, Course, Knobs, Mistake};
use crate::report::Report;
use crate::trace::{LaneId, Outcome, Trace, as_nanos};
use seen::Seen;

pub use answer::{Answer, Grade};
pub use parting::Parting;
pub use random::random_knobs;
pub use words::command;

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// When a line is said, if it is.
    Line,
    /// When main ends.
    MainEnds,
    /// How a lane ends, and when.
    LaneEnds,
    /// In which order lines are said.
    Order,
    /// How many lanes are alive at some time.
    Alive,
    /// Who has the loop's thread at some time.
    Thread,
    /// What a lane does at some time.
    Doing,
    /// Who wakes a lane.
    Wakes,
    /// Which claim no longer says anything if a knob is changed.
    Claim,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// With a time, typed.
    Time,
    /// With a time, or with `never`.
    TimeOrNever,
    /// With a number, typed.
    Count,
    /// With the number of a choice.
    Choice,
    /// With the numbers of all items in an order.
    Order,
}

/// A question, with all that is needed to grade an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// What it asks for.
    pub kind: Kind,
    /// The scene that it is about.
    pub scene: String,
    /// The question.
    pub asks: String,
    /// How it is answered.
    pub form: Form,
    /// The right answer and those that misunderstandings lead to. Who answers
    /// with a time or a number is not shown them.
    pub choices: Vec<Choice>,
    /// How far off the time of a right answer may be, in nanoseconds where it
    /// is serialised: a millisecond, or what a machine adds to what is measured
    /// on it, though no more than half of what is between right and wrong.
    #[serde(serialize_with = "as_nanos")]
    pub within: Duration,
    /// What is to be put in order, if that is asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// What shows the right answer, in a sentence.
    pub evidence: String,
    /// The command that shows it, if the scene itself does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where in the run it is decided.
    #[serde(skip)]
    spot: Spot,
}

impl Question {
    /// Whether it is about a run that was measured.
    fn is_measured(&self) -> bool {
        self.within > exactness::EXACT
    }
}

/// An answer that somebody may give.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// As it is shown and typed.
    pub says: String,
    /// What it means.
    pub value: Value,
    /// Whether it is right.
    pub right: bool,
    /// How one comes to it, if it is wrong and that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mistake: Option<Mistake>,
    /// What one who comes to it may believe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub belief: Option<Held>,
}

/// A belief that a wrong answer comes from, and what is true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// What is believed.
    pub belief: &'static str,
    /// What is true.
    pub truth: &'static str,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// At this time.
    Time(#[serde(serialize_with = "as_nanos")] Duration),
    /// At no time.
    Never,
    /// So many.
    Count(u64),
    /// It ends in this way at this time.
    End {
        /// How.
        outcome: Outcome,
        /// When.
        #[serde(serialize_with = "as_nanos")]
        at: Duration,
    },
    /// What the words say.
    Words(String),
    /// The items in this order, by their indices.
    Order(Vec<usize>),
}

/// Something to be put in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it is.
    pub says: String,
    /// Its place: when it happens, in nanoseconds. Where all of the scene
    /// happens at one moment, the position of its event in the trace.
    pub rank: u64,
    /// The position of its event in the trace.
    #[serde(skip)]
    event: usize,
}

/// Where in a run a question is decided.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spot {
    lane: LaneId,
    at: Duration,
    /// The event, if it is one.
    event: Option<usize>,
}

/// Who asks.
pub struct Asker<'a> {
    /// Where the beliefs are from.
    pub course: &'a Course,
    /// The chapter that is asked about.
    pub chapter: &'static Chapter,
    /// Its knobs, at speed 1.
    pub knobs: &'a Knobs,
    /// The scenes that may be asked about, by name.
    pub scenes: &'a [String],
}

impl Asker<'_> {
    /// The best questions about scenes, at most `most` of them and in the order
    /// in which they are asked: scene by scene, and of none is the answer given
    /// away by one before it. `trace` is what happened in a scene: before it is
    /// played, what would happen on an ideal machine.
    ///
    /// # Errors
    /// If a scene fails when it is played with another knob.
    pub fn questions<'r>(
        &self,
        report: &'r Report,
        trace: impl Fn(&'r crate::report::Scene) -> &'r Trace,
        most: usize,
    ) -> Result<Vec<Question>> {
        let baseline = self.chapter.measure.baseline;
        let traces: Vec<&Trace> = report.scenes.iter().map(trace).collect();
        let seen = seen(&traces);
        let questions = self.without_evidence(&traces, &seen)?;
        let mut best = pick::best(questions, baseline, most);
        evidence::fill_in(&mut best, &seen);
        Ok(best)
    }

    /// Every question that there is.
    ///
    /// # Errors
    /// As [`questions`](Asker::questions).
    pub fn all<'r>(
        &self,
        report: &'r Report,
        trace: impl Fn(&'r crate::report::Scene) -> &'r Trace,
    ) -> Result<Vec<Question>> {
        let traces: Vec<&Trace> = report.scenes.iter().map(trace).collect();
        let seen = seen(&traces);
        let mut questions = self.without_evidence(&traces, &seen)?;
        evidence::fill_in(&mut questions, &seen);
        Ok(questions)
    }

    fn without_evidence(
        &self,
        traces: &[&Trace],
        seen: &[Seen],
    ) -> Result<Vec<Question>> {
        let mut questions = Vec::new();
        for scene in seen {
            if !self.scenes.iter().any(|name| name == scene.name()) {
                continue;
            }
            let about = About {
                scene,
                all: seen,
                beliefs: self.beliefs(scene.name()),
            };
            questions.extend(lines::questions(&about));
            questions.extend(ends::main_ends(&about));
            questions.extend(ends::lane_ends(&about));
            questions.extend(order::question(&about));
            questions.extend(alive::question(&about));
            questions.extend(thread::question(&about));
            questions.extend(doing::question(&about));
            questions.extend(wakes::questions(&about));
        }
        questions.extend(claims::question(self, traces)?);
        Ok(questions)
    }

    /// The beliefs that a claim about this scene shows to be wrong.
    fn beliefs(&self, scene: &str) -> Vec<&'static Belief> {
        let shows = |belief: &&Belief| {
            belief.proofs.iter().any(|proof| {
                proof.chapter == self.chapter.name
                    && self
                        .course
                        .proof(proof)
                        .is_some_and(|(_, claim)| claim.scenes.contains(&scene))
            })
        };
        self.course.beliefs.iter().filter(shows).collect()
    }
}

fn seen<'a>(traces: &[&'a Trace]) -> Vec<Seen<'a>> {
    traces.iter().map(|trace| Seen::of(trace)).collect()
}

/// What a question may be made of.
struct About<'a> {
    /// The scene that it is about.
    scene: &'a Seen<'a>,
    /// All scenes of the chapter, this one among them.
    all: &'a [Seen<'a>],
    /// The beliefs that are wrong in this scene.
    beliefs: Vec<&'static Belief>,
}

impl<'a> About<'a> {
    /// The chapter's other scenes.
    fn others(&self) -> impl Iterator<Item = &'a Seen<'a>> {
        let name = self.scene.name();
        self.all.iter().filter(move |other| other.name() != name)
    }
}
