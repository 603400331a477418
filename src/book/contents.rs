//! The contents: every chapter in its order, and every belief.

use std::io;

use super::frame::{Frame, page as framed};
use super::{BELIEFS, CONTENTS, Page, beliefs, chapter};
use crate::chapter::Course;
use crate::export::html::{escaped, paragraphs};
use crate::report::Report;

/// Their page.
pub(super) fn page(
    course: &Course,
    reports: &[Report],
    search: &str,
) -> io::Result<Page> {
    let chapters = reports.iter().map(|report| item(course, report));
    let all = course.beliefs.iter().enumerate();
    let all = all.map(|(index, belief)| beliefs::item(index, belief));
    let body = format!(
        "<p>Every chapter asks a question, and has runs of a program that \
         answer it. Guess; then play them, go back, and follow a wait to what \
         ended it. The answer is behind a button.</p>\n\
         <h2>Chapters</h2>\n<ol class=\"chapters\">\n{}</ol>\n\
         <h2>What beginners believe</h2>\n<ul>\n{}</ul>\n",
        chapters.collect::<String>(),
        all.collect::<String>()
    );
    framed(&Frame {
        path: CONTENTS,
        title: "asyncade: asynchronous programming, by watching it",
        heading: "asyncade",
        ways: &format!("<a href=\"{BELIEFS}\">Beliefs</a>\n"),
        body: &body,
        search,
    })
}

fn item(course: &Course, report: &Report) -> String {
    let minutes = course.find(&report.chapter).map_or(0, |c| c.minutes);
    let lesson = report.lesson.as_ref();
    let question = lesson.map_or("", |lesson| &lesson.question);
    format!(
        "<li><a href=\"{}\">{}</a> {} <small>{minutes} min in class</small>\n\
         {}</li>\n",
        escaped(&chapter::path(&report.chapter)),
        escaped(&report.chapter),
        escaped(&report.title),
        paragraphs(question)
    )
}
