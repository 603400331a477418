//! The table of what was compared. A wide page has columns; a narrow one, and a
//! plain one, has for each scene its figures by name.

use std::cell::Cell;
use std::io::{self, Write};

use colored::Colorize;
use console::measure_text_width;

use super::super::page::Page;
use super::super::screen::Screen;
use crate::measure::comparison::{
    Comparison, Comparisons, Gain, LeftOut, Row, Setup, deviation_in_words,
    ratio, seconds,
};
use crate::measure::stats::Interval;

/// The columns of figures, of which the first has the deviation too.
const FIGURES: [(&str, usize); 4] =
    [("mean", 19), ("median", 9), ("min", 9), ("max", 9)];

/// A table that is written chapter by chapter.
pub(crate) struct CompareTable {
    page: Page,
    /// How wide the names are.
    names: usize,
    has_head: Cell<bool>,
}

impl CompareTable {
    /// For scenes of these names.
    pub fn new(page: Page, names: &[&str], has_cpython: bool) -> CompareTable {
        let longest = names.iter().map(|name| measure_text_width(name));
        let more = if has_cpython { ", CPython".len() } else { 0 };
        CompareTable {
            page,
            names: longest.max().unwrap_or(0) + more,
            has_head: Cell::new(false),
        }
    }

    fn is_wide(&self) -> bool {
        let figures: usize = FIGURES.iter().map(|(_, width)| width).sum();
        !self.page.plain && self.page.width >= 2 + self.names + figures
    }

    /// Writes what was measured of a chapter.
    pub fn write(
        &self,
        out: &mut Screen,
        comparison: &Comparison,
    ) -> io::Result<()> {
        let page = &self.page;
        if self.is_wide() && !self.has_head.replace(true) {
            let mut head = " ".repeat(2 + self.names);
            for (name, width) in FIGURES {
                head += &format!("{name:>width$}");
            }
            writeln!(out, "{head}")?;
        } else if !page.plain && self.is_wide() {
            writeln!(out)?;
        }
        page.title(out, &comparison.chapter, &comparison.what)?;
        for row in &comparison.rows {
            self.row(out, row)?;
        }
        let totals = comparison.totals();
        let what = match totals {
            Some(_) => "gain",
            None => "speed-up",
        };
        for gain in &comparison.gains {
            page.prose(out, 2, &gained(what, gain))?;
        }
        if let Some(totals) = totals {
            page.prose(out, 2, &totals)?;
        }
        if comparison.gains.is_empty()
            && comparison.rows.iter().all(|row| row.summary.is_some())
        {
            let short = "Too short to be compared: what timers and schedulers \
                         add is as large.";
            page.prose(out, 2, short)?;
        }
        out.flush()
    }

    fn row(&self, out: &mut Screen, row: &Row) -> io::Result<()> {
        let name = name(row);
        let figures = figures(row);
        if !self.is_wide() {
            let label = format!("{name}:");
            let named = figures.iter().zip(FIGURES);
            let items =
                named.map(|(figure, (name, _))| format!("{name} {figure}"));
            let items: Vec<String> = match figures.is_empty() {
                true => vec!["nothing was measured".to_owned()],
                false => items.collect(),
            };
            let items = items.join(", ");
            for line in self.page.wrap(2, &format!("{label} {items}")) {
                writeln!(out, "{line}")?;
            }
            return Ok(());
        }
        let mut line = format!("  {}", self.page.fit(&name, self.names));
        for (figure, (_, width)) in figures.iter().zip(FIGURES) {
            let gap = width.saturating_sub(measure_text_width(figure));
            line += &format!("{:gap$}{figure}", "");
        }
        if figures.is_empty() {
            line += "  nothing was measured";
        }
        writeln!(out, "{}", line.trim_end())
    }

