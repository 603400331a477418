//! Asks about a chapter before it runs, runs it, and grades the answers
//! against what happened.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use colored::Colorize;
use serde::Serialize;

use super::Ending;
use super::show::code;
use crate::chapter::{Chapter, Course, Knobs, Plays, Reading, Scene};
use crate::picture::Legend;
use crate::quiz::{Answer, Asker, Kind, Question, command};
use crate::report::{self, Choice, Nobody, Plan, Report, Unheard, Usage};
use crate::system::foreign;
use crate::system::typed::TypedLines;
use crate::terminal::{self, Graded, Screen};
use crate::trace::{Clock, Trace};

/// The most questions.
const MOST: usize = 6;

/// What is asked about, and how.
pub struct Predict<'a> {
    /// The chapter.
    pub chapter: &'static Chapter,
    /// Its knobs.
    pub knobs: Knobs,
    /// What they were drawn with, if they were.
    pub seed: Option<u64>,
    /// The scenes, if any were named.
    pub named: Vec<&'static Scene>,
    /// The code that is read.
    pub reading: Reading,
    /// How it is asked.
    pub asking: Asking,
    /// A file with the answers, if it is not standard input.
    pub answers: Option<&'a PathBuf>,
}

/// How it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Each question, and after its scene what became of the answers.
    Answers,
    /// The same on stderr, and for each question an object on stdout.
    Json,
    /// Each question, and its answer when Enter is pressed.
    Reveal,
}

/// An answer that was given.
struct Given {
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

/// Asks, plays, and grades. It ends well however the answers are.
///
/// # Errors
/// A [`Usage`] error if there is nothing to ask about, if the knobs make no
/// sense or if the file of answers cannot be read; if a scene fails, or if
/// nobody reads the output any more.
pub fn predict(
    course: &Course,
    asked: &Predict,
    screen: &mut Screen,
) -> Result<Ending> {
    let chapter = asked.chapter;
    if let Some(why) = chapter.why_real_only() {
        let wrong = format!(
            "{} {why}: its times differ from run to run, and no answer about \
             them is right",
            chapter.name
        );
        let instead = format!(
            "ask its own question: 'asyncade show {} --question'",
            chapter.name
        );
        return Err(Usage::new(wrong, instead).into());
    }
    let mut lines = match asked.answers {
        Some(path) => TypedLines::file(path)?,
        None => TypedLines::stdin(),
    };
    let mut run = Run::Planned(Box::new(plan(asked)?));
    let scenes = asked.scenes();
    let asker = Asker {
        course,
        chapter,
        knobs: &asked.knobs,
        scenes: &scenes,
    };
    let planned = run.report().clone();
    let questions = asker.questions(&planned, |scene| &scene.ideal, MOST)?;
    // What is said to people is not in the way of what programs read.
    let page = screen.page;
    let mut people = match asked.asking {
        Asking::Json if lines.is_live => {
            Some(Screen::new(page, anstream::stderr()))
        }
        Asking::Json => Some(Screen::new(page, io::sink())),
        _ => None,
    };
    let (mut data, out) = match &mut people {
        Some(people) => (Some(screen), people),
        None => (None, screen),
    };
    open(asked, &scenes, out)?;
    if questions.is_empty() {
        writeln!(out)?;
        let none = "With these knobs there is nothing to ask about these \
                    scenes.";
        page.prose(out, 0, none)?;
    }
    let mut score = Score::default();
    let mut known = Legend::default();
    let mut first = 0;
    for group in questions.chunk_by(|a, b| group_of(a) == group_of(b)) {
        if score.is_over && asked.asking != Asking::Json {
            break;
        }
        let mut round = Round {
            asked,
            group,
            first,
            of: questions.len(),
        };
        first += group.len();
        round.introduce(out)?;
        let given = round.ask(out, &mut lines, &mut score)?;
        // All that was to be predicted of this scene is: now it runs.
        run = run.played()?;
        let report = run.report();
        let graded = asker.questions(report, happened, MOST)?;
        round.group = &graded[round.first..first];
        round.grade(out, report, &given, &mut known, &mut score)?;
        if let Some(data) = &mut data {
            round.write(data, report, &given)?;
        }
    }
    close(asked, &scenes, questions.len(), &score, out)?;
    out.flush()?;
    if let Some(data) = data {
        data.flush()?;
    }
    Ok(Ending::Fine)
}

/// The questions that are asked before something is shown: those of a scene,
/// and those about the claims, which no scene shows.
fn group_of(question: &Question) -> (bool, &str) {
    (question.kind == Kind::Claim, &question.scene)
}

/// What happened in a scene.
fn happened(scene: &report::Scene) -> &Trace {
    scene.trace.as_ref().unwrap_or(&scene.ideal)
}

/// All scenes of the chapter, whichever are asked about: what happens in the
/// others is what one may take it for.
fn plan(asked: &Predict) -> Result<Plan> {
    Plan::new(&Choice {
        chapter: asked.chapter,
        knobs: asked.knobs.clone(),
        named: Vec::new(),
        all: true,
        clock: Clock::Virtual,
        speed: None,
        yes_wait: false,
        twin: false,
        next: None,
        reading: asked.reading,
    })
}

/// A run, before and after.
enum Run {
    Planned(Box<Plan>),
    Played(Box<Report>),
}

impl Run {
    fn report(&self) -> &Report {
        match self {
            Run::Planned(plan) => plan.report(),
            Run::Played(report) => report,
        }
    }

