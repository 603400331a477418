//! The pages of a book that is being served: the same, with the knobs of a
//! chapter, each of which can be moved. A setting is a link: what is behind its
//! `?` is what the command line has behind `--`.

mod controls;
mod slider;

use std::io;

use super::chapter::{self, path};
use super::frame::{Frame, page as framed};
use super::{CONTENTS, Page};
use crate::chapter::{Chapter, Course, Knobs};
use crate::export::html::{Live, escaped};
use crate::report::{Report, Usage};

/// What a page asks for, beside its knobs, if it is to be measured now: it is a
/// run of its own, which takes the time that it takes.
pub(crate) const MEASURE: &str = "measure";

/// The page of a run at these knobs, or of one that is still to be measured.
///
/// # Errors
/// What making a page says; in memory, nothing does.
pub(crate) fn page(
    course: &Course,
    chapter: &Chapter,
    knobs: &Knobs,
    report: &Report,
) -> io::Result<Page> {
    let live = Live {
        controls: controls::form(chapter, knobs, report),
        script: include_str!("live.js"),
        style: include_str!("live.css"),
    };
    chapter::page(course, report, Some(live))
}

/// What is said instead of a page: of a chapter whose knobs cannot be set so,
/// or where there is no such page.
///
/// # Errors
/// As [`page`].
pub(crate) fn refusal(
    chapter: Option<&Chapter>,
    fault: &Usage,
) -> io::Result<Page> {
    let back = chapter.map_or(String::new(), |chapter| {
        let (path, name) = (path(chapter.name), chapter.name);
        let (path, name) = (escaped(&path), escaped(name));
        format!("<p><a href=\"{path}\">{name}, as in the article</a></p>\n")
    });
    let instead = fault.instead.iter();
    let instead: String = instead
        .map(|instead| format!("<li>{}</li>\n", escaped(instead)))
        .collect();
    let more = fault.more.as_ref().map_or(String::new(), |command| {
        format!("<p><code>{}</code> says more.</p>\n", escaped(command))
    });
    let wrong = escaped(&fault.wrong);
    framed(&Frame {
        path: CONTENTS,
        title: "There is no such run",
        heading: "There is no such run",
        ways: &format!("<a href=\"{CONTENTS}\">All chapters</a>\n"),
        body: &format!(
            "<div id=\"refusal\"><p>{wrong}</p>\n<ul>\n{instead}</ul></div>\n\
             {more}{back}"
        ),
        search: "[]",
    })
}