    /// Writes what is to be said of all of it, and at last the gains in words.
    pub fn close(&self, out: &mut Screen, all: &Comparisons) -> io::Result<()> {
        writeln!(out)?;
        circumstances(&self.page, out, &all.setup, &all.remarks())?;
        for left_out in &all.left_out {
            self.left_out(out, left_out)?;
        }
        if all.interrupted {
            let words = "Stopped: this is what was measured until then.";
            self.page.prose(out, 0, words)?;
        }
        let gains = all.comparisons.iter();
        let gains = gains.flat_map(|of| of.gains.iter().map(move |g| (of, g)));
        let mut gains = gains.peekable();
        if gains.peek().is_some() {
            writeln!(out)?;
        }
        // Scenes of several chapters have the same names.
        let are_several = all.comparisons.len() > 1;
        for (of, gain) in gains {
            let sentence = match are_several {
                true => format!("{}: {}", of.chapter, gain.sentence),
                false => gain.sentence.clone(),
            };
            for line in self.page.wrap(0, &sentence) {
                writeln!(out, "{}", line.bold())?;
            }
        }
        out.flush()
    }

    fn left_out(&self, out: &mut Screen, out_of: &LeftOut) -> io::Result<()> {
        let words = format!("Left out: {}. It {}.", out_of.chapter, out_of.why);
        self.page.prose(out, 0, &words)?;
        self.page.command(out, 2, &out_of.instead)
    }
}

/// Writes how something was measured, and what is to be said of it.
pub(super) fn circumstances(
    page: &Page,
    out: &mut Screen,
    setup: &Setup,
    remarks: &[String],
) -> io::Result<()> {
    let mut runs = setup.runs_in_words();
    if setup.runs > 1 {
        runs += " What is behind \u{b1} is the standard deviation.";
    }
    page.prose(out, 0, &runs)?;
    page.prose(out, 0, &setup.words())?;
    for remark in remarks {
        page.prose(out, 0, &format!("Note: {remark}"))?;
    }
    Ok(())
}

fn name(row: &Row) -> String {
    match row.world.as_str() {
        "tokio" => row.scene.clone(),
        world => format!("{}, {world}", row.scene),
    }
}

fn figures(row: &Row) -> Vec<String> {
    let Some(summary) = &row.summary else {
        return Vec::new();
    };
    let mean = seconds(summary.mean);
    let mean = match summary.deviation {
        Some(d) => format!("{mean} \u{b1} {}", deviation_in_words(d)),
        None => mean,
    };
    let others = [summary.median, summary.min, summary.max];
    std::iter::once(mean).chain(others.map(seconds)).collect()
}

/// The gain in figures.
fn gained(what: &str, gain: &Gain) -> String {
    let place = match gain.world.as_str() {
        "tokio" => String::new(),
        world => format!(" on {world}"),
    };
    let mut words = format!("{what}{place} {}", gain.in_figures());
    if let Some(interval) = gain.interval {
        words += &format!(" ({})", confidence(interval));
    }
    if let (Some(ideal), Some(part)) = (gain.ideal, gain.efficiency) {
        let ideal = ratio(ideal);
        words += &format!("; ideal {ideal}, efficiency {:.1}%", part * 100.0);
    }
    words
}

