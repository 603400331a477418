//! Every claim of every chapter, checked on the virtual clock.

use std::io::Write;

use anyhow::Result;

use super::Ending;
use super::play::finding_line;
use super::screen::Screen;
use crate::chapter::{Chapter, Finding, Knobs, Played};
use crate::run;
use crate::trace::Clock;

/// Proves the claims of some chapters.
///
/// # Errors
/// If a scene panics, or if nobody reads the output any more.
pub fn prove(chapters: &[&Chapter], screen: &mut Screen) -> Result<Ending> {
    let page = screen.page;
    let (mut claims, mut broken) = (0, 0);
    for chapter in chapters {
        page.heading(screen, chapter.name, chapter.title)?;
        let knobs = Knobs::new(chapter.knobs);
        let traces: Result<Vec<_>> = chapter
            .scenes
            .iter()
            .map(|scene| run::scene(chapter, scene, &knobs, Clock::Virtual))
            .collect();
        let traces = traces?;
        let played = Played::new(&knobs, &traces);
        for claim in chapter.claims {
            // Every scene was played, so a claim without a finding names a
            // scene that there is not.
            let finding = played.check(claim).unwrap_or_else(|| {
                Finding::Broken(
                    "it names a scene that this chapter does not have"
                        .to_owned(),
                )
            });
            claims += 1;
            if finding.is_broken() {
                broken += 1;
            }
            finding_line(screen, claim.says, &finding)?;
        }
    }
    writeln!(screen)?;
    let chapters = chapters.len();
    let chapters =
        format!("{chapters} chapter{}", if chapters == 1 { "" } else { "s" });
    if broken == 0 {
        writeln!(screen, "{chapters}, {claims} claims: all of them hold.")?;
    } else {
        writeln!(screen, "{chapters}, {claims} claims: {broken} do not hold.")?;
    }
    screen.flush()?;
    Ok(if broken == 0 {
        Ending::Fine
    } else {
        Ending::Broken
    })
}
