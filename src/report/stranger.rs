//! The plan of recorded traces that are of no chapter that is known, or of
//! another world by itself: it is told what the trace knows. There is nothing
//! to ask, and nothing is claimed. All its words come from outside.

use std::collections::HashSet;

use super::plan::Take;
use super::recorded::{TOKIO, Viewing, bare, notes};
use super::{Plan, Report, Scene};
use crate::chapter::{Knobs, Reading};
use crate::stage::Runtime;
use crate::system::foreign;
use crate::trace::{Clock, Header, Subject, Trace};

/// More of what a stranger says of itself is not repeated.
const LONGEST: usize = 200;

/// What is known of a run that is of no chapter, and why it is not.
pub(super) fn stranger(
    run: Vec<Trace>,
    why: String,
    viewing: &Viewing,
) -> Plan {
    let mut report = Report {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        chapter: String::new(),
        title: String::new(),
        knobs: Default::default(),
        speed: 1.0,
        clock: Clock::Virtual,
        runtime: Runtime::default(),
        notice: None,
        sources: Vec::new(),
        scenes: Vec::new(),
        left_out: Vec::new(),
        // Its places are the trace's own.
        reading: Reading::default(),
        remark: Some(why),
        verdict: None,
        findings: Vec::new(),
        next: None,
        lesson: None,
        interrupted: false,
    };
    if let Some(Trace { header, .. }) = run.first() {
        let (chapter, title) = match &header.subject {
            Subject::Scene { chapter, title, .. } => {
                // CPython's stage does not know it.
                let known = viewing.course.find(chapter);
                let known = known.map_or("", |chapter| chapter.title);
                let has_none = title.is_empty();
                (chapter, if has_none { known } else { title }.to_owned())
            }
            Subject::Program { program, args } => {
                let title = format!("recorded, {program} {}", args.join(" "));
                (program, title.trim().to_owned())
            }
        };
        report.chapter = foreign::cut(chapter, LONGEST);
        report.title = foreign::cut(&title, LONGEST);
        report.clock = header.clock;
        report.knobs.clone_from(&header.knobs);
    }
    let mut seen = HashSet::new();
    let mut takes = Vec::new();
    for trace in run {
        report.scenes.push(scene(&trace, viewing.pace));
        for source in &trace.sources {
            // Of each file there is one.
            if seen.insert(source.file.clone()) {
                report.sources.push(source.clone());
            }
        }
        takes.push(Take::Recorded(Box::new(bare(&trace))));
    }
    Plan {
        chapter: None,
        knobs: Knobs::new(&[]),
        takes,
        report,
        pace: viewing.pace,
    }
}

/// A scene of which nothing is known but its trace. Its words come from
/// outside.
fn scene(trace: &Trace, pace: Option<f64>) -> Scene {
    let header = &trace.header;
    let about = match &header.subject {
        Subject::Scene { about, .. } => about.as_str(),
        Subject::Program { .. } => "",
    };
    let world = world(header);
    let about = match (world.as_str(), about) {
        (TOKIO, about) => about.to_owned(),
        (world, "") => format!("on {world}"),
        (world, about) => format!("on {world}: {about}"),
    };
    Scene {
        name: foreign::cut(header.name(), LONGEST),
        about: foreign::cut(&about, LONGEST),
        watch: String::new(),
        is_baseline: false,
        clock: header.clock,
        runtime: Runtime::of_world(&header.world).unwrap_or_default(),
        // Nothing else is known of it.
        ideal: bare(trace),
        counterpart: None,
        in_python: None,
        trace: None,
        measures: None,
        notes: notes(trace, pace),
        failure: None,
    }
}

/// What ran a trace, as one says it.
pub(super) fn world(header: &Header) -> String {
    foreign::cut(header.world.called(), LONGEST)
}
