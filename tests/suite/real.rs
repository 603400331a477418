//! The real clock: did it really wait? The order must be right, no total may
//! be earlier than the ideal, and none absurdly later.

use std::time::Duration;

use crate::support::{
    chapter, code_by_the_screen, on_virtual_clock, ran, undisturbed, unwrapped,
};
use asyncade::chapter::{Chapter, Knobs, Plays};
use asyncade::timeline::{Line, Timeline};
use asyncade::trace::{Clock, Outcome, ndjson};
use asyncade::world;

const SPEED: f64 = 10.0;

/// Far more than a timer is late on a busy machine.
const APART: Duration = Duration::from_millis(60);

/// What was said, when, and on which lane.
fn said(timeline: &Timeline) -> Vec<(Duration, String, String)> {
    let line = |line: &Line| {
        let lane = timeline.name(line.lane).to_owned();
        (line.at, lane, line.text.clone())
    };
    timeline.lines.iter().map(line).collect()
}

/// The same lines on every lane that was not cut off, and what should be said
/// well before something else is.
fn said_in_order(real: &Timeline, ideal: &Timeline) {
    let (real_lines, ideal_lines) = (said(real), said(ideal));
    for lane in &ideal.lanes {
        let of = |lines: &[(Duration, String, String)]| -> Vec<String> {
            let own = lines.iter().filter(|(_, name, _)| *name == lane.name);
            own.map(|(_, _, text)| text.clone()).collect()
        };
        let (real, ideal) = (of(&real_lines), of(&ideal_lines));
        if lane.outcome() == Some(Outcome::Cancelled) {
            // It may have come less far than it would on an idle machine.
            assert!(ideal.starts_with(&real), "{real:?} {ideal:?}");
        } else {
            assert_eq!(real, ideal);
        }
    }
    let place =
        |text: &str| real_lines.iter().position(|(_, _, said)| said == text);
    for (early, _, first) in &ideal_lines {
        for (late, _, second) in &ideal_lines {
            if *late >= *early + APART.mul_f64(SPEED)
                && let (Some(one), Some(two)) = (place(first), place(second))
            {
                assert!(one < two, "{first:?} comes after {second:?}");
            }
        }
    }
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
        let ideal =
            world::scene(chapter, scene, &knobs, Clock::Virtual).unwrap();
        let ideal = Timeline::of(&ideal);
        let real =
            world::scene(chapter, scene, &knobs.at_speed(SPEED), Clock::Real)
                .unwrap();
        let real = Timeline::of(&real);
        said_in_order(&real, &ideal);
        assert_eq!(
            ends(&real),
            ends(&ideal),
            "{} {}",
            chapter.name,
            scene.name
        );
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
    let _alone = undisturbed();
    for chapter in on_virtual_clock() {
        really_waits(chapter);
    }
}

#[test]
fn a_chapter_for_real_says_what_it_says_on_the_virtual_clock() {
    let arguments = ["gather", "--speed", "20", "--all", "--json"];
    let run = ran(&arguments);
    // A claim about times does not hold on a machine that is too busy, and
    // just then it is named.
    let broken = run.stderr.matches("does not hold").count();
    let code = i32::from(broken > 0);
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), broken, "{}", run.stderr);
    let traces = ndjson::read(run.stdout.as_bytes()).unwrap();
    assert_eq!(traces.len(), 5);
    let chapter = chapter("gather");
    let knobs = Knobs::new(chapter.knobs);
    for (trace, scene) in traces.iter().zip(chapter.scenes) {
        let ideal = world::scene(chapter, scene, &knobs, Clock::Virtual);
        let ideal = Timeline::of(&ideal.unwrap());
        said_in_order(&Timeline::of(trace), &ideal);
        assert_eq!(trace.header.name(), scene.name);
        assert_eq!(trace.header.clock, Clock::Real);
        assert_eq!(trace.header.speed, 20.0);
        assert_eq!(trace.header.knobs["a"], "3s");
    }
}

#[test]
fn what_would_take_an_hour_plays_on_the_virtual_clock_and_says_so() {
    let run = ran(&["timeout", "--speed", "20"]);
    let code = code_by_the_screen(&run.stdout);
    assert_eq!(run.code, Some(code), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("on the virtual clock: it would take 3m"),
        "{}",
        run.stdout
    );
    let said = unwrapped(&run.stdout);
    assert!(said.contains("3m in no-limit, computed on the virtual clock"));
    // Of two clocks no ratio is taken but the ideal one.
    assert!(said.contains("ideal 3600x.") && !said.contains("sooner than"));
}
