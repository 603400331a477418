//! What is different, as rows of words: what it is, what it was and is.

use std::time::Duration;

use super::words::Names;
use crate::chapter::time;
use crate::report::difference::{
    Begin, Both, Difference, End, FigureChange, Line, SceneDifference,
};
use crate::report::{Figure, Status};
use crate::trace::{How, LaneKind, Outcome};

/// Something that is different. Those of a lower rank are more important.
pub(super) struct Row {
    pub rank: u8,
    /// What it is of.
    what: String,
    /// In each of the two, if it is in both.
    values: Option<Both<String>>,
    /// What else is to be said.
    more: String,
}

/// The rank of a claim.
const CLAIM: u8 = 1;

impl Row {
    fn new(rank: u8, what: impl Into<String>) -> Row {
        Row {
            rank,
            what: what.into(),
            values: None,
            more: String::new(),
        }
    }

    fn between(self, a: String, b: String) -> Row {
        let values = Some(Both::new(a, b));
        Row { values, ..self }
    }

    fn and(self, more: impl Into<String>) -> Row {
        let more = more.into();
        Row { more, ..self }
    }

    /// What stands before that: a status is followed by its claim.
    fn separator(&self) -> &'static str {
        match (self.more.is_empty(), self.rank) {
            (true, _) => "",
            (_, CLAIM) => ": ",
            _ => ", ",
        }
    }

    /// On a row: `B: B done: 1s → 5s, 4s later`.
    pub fn words(&self, arrow: &str) -> String {
        let Row { what, more, .. } = self;
        let comma = self.separator();
        match &self.values {
            Some(Both { a, b }) => {
                format!("{what}: {a} {arrow} {b}{comma}{more}")
            }
            None => format!("{what}: {more}"),
        }
    }

    /// As a sentence.
    pub fn sentence(&self, names: &Names) -> String {
        let Row { what, more, .. } = self;
        let Both { a: in_a, b: in_b } = &names.within;
        let comma = self.separator();
        match &self.values {
            Some(Both { a, b }) => {
                format!("{what}: {a} {in_a}; {b} {in_b}{comma}{more}.")
            }
            None => format!("{what}: {more}."),
        }
    }
}

/// What is different in a scene, the most important first.
pub(super) fn of_scene(scene: &SceneDifference, names: &Names) -> Vec<Row> {
    let mut rows: Vec<Row> = scene.figures.iter().map(figure).collect();
    let (otherwise, later): (Vec<_>, Vec<_>) =
        scene.ends.iter().partition(|end| end.otherwise);
    rows.extend(otherwise.into_iter().map(|change| {
        let ends = change.ends.map(|end| match end {
            Some(end) => format!("{} at {}", how(end), time(end.at)),
            None => "never ends".to_owned(),
        });
        Row::new(2, &change.lane).between(ends.a, ends.b)
    }));
    let sides = names.within.zip(&scene.lanes).into_iter();
    for (within, lanes) in sides.filter(|(_, lanes)| !lanes.is_empty()) {
        let what = format!("only {within}");
        let names: Vec<&str> =
            lanes.iter().map(|lane| lane.lane.as_str()).collect();
        let lanes = if lanes.len() == 1 { "lane" } else { "lanes" };
        let more = format!("{lanes} {}", names.join(", "));
        rows.push(Row::new(3, what).and(more));
    }
    if let Some(order) = &scene.order {
        let order = order.map(|lines| {
            let texts = lines.iter().map(|line| line.text.as_str());
            texts.collect::<Vec<_>>().join(", ")
        });
        rows.push(Row::new(4, "order").between(order.a, order.b));
    }
    for (within, lines) in names.within.zip(&scene.unsaid) {
        let what = format!("said only {within}");
        rows.extend(lines.iter().map(|line| {
            let Line { at, lane, text } = line;
            let more = format!("{lane}: {text}, at {}", time(*at));
            Row::new(5, &what).and(more)
        }));
    }
    rows.extend(scene.lines.iter().map(|Both { a, b }| {
        let row = if a.lane == b.lane {
            Row::new(6, format!("{}: {}", a.lane, a.text))
                .between(time(a.at), time(b.at))
        } else {
            let by = |line: &Line| format!("{} {}", line.lane, time(line.at));
            Row::new(6, &a.text).between(by(a), by(b))
        };
        row.and(shift(a.at, b.at, scene.tolerance))
    }));
    rows.extend(later.into_iter().filter_map(|change| {
        let (a, b) = (change.ends.a.as_ref()?, change.ends.b.as_ref()?);
        let row = Row::new(7, format!("{} {}", change.lane, a.outcome));
        let row = row.between(time(a.at), time(b.at));
        Some(row.and(shift(a.at, b.at, scene.tolerance)))
    }));
    rows.extend(scene.begins.iter().map(|Both { a, b }| {
        let row = Row::new(8, format!("{} begins", a.lane));
        if a.kind == b.kind && a.by == b.by {
            row.between(time(a.at), time(b.at)).and(shift(
                a.at,
                b.at,
                scene.tolerance,
            ))
        } else {
            row.between(maker(a), maker(b))
        }
    }));
    rows
}

