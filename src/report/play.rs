//! Plays a plan. Whoever wants to see it is told as it goes on; the report is
//! made also if nobody listens any more, if the user stops it, or if a scene
//! fails.

use std::io;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Error, Result};

use super::limits::is_too_long;
use super::plan::Take;
use super::{Plan, Report, Reporter, finding, verdict};
use crate::chapter;
use crate::trace::{Clock, Event, Trace};
use crate::world::{self, interrupt};

/// How often a reporter's clock ticks at least, and how soon Ctrl-C is seen.
const TICK: Duration = Duration::from_millis(25);

/// What to do when nobody listens any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unheard {
    /// Play to the end: the report is still to be written somewhere.
    GoOn,
    /// Stop: nobody would know.
    Stop,
}

/// A run that is over.
pub struct Played {
    /// What came of it, as far as it came.
    pub report: Report,
    /// Why a scene failed, if one did; it was the last one.
    pub failure: Option<Error>,
    /// Why nobody listened any more, if that was so.
    pub unheard: Option<io::Error>,
}

/// Plays a plan, and tells a reporter of it.
pub fn play(
    plan: Plan,
    reporter: &mut dyn Reporter,
    unheard: Unheard,
) -> Played {
    let Plan {
        chapter,
        knobs,
        takes,
        mut report,
        pace,
    } = plan;
    let mut audience = Audience {
        reporter,
        policy: unheard,
        error: None,
    };
    let mut failure = None;
    audience.tell(|reporter| reporter.begins(&report));
    for (index, take) in takes.into_iter().enumerate() {
        if audience.is_over() {
            break;
        }
        audience.tell(|reporter| reporter.scene_begins(&report, index));
        let clock = report.scenes[index].clock;
        let end = match take {
            Take::Live(chapter, scene) => {
                let runtime = report.scenes[index].runtime;
                world::live(chapter, scene, &knobs, clock, runtime)
                    .and_then(|live| audience.watch(live, clock))
            }
            Take::Ideal => {
                let ideal = report.scenes[index].ideal.clone();
                Ok((audience.replay(ideal, None), Ok(())))
            }
            Take::Recorded(trace) => {
                Ok((audience.replay(*trace, pace), Ok(())))
            }
        };
        let end = end.map(|(trace, end)| {
            report.scenes[index].played(trace);
            end
        });
        if let Err(error) = end.and_then(|end| end) {
            report.scenes[index].failure = Some(format!("{error:#}"));
            failure = Some(error);
        }
        report.interrupted = interrupt::requested();
        if report.scenes[index].trace.is_some() {
            audience.tell(|reporter| reporter.scene_ends(&report, index));
        }
        if failure.is_some() || report.interrupted {
            break;
        }
    }
    if let Some(chapter) = chapter {
        conclude(&mut report, chapter, &knobs);
    }
    audience.tell(|reporter| reporter.ends(&report));
    Played {
        report,
        failure,
        unheard: audience.error,
    }
}

/// The verdict and the claims, of the scenes that were played to their end.
fn conclude(
    report: &mut Report,
    chapter: &'static chapter::Chapter,
    knobs: &chapter::Knobs,
) {
    let scenes = report.scenes.iter();
    let whole: Vec<Trace> = scenes
        .filter(|scene| scene.failure.is_none())
        .filter_map(|scene| scene.trace.clone())
        .filter(Trace::is_whole)
        .collect();
    let played = chapter::Played::new(knobs, &whole);
    report.verdict = verdict::verdict(chapter, report, &played);
    let claims = chapter.claims.iter();
    report.findings =
        claims.filter_map(|claim| finding(&played, claim)).collect();
}

/// The reporter, for as long as it listens.
struct Audience<'a> {
    reporter: &'a mut dyn Reporter,
    policy: Unheard,
    error: Option<io::Error>,
}

impl Audience<'_> {
    fn tell(&mut self, what: impl FnOnce(&mut dyn Reporter) -> io::Result<()>) {
        if self.error.is_none() {
            self.error = what(self.reporter).err();
        }
    }

    /// Whether nobody is left for whom to go on.
    fn is_over(&self) -> bool {
        self.error.is_some() && self.policy == Unheard::Stop
    }

    /// Tells a recording: at once, or at its own pace, so many times as fast,
    /// until the user ends it; then what was told is all that there is of it.
    fn replay(&mut self, mut trace: Trace, pace: Option<f64>) -> Trace {
        let pace = pace.filter(|pace| !is_too_long(trace.elapsed, *pace));
        let Some(pace) = pace else {
            self.tell(|reporter| reporter.happened(&trace.events));
            return trace;
        };
        let start = Instant::now();
        let mut told = 0;
        loop {
            let now = start.elapsed().mul_f64(pace);
            let due = trace.events.partition_point(|event| event.at() <= now);
            if due > told {
                let events = &trace.events[told..due];
                self.tell(|reporter| reporter.happened(events));
                told = due;
            }
            if now >= trace.elapsed {
                return trace;
            }
            if interrupt::requested() || self.is_over() {
                trace.events.truncate(told);
                trace.elapsed = now;
                trace.interrupted = true;
                return trace;
            }
            self.tell(|reporter| reporter.tick(now));
            let next = trace.events.get(told);
            let next = next.map_or(trace.elapsed, Event::at);
            let left = next.saturating_sub(now).div_f64(pace);
            thread::sleep(left.min(TICK));
        }
    }

    /// Watches a scene until it or the user ends it.
    fn watch(
        &mut self,
        live: world::Live,
        clock: Clock,
    ) -> Result<(Trace, Result<()>)> {
        let start = Instant::now();
        loop {
            match live.events.recv_timeout(TICK) {
                Ok(event) => {
                    let mut batch = vec![event];
                    batch.extend(live.events.try_iter());
                    self.tell(|reporter| reporter.happened(&batch));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if interrupt::requested() || self.is_over() {
                return Ok((live.interrupt(), Ok(())));
            }
            if clock == Clock::Real {
                let now = start.elapsed();
                self.tell(|reporter| reporter.tick(now));
            }
        }
        let (trace, end) = live.finish()?;
        if clock == Clock::Virtual {
            self.tell(|reporter| reporter.happened(&trace.events));
        }
        Ok((trace, end))
    }
}
