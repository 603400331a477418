//! A sweep, as Markdown, as CSV with a line for each setting, or as JSON with
//! all there is.

use std::io::{self, Write};

use super::Format;
use super::comparison::{number, quoted};
use crate::measure::comparison::{ratio, seconds};
use crate::measure::sweep::{Point, Sweep};

/// The formats.
pub(crate) const SWEEPS: &[Format<Sweep>] = &[
    Format {
        extension: "md",
        write: |value, out| markdown(value, out),
    },
    Format {
        extension: "csv",
        write: |value, out| csv(value, out),
    },
    Format {
        extension: "json",
        write: |value, mut out| {
            serde_json::to_writer_pretty(&mut out, value)?;
            writeln!(out)
        },
    },
];

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
        let times = |x: Option<f64>| {
            x.map_or(String::new(), |x| format!("{}x", ratio(x)))
        };
        let interval = point.interval.map_or(String::new(), |interval| {
            format!("{} to {}", ratio(interval.low), ratio(interval.high))
        });
        writeln!(
            out,
            "| {} | {} | {} | {interval} | {} | {} |",
            time(point.baseline),
            time(point.scene),
            times(point.speed_up),
            times(point.ideal),
            way(point),
        )?;
    }
    let setup = &sweep.setup;
    writeln!(out, "\n{} {}", setup.runs_in_words(), setup.words())?;
    writeln!(out, "\n```console\n{}\n```", setup.command)?;
    for remark in sweep.remarks() {
        writeln!(out, "\n{remark}")?;
    }
    if sweep.interrupted {
        writeln!(out, "\nStopped before its end.")?;
    }
    Ok(())
}

fn way(point: &Point) -> &'static str {
    match point.is_computed {
        true => "computed",
        false => "measured",
    }
}

fn csv(sweep: &Sweep, out: &mut dyn Write) -> io::Result<()> {
    let knobs = sweep.knobs.iter().map(|knob| quoted(knob));
    let head = "baseline,scene,speed_up,speed_up_low,speed_up_high,ideal,way";
    let head = knobs.chain([head.to_owned()]);
    writeln!(out, "{}", head.collect::<Vec<_>>().join(","))?;
    for point in &sweep.points {
        let figures = [
            point.baseline,
            point.scene,
            point.speed_up,
            point.interval.map(|interval| interval.low),
            point.interval.map(|interval| interval.high),
            point.ideal,
        ];
        let fields = values(sweep, point).map(quoted);
        let fields = fields.chain(figures.map(number));
        let fields = fields.chain([way(point).to_owned()]);
        writeln!(out, "{}", fields.collect::<Vec<_>>().join(","))?;
    }
    Ok(())
}
