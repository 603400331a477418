//! What is believed and what is recommended, each with the claims that prove
//! it.

use std::io::Write;

use anyhow::Result;
use colored::Colorize;

use super::Ending;
use super::play::finding_line;
use super::screen::Screen;
use crate::chapter::{Finding, Knobs, Played};
use crate::demos::beliefs::{BELIEFS, PRACTICES, Proof};
use crate::run;
use crate::trace::Clock;

/// Lists what beginners believe, what is true, and the scene that shows it.
///
/// # Errors
/// If nobody reads the output any more.
pub fn beliefs(screen: &mut Screen) -> Result<()> {
    let page = screen.page;
    page.title(
        screen,
        "beliefs",
        "what a beginner believes, and what is true",
    )?;
    for belief in BELIEFS {
        writeln!(screen)?;
        let lines = page.wrap(2, belief.belief).join("\n");
        writeln!(screen, "{}", lines.bold())?;
        page.prose(screen, 4, belief.truth)?;
        for proof in belief.proofs {
            page.aside(screen, 4, &proof.command())?;
        }
    }
    screen.flush()?;
    Ok(())
}

/// Lists the article's practices, each with its proof from a run that is made
/// there and then, on the virtual clock.
///
/// # Errors
/// If a scene panics, or if nobody reads the output any more.
pub fn checklist(screen: &mut Screen) -> Result<Ending> {
    let page = screen.page;
    page.title(screen, "checklist", "the article's practices, proved")?;
    let mut proved = 0;
    for (number, practice) in (1..).zip(PRACTICES) {
        writeln!(screen)?;
        let practice_line = format!("{number}. {}", practice.practice);
        let lines = page.wrap(0, &practice_line).join("\n");
        writeln!(screen, "{}", lines.bold())?;
        let mut holds = !practice.proofs.is_empty();
        for proof in practice.proofs {
            let (says, finding) = check(proof)?;
            holds &= matches!(finding, Finding::Holds(_));
            finding_line(screen, says, &finding)?;
            page.aside(screen, 6, &proof.command())?;
        }
        proved += usize::from(holds);
    }
    let practices = PRACTICES.len();
    writeln!(screen)?;
    writeln!(screen, "{proved} of {practices} practices proved.")?;
    screen.flush()?;
    Ok(if proved == practices {
        Ending::Fine
    } else {
        Ending::Broken
    })
}

/// Plays the scenes of a claim on the virtual clock, and checks it.
fn check(proof: &Proof) -> Result<(&'static str, Finding)> {
    let Proof { chapter, claim } = proof;
    let missing = Finding::broken(format!("{chapter} has no claim '{claim}'"));
    let Some((chapter, claim)) = proof.find() else {
        return Ok(("", missing));
    };
    let knobs = Knobs::new(chapter.knobs);
    let scenes = claim.scenes.iter().filter_map(|name| chapter.scene(name));
    let run = |scene| run::scene(chapter, scene, &knobs, Clock::Virtual);
    let traces = scenes.map(run).collect::<Result<Vec<_>>>()?;
    let finding = Played::new(&knobs, &traces).check(claim);
    Ok((claim.says, finding.unwrap_or(missing)))
}