    /// Plays it, if it was not played yet.
    fn played(self) -> Result<Run> {
        match self {
            Run::Planned(plan) => {
                let played = report::play(*plan, &mut Nobody, Unheard::GoOn);
                match played.failure {
                    Some(error) => Err(error),
                    None => Ok(Run::Played(Box::new(played.report))),
                }
            }
            Run::Played(_) => Ok(self),
        }
    }
}

impl Predict<'_> {
    /// The names of the scenes that are asked about.
    fn scenes(&self) -> Vec<String> {
        let scenes = self.chapter.scenes.iter();
        let is_asked = |scene: &&Scene| match self.named.as_slice() {
            [] => scene.plays != Plays::WhenAsked,
            named => named.iter().any(|named| named.name == scene.name),
        };
        scenes
            .filter(is_asked)
            .map(|scene| scene.name.to_owned())
            .collect()
    }
}

/// How it went so far.
#[derive(Default)]
struct Score {
    right: usize,
    answered: usize,
    /// The input has ended.
    is_over: bool,
}

/// Writes what is asked about: the chapter, and its knobs.
fn open(asked: &Predict, scenes: &[String], out: &mut Screen) -> Result<()> {
    let page = out.page;
    let chapter = asked.chapter;
    // No title: it says what the run is to show.
    writeln!(out, "{}", chapter.name.bold())?;
    writeln!(out)?;
    let knobs = asked.knobs.describe().into_iter();
    let knobs = knobs.map(|(name, value)| format!("--{name} {value}"));
    let knobs: Vec<String> = knobs.collect();
    let knobs = page.fill(2, knobs.iter().map(String::as_str), "   ");
    writeln!(out, "{}", knobs.join("\n"))?;
    if let Some(seed) = asked.seed {
        writeln!(out)?;
        let said = format!("Random knobs of seed {seed}. The same again:");
        page.prose(out, 2, &said)?;
        let named = match asked.named.as_slice() {
            [] => String::new(),
            _ => format!(" {}", scenes.join(" ")),
        };
        let again =
            format!("asyncade predict {}{named} --seed {seed}", chapter.name);
        page.command(out, 4, &again)?;
    }
    Ok(())
}

/// Writes how it went, and how to see it.
fn close(
    asked: &Predict,
    scenes: &[String],
    questions: usize,
    score: &Score,
    out: &mut Screen,
) -> Result<()> {
    let page = out.page;
    writeln!(out)?;
    if asked.asking != Asking::Reveal {
        let Score {
            right, answered, ..
        } = score;
        let mut words = format!("{right} of {answered} right.");
        let left = questions - answered;
        if left > 0 {
            words += &format!(" Not answered: {left}.");
        }
        writeln!(out, "{}", words.bold())?;
    }
    page.prose(out, 0, "See it run:")?;
    let named = match asked.named.as_slice() {
        [] => &[],
        _ => scenes,
    };
    page.command(out, 2, &command(asked.chapter, named, &asked.knobs))?;
    Ok(())
}

/// The questions that are asked together.
struct Round<'a> {
    asked: &'a Predict<'a>,
    group: &'a [Question],
    /// How many were asked before.
    first: usize,
    /// How many there are in all.
    of: usize,
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
    fn introduce(&self, out: &mut Screen) -> Result<()> {
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
    fn ask(
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
                    let planned = None;
                    terminal::graded(&page, out, planned, &graded)?;
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
    fn grade(
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
            let about = "what happened, on the virtual clock";
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
    fn write(
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
