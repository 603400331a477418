//! One scene by itself: its picture, what its marks mean, and what has to be
//! known to read it right.

use std::io::{self, Write};

use super::apart::apart;
use super::chart::{chart, legend};
use super::page::Page;
use crate::picture::Legend;
use crate::report::{Report, Scene};

/// Draws a scene that was played.
pub fn scene(
    page: &Page,
    out: &mut dyn Write,
    report: &Report,
    scene: &Scene,
) -> io::Result<()> {
    let names = report.lane_names().map(console::measure_text_width);
    let names = names.max().unwrap_or(0);
    let mut marks = Legend::default();
    chart(page, out, report, scene, names, &mut marks)?;
    for note in &scene.notes {
        page.aside(out, 2, note)?;
    }
    apart(page, out, scene)?;
    legend(page, out, &marks)?;
    writeln!(out)
}
