//! Take each result the moment it is ready.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Knob, Knobs, Measure, Plays, Scene, Twin,
    run, time,
};
use crate::timeline::Timeline;

const X: Knob = Knob::time("x", "3s", "How long X takes");
const Y: Knob = Knob::time("y", "1s", "How long Y takes");
const Z: Knob = Knob::time("z", "2s", "How long Z takes");

fn xyz(k: &Knobs) -> [(Duration, &'static str); 3] {
    [(k.time(&X), "X"), (k.time(&Y), "Y"), (k.time(&Z), "Z")]
}

fn first_result(timeline: &Timeline) -> Option<Duration> {
    let mut results = timeline.lines_with("Got: ");
    results.next().map(|line| line.at)
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "as_completed",
    title: "take each result the moment it is ready",
    minutes: 5,
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
        figure: Figure::Time(first_result),
    },
    claims: &[
        Claim {
            id: "completion-order",
            says: "The results arrive in the order of completion.",
            scenes: &["as_completed"],
            check: |p| {
                let mut expected = xyz(p.knobs);
                expected.sort();
                let got: Vec<&str> = p
                    .scene("as_completed")
                    .lines_with("Got: ")
                    .map(|line| &line.text["Got: ".len()..])
                    .collect();
                Finding::when(
                    got == expected.map(|(_, name)| name),
                    format!("got {}", got.join(", ")),
                )
            },
        },
        Claim {
            id: "first-after-shortest",
            says: "The first result is there after the shortest wait, not after the longest.",
            scenes: &["gather-first", "as_completed"],
            check: |p| {
                let waits = xyz(p.knobs).map(|(wait, _)| wait);
                let (shortest, longest) =
                    (waits.iter().min(), waits.iter().max());
                let at = |scene| first_result(p.scene(scene));
                match (
                    at("as_completed"),
                    shortest,
                    at("gather-first"),
                    longest,
                ) {
                    (
                        Some(early),
                        Some(shortest),
                        Some(late),
                        Some(longest),
                    ) => Finding::when(
                        p.near("as_completed", early, *shortest)
                            && p.near("gather-first", late, *longest),
                        format!("at {} instead of {}", time(early), time(late)),
                    ),
                    _ => Finding::Broken("no result arrived".to_owned()),
                }
            },
        },
        Claim {
            id: "same-total",
            says: "The total does not change.",
            scenes: &["gather-first", "as_completed"],
            check: |p| {
                let longest =
                    xyz(p.knobs).into_iter().max().unwrap_or_default().0;
                let totals = ["gather-first", "as_completed"]
                    .map(|scene| p.total(scene));
                Finding::when(
                    p.near("gather-first", totals[0], longest)
                        && p.near("as_completed", totals[1], longest),
                    format!("{} and {}", time(totals[0]), time(totals[1])),
                )
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
