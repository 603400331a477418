//! Every chapter, scene and event: whatever moment one stops at, the trace says
//! of every lane where it is, what it waits for, why it runs, and who ended it.

use crate::support::{any_knobs, chapter, on_virtual_clock, play_all};
use asyncade::chapter::{Chapter, Knobs};
use asyncade::timeline::{Doing, LaneState, Part, State, Timeline};
use asyncade::trace::{LaneKind, On, Outcome, Trace, What};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn every_moment_of_every_scene_is_told() {
    for chapter in on_virtual_clock() {
        let knobs = Knobs::new(chapter.knobs);
        for trace in play_all(chapter, &knobs) {
            walk(chapter, &trace);
        }
    }
}

#[test]
fn every_moment_is_told_at_random_knobs() {
    for chapter in on_virtual_clock() {
        let mut runner = TestRunner::new(Config {
            cases: 30,
            failure_persistence: None,
            ..Config::default()
        });
        let result = runner.run(&any_knobs(chapter), |knobs| {
            prop_assume!((chapter.check)(&knobs).is_ok());
            for trace in play_all(chapter, &knobs) {
                walk(chapter, &trace);
            }
            Ok(())
        });
        if let Err(error) = result {
            panic!("{}: {error}", chapter.name);
        }
    }
}

fn walk(chapter: &Chapter, trace: &Trace) {
    let scene = format!("{} {}", chapter.name, trace.header.name());
    let file = format!("demos/{}/demo.rs", chapter.folder());
    let last_line = chapter.demo.lines().count();
    let mut state = State::new();
    // Lanes that are being dropped where they are parked: they have given up
    // their waits, may say a last word, and do nothing more but end.
    let mut dropped = BTreeSet::new();
    for (number, event) in (1..).zip(&trace.events) {
        let before = state.lane(event.lane).cloned();
        state.apply(event);
        let here = || format!("{scene}, event {number}: {event:?}");
        if let What::Drop { .. } = event.what
            && before.as_ref().unwrap().doing == Doing::Parked
        {
            dropped.insert(event.lane);
        }
        for (id, lane) in (0..).zip(state.lanes()) {
            let places = std::iter::once(&lane.place).chain(&lane.stack);
            for place in places {
                let line = place.line as usize;
                assert_eq!(place.file, file, "{}", here());
                assert!((1..=last_line).contains(&line), "{}", here());
            }
            if lane.doing == Doing::Parked && !dropped.contains(&id) {
                assert!(!lane.waits.is_empty(), "{}: {lane:?}", here());
            }
            for wait in &lane.waits {
                let wait = state.wait(*wait).unwrap();
                assert!(names_something(&wait.on), "{}: {wait:?}", here());
            }
        }
        match &event.what {
            What::Poll { within: None, .. } => {
                let lane = before.unwrap();
                let is_first = lane.polls == 0;
                assert!(is_first || lane.woken.is_some(), "{}", here());
                assert!(!dropped.contains(&event.lane), "{}", here());
            }
            What::End {
                outcome: Outcome::Cancelled,
                cause,
                ..
            } => {
                let by = cause.and_then(|cause| cause.by);
                assert!(by.is_some(), "{}", here());
            }
            _ => {}
        }
    }
    assert!(
        state.lanes().iter().all(|lane| lane.doing == Doing::Ended),
        "{scene}"
    );
    path(&scene, &Timeline::of(trace));
}

/// Whether one can tell what is awaited.
fn names_something(on: &On) -> bool {
    match on {
        On::Join { lanes, .. } => !lanes.is_empty(),
        On::Other { what } => !what.contains("does not see"),
        _ => true,
    }
}

/// The critical path has no gap, nothing that nobody knows, and the length that
/// is printed.
fn path(scene: &str, timeline: &Timeline) {
    let path = timeline.critical_path();
    let mut at = Duration::ZERO;
    let mut ready = Duration::ZERO;
    for piece in &path.pieces {
        assert_eq!(piece.from, at, "{scene}: {path:?}");
        assert_ne!(piece.part, Part::Unknown, "{scene}: {path:?}");
        at = piece.to;
        if piece.part == Part::Ready {
            ready += piece.to - piece.from;
        }
    }
    assert_eq!(at, timeline.total, "{scene}: {path:?}");
    assert_eq!(path.length() + ready, timeline.total, "{scene}: {path:?}");
    assert!(path.is_known());
}

/// Where a lane gives its thread back, and for what: its name, the function and
/// the line of `demo.rs` that a reader would point at, and the waits.
type Stop = (&'static str, &'static str, &'static str, &'static str);

