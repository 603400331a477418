//! The timeline in words, for screen readers and for whoever prefers them: a
//! sentence or two for each lane, and nothing that depends on where it stands.

use std::io::{self, Write};
use std::time::Duration;

use crate::chapter::{clock, time};
use crate::report::Measures;
use crate::system::foreign::clean;
use crate::timeline::{Doing, Lane, Timeline};
use crate::trace::{LaneKind, Outcome};

/// Writes a timeline in words. `world` stands behind each lane's name, where
/// there is more than one world.
pub fn sentences(
    out: &mut dyn Write,
    timeline: &Timeline,
    world: &str,
) -> io::Result<()> {
    for lane in &timeline.lanes {
        writeln!(out, "{}", sentence(lane, world))?;
    }
    let measures = Measures::of(timeline);
    writeln!(
        out,
        "In all {}, work {}, critical path {}, at most {} in flight, longest \
         hold {}.",
        clock(measures.total),
        time(measures.work),
        time(measures.critical_path),
        measures.peak_concurrency,
        time(measures.longest_poll)
    )
}

/// A lane in words.
pub(crate) fn sentence(lane: &Lane, world: &str) -> String {
    let spent = |doing: fn(Doing) -> bool| -> Duration {
        let spans = lane.spans.iter().filter(|span| doing(span.doing));
        spans.map(|span| span.length()).sum()
    };
    let waited = |doing| {
        matches!(doing, Doing::Unbegun | Doing::Lending | Doing::Parked)
    };
    let thread = match lane.kind {
        LaneKind::Thread => "a thread of its own",
        _ => "the thread",
    };
    let mut words = format!(
        "{}{world} began at {}, held {thread} for {}, waited for {}",
        clean(&lane.name),
        clock(lane.born),
        time(spent(Doing::holds)),
        time(spent(waited))
    );
    let overdue = spent(|doing| doing == Doing::Ready);
    // A timer is always late by a hair.
    if overdue > Duration::from_millis(20) {
        words += &format!(", was overdue for {}", time(overdue));
    }
    match &lane.end {
        Some(end) => {
            let was = match end.outcome {
                Outcome::Cancelled => "was ",
                _ => "",
            };
            let (how, at) = (end.outcome, clock(end.at));
            format!("{words}, and {was}{how} at {at}.")
        }
        None => format!("{words}, and never ended."),
    }
}
