//! The last screen: the scenes drawn together, what came of it in a sentence,
//! the claims, and what to type next. It has as many rows as are on the screen
//! when the run is over, so what there is no room for is said shorter, the
//! least important first.

use colored::Colorize;
use console::measure_text_width;

use super::chart::{Sheet, legend};
use super::claims::row;
use super::page::Page;
use crate::chapter::{clock, number_of};
use crate::picture::{Layout, Legend, Reading};
use crate::report::{Report, Scene, Status};
use crate::stage::Runtime;
use crate::system::foreign::clean;
use crate::trace::{Clock, Trace};

/// What stands left of everything but the headings.
const INDENT: usize = 2;

/// What is shorter than that says nothing.
const LEAST: usize = 12;

/// How the claims are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claims {
    /// Each with its whole sentence.
    Whole,
    /// Each on a row, cut if need be.
    Rows,
    /// Counted, but for those that do not hold.
    Counted,
}

/// How much is said.
#[derive(Clone, Copy, Debug)]
struct Detail {
    /// Every scene is drawn, and not only those that are compared.
    all: bool,
    /// The most lanes of a scene.
    lanes: usize,
    claims: Claims,
    /// So many of the parts have an empty row above them.
    air: usize,
    /// What the marks mean.
    legend: bool,
    /// Which scenes were played beside those that are drawn, and which not.
    others: bool,
}

impl Detail {
    const fn of(all: bool, lanes: usize, claims: Claims, air: usize) -> Detail {
        Detail {
            all,
            lanes,
            claims,
            air,
            legend: true,
            others: true,
        }
    }

    const fn without_others(self) -> Detail {
        Detail {
            others: false,
            ..self
        }
    }

    const fn without_legend(self) -> Detail {
        Detail {
            legend: false,
            ..self
        }
    }
}

/// From everything to what must be there.
const DETAILS: [Detail; 20] = [
    Detail::of(true, 8, Claims::Whole, 3),
    Detail::of(true, 8, Claims::Whole, 1),
    Detail::of(true, 6, Claims::Whole, 0),
    Detail::of(true, 8, Claims::Rows, 3),
    Detail::of(true, 6, Claims::Rows, 1),
    Detail::of(true, 5, Claims::Rows, 1),
    Detail::of(true, 6, Claims::Rows, 0),
    Detail::of(true, 5, Claims::Rows, 0),
    Detail::of(true, 5, Claims::Counted, 1),
    Detail::of(true, 5, Claims::Counted, 0),
    Detail::of(true, 4, Claims::Counted, 0),
    Detail::of(true, 4, Claims::Counted, 0).without_others(),
    Detail::of(false, 8, Claims::Rows, 0),
    Detail::of(false, 5, Claims::Rows, 0),
    Detail::of(false, 5, Claims::Counted, 0),
    Detail::of(false, 4, Claims::Counted, 0).without_others(),
    Detail::of(false, 4, Claims::Counted, 0).without_legend(),
    LEAST_DETAIL,
    Detail {
        lanes: 3,
        ..LEAST_DETAIL
    },
    Detail {
        lanes: 2,
        ..LEAST_DETAIL
    },
];

const LEAST_DETAIL: Detail = Detail::of(false, 4, Claims::Counted, 0)
    .without_legend()
    .without_others();

/// The summary, row by row. On a plain page it is sentences, as many as it
/// takes.
pub(super) fn summary(page: &Page, report: &Report) -> Vec<String> {
    let sheet = Sheet::new(*page, report);
    if page.plain {
        return with_detail(page, report, &sheet, &[], DETAILS[0]);
    }
    let played = report.scenes.iter().filter(|scene| scene.trace.is_some());
    let played: Vec<Drawn> = played
        .map(|scene| {
            let layout = sheet.layout(report, scene, 0);
            let reading = Reading::of(report, scene, layout.axis);
            Drawn {
                scene,
                layout,
                reading,
            }
        })
        .collect();
    let most = page.summary_rows();
    let mut rows = Vec::new();
    for detail in DETAILS {
        rows = with_detail(page, report, &sheet, &played, detail);
        if rows.len() <= most {
            break;
        }
    }
    rows
}

