//! A round: the questions about one scene are asked, then the scene is shown,
//! and then what became of the answers.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use super::run::happened;
use super::{Asking, Predict};
use crate::chapter::Scene;
use crate::command::show::code;
use crate::picture::Legend;
use crate::quiz::{Answer, Kind, Question};
use crate::report::Report;
use crate::system::foreign;
use crate::system::typed::TypedLines;
use crate::terminal::{self, Graded, Screen};
use crate::trace::Clock;

/// The questions that are asked together.
pub(super) struct Round<'a> {
    pub asked: &'a Predict<'a>,
    pub group: &'a [Question],
    /// How many were asked before.
    pub first: usize,
    /// How many there are in all.
    pub of: usize,
}

/// How it went so far.
#[derive(Default)]
pub(super) struct Score {
    pub right: usize,
    pub answered: usize,
    /// The input has ended.
    pub is_over: bool,
}

/// An answer that was given.
pub(super) struct Given {
    typed: String,
    /// What it means, or why it means nothing.
    read: Result<Answer, String>,
}

/// A question with what came of it, as one line of JSON.
#[derive(Serialize)]
struct Record<'a> {
    chapter: &'a str,
    knobs: &'a BTreeMap<String, String>,
    seed: Option<u64>,
    number: usize,
    #[serde(flatten)]
    question: &'a Question,
    /// What was typed; nothing if the input had ended.
    answer: Option<&'a str>,
    right: bool,
    /// Why it was no answer.
    reason: Option<&'a str>,
    /// What would have been right to type.
    correct: String,
}

