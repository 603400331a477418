//! The speed-up as a curve, a row for each setting, with its ideal beside it.

use std::io::{self, Write};

use console::measure_text_width;

use super::super::page::Page;
use super::super::screen::Screen;
use super::table::{circumstances, confidence};
use crate::measure::comparison::{ratio, seconds};
use crate::measure::sweep::{Point, Sweep};

/// Curves that span more than this have a logarithmic scale.
const MOST_LINEAR: f64 = 20.0;

/// The shortest bar that shows anything.
const SHORTEST: usize = 8;

/// Writes it.
pub(crate) fn curve(out: &mut Screen, sweep: &Sweep) -> io::Result<()> {
    let page = out.page;
    page.title(
        out,
        &sweep.chapter,
        &format!("speed-up, of the {}", sweep.what),
    )?;
    if page.plain {
        for point in &sweep.points {
            let words =
                format!("{}: {}", point.label(&sweep.knobs), said(point));
            page.prose(out, 2, &words)?;
        }
    } else {
        rows(&page, out, sweep)?;
    }
    writeln!(out)?;
    if sweep.points.iter().any(|point| !point.is_computed) {
        circumstances(&page, out, &sweep.setup, &sweep.remarks())?;
    } else {
        page.prose(out, 0, "Nothing was measured: it would take too long.")?;
    }
    if sweep.interrupted {
        let words = "Stopped: this is what was measured until then.";
        page.prose(out, 0, words)?;
    }
    out.flush()
}

/// A point as a sentence.
fn said(point: &Point) -> String {
    let times = [point.baseline, point.scene]
        .map(|time| time.map_or("unknown".to_owned(), seconds));
    let [baseline, scene] = times;
    let Some(speed_up) = point.speed_up else {
        return "nothing to compare.".to_owned();
    };
    let speed_up = ratio(speed_up);
    if point.is_computed {
        return format!(
            "{speed_up} times, computed on the virtual clock: {baseline} \
             against {scene}."
        );
    }
    let sure = point.interval.map_or(String::new(), |interval| {
        format!(" ({})", confidence(interval))
    });
    let ideal = point
        .ideal
        .map_or(String::new(), |ideal| format!(", ideal {}", ratio(ideal)));
    format!(
        "{speed_up} times{sure}{ideal}, measured: {baseline} against {scene}."
    )
}

fn rows(page: &Page, out: &mut Screen, sweep: &Sweep) -> io::Result<()> {
    let figures = |point: &Point| {
        let figure = |x: Option<f64>| x.map_or("?".to_owned(), ratio);
        let (speed_up, ideal) = (figure(point.speed_up), figure(point.ideal));
        match point.is_computed {
            true => format!("{speed_up}x computed"),
            false if page.is_wide() => {
                format!("{speed_up}x, ideal {ideal}x")
            }
            false => format!("{speed_up}x of {ideal}x"),
        }
    };
    let points = &sweep.points;
    let labels: Vec<String> = points
        .iter()
        .map(|point| point.label(&sweep.knobs))
        .collect();
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max();
    let label = widest(&mut labels.iter().map(|l| measure_text_width(l)));
    let label = label.unwrap_or(0);
    let last = points.iter().map(|point| figures(point).len());
    let last = last.max().unwrap_or(0);
    // Two for the indent, and two between columns.
    let room = page.width.saturating_sub(2 + label + 2 + 2 + last);
    let scale = Scale::of(points, room);
    for (point, name) in points.iter().zip(&labels) {
        let figures = figures(point);
        if room < SHORTEST {
            // There is no room for a bar beside its label.
            writeln!(out, "  {name}")?;
            let room = page.width.saturating_sub(4 + 2 + last);
            let bar = Scale::of(points, room).bar(page, point);
            writeln!(out, "    {bar:room$}  {figures}")?;
            continue;
        }
        let bar = scale.bar(page, point);
        writeln!(out, "  {name:label$}  {bar:room$}  {figures}")?;
    }
    let glyphs = page.glyphs;
    let mut legend = vec![
        format!("{} measured", glyphs.hold),
        format!("{} computed on the virtual clock", glyphs.ready),
        format!("{} ideal", glyphs.tick),
    ];
    if !points.iter().any(|point| point.is_computed) {
        legend.remove(1);
    }
    if scale.is_logarithmic {
        legend.push("logarithmic scale".to_owned());
    }
    for line in page.fill(2, legend.iter().map(String::as_str), "   ") {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// From speed-ups to columns.
struct Scale {
    most: f64,
    is_logarithmic: bool,
    columns: usize,
}

impl Scale {
    fn of(points: &[Point], columns: usize) -> Scale {
        let figures = points.iter().flat_map(|p| [p.speed_up, p.ideal]);
        let figures = figures.flatten();
        let most = figures.fold(1.0, f64::max);
        Scale {
            most,
            is_logarithmic: most > MOST_LINEAR,
            columns,
        }
    }

    /// The column that a figure ends in, from 1.
    fn column(&self, figure: f64) -> usize {
        let part = if self.is_logarithmic {
            // From a half on, so that a speed-up of one is to be seen.
            (2.0 * figure.max(0.5)).ln() / (2.0 * self.most).ln()
        } else {
            figure / self.most
        };
        let column = (part * self.columns as f64).round() as usize;
        column.clamp(1, self.columns.max(1))
    }

    fn bar(&self, page: &Page, point: &Point) -> String {
        let glyphs = page.glyphs;
        let mark = match point.is_computed {
            true => glyphs.ready,
            false => glyphs.hold,
        };
        let end = point.speed_up.map_or(0, |figure| self.column(figure));
        let mut bar: Vec<char> = vec![mark; end];
        if let Some(ideal) = point.ideal.filter(|_| !point.is_computed) {
            let at = self.column(ideal);
            // Beyond the bar; where the two are one column, the bar is there.
            if at > end {
                bar.resize(at - 1, ' ');
                bar.push(glyphs.tick);
            }
        }
        bar.into_iter().collect()
    }
}
