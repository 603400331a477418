//! A sweep, as Markdown, as CSV with a line for each setting, or as JSON with
//! all there is.

use std::io::{self, Write};

use super::Format;
use super::figures::{
    command, formats, json, line, number, range, remarks, times,
};
use crate::measure::comparison::seconds;
use crate::measure::sweep::{Point, Sweep};

/// The formats.
pub(crate) const SWEEPS: &[Format<Sweep>] = &formats(markdown, csv, json);

fn values<'a>(
    sweep: &'a Sweep,
    point: &'a Point,
) -> impl Iterator<Item = &'a str> {
    let values = sweep.knobs.iter().map(|knob| point.values.get(knob));
    values.map(|value| value.map_or("", String::as_str))
}

fn markdown(sweep: &Sweep, out: &mut dyn Write) -> io::Result<()> {
    for knob in &sweep.knobs {
        write!(out, "| {knob} ")?;
    }
    writeln!(out, "| Baseline | Scene | Speed-up | 95% | Ideal | |")?;
    for _ in 0..sweep.knobs.len() + 5 {
        write!(out, "|---:")?;
    }
    writeln!(out, "|:---|")?;
    for point in &sweep.points {
        for value in values(sweep, point) {
            write!(out, "| {value} ")?;
        }
        let time = |time: Option<f64>| time.map_or(String::new(), seconds);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            time(point.baseline),
            time(point.scene),
            times(point.speed_up),
            range(point.interval),
            times(point.ideal),
            way(point),
        )?;
    }
    let setup = &sweep.setup;
    writeln!(out, "\n{} {}", setup.runs_in_words(), setup.words())?;
    command(out, &setup.command)?;
    remarks(out, sweep.remarks(), sweep.interrupted)
}

fn way(point: &Point) -> &'static str {
    match point.is_computed {
        true => "computed",
        false => "measured",
    }
}

fn csv(sweep: &Sweep, out: &mut dyn Write) -> io::Result<()> {
    let head = [
        "baseline",
        "scene",
        "speed_up",
        "speed_up_low",
        "speed_up_high",
        "ideal",
        "way",
    ];
    let knobs = sweep.knobs.iter().map(String::as_str);
    line(out, knobs.chain(head))?;
    for point in &sweep.points {
        let figures = [
            point.baseline,
            point.scene,
            point.speed_up,
            point.interval.map(|interval| interval.low),
            point.interval.map(|interval| interval.high),
            point.ideal,
        ];
        let fields = values(sweep, point).map(str::to_owned);
        let fields = fields.chain(figures.map(number));
        line(out, fields.chain([way(point).to_owned()]))?;
    }
    Ok(())
}