/// Three scenes as a reader of their source would walk them, by hand.
const BY_HAND: &[(&str, &str, &[Stop])] = &[
    (
        "gather",
        "gather",
        &[
            (
                "main",
                "gather",
                "let (a, b, c) = tokio::try_join!(a, b, c)?;",
                "end of A, end of B, end of C",
            ),
            ("A", "work", "sleep(delay).await;", "3s"),
            ("B", "work", "sleep(delay).await;", "1s"),
            ("C", "work", "sleep(delay).await;", "2s"),
            (
                "main",
                "gather",
                "let (a, b, c) = tokio::try_join!(a, b, c)?;",
                "end of A, end of C",
            ),
            (
                "main",
                "gather",
                "let (a, b, c) = tokio::try_join!(a, b, c)?;",
                "end of A",
            ),
        ],
    ),
    (
        "shield",
        "unshielded",
        &[
            ("main", "unshielded", "sleep(cancel_after).await;", "500ms"),
            (
                "critical",
                "critical",
                "tokio::select! {",
                "stop.cancelled(), 2s",
            ),
            (
                "caller",
                "call",
                "tokio::select! {",
                "stop.cancelled(), end of critical",
            ),
            (
                "main",
                "unshielded",
                "if let Err(Cancelled) = caller.await? {",
                "end of caller",
            ),
            ("critical", "critical", "sleep(cleanup).await;", "1s"),
            ("caller", "call", "work.await", "end of critical"),
            // The token has woken critical before it was awaited again, so
            // both have one more turn, and find nothing new.
            ("critical", "critical", "sleep(cleanup).await;", "1s"),
            ("caller", "call", "work.await", "end of critical"),
        ],
    ),
    (
        "wait",
        "first_completed",
        &[
            (
                "main",
                "until_first",
                "if timeout(limit, tasks.join_next()).await.is_ok() {",
                "end of worker 1 or worker 2 or worker 3 or worker 4, 2.5s",
            ),
            ("worker 1", "worker", "sleep(second * i).await;", "1s"),
            ("worker 2", "worker", "sleep(second * i).await;", "2s"),
            ("worker 3", "worker", "sleep(second * i).await;", "3s"),
            ("worker 4", "worker", "sleep(second * i).await;", "4s"),
        ],
    ),
];

#[test]
fn a_lane_is_parked_at_the_line_that_a_reader_would_point_at() {
    for (name, scene, stops) in BY_HAND {
        let chapter = chapter(name);
        let traces = play_all(chapter, &Knobs::new(chapter.knobs));
        let mut traces = traces.iter();
        let trace = traces.find(|trace| trace.header.name() == *scene);
        let expected: Vec<_> = stops
            .iter()
            .map(|(lane, function, line, waits)| {
                let line = line_of(chapter, function, line);
                (line, format!("{lane}: {waits}"))
            })
            .collect();
        assert_eq!(parked(trace.unwrap()), expected, "{name} {scene}");
    }
}

/// Where the first line of this text is, from the head of a function on.
fn line_of(chapter: &Chapter, function: &str, text: &str) -> u32 {
    let head = chapter.line_of(function).unwrap();
    let mut lines = (1..).zip(chapter.demo.lines()).skip(head as usize);
    lines.find(|(_, line)| line.trim() == text).unwrap().0
}

/// Each time that a lane was parked: at which line, and for what.
fn parked(trace: &Trace) -> Vec<(u32, String)> {
    let mut state = State::new();
    let mut stops = Vec::new();
    for event in &trace.events {
        state.apply(event);
        let What::Pend { waits, place, .. } = &event.what else {
            continue;
        };
        let lanes = state.lanes();
        let words = waits.iter().map(|wait| {
            let wait = state.wait(*wait).unwrap();
            in_words(&wait.on, lanes)
        });
        let words: Vec<_> = words.collect();
        let lane = &lanes[event.lane as usize].name;
        stops.push((place.line, format!("{lane}: {}", words.join(", "))));
    }
    stops
}

fn in_words(on: &On, all: &[LaneState]) -> String {
    match on {
        On::Timer {
            length: Some(nanos),
        } => {
            format!("{:?}", Duration::from_nanos(*nanos))
        }
        On::Join { lanes, more: 0 } => {
            let names: Vec<_> = lanes
                .iter()
                .map(|lane| all[*lane as usize].name.as_str())
                .collect();
            format!("end of {}", names.join(" or "))
        }
        On::Other { what } => what.clone(),
        on => format!("{on:?}"),
    }
}

/// What a thread's lane does on the virtual clock is done inside of the poll of
/// the task that called it, and that task's handle stands for the task all the
/// same.
#[test]
fn who_awaits_a_task_that_calls_a_thread_awaits_the_task() {
    let chapter = chapter("pitfalls");
    let traces = play_all(chapter, &Knobs::new(chapter.knobs));
    let timeline = Timeline::of(&traces[1]);
    let worker = timeline.lanes.iter().position(|lane| lane.name == "worker");
    let lane = u32::try_from(worker.unwrap()).unwrap();
    assert_eq!(timeline.lane("worker").unwrap().kind, LaneKind::Task);
    let waits = &timeline.lane("main").unwrap().waits;
    let lanes = vec![lane];
    assert_eq!(waits[0].on, On::Join { lanes, more: 0 });
}
