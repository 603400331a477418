//! What was compared, as a Markdown table with its circumstances, as CSV with a
//! line for each scene, or as JSON with all there is.

use std::io::{self, Write};

use super::Format;
use super::figures::{
    command, formats, json, line, number, range, remarks, times,
};
use crate::measure::comparison::{
    Comparison, Comparisons, Gain, Row, deviation_in_words, seconds,
};

/// The formats.
pub(crate) const COMPARISONS: &[Format<Comparisons>] =
    &formats(markdown, csv, json);

fn markdown(value: &Comparisons, out: &mut dyn Write) -> io::Result<()> {
    let setup = &value.setup;
    writeln!(
        out,
        "| Chapter | Scene | Mean | Median | Min | Max | Speed-up | 95% | Ideal \
         | Efficiency |\n|:---|:---|---:|---:|---:|---:|---:|---:|---:|---:|"
    )?;
    for (comparison, row) in rows(value) {
        let name = match row.world.as_str() {
            "tokio" => format!("`{}`", row.scene),
            world => format!("`{}`, {world}", row.scene),
        };
        write!(
            out,
            "| {}: {} | {name} |",
            comparison.chapter, comparison.what
        )?;
        match &row.summary {
            Some(summary) => {
                let deviation = summary.deviation.map_or(String::new(), |d| {
                    format!(" \u{b1} {}", deviation_in_words(d))
                });
                let figures = [summary.median, summary.min, summary.max];
                let figures = figures.map(seconds).join(" | ");
                write!(
                    out,
                    " {}{deviation} | {figures} |",
                    seconds(summary.mean)
                )?;
            }
            None => write!(out, " | | | |")?,
        }
        match comparison.gain_of(row) {
            Some(gain) => writeln!(
                out,
                " {}x | {} | {} | {} |",
                gain.in_figures(),
                range(gain.interval),
                times(gain.ideal),
                gain.efficiency.map_or(String::new(), |part| format!(
                    "{:.1}%",
                    part * 100.0
                )),
            )?,
            None => writeln!(out, " | | | |")?,
        }
    }
    writeln!(out, "\n{} {}", setup.runs_in_words(), setup.words())?;
    command(out, &setup.command)?;
    remarks(out, value.remarks(), value.interrupted)
}

/// A line for each scene; empty where nothing is known.
fn csv(value: &Comparisons, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "chapter,measure,world,scene,runs,mean,deviation,median,min,max,\
         speed_up,speed_up_low,speed_up_high,ideal,efficiency"
    )?;
    for (comparison, row) in rows(value) {
        let summary = row.summary.as_ref();
        let gain = comparison.gain_of(row);
        let runs = row.figures.len();
        let of = |part: fn(&Gain) -> Option<f64>| number(gain.and_then(part));
        let fields = [
            comparison.chapter.clone(),
            comparison.what.clone(),
            row.world.clone(),
            row.scene.clone(),
            runs.to_string(),
            number(summary.map(|s| s.mean)),
            number(summary.and_then(|s| s.deviation)),
            number(summary.map(|s| s.median)),
            number(summary.map(|s| s.min)),
            number(summary.map(|s| s.max)),
            of(|gain| Some(gain.speed_up)),
            of(|gain| gain.interval.map(|i| i.low)),
            of(|gain| gain.interval.map(|i| i.high)),
            of(|gain| gain.ideal),
            of(|gain| gain.efficiency),
        ];
        line(out, fields)?;
    }
    Ok(())
}

fn rows(value: &Comparisons) -> impl Iterator<Item = (&Comparison, &Row)> {
    let comparisons = value.comparisons.iter();
    comparisons.flat_map(|comparison| {
        comparison.rows.iter().map(move |row| (comparison, row))
    })
}
