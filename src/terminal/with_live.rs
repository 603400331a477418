//! The picture of a scene that plays, on the terminal below the lines that
//! another reporter writes.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use console::{Term, measure_text_width};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::lines::Lines;
use super::live::Live;
use super::page::Page;
use super::screen::measured;
use super::stderr::Stderr;
use crate::report::{Report, Reporter};
use crate::system::pause;
use crate::trace::{Clock, Event};

/// The time between two frames.
const FRAME: Duration = Duration::from_millis(50);

/// A reporter, and below what it writes a picture that grows while a scene
/// plays on the real clock.
pub struct WithLive<R> {
    inner: R,
    page: Page,
    /// Also where the clock is virtual: what was computed is told at its own
    /// pace.
    always: bool,
    playing: Option<Playing>,
}

/// A scene that plays.
struct Playing {
    live: Live,
    drawn: Drawn,
    /// When the last frame was drawn.
    last: Option<Instant>,
    /// What the other reporter has not been told yet: it is told when a frame
    /// is drawn, so that there are no more of them than need be.
    untold: Vec<Event>,
}

impl<R: Reporter> WithLive<R> {
    /// A picture for a page like that, below what `inner` writes.
    pub fn new(inner: R, page: Page) -> WithLive<R> {
        let playing = None;
        WithLive {
            inner,
            page,
            always: false,
            playing,
        }
    }

    /// The same, of scenes on the virtual clock too, if they are told at their
    /// own pace.
    pub fn of_every_clock(self, always: bool) -> WithLive<R> {
        WithLive { always, ..self }
    }

    /// Tells what there is to tell, and draws the picture as it is now.
    fn draw(&mut self, now: Duration) -> io::Result<()> {
        let Some(playing) = &mut self.playing else {
            return Ok(());
        };
        let page = measured(self.page);
        if page.columns != self.page.columns || page.height != self.page.height
        {
            self.page = page;
            playing.drawn.reflowed(page.columns);
            playing.live.on(page);
        }
        let untold = std::mem::take(&mut playing.untold);
        let inner = &mut self.inner;
        let heard = if untold.iter().any(Lines::shows) {
            playing.drawn.aside(|| inner.happened(&untold))
        } else {
            inner.happened(&untold)
        };
        if heard.is_err() {
            // Nothing more will be told, so nobody else takes it off.
            self.playing = None;
            return heard;
        }
        let frame = playing.live.frame(now);
        playing.drawn.draw(&frame, self.page.columns);
        playing.last = Some(Instant::now());
        Ok(())
    }
}

impl<R: Reporter> Reporter for WithLive<R> {
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        self.inner.begins(report)
    }

    fn scene_begins(
        &mut self,
        report: &Report,
        index: usize,
    ) -> io::Result<()> {
        self.inner.scene_begins(report, index)?;
        let scene = &report.scenes[index];
        if self.always || scene.clock == Clock::Real {
            self.page = measured(self.page);
            self.playing = Some(Playing {
                live: Live::new(self.page, report, scene),
                drawn: Drawn::new(),
                last: None,
                untold: Vec::new(),
            });
        }
        Ok(())
    }

    fn happened(&mut self, events: &[Event]) -> io::Result<()> {
        let Some(playing) = &mut self.playing else {
            return self.inner.happened(events);
        };
        events.iter().for_each(|event| playing.live.take(event));
        playing.untold.extend_from_slice(events);
        Ok(())
    }

    fn tick(&mut self, now: Duration) -> io::Result<()> {
        if let Some(playing) = &mut self.playing {
            if pause::is_asked() {
                playing.drawn.aside(pause::pause);
            }
            let is_due = |last: Instant| last.elapsed() >= FRAME;
            if playing.last.is_none_or(is_due) {
                self.draw(now)?;
            }
        }
        self.inner.tick(now)
    }

    fn scene_ends(&mut self, report: &Report, index: usize) -> io::Result<()> {
        if let Some(playing) = self.playing.take() {
            // Off the screen before anything else is written to it.
            drop(playing.drawn);
            self.inner.happened(&playing.untold)?;
        }
        self.inner.scene_ends(report, index)
    }

    fn ends(&mut self, report: &Report) -> io::Result<()> {
        self.inner.ends(report)
    }
}

/// What is drawn on stderr, below everything else, until this goes.
struct Drawn {
    bar: ProgressBar,
    /// The widths of the rows that are on the screen.
    widths: Vec<usize>,
    /// Ctrl-Z waits until the picture is off the screen.
    _pausing: pause::Pausing,
}

impl Drawn {
    fn new() -> Drawn {
        let bar = ProgressBar::with_draw_target(None, target());
        let style = ProgressStyle::with_template("{msg}");
        Drawn {
            // It is a template, so there is a style.
            bar: bar.with_style(
                style.unwrap_or_else(|_| ProgressStyle::default_bar()),
            ),
            widths: Vec::new(),
            _pausing: pause::Pausing::new(),
        }
    }

    fn draw(&mut self, rows: &[String], columns: usize) {
        // A row that fills its line has no end that could be told from the
        // beginning of the next one.
        let most = columns.saturating_sub(1);
        let rows = rows.iter().map(|row| console::truncate_str(row, most, ""));
        let rows: Vec<_> = rows.collect();
        self.widths = rows.iter().map(|row| measure_text_width(row)).collect();
        self.widths.push(0);
        // A row for the `^C` or `^Z` that a terminal may write where the cursor
        // is: behind a row that is full it would begin another one.
        let rows = rows.join("\n") + "\n";
        self.bar.set_message(if console::colors_enabled_stderr() {
            rows
        } else {
            console::strip_ansi_codes(&rows).into_owned()
        });
    }

    /// Takes it off the screen while something else has it.
    fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes it off a screen that has been made narrower. A terminal breaks
    /// the rows that are too long for it, so there are more than were drawn.
    fn reflowed(&mut self, columns: usize) {
        let columns = columns.max(1);
        let rows = self.widths.iter().map(|width| width.div_ceil(columns));
        let rows: usize = rows.map(|rows| rows.max(1)).sum();
        if rows > 0 {
            let mut term = Term::stderr();
            // What cannot be drawn is not drawn.
            let _ = term.move_cursor_up(rows - 1);
            let _ = term.write_all(b"\r");
            let _ = term.clear_to_end_of_screen();
        }
        // One that knows of no rows.
        self.bar.set_draw_target(target());
        self.widths.clear();
    }
}

fn target() -> ProgressDrawTarget {
    ProgressDrawTarget::term_like(Box::new(Stderr::new()))
}

impl Drop for Drawn {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
