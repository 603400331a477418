//! A run as a terminal shows it, in [asciicast
//! v2](https://docs.asciinema.org/manual/asciicast/v2/): what the full reporter
//! writes, each line at the time that the trace has for it. Nothing of the real
//! run is in it, so it is the same each time.

use std::io::{self, Write};
use std::slice;
use std::time::Duration;

use serde_json::json;

use super::Format;
use super::written::Written;
use crate::report::{Report, Reporter, TOO_LONG};
use crate::system::foreign::clean;
use crate::terminal::{Full, Page, Screen, always_colours};
use crate::trace::Trace;

pub(super) const FORMAT: Format = Format {
    extension: "cast",
    write: |report, out| write(report, out),
};

/// The terminal. The last screen of a run is made to fit on one of that height.
const COLUMNS: usize = 80;
const ROWS: usize = 24;

/// The time to read what stands above a scene, what is below it, and in the end
/// what came of all.
const PAUSE: Duration = Duration::from_millis(1500);

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    always_colours();
    let page = Page::new(COLUMNS, true).with_height(ROWS);
    let written = Written::default();
    let mut screen = Screen::new(page, written.clone());
    let mut full = Full::new(&mut screen);
    let mut cast = Cast::begin(report, written, out)?;
    full.opening(report)?;
    cast.output()?;
    for (index, scene) in report.scenes.iter().enumerate() {
        let Some(trace) = &scene.trace else { continue };
        cast.goes_by(PAUSE);
        cast.marker(&scene.name)?;
        full.scene_begins(report, index)?;
        cast.output()?;
        let start = cast.now;
        for event in &trace.events {
            if is_paced(trace) {
                cast.now = start + event.at();
            }
            full.happened(slice::from_ref(event))?;
            cast.output()?;
        }
        if is_paced(trace) {
            cast.now = start + trace.elapsed;
        }
        full.scene_ends(report, index)?;
        cast.output()?;
    }
    cast.goes_by(PAUSE);
    full.ends(report)?;
    cast.output()?;
    drop(full);
    // A run that is shown as it goes on has its error on another stream.
    for scene in &report.scenes {
        if let Some(failure) = &scene.failure {
            writeln!(screen, "\nerror: {}", clean(failure))?;
            screen.flush()?;
        }
    }
    cast.output()?;
    cast.goes_by(PAUSE);
    // So that a player stays on the last screen for a while.
    cast.event("o", "")
}

/// Whether a scene is told at its own pace: not if nobody would wait for it.
fn is_paced(trace: &Trace) -> bool {
    trace.elapsed <= TOO_LONG
}

/// A file that is being written.
struct Cast<'a> {
    written: Written,
    now: Duration,
    out: &'a mut dyn Write,
}

impl<'a> Cast<'a> {
    fn begin(
        report: &Report,
        written: Written,
        out: &'a mut dyn Write,
    ) -> io::Result<Cast<'a>> {
        let header = json!({
            "version": 2,
            "width": COLUMNS,
            "height": ROWS,
            "title": format!("asyncade {}", clean(&report.chapter)),
            "env": {"TERM": "xterm-256color"},
        });
        writeln!(out, "{header}")?;
        Ok(Cast {
            written,
            now: Duration::ZERO,
            out,
        })
    }

    fn goes_by(&mut self, time: Duration) {
        self.now += time;
    }

    /// What has been written since, as an event of its own.
    fn output(&mut self) -> io::Result<()> {
        let written = self.written.take();
        if written.is_empty() {
            return Ok(());
        }
        // A terminal that is written to directly does not go back by itself.
        self.event("o", &written.replace('\n', "\r\n"))
    }

    /// A place to jump to.
    fn marker(&mut self, name: &str) -> io::Result<()> {
        self.event("m", &clean(name))
    }

    fn event(&mut self, code: &str, data: &str) -> io::Result<()> {
        let (seconds, micros) = (self.now.as_secs(), self.now.subsec_micros());
        let data = json!(data);
        writeln!(self.out, "[{seconds}.{micros:06}, \"{code}\", {data}]")
    }
}
