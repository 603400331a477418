//! Bars below whatever another reporter writes.

use std::io;

use super::bars::Bars;
use super::lines::Lines;
use super::page::Page;
use super::screen::measured;
use crate::report::{Report, Reporter};
use crate::trace::{Clock, Event};

/// A reporter, and bars on stderr while a scene plays on the real clock.
pub struct WithBars<R> {
    inner: R,
    page: Page,
    bars: Option<Bars>,
}

impl<R: Reporter> WithBars<R> {
    /// Bars for a page like that, below what `inner` writes.
    pub fn new(inner: R, page: Page) -> WithBars<R> {
        let bars = None;
        WithBars { inner, page, bars }
    }
}

impl<R: Reporter> Reporter for WithBars<R> {
    fn begins(&mut self, report: &Report) -> io::Result<()> {
        self.inner.begins(report)
    }

    fn scene_begins(
        &mut self,
        report: &Report,
        index: usize,
    ) -> io::Result<()> {
        self.inner.scene_begins(report, index)?;
        if report.scenes[index].clock == Clock::Real {
            let names = report.lane_names().map(console::measure_text_width);
            let names = names.max().unwrap_or(0);
            self.bars = Some(Bars::new(measured(self.page), names));
        }
        Ok(())
    }

    fn happened(&mut self, events: &[Event]) -> io::Result<()> {
        let Some(bars) = &mut self.bars else {
            return self.inner.happened(events);
        };
        events.iter().for_each(|event| bars.take(event));
        let heard = if events.iter().any(Lines::shows) {
            bars.suspend(|| self.inner.happened(events))
        } else {
            self.inner.happened(events)
        };
        if heard.is_err() {
            // Nothing more will be told, so nobody else takes them off.
            self.bars = None;
        }
        heard
    }

    fn tick(&mut self) {
        if let Some(bars) = &self.bars {
            bars.tick();
        }
        self.inner.tick();
    }

    fn scene_ends(&mut self, report: &Report, index: usize) -> io::Result<()> {
        self.bars = None;
        self.inner.scene_ends(report, index)
    }

    fn ends(&mut self, report: &Report) -> io::Result<()> {
        self.inner.ends(report)
    }
}
