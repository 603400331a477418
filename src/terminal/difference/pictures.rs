//! The pictures of two runs that are compared, and whose each of them is.

use colored::Colorize;
use console::measure_text_width;

use super::words::Names;
use super::{Detail, main_scene};
use crate::picture::{Layout, Legend, Pair};
use crate::report::difference::{Both, SceneDifference};
use crate::system::foreign::clean;
use crate::terminal::chart::{Sheet, legend};
use crate::terminal::page::Page;
use crate::trace::{Subject, Trace};

/// A scene that differs, ready to be laid out.
pub(super) struct Drawn<'a> {
    pub scene: &'a SceneDifference,
    pub runs: &'a Both<Trace>,
    pub pair: Pair,
}

/// The pictures, one below the other. Those on one scale share the axis.
pub(super) fn pictures(
    page: &Page,
    sheet: &Sheet,
    names: &Names,
    drawn: &[Drawn],
    detail: Detail,
) -> Vec<String> {
    let mut used = Legend::default();
    let mut lines = Vec::new();
    let mut before: Option<Layout> = None;
    let main = main_scene(drawn.iter().map(|drawn| drawn.scene));
    let drawn = drawn.iter().enumerate();
    let drawn = drawn.filter(|(place, _)| detail.scenes || *place == main);
    for (_, Drawn { scene, runs, pair }) in drawn {
        let layout = sheet.room(detail.lanes).of(pair.axis(), pair.scale());
        let [a, b] = pair.laid_out(&layout);
        let is_same = before.is_some_and(|other| {
            other.axis == layout.axis && other.scale == layout.scale
        });
        if !is_same {
            lines.push(sheet.axis(&a));
        }
        before = Some(layout);
        for (picture, is_a) in [(a, true), (b, false)] {
            lines.push(heading(page, names, scene, runs, is_a));
            lines.extend(sheet.rows(&picture));
            used.add(&picture.legend);
        }
    }
    if detail.legend {
        lines.extend(legend(page, &used));
    }
    lines
}

/// Whose picture it is: the scene, which of the two, and what is special.
fn heading(
    page: &Page,
    names: &Names,
    scene: &SceneDifference,
    runs: &Both<Trace>,
    is_a: bool,
) -> String {
    let (name, short) = (names.long(is_a), names.short(is_a));
    let own = if is_a { &scene.names.a } else { &scene.names.b };
    let head = match name.strip_prefix(own.as_str()) {
        Some(_) if short == name => clean(short).into_owned(),
        _ => format!("{}  {}", clean(own), clean(short)),
    };
    let mut about = Vec::new();
    if short != name {
        // It has a letter for a name.
        about.push(clean(name).into_owned());
    }
    let settings = settings(scene, is_a);
    // Of a chapter's runs the name says it.
    if names.are_of_files() && !settings.is_empty() {
        about.push(clean(&settings).into_owned());
    }
    let run = if is_a { &runs.a } else { &runs.b };
    if let Subject::Scene { about: own, .. } = &run.header.subject
        && about.is_empty()
        && scene.names.a != scene.names.b
    {
        about.push(clean(own).into_owned());
    }
    let head = page.cut(0, &head);
    let column = measure_text_width(&head) + 2;
    if about.is_empty() || column + SHORTEST > page.width {
        return head.bold().to_string();
    }
    let about = page.cut(column, &about.join(", "));
    format!("{}  {about}", head.bold())
}

/// What is shorter than that says nothing.
const SHORTEST: usize = 12;

/// How one of the two was made, where the other was made otherwise.
fn settings(scene: &SceneDifference, is_a: bool) -> String {
    let settings = scene.settings.iter().filter_map(|setting| {
        let values = &setting.values;
        let value = if is_a { &values.a } else { &values.b };
        let value = value.as_ref()?;
        Some(match setting.what.as_str() {
            what if what.starts_with("--") => format!("{what} {value}"),
            "clock" => format!("{value} clock"),
            "speed" => format!("speed {value}"),
            _ => value.clone(),
        })
    });
    settings.collect::<Vec<_>>().join(" ")
}
