//! The player's screen: what just happened and why, the code with a mark at
//! every lane's line, the lanes with what they wait for, the loop's queue and
//! timers, and what was said. Every row is cut to the page.

use std::time::Duration;

use colored::Colorize;
use console::measure_text_width;

use super::super::chart::Sheet;
use super::super::page::Page;
use super::super::sources::short;
use super::super::wait::{self, doing};
use super::tape::Tape;
use crate::chapter::{clock, time};
use crate::picture::{Row, Strip};
use crate::system::foreign::clean;
use crate::timeline::{Doing, LaneState, State};
use crate::trace::{LaneId, Place};

/// How many rows each part has.
struct Rows {
    why: usize,
    code: usize,
    /// The axis among them.
    lanes: usize,
    queue: usize,
    said: usize,
}

impl Rows {
    /// On a page that high, with so many lanes alive.
    fn of(page: &Page, lanes: usize) -> Rows {
        let height = page.height.max(LEAST);
        let queue = if height < 18 { 1 } else { 2 };
        let why = if height < 14 { 1 } else { 2 };
        // The first row and the last one.
        let rest = height - 2 - why - queue;
        let said = (rest / 8).max(1);
        let lanes = (lanes + 1).min((rest - said) / 2).max(2);
        Rows {
            why,
            code: rest - said - lanes,
            lanes,
            queue,
            said,
        }
    }
}

/// Less cannot be shown.
const LEAST: usize = 10;

/// The screen of a run, which is the one of so many, with that on its last row.
pub(super) fn frame(
    page: &Page,
    tape: &mut Tape,
    (at, of): (usize, usize),
    last: &str,
) -> Vec<String> {
    let lanes = tape.history.state().lanes().len();
    let rows = Rows::of(page, lanes);
    let mut screen = vec![heading(page, tape, at, of)];
    screen.extend(padded(rows.why, why(page, tape, rows.why)));
    screen.extend(padded(rows.code, code(page, tape, rows.code)));
    screen.extend(padded(rows.lanes, picture(page, tape, rows.lanes)));
    screen.extend(padded(rows.queue, queue(page, tape, rows.queue)));
    screen.extend(padded(rows.said, said(page, tape, rows.said)));
    screen.push(page.cut(0, last));
    // On a page that is lower than anything can be, the first rows.
    screen.truncate(page.height.max(1));
    screen
}

/// The keys, as a screen.
pub(super) fn help(page: &Page, keys: &[(&str, &str)]) -> Vec<String> {
    let width = keys.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let rows = keys
        .iter()
        .map(|(key, meaning)| page.cut(0, &format!("{key:width$}  {meaning}")));
    let mut screen: Vec<String> = rows.collect();
    screen.truncate(page.height.saturating_sub(1).max(1));
    screen.push(page.cut(0, "any key: back to the run"));
    screen.truncate(page.height.max(1));
    screen
}

/// A step as a line of words, of one of several runs with its name.
pub(super) fn sentence(tape: &Tape, with_name: bool) -> String {
    let at = tape.event().map_or(Duration::ZERO, |event| event.at());
    let name = if with_name {
        format!("{} ", tape.name)
    } else {
        String::new()
    };
    let sentence = clean(&tape.sentence);
    format!("{name}step {} at {}: {sentence}", tape.step(), clock(at))
}

/// A part of the screen has just as many rows as it should.
fn padded(rows: usize, mut part: Vec<String>) -> Vec<String> {
    part.resize(rows, String::new());
    part
}

fn heading(page: &Page, tape: &Tape, at: usize, of: usize) -> String {
    let now = tape.event().map_or(Duration::ZERO, |event| event.at());
    let several = if of > 1 {
        format!(", scene {at} of {of}")
    } else {
        String::new()
    };
    let words = format!(
        "step {} of {} at {}  {}{several}, {}",
        tape.step(),
        tape.len(),
        clock(now),
        tape.name,
        tape.world
    );
    page.cut(0, &words).bold().to_string()
}

fn why(page: &Page, tape: &Tape, rows: usize) -> Vec<String> {
    let lines = page.wrap(0, &clean(&tape.sentence));
    if lines.len() <= rows {
        return lines;
    }
    // All of it, on as many rows as there are.
    let all = lines.join(" ");
    let mut lines = lines;
    lines.truncate(rows.saturating_sub(1));
    let used: usize = lines.iter().map(|line| line.len() + 1).sum();
    lines.push(page.cut(0, all.get(used..).unwrap_or_default()));
    lines
}

/// The code around the line at which the run is, with the lanes beside the
/// lines at which they are.
fn code(page: &Page, tape: &Tape, rows: usize) -> Vec<String> {
    let state = tape.history.state();
    let lane = tape.event().map_or(tape.chosen, |event| event.lane);
    let Some(own) = state.lane(lane) else {
        return Vec::new();
    };
    let Place { file, line } = &own.place;
    let Some(source) = tape.source(file) else {
        let words = format!("{}: its text is not here", short(&own.place));
        return vec![page.cut(0, &words)];
    };
    let line = *line as usize;
    let first = line.saturating_sub(1 + rows / 2);
    let all = source.lines().count();
    let first = first.min(all.saturating_sub(rows));
    let lines = (1..).zip(source.lines()).skip(first).take(rows);
    // Where there is little room none is spent on what all lines begin with.
    let indents = lines.clone().map(|(_, text)| text);
    let indents = indents.filter(|text| !text.trim().is_empty());
    let indents = indents.map(|text| text.len() - text.trim_start().len());
    let indent = match page.width {
        ..80 => indents.min().unwrap_or(0),
        _ => 0,
    };
    let rows = lines.map(|(number, text)| {
        let here = at_line(state, file, number);
        let is_own = number == line;
        let text = text.get(indent..).unwrap_or_default();
        code_row(page, number, text, is_own, &here)
    });
    rows.collect()
}

