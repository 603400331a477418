//! Two runs that are compared, on one screen: both pictures on one scale, where
//! they part, and what is different, the most important first. What there is no
//! room for is counted. On a plain page it is sentences, all of them.

mod pictures;
mod rows;
mod words;

use std::collections::BTreeSet;
use std::io::{self, Write};

use colored::Colorize;

use self::pictures::{Drawn, pictures};
use self::rows::{Row, claims, of_scene};
use self::words::{Names, parting, remarks, sameness, title};
use super::chart::{Sheet, Widths};
use super::page::Page;
use super::screen::Screen;
use crate::picture::Pair;
use crate::report::difference::{Both, Difference, SceneDifference};
use crate::system::foreign::clean;
use crate::trace::Trace;

/// What stands left of what is different.
const INDENT: usize = 2;

/// How much is drawn.
#[derive(Clone, Copy, Debug)]
struct Detail {
    /// Every scene that differs, and not only one of them.
    scenes: bool,
    /// The most lanes of a picture.
    lanes: usize,
    /// What the marks mean.
    legend: bool,
}

const fn detail(scenes: bool, lanes: usize, legend: bool) -> Detail {
    Detail {
        scenes,
        lanes,
        legend,
    }
}

/// From everything to what must be there.
const DETAILS: [Detail; 10] = [
    detail(true, 8, true),
    detail(true, 5, true),
    detail(true, 5, false),
    detail(true, 4, false),
    detail(false, 8, true),
    detail(false, 5, true),
    detail(false, 5, false),
    detail(false, 4, false),
    detail(false, 3, false),
    detail(false, 2, false),
];

/// So many of the rows that say what is different are to be there, as long as
/// the pictures can do with fewer.
const LEAST: usize = 4;

/// Shows what two runs differ in; `all` of it, or what there is room for.
/// `runs` are the traces that were compared, scene by scene.
///
/// # Errors
/// Whatever the screen says.
pub fn difference(
    difference: &Difference,
    runs: &[Both<Trace>],
    all: bool,
    screen: &mut Screen,
) -> io::Result<()> {
    let page = screen.page;
    let lines = if difference.same {
        page.wrap(0, &sameness(difference))
    } else if page.plain {
        in_sentences(&page, difference)
    } else {
        drawn(&page, difference, runs, all)
    };
    for line in lines {
        writeln!(screen, "{line}")?;
    }
    Ok(())
}

fn drawn(
    page: &Page,
    difference: &Difference,
    runs: &[Both<Trace>],
    all: bool,
) -> Vec<String> {
    let both = difference.scenes.iter().zip(runs);
    let drawn = both.filter(|(scene, _)| !scene.same);
    let mut drawn: Vec<Drawn> = drawn
        .map(|(scene, runs)| Drawn {
            scene,
            runs,
            pair: Pair::of(&runs.a, &runs.b, page.steps),
        })
        .collect();
    let longest = drawn.iter().map(|drawn| drawn.pair.scale()).max();
    for drawn in &mut drawn {
        drawn.pair.share_scale(longest.unwrap_or_default());
    }
    let pairs: Vec<&Pair> = drawn.iter().map(|drawn| &drawn.pair).collect();
    let sheet = Sheet::for_widths(*page, Widths::of_pairs(&pairs));
    let names = Names::of(difference);
    let title = page.wrap(0, &title(page, difference)).into_iter();
    let title: Vec<String> =
        title.map(|line| line.bold().to_string()).collect();
    let groups = groups(page, difference, &names, all);
    if all {
        let mut lines = title;
        lines.extend(pictures(page, &sheet, &names, &drawn, DETAILS[0]));
        lines.extend(written(page, &groups, usize::MAX, true));
        return lines;
    }
    let most = page.summary_rows();
    let count = groups.iter().map(|group| group.rows.len()).sum::<usize>();
    let said = groups.iter().map(|group| group.head.len()).sum::<usize>();
    let mut lines = Vec::new();
    for detail in DETAILS {
        lines.clone_from(&title);
        lines.extend(pictures(page, &sheet, &names, &drawn, detail));
        if lines.len() + said + count.min(LEAST) < most {
            break;
        }
    }
    let room = most.saturating_sub(lines.len());
    lines.extend(written(page, &groups, room, false));
    lines
}

