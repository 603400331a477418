//! A run as [ui.perfetto.dev](https://ui.perfetto.dev) opens it, in the [Trace
//! Event Format](https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU):
//! a process for each scene in each world, a thread for each lane, a slice for
//! each thing that a lane does, an instant for each line, and an arrow from
//! whoever woke a lane to that lane. All scenes begin at 0, so that they stand
//! below each other. It is written event by event, and needs no more memory
//! than the fold.

mod process;
mod records;

use std::borrow::Cow;
use std::io::{self, Write};

use serde_json::json;

use super::Format;
use crate::report::{Report, Scene};
use crate::system::foreign::clean;
use crate::trace::{Clock, Trace};
use process::Process;
use records::Records;

pub(super) const FORMAT: Format = Format {
    extension: "trace.json",
    write: |report, out| write(report, out),
};

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut records = Records::begin(out)?;
    for scene in &report.scenes {
        for trace in traces(report, scene) {
            let name = name(report, scene, &trace);
            Process::new(&mut records, &trace).write(&name)?;
        }
    }
    records.end(&json!({
        "program": format!("asyncade {}", report.program),
        "chapter": clean(&report.chapter),
        "title": clean(&report.title),
        "knobs": report.knobs.iter().map(|(name, value)| {
            (clean(name).into_owned(), json!(clean(value)))
        }).collect::<serde_json::Map<_, _>>(),
        "clock": report.clock,
        "speed": report.speed,
        "interrupted": report.interrupted,
    }))
}

/// What happened in a scene, and below it what happens on CPython, as fast.
fn traces<'a>(
    report: &'a Report,
    scene: &'a Scene,
) -> impl Iterator<Item = Cow<'a, Trace>> {
    scene.traces().enumerate().map(|(index, trace)| {
        // The scene's own is at the speed of the run.
        if index > 0 && report.speed != 1.0 {
            Cow::Owned(trace.at_speed(report.speed))
        } else {
            Cow::Borrowed(trace)
        }
    })
}

/// What a process is called.
fn name(report: &Report, scene: &Scene, trace: &Trace) -> String {
    let mut name = clean(&scene.name).into_owned();
    if scene.counterpart.is_some() {
        name += &format!(" on {}", clean(trace.header.world.called()));
    }
    if report.is_real() && trace.header.clock == Clock::Virtual {
        name += " (virtual clock, not measured)";
    }
    if trace.cut_off {
        name += " (cut off)";
    } else if trace.interrupted {
        name += " (interrupted)";
    }
    name
}
