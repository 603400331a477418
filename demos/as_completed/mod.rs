//! Take each result the moment it is ready.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Knob, Knobs, Measure, Plays, Scene, Twin, run, time,
};
use crate::timeline::Timeline;
use crate::trace::{Outcome, What};

/// How main reports a result.
const GOT: &str = "Got: ";

const X: Knob = Knob::time("x", "3s", "How long X takes");
const Y: Knob = Knob::time("y", "1s", "How long Y takes");
const Z: Knob = Knob::time("z", "2s", "How long Z takes");

fn xyz(k: &Knobs) -> [(Duration, &'static str); 3] {
    [(k.time(&X), "X"), (k.time(&Y), "Y"), (k.time(&Z), "Z")]
}

/// The shortest wait and the longest.
fn ends(k: &Knobs) -> (Duration, Duration) {
    let mut waits = xyz(k).map(|(wait, _)| wait);
    waits.sort();
    (waits[0], waits[2])
}

fn first_result(timeline: &Timeline) -> Option<Duration> {
    let mut results = timeline.lines_with(GOT);
    results.next().map(|line| line.at)
}

/// Whether main reports a result.
fn is_a_result(what: &What) -> bool {
    matches!(what, What::Say { text, .. } if text.starts_with(GOT))
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "as_completed",
    title: "take each result the moment it is ready",
    minutes: 8,
    knobs: &[X, Y, Z],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "gather-first",
            about: "wait for all, then process them",
            plays: Plays::Always,
            run: |k| {
                run(demo::gather_first(k.time(&X), k.time(&Y), k.time(&Z)))
            },
        },
        Scene {
            name: "as_completed",
            about: "process each as it arrives",
            plays: Plays::Always,
            run: |k| {
                run(demo::as_completed(k.time(&X), k.time(&Y), k.time(&Z)))
            },
        },
    ],
    measure: Measure {
        what: "time to the first result",
        baseline: "gather-first",
        scene: "as_completed",
        gain: "had its first result {} sooner than",
        figure: Figure::Time(first_result),
    },
    claims: &[
        Claim {
            id: "completion-order",
            says: "The results arrive in the order of completion.",
            scenes: &["as_completed"],
            check: |p| {
                let mut order = xyz(p.knobs);
                order.sort();
                let [first, second, third] = order.map(|(wait, _)| wait);
                let scene = "as_completed";
                let mut check =
                    p.ask(scene).apart(first, second).apart(second, third);
                // Whichever is next, and not the one that is known to be.
                check = check.awaited("main", "X or Y or Z");
                for (wait, name) in order {
                    check = check.ended(name, Outcome::Finished, wait).said(
                        "main",
                        &format!("Got: {name}"),
                        wait,
                    );
                }
                let got: Vec<String> = p
                    .scene(scene)
                    .lines_with(GOT)
                    .map(|line| {
                        let name = &line.text[GOT.len()..];
                        format!("{name} at {}", time(line.at))
                    })
                    .collect();
                check.so(format!("got {}", got.join(", ")))
            },
        },
        Claim {
            id: "first-after-shortest",
            says: "The first result is there after the shortest wait, not after the longest.",
            scenes: &["gather-first", "as_completed"],
            check: |p| {
                let (shortest, longest) = ends(p.knobs);
                let [late, early] = ["gather-first", "as_completed"]
                    .map(|scene| first_result(p.scene(scene)));
                let words =
                    |at: Option<Duration>| at.map_or("never".to_owned(), time);
                let [(x, _), ..] = xyz(p.knobs);
                p.ask("gather-first")
                    .unless(
                        x == shortest,
                        "the shortest was passed first: to await one after the \
                         other, in that order, would have it as soon",
                    )
                    .apart(x, shortest)
                    .apart(shortest, longest)
                    .time("the first result is there", late, longest)
                    .seen_first(is_a_result)
                    .and("as_completed")
                    .apart(shortest, longest)
                    .time("the first result is there", early, shortest)
                    .seen_first(is_a_result)
                    .so(format!(
                        "at {} instead of {}",
                        words(early),
                        words(late)
                    ))
            },
        },
        Claim {
            id: "same-total",
            says: "Where a result takes no time to process, the total stays the same.",
            scenes: &["gather-first", "as_completed"],
            check: |p| {
                let (_, longest) = ends(p.knobs);
                let three = |scene| p.scene(scene).lines_with(GOT).count();
                p.ask("gather-first")
                    .is("results in gather-first", three("gather-first"), 3)
                    .total(longest)
                    .and("as_completed")
                    .is("results in as_completed", three("as_completed"), 3)
                    .total(longest)
                    .so(format!(
                        "{} and {}",
                        time(p.total("gather-first")),
                        time(p.total("as_completed"))
                    ))
            },
        },
    ],
    lesson: include_str!("lesson.md"),
    demo: include_str!("demo.rs"),
    twin: Twin {
        demo: include_str!("demo.py"),
        recording: include_str!("cpython.ndjson"),
        partings: &[],
        errata: &[],
    },
};
