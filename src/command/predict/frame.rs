//! What stands around the questions: what they are about, and how it went.

use std::io::Write;

use anyhow::Result;
use colored::Colorize;

use super::round::Score;
use super::{Asking, Predict};
use crate::quiz::command;
use crate::terminal::Screen;

/// Writes what is asked about: the chapter, and its knobs.
pub(super) fn open(
    asked: &Predict,
    scenes: &[String],
    out: &mut Screen,
) -> Result<()> {
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
pub(super) fn close(
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

/// Says of what was recorded that it was, and why.
pub(super) fn recorded(
    asked: &Predict,
    why: &str,
    out: &mut Screen,
) -> Result<()> {
    let page = out.page;
    let name = asked.chapter.name;
    writeln!(out)?;
    let words = format!(
        "{name} {why}, and that cannot be computed: it has just run, unseen, \
         and these are questions about that run."
    );
    page.prose(out, 0, &words)?;
    Ok(())
}