/// As in `95%: 2.98 to 3.00`.
pub(super) fn confidence(interval: Interval) -> String {
    format!("95%: {} to {}", ratio(interval.low), ratio(interval.high))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::rc::Rc;

    use super::*;
    use crate::chapter::{Figure, Measure};
    use crate::measure::comparison::Measured;
    use crate::measure::{Load, Machine, Taken};

    /// What is written, to be looked at.
    #[derive(Clone, Default)]
    struct Sheet(Rc<RefCell<Vec<u8>>>);

    impl Write for Sheet {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const MEASURE: Measure = Measure {
        what: "total time",
        baseline: "sync",
        scene: "async",
        gain: "was {} faster than",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    };

    fn taken(warmup: f64, figures: &[f64]) -> Taken<Measured> {
        let measured = |figure: &f64| Measured {
            figure: *figure,
            total: *figure,
        };
        Taken {
            warmups: vec![measured(&warmup)],
            figures: figures.iter().map(measured).collect(),
            unfit: None,
        }
    }

    fn given() -> Comparisons {
        let row = |world, scene, is_baseline, ideal, taken| {
            Row::new((world, scene), is_baseline, Some(ideal), taken)
        };
        let slow = taken(3.9, &[3.001, 3.003, 3.002, 3.001, 3.402]);
        let fast = taken(1.001, &[1.001, 1.004, 1.002, 1.002, 1.003]);
        let same = taken(3.0, &[3.0002, 3.0001, 3.0002, 3.0003, 3.0002]);
        let rows = vec![
            row("tokio", "sync", true, 3.0, slow),
            row("tokio", "async", false, 1.0, fast),
            row("CPython", "sync", true, 3.0, same.clone()),
            row("CPython", "async", false, 1.0, same),
        ];
        let gains = rows
            .chunks(2)
            .filter_map(|rows| Gain::of(&rows[0], &rows[1], &MEASURE, 1));
        Comparisons {
            setup: Setup {
                command: "asyncade compare sync-vs-async".to_owned(),
                machine: Machine {
                    cpu: Some("Some CPU".to_owned()),
                    cores: Some(2),
                    memory: None,
                    os: "linux".to_owned(),
                    build: "release",
                    asyncade: "1.2.3",
                    date: "2026-01-31T12:00:00Z".to_owned(),
                },
                tokio: Some("1.2".to_owned()),
                cpython: Some("3.13.0".to_owned()),
                runs: 5,
                warmups: 1,
                speed: 1.0,
                runtime: crate::stage::Runtime::CurrentThread,
                seed: 7,
            },
            comparisons: vec![Comparison {
                chapter: "sync-vs-async".to_owned(),
                what: "total time".to_owned(),
                knobs: BTreeMap::new(),
                gains: gains.collect(),
                rows,
            }],
            left_out: vec![LeftOut {
                chapter: "shield".to_owned(),
                why: "measures no time".to_owned(),
                instead: "asyncade shield".to_owned(),
            }],
            load: Load {
                others: Some(0.5),
                ..Load::default()
            },
            interrupted: false,
        }
    }

    fn shown(page: Page, all: &Comparisons) -> String {
        let sheet = Sheet::default();
        let mut screen = Screen::new(page, sheet.clone());
        let table = CompareTable::new(page, &["sync", "async"], true);
        for comparison in &all.comparisons {
            table.write(&mut screen, comparison).expect("it is memory");
        }
        table.close(&mut screen, all).expect("it is memory");
        let text = String::from_utf8_lossy(&sheet.0.borrow()).into_owned();
        console::strip_ansi_codes(&text).into_owned()
    }

    #[test]
    fn a_wide_page_has_columns() {
        insta::assert_snapshot!(shown(Page::new(80, true), &given()));
    }

    #[test]
    fn a_narrow_page_has_names_and_is_not_overrun() {
        let text = shown(Page::new(40, true), &given());
        for line in text.lines() {
            assert!(measure_text_width(line) <= 40, "{line}");
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn plain_is_the_same_in_words_however_wide() {
        let mut page = Page::new(120, true);
        page.plain = true;
        let text = shown(page, &given());
        assert!(!text.contains("  mean  "), "{text}");
        let row = "  async: mean 1.002s \u{b1} 0.001s, median 1.002s, min \
                   1.001s, max 1.004s";
        assert!(text.lines().any(|line| line == row), "{text}");
    }

    #[test]
    fn what_was_stopped_has_what_there_is_and_no_gain() {
        let mut all = given();
        all.interrupted = true;
        let comparison = &mut all.comparisons[0];
        comparison.gains.clear();
        for row in &mut comparison.rows {
            row.summary = None;
        }
        let text = shown(Page::new(80, true), &all);
        assert!(text.contains("nothing was measured"), "{text}");
        assert!(text.contains("Stopped: "), "{text}");
        assert!(!text.contains("faster"), "{text}");
    }
}
