//! What is recommended, each with the claims that prove it.

use std::io::Write;

use anyhow::{Context, Result};
use colored::Colorize;

use super::Ending;
use crate::chapter::{Course, Knobs, Played, Proof};
use crate::report::{Finding, Status, finding};
use crate::terminal::{self, Screen};
use crate::trace::Clock;
use crate::world;

/// Lists the article's practices, each with its proof from a run that is made
/// there and then, on the virtual clock.
///
/// # Errors
/// If a scene panics, if a proof names what is not there, or if nobody reads
/// the output any more.
pub fn checklist(course: &Course, screen: &mut Screen) -> Result<Ending> {
    let page = screen.page;
    page.title(screen, "checklist", "the article's practices, proved")?;
    let mut proved = 0;
    for (number, practice) in (1..).zip(course.practices) {
        writeln!(screen)?;
        let practice_line = format!("{number}. {}", practice.practice);
        let lines = page.wrap(0, &practice_line).join("\n");
        writeln!(screen, "{}", lines.bold())?;
        let mut holds = !practice.proofs.is_empty();
        for proof in practice.proofs {
            let found = check(course, proof)?;
            holds &= found.status == Status::Holds;
            terminal::finding(&page, screen, &found)?;
            let command = course.command(proof);
            page.command(screen, 6, &command)?;
        }
        proved += usize::from(holds);
    }
    let practices = course.practices.len();
    writeln!(screen)?;
    writeln!(screen, "{proved} of {practices} practices proved.")?;
    screen.flush()?;
    Ok(Ending::of(proved < practices))
}

/// Plays the scenes of a claim on the virtual clock, and checks it.
fn check(course: &Course, proof: &Proof) -> Result<Finding> {
    let missing = || format!("{} has no {}", proof.chapter, proof.claim);
    let (chapter, claim) = course.proof(proof).with_context(missing)?;
    let knobs = Knobs::new(chapter.knobs);
    let scenes = claim.scenes.iter().filter_map(|name| chapter.scene(name));
    let run = |scene| world::scene(chapter, scene, &knobs, Clock::Virtual);
    let traces = scenes.map(run).collect::<Result<Vec<_>>>()?;
    finding(&Played::new(&knobs, &traces), claim).with_context(missing)
}
