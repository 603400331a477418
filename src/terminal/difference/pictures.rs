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
        let headings = headings(names, scene, runs);
        for (picture, head) in [(a, headings.a), (b, headings.b)] {
            lines.push(head.line(page));
            lines.extend(sheet.rows(&picture));
            used.add(&picture.legend);
        }
    }
    if detail.legend {
        lines.extend(legend(page, &used));
    }
    lines
}

/// What stands above a picture.
struct Heading {
    /// Whose picture it is: the scene, and which of the two.
    head: String,
    /// What is special.
    about: String,
}

fn headings(
    names: &Names,
    scene: &SceneDifference,
    runs: &Both<Trace>,
) -> Both<Heading> {
    let settings = Both::new(
        settings(scene, |values| &values.a),
        settings(scene, |values| &values.b),
    );
    let heading =
        |long: &str, short: &str, own: &str, set: &str, run: &Trace| {
            let is_short = short == long;
            let head = if is_short && long.starts_with(own) {
                clean(short).into_owned()
            } else {
                format!("{}  {}", clean(own), clean(short))
            };
            let mut about = Vec::new();
            if !is_short {
                // It has a letter for a name.
                about.push(long);
            }
            // Of a chapter's runs the name says it.
            if names.are_of_files && !set.is_empty() {
                about.push(set);
            }
            let header = &run.header;
            if let Subject::Scene { about: own, .. } = &header.subject
                && about.is_empty()
                && scene.names.a != scene.names.b
            {
                about.push(own);
            }
            let about = clean(&about.join(", ")).into_owned();
            Heading { head, about }
        };
    let (long, short, own) = (&names.long, &names.short, &scene.names);
    Both::new(
        heading(&long.a, &short.a, &own.a, &settings.a, &runs.a),
        heading(&long.b, &short.b, &own.b, &settings.b, &runs.b),
    )
}

impl Heading {
    fn line(&self, page: &Page) -> String {
        let head = page.cut(0, &self.head);
        let column = measure_text_width(&head) + 2;
        if self.about.is_empty() || column + SHORTEST > page.width {
            return head.bold().to_string();
        }
        format!("{}  {}", head.bold(), page.cut(column, &self.about))
    }
}

/// What is shorter than that says nothing.
const SHORTEST: usize = 12;

/// How one of the two was made, where the other was made otherwise.
fn settings(
    scene: &SceneDifference,
    of: impl Fn(&Both<Option<String>>) -> &Option<String>,
) -> String {
    let settings = scene.settings.iter().filter_map(|setting| {
        let value = of(&setting.values).as_ref()?;
        Some(match setting.what.as_str() {
            what if what.starts_with("--") => format!("{what} {value}"),
            "clock" => format!("{value} clock"),
            "speed" => format!("speed {value}"),
            _ => value.clone(),
        })
    });
    settings.collect::<Vec<_>>().join(" ")
}
