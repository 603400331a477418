//! What `--explain` adds to a run: the figures of each scene with what they
//! mean, the claims with their evidence, what to remember, and where the
//! article is wrong.

use std::io::{self, Write};

use colored::Colorize;

use super::claims::finding;
use super::lesson::remember;
use super::screen::Screen;
use crate::chapter::{clock, time};
use crate::report::{Measures, Report, Scene, Status};

/// Writes a scene's figures, each with what it means.
pub(super) fn measures(screen: &mut Screen, scene: &Scene) -> io::Result<()> {
    let Some(measures) = &scene.measures else {
        return Ok(());
    };
    let page = screen.page;
    writeln!(screen)?;
    for (name, figure, meaning) in figures(measures) {
        let line = format!("{name} {figure}: {meaning}.");
        let lines = page.wrap(2, &line).join("\n");
        let name = lines.trim_start().get(..name.len()).unwrap_or_default();
        writeln!(screen, "{}", lines.replacen(name, &name.bold(), 1))?;
    }
    Ok(())
}

/// Every figure, with its name before it and its meaning behind it.
fn figures(measures: &Measures) -> [(&'static str, String, &'static str); 5] {
    [
        ("total", clock(measures.total), "when main ended"),
        (
            "work",
            time(measures.work),
            "for how long all lanes held a thread, or waited for timers and \
             the world outside, added up; what they waited for each other is \
             not in it",
        ),
        (
            "critical path",
            time(measures.critical_path),
            "the longest chain of what had to happen one after the other, so \
             what it would take if nobody ever had to wait for the thread",
        ),
        (
            "peak concurrency",
            measures.peak_concurrency.to_string(),
            "the most lanes alive at once, main not counted",
        ),
        (
            "longest poll",
            time(measures.longest_poll),
            "how long anybody kept the loop's thread without giving way",
        ),
    ]
}

/// Writes the claims with their evidence, and what to remember.
pub(super) fn explanation(
    screen: &mut Screen,
    report: &Report,
) -> io::Result<()> {
    let page = screen.page;
    findings(screen, report)?;
    // A run that is of no chapter has nothing more to be looked at.
    let Some(lesson) = &report.lesson else {
        return Ok(());
    };
    remember(&page, screen, lesson)?;
    page.heading(screen, "look closer", "")?;
    let chapter = &report.chapter;
    let lang = report.reading.option();
    page.prose(screen, 2, "The code of its scenes:")?;
    writeln!(screen, "    asyncade show {chapter}{lang}")?;
    if !report.left_out.is_empty() {
        page.prose(screen, 2, "The scenes that were not played, too:")?;
        writeln!(screen, "    asyncade {chapter} --all{lang}")?;
    }
    Ok(())
}

/// Writes what became of the claims.
fn findings(screen: &mut Screen, report: &Report) -> io::Result<()> {
    let page = screen.page;
    if report.findings.is_empty() {
        return Ok(());
    }
    page.heading(screen, "claims", "checked against the traces above")?;
    for found in &report.findings {
        finding(&page, screen, found)?;
    }
    // What was asked of the traces and is otherwise: a time, as a rule.
    let is_otherwise = report.findings.iter().any(|found| {
        found.status == Status::Broken
            && found.facts.iter().any(|fact| !fact.holds)
    });
    if is_otherwise && report.is_real() {
        writeln!(screen)?;
        let mut note = "On the real clock a claim allows for what a busy \
                        machine may add, but for no more than half of what \
                        tells it from its opposite. Try again"
            .to_owned();
        // What is no more than an outline cannot be computed.
        let mut scenes = report.scenes.iter();
        let can_be_computed = !report.runtime.is_multi_thread()
            && scenes.all(|scene| scene.expected_lines().is_some());
        if can_be_computed {
            note += ", or see it with '--clock virtual'";
        }
        note.push('.');
        page.prose(screen, 2, &note)?;
    }
    Ok(())
}
