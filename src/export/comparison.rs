//! What was compared, as a Markdown table with its circumstances, as CSV with a
//! line for each scene, or as JSON with all there is.

use std::io::{self, Write};

use super::Format;
use crate::measure::comparison::{
    Comparison, Comparisons, Gain, Row, deviation_in_words, ratio, seconds,
};

/// The formats.
pub(crate) const COMPARISONS: &[Format<Comparisons>] = &[
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
        write: |value, out| json(value, out),
    },
];

/// Everything, in seconds.
fn json(value: &Comparisons, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

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
                gain.interval.map_or(String::new(), |interval| format!(
                    "{} to {}",
                    ratio(interval.low),
                    ratio(interval.high)
                )),
                gain.ideal.map_or(String::new(), |ideal| format!(
                    "{}x",
                    ratio(ideal)
                )),
                gain.efficiency.map_or(String::new(), |part| format!(
                    "{:.1}%",
                    part * 100.0
                )),
            )?,
            None => writeln!(out, " | | | |")?,
        }
    }
    writeln!(out, "\n{} {}", setup.runs_in_words(), setup.words())?;
    writeln!(out, "\n```console\n{}\n```", setup.command)?;
    for remark in value.remarks() {
        writeln!(out, "\n{remark}")?;
    }
    if value.interrupted {
        writeln!(out, "\nStopped before its end.")?;
    }
    Ok(())
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
        writeln!(out, "{}", fields.map(|text| quoted(&text)).join(","))?;
    }
    Ok(())
}

fn rows(value: &Comparisons) -> impl Iterator<Item = (&Comparison, &Row)> {
    let comparisons = value.comparisons.iter();
    comparisons.flat_map(|comparison| {
        comparison.rows.iter().map(move |row| (comparison, row))
    })
}

/// As many digits as it has.
pub(super) fn number(number: Option<f64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

/// A field of CSV, by RFC 4180.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
