//! A chapter's page: what `--export` writes of its run, with the way to the
//! other pages around it.

use std::io;

use super::{BELIEFS, CONTENTS, Page, beliefs};
use crate::chapter::{Chapter, Course};
use crate::export::html::{self, Around, Live, escaped, paragraphs};
use crate::report::Report;

/// Where a chapter's page is.
pub(super) fn path(name: &str) -> String {
    format!("{name}.html")
}

/// The page of a run, with what it has where somebody answers to it.
pub(super) fn page(
    course: &Course,
    report: &Report,
    live: Option<Live>,
) -> io::Result<Page> {
    let around = Around {
        live,
        ..around(course, report)
    };
    let mut bytes = Vec::new();
    html::page(report, &around, &mut bytes)?;
    Ok(Page {
        path: path(&report.chapter),
        bytes,
    })
}

fn around(course: &Course, report: &Report) -> Around {
    let chapter = course.find(&report.chapter);
    let before = chapter.and_then(|chapter| course.before(chapter));
    let next = chapter.and_then(|chapter| course.after(chapter));
    let link = |chapter: Option<&Chapter>, rel, title: bool| {
        chapter.map_or(String::new(), |chapter| {
            let name = escaped(chapter.name);
            let words = match title {
                true => format!("{name}: {}", escaped(chapter.title)),
                false => name,
            };
            let which = match rel {
                "prev" => "Previous",
                _ => "Next",
            };
            let path = escaped(&path(chapter.name));
            format!("<a rel=\"{rel}\" href=\"{path}\">{which}: {words}</a>\n")
        })
    };
    let ways = |title| link(before, "prev", title) + &link(next, "next", title);
    Around {
        before: format!(
            "<nav class=\"book\" aria-label=\"Book\">\n\
             <a href=\"{CONTENTS}\">All chapters</a>\n\
             <a href=\"{BELIEFS}\">Beliefs</a>\n{}</nav>\n",
            ways(false)
        ),
        story: story(chapter, report),
        after: format!(
            "{}<nav class=\"book\" aria-label=\"Previous and next chapter\">\n{}</nav>\n",
            beliefs::of_chapter(course, &report.chapter),
            ways(true)
        ),
        live: None,
    }
}

/// What it is like elsewhere, and of a run that is measured that it is.
fn story(chapter: Option<&Chapter>, report: &Report) -> String {
    let analogy = report.lesson.as_ref().map(|lesson| &lesson.analogy);
    let mut html = analogy.map_or(String::new(), |text| paragraphs(text));
    let why = chapter.and_then(Chapter::why_real_only);
    if let Some(why) = why.filter(|_| report.is_real()) {
        let name = &report.chapter;
        html += &paragraphs(&match report.traces().next() {
            Some(_) => format!(
                "Measured: {name} {why}. These are the times of the machine \
                 that made this page; those of other chapters are computed."
            ),
            None => format!(
                "To be measured: {name} {why}. Other chapters are computed."
            ),
        });
    }
    match html.as_str() {
        "" => html,
        html => format!(
            "<section id=\"story\" aria-label=\"In other words\">\n{html}\
             </section>\n"
        ),
    }
}
