//! Every claim of every chapter, checked on the virtual clock.

use std::io::Write;

use anyhow::Result;

use super::Ending;
use crate::chapter::{Chapter, Clocks, Course, Finding, Knobs, Played};
use crate::report;
use crate::terminal::{self, Screen};
use crate::trace::Clock;
use crate::world;

/// How much faster than the article a chapter is played that needs the real
/// clock: its waits are still far longer than what a busy machine adds to them.
const HASTE: f64 = 2.0;

/// Proves the claims of the chapters that are named. If none is, it proves
/// those of all that need no real time, and says which are left out.
///
/// # Errors
/// If a scene panics, or if nobody reads the output any more.
pub fn prove(
    course: &Course,
    named: &[&Chapter],
    screen: &mut Screen,
) -> Result<Ending> {
    let page = screen.page;
    let (chapters, left_out): (Vec<&Chapter>, Vec<&Chapter>) =
        if named.is_empty() {
            let all = course.chapters.iter().copied();
            all.partition(|chapter| !chapter.is_real_only())
        } else {
            (named.to_vec(), Vec::new())
        };
    let (mut claims, mut broken, mut not_applicable) = (0, 0, 0);
    for chapter in &chapters {
        let mut knobs = Knobs::new(chapter.knobs);
        let mut title = chapter.title.to_owned();
        if chapter.is_real_only() {
            knobs = knobs.at_speed(HASTE);
            title += &format!(" (for real, {HASTE} times as fast)");
        }
        page.heading(screen, chapter.name, &title)?;
        screen.flush()?;
        let traces: Result<Vec<_>> = chapter
            .scenes
            .iter()
            .map(|scene| {
                let clock = match scene.clocks(&knobs) {
                    Clocks::Both => Clock::Virtual,
                    Clocks::RealOnly { .. } => Clock::Real,
                };
                world::scene(chapter, scene, &knobs, clock)
            })
            .collect();
        let traces = traces?;
        let played = Played::new(&knobs, &traces);
        for claim in chapter.claims {
            // Every scene was played, so a claim without a finding names a
            // scene that there is not.
            let finding = played.check(claim).unwrap_or_else(|| {
                Finding::broken(
                    "it names a scene that this chapter does not have",
                )
            });
            claims += 1;
            match finding {
                Finding::Holds(_) => {}
                Finding::Broken(_) => broken += 1,
                Finding::NotApplicable(_) => not_applicable += 1,
            }
            let finding = report::Finding::new(claim, finding);
            terminal::finding(&page, screen, &finding)?;
        }
    }
    writeln!(screen)?;
    let chapters = chapters.len();
    let chapters =
        format!("{chapters} chapter{}", if chapters == 1 { "" } else { "s" });
    if broken == 0 && not_applicable > 0 {
        let hold = claims - not_applicable;
        let not = match not_applicable {
            1 => "1 does not apply here".to_owned(),
            more => format!("{more} do not apply here"),
        };
        let words = format!("{chapters}, {claims} claims: {hold} hold, {not}.");
        page.prose(screen, 0, &words)?;
    } else if broken == 0 {
        writeln!(screen, "{chapters}, {claims} claims: all of them hold.")?;
    } else {
        writeln!(screen, "{chapters}, {claims} claims: {broken} do not hold.")?;
    }
    if !left_out.is_empty() {
        let names: Vec<&str> =
            left_out.iter().map(|chapter| chapter.name).collect();
        let (needs, it) = match names.len() {
            1 => ("needs", "it"),
            _ => ("need", "them"),
        };
        page.prose(
            screen,
            0,
            &format!(
                "Not proved: {}, which {needs} real time. Prove {it} with",
                names.join(" and ")
            ),
        )?;
        let command = format!("asyncade prove {}", names.join(" "));
        page.command(screen, 2, &command)?;
    }
    screen.flush()?;
    Ok(Ending::of(broken > 0))
}
