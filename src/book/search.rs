//! What the search looks through. It is in the page, since a page from a disk
//! may load nothing.

use std::io;

use serde::Serialize;

use super::{beliefs, chapter};
use crate::chapter::Course;
use crate::export::html::{in_link, in_script};
use crate::report::Report;
use crate::system::foreign::clean;

/// Something that can be found.
#[derive(Serialize)]
struct Entry {
    /// What it is.
    kind: &'static str,
    /// Where it is.
    link: String,
    /// What it is called.
    name: String,
    /// It in a line.
    about: String,
    /// What else is said of it.
    text: String,
}

/// Every chapter, scene and belief, as JSON in a script.
pub(super) fn entries(
    course: &Course,
    reports: &[Report],
) -> io::Result<String> {
    let mut entries = Vec::new();
    for report in reports {
        entries.push(of_chapter(report));
        entries.extend(of_scenes(report));
    }
    let all = course.beliefs.iter().enumerate();
    entries.extend(all.map(|(index, belief)| Entry {
        kind: "belief",
        link: beliefs::link(index),
        name: belief.belief.to_owned(),
        about: belief.truth.to_owned(),
        text: String::new(),
    }));
    Ok(in_script(&serde_json::to_string(&entries)?))
}

fn of_chapter(report: &Report) -> Entry {
    let mut texts: Vec<&str> = Vec::new();
    if let Some(lesson) = &report.lesson {
        let erratum = lesson.erratum.as_ref();
        texts.extend([&*lesson.question, &lesson.analogy, &lesson.takeaway]);
        texts.push(&lesson.translation);
        texts.extend(erratum.map(|erratum| erratum.text.as_str()));
    }
    texts.extend(report.findings.iter().map(|found| found.says.as_str()));
    let text = texts.join(" ").replace('\n', " ").replace('`', "");
    Entry {
        kind: "chapter",
        link: chapter::path(&report.chapter),
        name: clean(&report.chapter).into_owned(),
        about: clean(&report.title).into_owned(),
        text: clean(&text).into_owned(),
    }
}

fn of_scenes(report: &Report) -> impl Iterator<Item = Entry> {
    report.scenes.iter().map(|scene| Entry {
        kind: "scene",
        link: format!(
            "{}#scene={}",
            chapter::path(&report.chapter),
            in_link(&scene.name)
        ),
        name: format!("{} {}", clean(&report.chapter), clean(&scene.name)),
        about: clean(&scene.about).into_owned(),
        text: clean(&scene.watch).into_owned(),
    })
}