/// The place of the scene that is drawn if there is no room for more: the first
/// where not only times differ.
fn main_scene<'a>(
    mut scenes: impl ExactSizeIterator<Item = &'a SceneDifference>,
) -> usize {
    let last = scenes.len().saturating_sub(1);
    let place = scenes.position(|scene| scene.parting.what.is_some());
    // The article's own way comes after what it is compared with.
    place.unwrap_or(last)
}

/// What is said of a scene, or of all: a few words, and then row by row.
struct Group {
    /// Whether it is of the scene that is drawn whatever room there is.
    is_main: bool,
    head: Vec<String>,
    rows: Vec<Row>,
}

/// Scene by scene the parting and what is different, and then the rest. Of
/// several scenes the parting of the main one is whole, or of all.
fn groups(
    page: &Page,
    difference: &Difference,
    names: &Names,
    is_whole: bool,
) -> Vec<Group> {
    let differ = difference.scenes.iter().filter(|scene| !scene.same);
    let differ: Vec<&SceneDifference> = differ.collect();
    let main = main_scene(differ.iter().copied());
    let is_one = difference.scenes.len() == 1;
    let groups = differ.into_iter().enumerate().map(|(place, scene)| {
        let mut said = parting(scene, names);
        if !is_one {
            said = said.replacen("They", "they", 1);
            said = format!("{}: {said}", scene.names.a);
        }
        let head = if is_whole || place == main {
            page.wrap(0, &clean(&said))
        } else {
            vec![page.cut(0, &said)]
        };
        Group {
            is_main: place == main,
            head,
            rows: of_scene(scene, names),
        }
    });
    let mut groups: Vec<Group> = groups.collect();
    let remarks = remarks(difference, names);
    let head = remarks
        .iter()
        .flat_map(|remark| page.wrap(0, &clean(remark)));
    groups.push(Group {
        is_main: false,
        head: head.collect(),
        rows: claims(difference),
    });
    groups
}

/// What is different, on so many lines: of what there is no room for the least
/// important is left out and counted.
fn written(
    page: &Page,
    groups: &[Group],
    room: usize,
    whole: bool,
) -> Vec<String> {
    let said = groups.iter().map(|group| group.head.len()).sum::<usize>();
    let mut order: Vec<(u8, bool, usize, usize)> = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let rows = group.rows.iter().enumerate();
        // Of equals those of the scene that is drawn come first.
        order.extend(
            rows.map(|(row, of)| (of.rank, !group.is_main, place, row)),
        );
    }
    order.sort_unstable();
    let free = room.saturating_sub(said);
    let fit = if order.len() <= free {
        order.len()
    } else {
        // One line counts the rest.
        free.saturating_sub(1)
    };
    let left_out = order.len() - fit;
    let shown = order.into_iter().take(fit);
    let shown: BTreeSet<(usize, usize)> =
        shown.map(|(_, _, place, row)| (place, row)).collect();
    let mut lines = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        lines.extend(group.head.iter().cloned());
        let rows = group.rows.iter().enumerate();
        let rows = rows.filter(|(row, _)| shown.contains(&(place, *row)));
        for (_, row) in rows {
            let words = row.words(page.glyphs.arrow);
            if whole {
                lines.extend(page.wrap(INDENT, &clean(&words)));
            } else {
                let words = page.cut(INDENT, &words);
                lines.push(format!("{:INDENT$}{words}", ""));
            }
        }
    }
    if left_out > 0 {
        let more = format!("{left_out} more: --all shows them.");
        lines.push(format!("{:INDENT$}{}", "", page.cut(INDENT, &more)));
    }
    lines
}

/// Everything in sentences, for screen readers.
fn in_sentences(page: &Page, difference: &Difference) -> Vec<String> {
    let names = Names::of(difference);
    let mut lines = page.wrap(0, &title(page, difference));
    for group in groups(page, difference, &names, true) {
        lines.extend(group.head);
        for row in group.rows {
            lines.extend(page.wrap(0, &clean(&row.sentence(&names))));
        }
    }
    lines
}
