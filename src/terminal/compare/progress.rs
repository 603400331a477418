//! How far it is, and for how long it will go on: one line on stderr, which
//! goes when all is measured. How long each run takes is known beforehand, so
//! the time left is no guess from the runs before.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::stderr::Stderr;
use crate::system::pause;

/// The bar, if there is one.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    /// What all runs take on an ideal machine.
    all: Duration,
    /// What those that are over took there.
    done: Duration,
    /// The one that runs.
    current: Duration,
    /// Ctrl-Z waits until the bar is off the screen.
    _pausing: Option<pause::Pausing>,
}

impl Progress {
    /// Of runs that take so long together.
    pub fn new(is_shown: bool, all: Duration) -> Progress {
        let bar = is_shown.then(|| {
            let target = ProgressDrawTarget::term_like(Box::new(Stderr::new()));
            let style = "{wide_msg} {bar:12} {prefix}";
            let style = ProgressStyle::with_template(style)
                // It is a template, so there is a style.
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("##-");
            let bar = ProgressBar::with_draw_target(Some(millis(all)), target);
            bar.with_style(style)
        });
        Progress {
            _pausing: bar.is_some().then(pause::Pausing::new),
            bar,
            all,
            done: Duration::ZERO,
            current: Duration::ZERO,
        }
    }

    /// A run begins.
    pub fn begin(&mut self, name: &str, is_warmup: bool, length: Duration) {
        self.current = length;
        if let Some(bar) = &self.bar {
            let warmup = if is_warmup { ", warm-up" } else { "" };
            bar.set_message(format!("{name}{warmup}"));
        }
        self.tick(Duration::ZERO);
    }

    /// It has run for so long.
    pub fn tick(&mut self, elapsed: Duration) {
        let Some(bar) = &self.bar else {
            return;
        };
        if pause::is_asked() {
            bar.suspend(pause::pause);
        }
        let at = self.done + elapsed.min(self.current);
        bar.set_position(millis(at));
        let left = self.all.saturating_sub(at).as_secs_f64().ceil() as u64;
        bar.set_prefix(format!("{}:{:02} left", left / 60, left % 60));
    }

    /// It is over.
    pub fn done(&mut self) {
        self.done += self.current;
    }

    /// Takes the bar off the screen while something else is written.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar off the screen.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