/// The claims of which something else became.
pub(super) fn claims(difference: &Difference) -> Vec<Row> {
    let claims = difference.claims.iter();
    claims
        .map(|claim| {
            let word = |status: &Status| match status {
                Status::Holds => "holds".to_owned(),
                Status::Broken => "broken".to_owned(),
                Status::NotApplicable => "does not apply".to_owned(),
            };
            let status = claim.status.map(word);
            Row::new(CLAIM, "claim")
                .between(status.a, status.b)
                .and(claim.says.trim_end_matches('.'))
        })
        .collect()
}

fn figure(change: &FigureChange) -> Row {
    let Both { a, b } = change.figures;
    let word = |figure| match figure {
        None => "none".to_owned(),
        Some(Figure::Time(length)) => time(length),
        Some(Figure::Fact(true)) => "yes".to_owned(),
        Some(Figure::Fact(false)) => "no".to_owned(),
    };
    let more = match (a, b) {
        (Some(Figure::Time(a)), Some(Figure::Time(b))) => {
            let more = if b > a { "more" } else { "less" };
            format!("{} {more}", time(a.abs_diff(b)))
        }
        _ => String::new(),
    };
    Row::new(0, &change.what)
        .between(word(a), word(b))
        .and(more)
}

/// How much later, or how much earlier; nothing if it is at the same time.
fn shift(a: Duration, b: Duration, tolerance: Duration) -> String {
    let apart = a.abs_diff(b);
    match (apart <= tolerance, b > a) {
        (true, _) => String::new(),
        (_, true) => format!("{} later", time(apart)),
        (_, false) => format!("{} earlier", time(apart)),
    }
}

/// How a lane ends: `cancelled by main: its group was shut down`.
fn how(end: &End) -> String {
    let mut words = end.outcome.to_string();
    if let Some(detail) = &end.detail {
        words = format!("{words} ({detail})");
    }
    if end.outcome != Outcome::Cancelled {
        return words;
    }
    let by = end.by.as_deref().map(|by| format!(" by {by}"));
    let by = by.unwrap_or_default();
    match end.how {
        Some(How::Abort) => format!("{words}{by}, aborted"),
        Some(How::Drop) => format!("{words}{by}, dropped"),
        Some(How::Group) => format!("{words} with its group{by}"),
        Some(How::Token) => format!("{words}{by}, by a token"),
        Some(How::Shutdown) => format!("{words} as main ended"),
        Some(How::Interrupt) => format!("{words} by Ctrl-C"),
        None => format!("{words}{by}"),
    }
}

/// What a lane is, and who made it.
fn maker(begin: &Begin) -> String {
    let kind = match begin.kind {
        LaneKind::Main => "main",
        LaneKind::Task => "a task",
        LaneKind::Future => "a future",
        LaneKind::Thread => "a thread",
    };
    let by = begin.by.as_deref().map(|by| format!(" of {by}"));
    format!("{kind}{} at {}", by.unwrap_or_default(), time(begin.at))
}
