//! Makes the book: plays every scene of every chapter, and writes the pages to
//! a folder.

mod folder;

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use super::Ending;
use crate::book::{self, CONTENTS};
use crate::chapter::{Chapter, Course, Knobs, time};
use crate::report::{self, Choice, Nobody, Plan, Report, Unheard};
use crate::system::foreign;
use crate::terminal::{Page, Screen};
use crate::trace::Clock;
use crate::world::interrupt;
use folder::Folder;

/// Plays all that there is and writes the book of it; `force` is for a folder
/// that is not empty.
///
/// # Errors
/// A [`Usage`](crate::report::Usage) error if the folder cannot have a book in
/// it, before anything is played; if a scene fails, if a page cannot be
/// written, or if nobody reads the output any more.
pub fn book(
    course: &Course,
    path: &Path,
    force: bool,
    screen: &mut Screen,
) -> Result<Ending> {
    let page = screen.page;
    let folder = Folder::for_a_book(path, &book::paths(course), force)?;
    // From here on Ctrl-C is a request, so that nothing is left half done.
    interrupt::listen();
    let mut reports = Vec::new();
    for chapter in course.chapters {
        let report = played(chapter, &page)?;
        if report.interrupted || interrupt::requested() {
            return Ok(Ending::Interrupted);
        }
        reports.push(report);
    }
    let pages = book::pages(course, &reports)?;
    folder.write(&pages)?;
    let broken: Vec<&Report> =
        reports.iter().filter(|report| report.is_broken()).collect();
    for report in &broken {
        let name = &report.chapter;
        let note = format!(
            "note: a claim of {name} does not hold in what was recorded"
        );
        // Nothing is left to do if stderr is closed.
        let _ = page.prose(&mut anstream::stderr(), 0, &note);
    }
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    let said = format!(
        "{} chapters and {} beliefs are in '{}', {:.1} MB in all. Open in a \
         browser:",
        course.chapters.len(),
        course.beliefs.len(),
        foreign::path(path),
        bytes as f64 / 1e6
    );
    page.prose(screen, 0, &said)?;
    let first = path.join(CONTENTS);
    page.command(screen, 2, &foreign::path(&first))?;
    screen.flush()?;
    Ok(Ending::of(!broken.is_empty()))
}

/// Every scene of a chapter at these knobs, however long: what CPython does
/// too, unless it can only be measured.
pub(super) fn whole(chapter: &'static Chapter, knobs: Knobs) -> Choice {
    let is_measured = chapter.is_real_only();
    let clock = match is_measured {
        true => Clock::Real,
        false => Clock::Virtual,
    };
    Choice {
        knobs,
        all: true,
        yes_wait: true,
        twin: !is_measured,
        ..Choice::new(chapter, clock)
    }
}

/// A chapter as the article has it, played.
fn played(chapter: &'static Chapter, page: &Page) -> Result<Report> {
    let is_measured = chapter.is_real_only();
    let plan = Plan::new(&whole(chapter, Knobs::new(chapter.knobs)))?;
    if is_measured {
        let note = format!(
            "note: {} is played for real; it takes about {}",
            chapter.name,
            time(plan.report().length())
        );
        // Nothing is left to do if stderr is closed.
        let _ = page.prose(&mut anstream::stderr(), 0, &note);
    }
    let played = report::play(plan, &mut Nobody, Unheard::GoOn);
    match played.failure {
        Some(error) => Err(error),
        None => Ok(played.report),
    }
}
