//! Two runs that are compared, in sentences: what they are called, where they
//! part, and what has to be known.

use console::measure_text_width;

use crate::chapter::time;
use crate::report::difference::{Both, Difference, SceneDifference};
use crate::system::foreign::clean;
use crate::terminal::page::Page;
use crate::world::compare::Moment;

/// A longer name has no place in a sentence.
const LONGEST: usize = 28;

/// What the two are called: by their names or, where those are too long, by
/// letters.
pub(super) struct Names {
    pub long: Both<String>,
    pub short: Both<String>,
    /// As a sentence has it: `with --b 1s`, `in sequential`.
    pub within: Both<String>,
    pub are_of_files: bool,
}

impl Names {
    pub fn of(difference: &Difference) -> Names {
        let long = difference.names.clone();
        let is_long = long.any(|name| measure_text_width(name) > LONGEST);
        let short = if is_long || long.a == long.b {
            Both::new("A".to_owned(), "B".to_owned())
        } else {
            long.clone()
        };
        let within = short.map(|name| {
            let is_knobs = name.starts_with("--");
            format!("{} {name}", if is_knobs { "with" } else { "in" })
        });
        Names {
            long,
            short,
            within,
            are_of_files: difference.chapter.is_none(),
        }
    }
}

/// What is compared, and how exactly.
pub(super) fn title(page: &Page, difference: &Difference) -> String {
    let Both { a, b } = &difference.names;
    let names = match page.plain {
        true => format!("{a} and {b}"),
        false => format!("{a} {} {b}", page.glyphs.arrow),
    };
    let what = match &difference.chapter {
        Some(chapter) => format!("{chapter}: {names}"),
        None => names,
    };
    clean(&format!("{what} ({})", clock(difference))).into_owned()
}

/// How exactly times are compared.
fn clock(difference: &Difference) -> String {
    let scenes = difference.scenes.iter();
    let tolerance = scenes.map(|scene| scene.tolerance).max();
    match tolerance.filter(|tolerance| !tolerance.is_zero()) {
        None => "virtual clock, exact".to_owned(),
        Some(tolerance) => {
            format!("measured: what is within {} is the same", time(tolerance))
        }
    }
}

/// That nothing differs.
pub(super) fn sameness(difference: &Difference) -> String {
    let what = match &difference.chapter {
        Some(chapter) => chapter.clone(),
        None => {
            let Both { a, b } = &difference.names;
            format!("{a} and {b}")
        }
    };
    let scenes = difference.scenes.len();
    let moments = difference.scenes.iter().map(|scene| scene.moments.a);
    let moments = moments.sum::<usize>();
    let words = format!(
        "{what}: no difference: {scenes} scene{}, {moments} moments, all the \
         same ({}).",
        if scenes == 1 { "" } else { "s" },
        clock(difference)
    );
    clean(&words).into_owned()
}

/// Where two runs of a scene part.
pub(super) fn parting(scene: &SceneDifference, names: &Names) -> String {
    let parting = &scene.parting;
    let Both { a: in_a, b: in_b } = &names.within;
    let when = parting.when.as_ref().map(|Both { a, b }| {
        format!(
            "'{}' is at {} {in_a}, at {} {in_b}",
            a.what,
            time(a.at),
            time(b.at)
        )
    });
    let what = parting.what.as_ref().map(|Both { a, b }| {
        let first = match (a, b) {
            (Some(a), Some(b)) => a.at.min(b.at),
            (a, b) => a
                .as_ref()
                .or(b.as_ref())
                .map_or_else(Default::default, |moment| moment.at),
        };
        let side = |moment: &Option<Moment>| match moment {
            None => "nothing more".to_owned(),
            Some(moment)
                if moment.at.saturating_sub(first) > scene.tolerance =>
            {
                format!("nothing until {}, '{}'", time(moment.at), moment.what)
            }
            Some(moment) => format!("'{}'", moment.what),
        };
        format!("at {}: {in_a} {}, {in_b} {}", time(first), side(a), side(b))
    });
    match (when, what) {
        (None, None) => "They do not part: all that happens is the same, in \
                         the same order and at the same times."
            .to_owned(),
        (Some(when), None) => format!("They part in time only: {when}."),
        (None, Some(what)) => format!("They part {what}."),
        (Some(when), Some(what)) => {
            format!("They part in time first: {when}; and then {what}.")
        }
    }
}

/// What else has to be known, a sentence each.
pub(super) fn remarks(difference: &Difference, names: &Names) -> Vec<String> {
    let mut remarks = Vec::new();
    let same = difference.scenes.iter().filter(|scene| scene.same);
    let same: Vec<&str> = same.map(|scene| scene.names.a.as_str()).collect();
    if !same.is_empty() {
        remarks.push(format!("No difference in {}.", same.join(", ")));
    }
    for (within, scenes) in names.within.zip(&difference.alone) {
        if !scenes.is_empty() {
            let scenes = scenes.join(", ");
            remarks.push(format!("Only {within}: {scenes}."));
        }
    }
    let is_cut = Both::new(
        difference.scenes.iter().any(|scene| !scene.whole.a),
        difference.scenes.iter().any(|scene| !scene.whole.b),
    );
    for (within, is_cut) in names.within.zip(&is_cut) {
        if *is_cut {
            remarks.push(format!("The trace {within} stops before its end."));
        }
    }
    remarks
}
