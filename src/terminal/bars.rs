//! Progress, one bar a lane, on stderr below the lines: how far each lane is
//! into the wait it is in, by the wait's own due time. The bars show nothing
//! that the lines and the timeline do not say as well.

use std::time::{Duration, Instant};

use indicatif::{
    MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle,
};

use super::page::Page;
use super::stderr::Stderr;
use crate::trace::{Event, What};

/// No more bars than this: below them the lines would not be seen.
const MOST: usize = 8;

/// The bars of one scene.
pub struct Bars {
    multi: MultiProgress,
    page: Page,
    column: usize,
    /// The names of the lanes.
    names: Vec<String>,
    lanes: Vec<Row>,
    /// How many of the lanes have a bar.
    shown: usize,
    /// Says how many lanes have no bar, if there are any.
    rest: Option<ProgressBar>,
    /// The moment that is the scene's zero.
    start: Instant,
}

/// A lane, its bar if it has one, and the wait that it is in.
struct Row {
    bar: Option<ProgressBar>,
    wait: Option<Progress>,
    ended: bool,
}

struct Progress {
    number: u32,
    on: String,
    from: Duration,
    due: Option<Duration>,
}

/// A timer this late is not just a slow machine.
const OVERDUE: Duration = Duration::from_millis(100);

impl Bars {
    /// Bars drawn on stderr. Call it when the scene starts.
    pub fn new(page: Page, column: usize) -> Bars {
        let target =
            ProgressDrawTarget::term_like_with_hz(Box::new(Stderr::new()), 20);
        Bars {
            multi: MultiProgress::with_draw_target(target),
            column: page.name_column(column),
            names: Vec::new(),
            lanes: Vec::new(),
            shown: 0,
            rest: None,
            start: Instant::now(),
            page,
        }
    }

    /// Takes the bars off the screen while something is written to it. They
    /// must not be touched meanwhile.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.multi.suspend(write)
    }

    /// Takes in what happened.
    pub fn take(&mut self, event: &Event) {
        match &event.what {
            What::Spawn { name, .. } => self.spawn(name),
            What::Wait { wait, on, due, .. } => {
                let names = &self.names;
                let name = |lane| names.get(lane as usize).map(String::as_str);
                let on = super::wait::wait(on, name);
                let wait = Progress {
                    number: *wait,
                    on: on.clone(),
                    from: event.at(),
                    due: due.map(Duration::from_nanos),
                };
                // A bar that fills its row is not cleared well after a `^C`.
                let room = self
                    .page
                    .width
                    .saturating_sub(self.bar() + self.column + 5);
                let on =
                    console::truncate_str(&on, room, self.page.glyphs.ellipsis);
                if let Some(row) = self.lanes.get_mut(event.lane as usize) {
                    if let Some(bar) = &row.bar {
                        bar.set_position(0);
                        bar.set_message(on.into_owned());
                    }
                    row.wait = Some(wait);
                }
            }
            What::Done { wait } | What::Drop { wait } => {
                if let Some(row) = self.lanes.get_mut(event.lane as usize)
                    && row.wait.as_ref().is_some_and(|own| own.number == *wait)
                {
                    row.wait = None;
                    if let Some(bar) = &row.bar {
                        bar.set_message("");
                    }
                }
            }
            What::End { outcome, .. } => {
                if let Some(row) = self.lanes.get_mut(event.lane as usize) {
                    row.wait = None;
                    row.ended = true;
                    if let Some(bar) = &row.bar {
                        bar.abandon_with_message(outcome.to_string());
                    }
                }
            }
            What::Poll { .. }
            | What::Pend { .. }
            | What::Wake { .. }
            | What::Cancel { .. }
            | What::Resource { .. }
            | What::Say { .. } => {}
        }
    }

    /// Moves every bar to where its wait is by now.
    pub fn tick(&self) {
        let now = self.start.elapsed();
        for row in &self.lanes {
            let (Some(bar), Some(wait)) = (&row.bar, &row.wait) else {
                continue;
            };
            if let Some(due) = wait.due {
                let length = due.saturating_sub(wait.from).as_millis();
                let position =
                    now.saturating_sub(wait.from).as_millis().min(length);
                bar.set_length(
                    u64::try_from(length).unwrap_or(u64::MAX).max(1),
                );
                bar.set_position(u64::try_from(position).unwrap_or(u64::MAX));
                if now > due + OVERDUE {
                    bar.set_message(format!("{}, overdue", wait.on));
                }
            }
        }
    }

    fn spawn(&mut self, name: &str) {
        let mut row = Row {
            bar: None,
            wait: None,
            ended: false,
        };
        if self.lanes.len() >= MOST {
            // A lane that lives is more interesting than one that has ended.
            let ended = self.lanes.iter_mut().filter(|row| row.ended);
            if let Some(bar) = ended.filter_map(|row| row.bar.take()).next() {
                self.multi.remove(&bar);
                self.shown -= 1;
            }
        }
        if self.shown < MOST {
            self.shown += 1;
            let bar = ProgressBar::new(1);
            let bar = match &self.rest {
                Some(rest) => self.multi.insert_before(rest, bar),
                None => self.multi.add(bar),
            };
            bar.set_style(self.style());
            bar.set_prefix(self.page.fit(name, self.column));
            row.bar = Some(bar);
        }
        self.lanes.push(row);
        self.names.push(name.to_owned());
        if let Some(more) =
            self.lanes.len().checked_sub(MOST).filter(|more| *more > 0)
        {
            let rest = self.rest.get_or_insert_with(|| {
                let bar = self.multi.add(ProgressBar::new(1));
                bar.set_style(
                    ProgressStyle::with_template("  {msg}")
                        .unwrap_or_else(|_| plain()),
                );
                bar
            });
            rest.set_message(format!("and {more} more"));
        }
    }

    /// How wide a bar is.
    fn bar(&self) -> usize {
        if self.page.is_wide() { 36 } else { 12 }
    }

    fn style(&self) -> ProgressStyle {
        let template =
            format!("  {{prefix}} {{bar:{}.cyan/dim}} {{msg}}", self.bar());
        ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| plain())
            .progress_chars(self.page.glyphs.progress)
    }
}

impl Drop for Bars {
    /// Takes the bars off the screen for good.
    fn drop(&mut self) {
        // An error means that there is no screen to take them off.
        let _ = self.multi.clear();
        // A bar that has not ended would draw them all again when it is dropped.
        self.multi.set_draw_target(ProgressDrawTarget::hidden());
    }
}

fn plain() -> ProgressStyle {
    ProgressStyle::default_bar()
}