/// A scene that was played, ready to be laid out.
struct Drawn<'a> {
    scene: &'a Scene,
    layout: Layout,
    reading: Reading<'a>,
}

fn with_detail(
    page: &Page,
    report: &Report,
    sheet: &Sheet,
    played: &[Drawn],
    detail: Detail,
) -> Vec<String> {
    let pictures = pictures(page, report, sheet, played, detail);
    let mut parts = vec![pictures, result(page, report)];
    parts.push(claims(page, report, detail.claims));
    let mut last = Vec::new();
    if detail.others {
        last.extend(not_played(page, report));
    }
    last.extend(next(report));
    parts.push(last);
    let mut rows = vec![title(page, report)];
    for (index, part) in parts.into_iter().enumerate() {
        if (1..=detail.air).contains(&index) && !part.is_empty() {
            rows.push(String::new());
        }
        rows.extend(part);
    }
    rows
}

fn title(page: &Page, report: &Report) -> String {
    let title = match report.title.as_str() {
        "" => report.chapter.clone(),
        title => format!("{}: {title}", report.chapter),
    };
    page.cut(0, &title).bold().to_string()
}

/// The scenes that were played, one below the other. Those that are drawn to
/// one scale share the axis.
fn pictures(
    page: &Page,
    report: &Report,
    sheet: &Sheet,
    played: &[Drawn],
    detail: Detail,
) -> Vec<String> {
    let mut used = Legend::default();
    let mut rows = Vec::new();
    let mut before: Option<Layout> = None;
    let (drawn, others): (Vec<&Drawn>, Vec<&Drawn>) = played
        .iter()
        .partition(|played| detail.all || is_compared(report, played.scene));
    for Drawn {
        scene,
        layout,
        reading,
    } in drawn
    {
        let layout = Layout {
            rows: detail.lanes,
            ..*layout
        };
        let picture = reading.laid_out(&layout);
        used.add(&picture.legend);
        let is_same = before.is_some_and(|other| {
            other.axis == layout.axis && other.scale == layout.scale
        });
        if !is_same {
            rows.push(sheet.axis(&picture));
        }
        before = Some(layout);
        // What is said of a scale stands where its axis is.
        let own = !is_same && picture.own_scale;
        rows.push(heading(page, report, scene, own));
        rows.extend(sheet.rows(&picture));
    }
    if detail.others && !others.is_empty() {
        let names = others.iter().map(|other| other.scene.name.as_str());
        let names = names.collect::<Vec<_>>().join(", ");
        rows.push(page.cut(0, &format!("Also played: {names}")));
    }
    if detail.legend {
        rows.extend(legend(page, &used));
    }
    rows
}

/// Whether a scene is one of those that the verdict compares or, if there is
/// no verdict, one of the first two.
fn is_compared(report: &Report, scene: &Scene) -> bool {
    let name = |scene: &Scene| scene.name.clone();
    let compared: Vec<String> = match &report.verdict {
        Some(verdict) => {
            let figures = verdict.figures.iter();
            figures.map(|figure| figure.scene.clone()).collect()
        }
        None => report.scenes.iter().take(2).map(name).collect(),
    };
    compared.contains(&scene.name)
}

/// A scene's name, and what is special about it.
fn heading(
    page: &Page,
    report: &Report,
    scene: &Scene,
    own_scale: bool,
) -> String {
    let workers = match scene.runtime {
        Runtime::CurrentThread => None,
        Runtime::MultiThread(workers) => {
            Some(number_of(workers.get(), "worker", "workers"))
        }
    };
    let mut name = vec![scene.name.as_str()];
    name.extend(workers.as_deref());
    if scene.clock == Clock::Virtual && report.is_real() {
        name.push("virtual clock, not measured");
    }
    if own_scale {
        name.push("shorter scale");
    }
    let name = page.cut(0, &name.join(", "));
    let column = measure_text_width(&name) + 2;
    if column + LEAST > page.width {
        return name.bold().to_string();
    }
    let about = page.cut(column, &scene.about);
    format!("{}  {about}", name.bold())
}

