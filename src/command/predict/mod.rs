//! Asks about a chapter before it runs, runs it, and grades the answers
//! against what happened.

mod round;

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use colored::Colorize;

use super::Ending;
use crate::chapter::{Chapter, Course, Knobs, Plays, Reading, Scene};
use crate::picture::Legend;
use crate::quiz::{Asker, Kind, Question, command};
use crate::report::{self, Choice, Nobody, Plan, Report, Unheard, Usage};
use crate::stage::Runtime;
use crate::system::typed::TypedLines;
use crate::terminal::Screen;
use crate::trace::{Clock, Trace};
use round::{Round, Score};

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
    let mut questions =
        asker.questions(run.report(), |scene| &scene.ideal, MOST)?;
    // Who only thinks of an answer is shown it before the next question.
    if asked.asking == Asking::Reveal {
        run = run.played()?;
        questions = asker.questions(run.report(), happened, MOST)?;
    }
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
    let mut graded = Vec::new();
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
        if graded.is_empty() {
            graded = asker.questions(report, happened, MOST)?;
        }
        // On the virtual clock they are the same ones.
        round.group = graded.get(round.first..first).unwrap_or(group);
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
        runtime: Runtime::CurrentThread,
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
