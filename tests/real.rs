//! The real clock: did it really wait? The order must be right, no total may
//! be earlier than the ideal, and none absurdly later.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::time::Duration;

use asyncade::chapter::{Chapter, Knobs, Plays};
use asyncade::demos::CHAPTERS;
use asyncade::run;
use asyncade::timeline::Timeline;
use asyncade::trace::{Clock, Outcome, ndjson};
use support::ran;

const SPEED: f64 = 10.0;

/// What was said, in order, and on which lane.
fn said(timeline: &Timeline) -> Vec<(String, String)> {
    let lines = timeline.lines.iter();
    lines
        .map(|line| (timeline.name(line.lane).to_owned(), line.text.clone()))
        .collect()
}

fn ends(timeline: &Timeline) -> Vec<(String, Option<Outcome>)> {
    let lanes = timeline.lanes.iter();
    lanes
        .map(|lane| (lane.name.clone(), lane.outcome()))
        .collect()
}

fn really_waits(chapter: &'static Chapter) {
    let knobs = Knobs::new(chapter.knobs);
    for scene in chapter.scenes {
        if scene.plays == Plays::AlwaysVirtual {
            continue;
        }
        let ideal = run::scene(chapter, scene, &knobs, Clock::Virtual).unwrap();
        let ideal = Timeline::of(&ideal);
        let real = run::scene(chapter, scene, &knobs.at_speed(SPEED), Clock::Real).unwrap();
        let real = Timeline::of(&real);
        assert_eq!(said(&real), said(&ideal), "{} {}", chapter.name, scene.name);
        assert_eq!(ends(&real), ends(&ideal), "{} {}", chapter.name, scene.name);
        let expected = ideal.total.div_f64(SPEED);
        assert!(
            real.total >= expected,
            "{:?} is before {expected:?}",
            real.total
        );
        let late = expected * 3 + Duration::from_secs(2);
        assert!(
            real.total <= late,
            "{:?} is long after {expected:?}",
            real.total
        );
    }
}

#[test]
fn every_scene_really_waits() {
    for chapter in CHAPTERS {
        really_waits(chapter);
    }
}

#[test]
fn a_chapter_for_real_says_what_it_says_on_the_virtual_clock() {
    let arguments = ["gather", "--speed", "20", "--all", "--json"];
    let run = ran(&arguments);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let traces = ndjson::read(run.stdout.as_bytes()).unwrap();
    assert_eq!(traces.len(), 5);
    for trace in &traces {
        assert_eq!(trace.header.clock, Clock::Real);
        assert_eq!(trace.header.speed, 20.0);
        assert_eq!(trace.header.knobs["a"], "3s");
    }
}

#[test]
fn what_would_take_an_hour_plays_on_the_virtual_clock_and_says_so() {
    let run = ran(&["timeout", "--speed", "20"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout
            .contains("on the virtual clock: it would take 3m"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("not measured, so no ratio"),
        "{}",
        run.stdout
    );
}
