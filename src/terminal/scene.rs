//! One scene by itself: its picture, what its marks mean, and what has to be
//! known to read it right. On a plain page the picture is sentences.

use std::io::{self, Write};

use super::chart::{Sheet, legend};
use super::page::Page;
use super::sentences::sentences;
use crate::picture::Legend;
use crate::report::{Report, Scene};
use crate::timeline::Timeline;

/// The most rows of a scene's own picture.
const ROWS: usize = 16;

/// Draws a scene that was played. Marks that are `known` already are not
/// explained again; those that are new are known afterwards.
pub fn scene(
    page: &Page,
    out: &mut dyn Write,
    report: &Report,
    scene: &Scene,
    known: &mut Legend,
) -> io::Result<()> {
    writeln!(out)?;
    if page.plain {
        in_sentences(out, report, scene)?;
    } else {
        let sheet = Sheet::new(*page, report);
        let mut used = Legend::default();
        for line in sheet.scene(report, scene, ROWS, &mut used) {
            writeln!(out, "{line}")?;
        }
        for line in legend(page, &used.without(known)) {
            writeln!(out, "{line}")?;
        }
        known.add(&used);
    }
    for note in &scene.notes {
        page.prose(out, 2, note)?;
    }
    Ok(())
}

fn in_sentences(
    out: &mut dyn Write,
    report: &Report,
    scene: &Scene,
) -> io::Result<()> {
    let Some(trace) = &scene.trace else {
        return Ok(());
    };
    let timeline = Timeline::of(trace);
    let Some(other) = &scene.counterpart else {
        return sentences(out, &timeline, "");
    };
    let other = Timeline::of(&other.trace.at_speed(report.speed));
    sentences(out, &timeline, " on tokio")?;
    sentences(out, &other, " on CPython")
}