/// What came of it.
fn result(page: &Page, report: &Report) -> Vec<String> {
    let lines = page.wrap(0, &outcome(report));
    lines.iter().map(|line| line.bold().to_string()).collect()
}

/// What came of a run in a sentence or two.
pub(crate) fn outcome(report: &Report) -> String {
    let words = match &report.verdict {
        Some(verdict) => {
            let notes = verdict.notes.iter();
            let notes: String = notes.map(|note| format!(" {note}")).collect();
            format!("{}{notes}", verdict.sentence)
        }
        None => {
            let scenes = report.scenes.iter();
            let scenes = scenes.filter(|scene| is_whole(scene));
            let times = scenes.filter_map(|scene| {
                let total = scene.measures?.total;
                Some(format!("{} in {}", clock(total), scene.name))
            });
            let times: Vec<String> = times.collect();
            match times.as_slice() {
                [] => String::new(),
                times => format!("main ended after {}.", times.join(", ")),
            }
        }
    };
    let ends = report.scenes.iter().filter_map(early_end);
    let words: Vec<String> = std::iter::once(words).chain(ends).collect();
    clean(&words.join(" ")).trim_start().to_owned()
}

/// Whether all of a scene is there that was to be.
fn is_whole(scene: &Scene) -> bool {
    scene.trace.as_ref().is_none_or(Trace::is_whole)
}

/// That there is no more of a scene, if it did not come to its end.
fn early_end(scene: &Scene) -> Option<String> {
    let trace = scene.trace.as_ref().filter(|trace| !trace.is_whole())?;
    let how = if trace.cut_off {
        "is cut off"
    } else {
        "was stopped"
    };
    let (name, at) = (&scene.name, clock(trace.elapsed));
    Some(format!("{name} {how} after {at}."))
}

fn claims(page: &Page, report: &Report, how: Claims) -> Vec<String> {
    let findings = &report.findings;
    if findings.is_empty() {
        // Of a run that is of no chapter nothing is claimed.
        if report.lesson.is_none() {
            return Vec::new();
        }
        let words = if report.scenes.iter().all(is_whole) {
            "No claim speaks of these scenes alone; --all plays all."
        } else {
            "A claim is checked when all its scenes have come to their end."
        };
        return page.wrap(INDENT, words);
    }
    let mut rows = Vec::new();
    let of = |status| findings.iter().filter(move |f| f.status == status);
    let shown = findings.iter().filter(|finding| {
        how != Claims::Counted || finding.status == Status::Broken
    });
    for finding in shown {
        rows.extend(row(page, finding, how != Claims::Whole));
    }
    if how == Claims::Counted {
        let (holds, moot) = (of(Status::Holds), of(Status::NotApplicable));
        let (holds, moot) = (holds.count(), moot.count());
        let mut words = format!("{holds} of {} claims hold", findings.len());
        if moot > 0 {
            words += &format!(", {moot} do not apply");
        }
        let words = page.cut(INDENT, &format!("{words} (--explain)"));
        rows.push(format!("{:INDENT$}{words}", ""));
    }
    rows
}

fn not_played(page: &Page, report: &Report) -> Option<String> {
    if report.left_out.is_empty() {
        return None;
    }
    let names = report.left_out.join(", ");
    let words = format!("Not played: {names}");
    Some(page.cut(0, &words))
}

/// What to type next: alone on its row, whole however narrow the page is. Not
/// what it shows, which is the answer to what it asks.
fn next(report: &Report) -> Vec<String> {
    let next = report.next.as_ref();
    let next = next.map(|next| format!("{:INDENT$}{}", "", next.bold()));
    next.map_or(Vec::new(), |next| vec!["Next:".to_owned(), next])
}
