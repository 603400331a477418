//! A site of all chapters: a page for each, with the player that `--export`
//! writes, one of their contents and one of the beliefs, and a search over all
//! of it. A book is a list of pages in memory and a function of the reports.
//! Nothing here plays a scene, opens a file or knows where the pages go: to a
//! folder, or to whoever asks for one.

mod beliefs;
mod chapter;
mod contents;
mod frame;
pub(crate) mod live;
mod search;

use std::io;

use crate::chapter::Course;
use crate::report::Report;

/// Where the contents are, and where a reader begins.
pub(crate) const CONTENTS: &str = "index.html";
const BELIEFS: &str = "beliefs.html";

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Where it is in the book: a name, without a folder.
    pub path: String,
    /// What is there: HTML, in UTF-8.
    pub bytes: Vec<u8>,
}

/// The book of these runs, a report for each of its chapters. The contents are
/// the last page: whoever writes them one after the other has them when there
/// is something behind every link.
///
/// # Errors
/// What making a page says; in memory, nothing does.
pub(crate) fn pages(
    course: &Course,
    reports: &[Report],
) -> io::Result<Vec<Page>> {
    let mut pages = Vec::new();
    for report in reports {
        pages.push(chapter::page(course, report, None)?);
    }
    pages.extend(overview(course, reports)?);
    Ok(pages)
}

/// The pages that are of no run: the beliefs, and the contents.
///
/// # Errors
/// As [`pages`].
pub(crate) fn overview(
    course: &Course,
    reports: &[Report],
) -> io::Result<[Page; 2]> {
    let search = search::entries(course, reports)?;
    Ok([
        beliefs::page(course, reports, &search)?,
        contents::page(course, reports, &search)?,
    ])
}

/// Where the pages of a course are, in the same order.
pub(crate) fn paths(course: &Course) -> Vec<String> {
    let chapters = course.chapters.iter();
    let chapters = chapters.map(|chapter| chapter::path(chapter.name));
    let rest = [BELIEFS, CONTENTS].map(str::to_owned);
    chapters.chain(rest).collect()
}