/// The lanes that are at a line, and have not ended.
fn at_line<'a>(
    state: &'a State,
    file: &str,
    line: usize,
) -> Vec<&'a LaneState> {
    let lanes = state.lanes().iter();
    let lanes = lanes.filter(|lane| {
        lane.doing != Doing::Ended
            && lane.place.line as usize == line
            && lane.place.file == file
    });
    lanes.collect()
}

fn code_row(
    page: &Page,
    number: usize,
    text: &str,
    is_own: bool,
    here: &[&LaneState],
) -> String {
    let arrow = if is_own { '>' } else { ' ' };
    let mut row = format!("{arrow}{number:>3} {}", clean(text));
    if here.is_empty() {
        return fitted(page, &row, page.width);
    }
    let names: Vec<String> = here
        .iter()
        .map(|lane| format!("{} {}", clean(&lane.name), doing(lane.doing)))
        .collect();
    let most = page.width / 2;
    let names = console::truncate_str(
        &names.join(", "),
        most.saturating_sub(3),
        page.glyphs.ellipsis,
    )
    .into_owned();
    let room = page.width.saturating_sub(measure_text_width(&names) + 3);
    row = fitted(page, &row, room);
    let gap = room.saturating_sub(measure_text_width(&row));
    format!("{row}{:gap$} < {}", "", names.bold())
}

/// A text cut to a width, wherever that is.
fn fitted(page: &Page, text: &str, width: usize) -> String {
    console::truncate_str(text, width, page.glyphs.ellipsis).into_owned()
}

/// The lanes as far as they have come, with what they wait for and until when.
fn picture(page: &Page, tape: &mut Tape, rows: usize) -> Vec<String> {
    let names = tape.history.state().lanes().iter();
    let names = names.map(|lane| measure_text_width(&clean(&lane.name)));
    let sheet = Sheet::for_player(*page, names.max().unwrap_or(4));
    // One row is the axis.
    let picture = tape.picture(sheet.room(rows.saturating_sub(1)));
    let state = tape.history.state();
    let mut lines = vec![sheet.axis(&picture)];
    for row in &picture.rows {
        let beside = row.strip().map(|strip| beside(state, strip));
        let line = sheet.row(&picture, row, beside.as_deref());
        let is_chosen =
            matches!(row, Row::Lane(strip) if strip.lane == tape.chosen);
        lines.push(if is_chosen {
            line.replacen(' ', ">", 1)
        } else {
            line
        });
    }
    lines
}

/// What a lane waits for and until when, in a few words.
fn beside(state: &State, strip: &Strip) -> String {
    let Some(lane) = state.lane(strip.lane) else {
        return String::new();
    };
    if lane.doing == Doing::Parked && strip.is_kept_waiting() {
        return wait::HELD.to_owned();
    }
    wait::beside(state, lane)
}

/// What an event loop is: who has the thread, who is next, and the timers.
fn queue(page: &Page, tape: &Tape, rows: usize) -> Vec<String> {
    let state = tape.history.state();
    let name = |lane: LaneId| clean(state.name(lane)).into_owned();
    let first = holders(state);
    /// So many are read.
    const MOST: usize = 8;
    let queue = state.queue();
    let mut next: Vec<String> =
        queue.iter().take(MOST).map(|lane| name(*lane)).collect();
    if queue.len() > MOST {
        next.push(format!("{} more", queue.len() - MOST));
    }
    if next.is_empty() {
        next.push("none".to_owned());
    }
    let timers = state.timers();
    let mut due: Vec<String> = timers
        .iter()
        .take(MOST)
        .map(|(due, lane)| format!("{} {}", name(*lane), time(*due)))
        .collect();
    if timers.len() > MOST {
        due.push(format!("{} more", timers.len() - MOST));
    }
    if due.is_empty() {
        due.push("none".to_owned());
    }
    let first = format!("{first}   ready: {}", next.join(", "));
    let second = format!("timers: {}", due.join(", "));
    if rows < 2 {
        return vec![page.cut(0, &format!("{first}   {second}"))];
    }
    vec![page.cut(0, &first), page.cut(0, &second)]
}

/// Who has the thread, or who has which of several.
fn holders(state: &State) -> String {
    if !state.is_multi_thread() {
        let holder = state.holder().map(|holder| state.name(holder));
        return format!(
            "has the thread: {}",
            clean(holder.unwrap_or("nobody"))
        );
    }
    let holders = state.holders().filter_map(|id| state.lane(id));
    let holders: Vec<String> = holders
        .map(|lane| format!("{} (thread {})", clean(&lane.name), lane.thread))
        .collect();
    let all = match holders.is_empty() {
        true => "nobody".to_owned(),
        false => holders.join(", "),
    };
    format!("running: {all}")
}

fn said(page: &Page, tape: &Tape, rows: usize) -> Vec<String> {
    let state = tape.history.state();
    let said = tape.said(rows).into_iter().map(|(at, lane, text)| {
        let name = state.name(lane);
        let line = format!("{} {name}: {text}", clock(at));
        fitted(page, &clean(&line), page.width)
    });
    said.collect()
}
