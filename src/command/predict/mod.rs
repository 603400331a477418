//! Asks about a chapter before it runs, runs it, and grades the answers
//! against what happened. What plays on the real clock only has run before it
//! is asked about, but nobody has seen it.

mod frame;
mod round;
mod run;

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;

use super::Ending;
use crate::chapter::{Chapter, Course, Knobs, Reading, Scene};
use crate::export::{Export, FORMATS};
use crate::picture::Legend;
use crate::quiz::{Asker, Kind, Question};
use crate::system::typed::TypedLines;
use crate::terminal::{self, Screen};
use frame::{close, open, recorded};
use round::{Round, Score};
use run::{Run, happened};

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
    /// The files that the run is written to when all has been asked.
    pub exports: &'a [PathBuf],
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
/// A [`Usage`](crate::report::Usage) error if the knobs make no sense, if the
/// file of answers cannot be read or one to export to cannot be written; if a scene fails, or if nobody reads the
/// output any more.
pub fn predict(
    course: &Course,
    asked: &Predict,
    screen: &mut Screen,
) -> Result<Ending> {
    let chapter = asked.chapter;
    let mut lines = match asked.answers {
        Some(path) => TypedLines::file(path)?,
        None => TypedLines::stdin(),
    };
    let mut run = Run::of(asked)?;
    let exports = Export::prepare_all(asked.exports, FORMATS)?;
    let scenes = asked.scenes();
    let asker = Asker {
        course,
        chapter,
        knobs: &asked.knobs,
        scenes: &scenes,
    };
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
    out.flush()?;
    if let Some(why) = chapter.why_real_only() {
        run = run.recorded(page)?;
        if run.report().interrupted {
            return Ok(Ending::Interrupted);
        }
        recorded(asked, why, out)?;
    } else if asked.asking == Asking::Reveal {
        // Who only thinks of an answer is shown it before the next question.
        run = run.played()?;
    }
    let questions = asker.questions(run.report(), happened, MOST)?;
    if questions.is_empty() {
        writeln!(out)?;
        let none = "With these knobs there is nothing to ask about these \
                    scenes.";
        page.prose(out, 0, none)?;
    }
    let mut score = Score::default();
    let mut known = Legend::default();
    let mut graded: Option<Vec<Question>> = None;
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
        let was_played = matches!(run, Run::Played(_));
        run = run.played()?;
        let report = run.report();
        // What was computed beforehand happens.
        if graded.is_none() {
            graded = Some(match was_played || !run.surprises() {
                true => questions.clone(),
                false => asker.questions(report, happened, MOST)?,
            });
        }
        let graded = graded.as_deref().unwrap_or_default();
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
    write(run, exports)
}

/// Writes the run to files, now that nobody can look the answers up in them.
/// What cannot be written is said.
fn write(run: Run, exports: Vec<Export>) -> Result<Ending> {
    if exports.is_empty() {
        return Ok(Ending::Fine);
    }
    let run = run.played()?;
    let mut is_whole = true;
    for export in exports {
        if let Err(error) = export.finish(run.report()) {
            is_whole = false;
            terminal::complain(&error);
        }
    }
    Ok(Ending::of(!is_whole))
}

/// The questions that are asked before something is shown: those of a scene,
/// and those about the claims, which no scene shows.
fn group_of(question: &Question) -> (bool, &str) {
    (question.kind == Kind::Claim, &question.scene)
}