impl Round<'_> {
    /// Each of them with its number.
    fn numbered(&self) -> impl Iterator<Item = (usize, &Question)> {
        (self.first + 1..).zip(self.group)
    }

    /// The scene they are about; none if it is claims.
    fn scene(&self) -> Option<&'static Scene> {
        let first = self.group.first()?;
        if first.kind == Kind::Claim {
            return None;
        }
        self.asked.chapter.scene(&first.scene)
    }

    /// Writes the code that they are about.
    pub fn introduce(&self, out: &mut Screen) -> Result<()> {
        let page = out.page;
        let Some(scene) = self.scene() else {
            page.heading(out, "claims", "and a knob that is changed")?;
            return Ok(());
        };
        page.heading(out, scene.name, scene.about)?;
        let chapter = self.asked.chapter;
        code(self.asked.reading, out, |of| chapter.code_of(scene, of))
    }

    /// Asks, and takes the answers.
    pub fn ask(
        &self,
        out: &mut Screen,
        lines: &mut TypedLines,
        score: &mut Score,
    ) -> Result<Vec<Option<Given>>> {
        let page = out.page;
        let is_thought_of = self.asked.asking == Asking::Reveal;
        let mut answers = Vec::new();
        for (number, question) in self.numbered() {
            if score.is_over {
                answers.push(None);
                continue;
            }
            terminal::question(
                &page,
                out,
                number,
                self.of,
                question,
                is_thought_of,
            )?;
            let given = if is_thought_of {
                page.prose(out, 2, "(Enter shows the answer.)")?;
                out.flush()?;
                score.is_over |= lines.next()?.is_none();
                if !score.is_over {
                    let graded = Graded {
                        number,
                        question,
                        typed: None,
                        grade: None,
                        parting: None,
                    };
                    terminal::graded(&page, out, None, &graded)?;
                }
                None
            } else {
                let given = answer(question, out, lines)?;
                score.is_over |= given.is_none();
                given
            };
            answers.push(given);
        }
        Ok(answers)
    }

    /// Shows what happened, and what became of the answers.
    pub fn grade(
        &self,
        out: &mut Screen,
        report: &Report,
        given: &[Option<Given>],
        known: &mut Legend,
        score: &mut Score,
    ) -> Result<()> {
        let page = out.page;
        let is_thought_of = self.asked.asking == Asking::Reveal;
        let any = given.iter().any(Option::is_some);
        if !(any || is_thought_of && !score.is_over) {
            return Ok(());
        }
        let scene = self.scene().and_then(|scene| {
            let mut played = report.scenes.iter();
            played.find(|played| played.name == scene.name)
        });
        let mut graded = Vec::new();
        let both = self.numbered().zip(given);
        for ((number, question), given) in both {
            let Some(given) = given else {
                continue;
            };
            let grade = given.read.as_ref().map(|read| question.grade(read));
            let is_right = grade.as_ref().is_ok_and(|grade| grade.right);
            score.answered += 1;
            score.right += usize::from(is_right);
            let parting = scene.filter(|_| !is_right).and_then(|scene| {
                question.parting(given.read.as_ref().ok(), happened(scene))
            });
            graded.push((number, question, given, grade, parting));
        }
        if let Some(scene) = scene {
            let about = match scene.clock {
                Clock::Virtual => "what happened, on the virtual clock",
                Clock::Real => "what happened, as it was measured",
            };
            page.heading(out, &format!("{} runs", scene.name), about)?;
            terminal::scene(&page, out, report, scene, known)?;
            let wrong = graded.iter().filter_map(|(number, .., parting)| {
                Some((*number, parting.as_ref()?.at))
            });
            let wrong: Vec<(usize, Duration)> = wrong.collect();
            terminal::pointers(&page, out, report, scene, &wrong)?;
        }
        for (number, question, given, grade, parting) in graded {
            writeln!(out)?;
            let graded = Graded {
                number,
                question,
                typed: Some(&given.typed),
                grade: Some(match &grade {
                    Ok(grade) => Ok(grade),
                    Err(why) => Err(why.as_str()),
                }),
                parting,
            };
            let seen = scene.map(|scene| (report, scene));
            terminal::graded(&page, out, seen, &graded)?;
        }
        Ok(())
    }

    /// Writes an object for each question.
    pub fn write(
        &self,
        data: &mut Screen,
        report: &Report,
        given: &[Option<Given>],
    ) -> Result<()> {
        let both = self.numbered().zip(given);
        for ((number, question), given) in both {
            let given = given.as_ref();
            let grade = given.and_then(|given| {
                let read = given.read.as_ref().ok()?;
                Some(question.grade(read))
            });
            let correct = question.right();
            let record = Record {
                chapter: self.asked.chapter.name,
                knobs: &report.knobs,
                seed: self.asked.seed,
                number,
                question,
                answer: given.map(|given| given.typed.as_str()),
                right: grade.is_some_and(|grade| grade.right),
                reason: given.and_then(|given| {
                    given.read.as_ref().err().map(String::as_str)
                }),
                correct: correct
                    .map_or(String::new(), |choice| question.typed(choice)),
            };
            serde_json::to_writer(&mut *data, &record)?;
            writeln!(data)?;
        }
        Ok(())
    }
}

/// Takes an answer; `None` if there is no more. Somebody who sits there is
/// asked again if it means nothing; from a file or a pipe it counts as wrong,
/// so that what follows is still the answer to the question that it was
/// written for.
fn answer(
    question: &Question,
    out: &mut Screen,
    lines: &mut TypedLines,
) -> Result<Option<Given>> {
    let page = out.page;
    let how = question.how();
    page.prose(out, 2, &format!("({how})"))?;
    loop {
        write!(out, "  > ")?;
        out.flush()?;
        let Some(typed) = lines.next()? else {
            writeln!(out)?;
            return Ok(None);
        };
        let typed = foreign::short(&typed);
        if !lines.is_live {
            writeln!(out, "{typed}")?;
        }
        match question.read(&typed) {
            Err(why) if lines.is_live => {
                page.prose(out, 2, &format!("{why}."))?;
            }
            read => {
                let read = read.map_err(|why| format!("{}.", why.wrong));
                return Ok(Some(Given { typed, read }));
            }
        }
    }
}
