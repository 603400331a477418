//! All succeed, or the rest are cancelled.

mod demo;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Knob, Measure, Plays, Scene, Twin,
    in_order, run, time,
};
use crate::trace::{Outcome, What};

const TASK1: Knob = Knob::time("task1", "1s", "How long Task1 takes");
const TASK2: Knob = Knob::time("task2", "2s", "How long Task2 takes");
const FAIL_AT: Knob = Knob::same_as(
    "fail-at",
    &TASK1,
    "When Task1 fails, in the scenes in which it does",
);

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "taskgroup",
    title: "all succeed, or the rest are cancelled",
    minutes: 7,
    knobs: &[TASK1, TASK2, FAIL_AT],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "sequential",
            about: "await one worker, then the other",
            plays: Plays::Always,
            run: |k| run(demo::sequential(k.time(&TASK1), k.time(&TASK2))),
        },
        Scene {
            name: "taskgroup",
            about: "both in a group, and both succeed",
            plays: Plays::Always,
            run: |k| run(demo::taskgroup(k.time(&TASK1), k.time(&TASK2))),
        },
        Scene {
            name: "failure",
            about: "both in a group, and Task1 fails",
            plays: Plays::Always,
            run: |k| run(demo::failure(k.time(&FAIL_AT), k.time(&TASK2))),
        },
        Scene {
            name: "no-group",
            about: "the same failure with bare tasks: an orphan runs on",
            plays: Plays::WhenAsked,
            run: |k| run(demo::no_group(k.time(&FAIL_AT), k.time(&TASK2))),
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sequential",
        scene: "taskgroup",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "one-after-the-other",
            says: "Awaited one after the other, the workers take the sum.",
            scenes: &["sequential"],
            check: |p| {
                let sum = p.knobs.time(&TASK1) + p.knobs.time(&TASK2);
                let total = p.total("sequential");
                Finding::when(
                    p.near("sequential", total, sum),
                    format!("{} for both workers", time(total)),
                )
            },
        },
        Claim {
            id: "ends-with-the-last",
            says: "The group ends when its last task does.",
            scenes: &["taskgroup"],
            check: |p| {
                let last = p.knobs.time(&TASK1).max(p.knobs.time(&TASK2));
                let total = p.total("taskgroup");
                let said = "All succeeded: Task1-result, Task2-result";
                Finding::when(
                    p.near("taskgroup", total, last)
                        && p.said_at("taskgroup", said, last),
                    format!(
                        "{}; the longer task takes {}",
                        time(total),
                        time(last)
                    ),
                )
            },
        },
        Claim {
            id: "failure-cancels-siblings",
            says: "The first failure cancels the siblings.",
            scenes: &["failure"],
            check: |p| {
                let (fail_at, task2) =
                    (p.knobs.time(&FAIL_AT), p.knobs.time(&TASK2));
                if task2 <= fail_at {
                    return Finding::Moot(format!(
                        "Task2 is done after {}, before Task1 fails",
                        time(task2)
                    ));
                }
                Finding::when(
                    p.ended_at("failure", "Task1", Outcome::Failed, fail_at)
                        && p.ended_at(
                            "failure",
                            "Task2",
                            Outcome::Cancelled,
                            fail_at,
                        )
                        && p.said_at("failure", "Task2 cancelled", fail_at),
                    format!(
                        "{}, {}",
                        p.fate("failure", "Task1"),
                        p.fate("failure", "Task2")
                    ),
                )
            },
        },
        Claim {
            id: "reports-after-all-ended",
            says: "The group reports only after every sibling has ended.",
            scenes: &["failure"],
            check: |p| {
                let trace = p.trace("failure");
                let ends = [1, 2].map(|lane| {
                    trace.first(lane, |what| matches!(what, What::End { .. }))
                });
                let report = trace.first(
                    0,
                    |what| matches!(what, What::Say { text, .. } if text == "Error: Task1 failed"),
                );
                match (ends, report) {
                    ([Some(first), Some(second)], Some(report)) => {
                        Finding::when(
                            first < report && second < report,
                            in_order(&mut [
                                (first, "Task1 ended"),
                                (second, "Task2 ended"),
                                (report, "main reported"),
                            ]),
                        )
                    }
                    _ => Finding::Broken(
                        "a task never ended, or nothing was reported"
                            .to_owned(),
                    ),
                }
            },
        },
        Claim {
            id: "orphan-outlives-error",
            says: "Without a group the sibling outlives the error.",
            scenes: &["no-group"],
            check: |p| {
                let (fail_at, task2) =
                    (p.knobs.time(&FAIL_AT), p.knobs.time(&TASK2));
                if task2 <= fail_at {
                    return Finding::Moot(format!(
                        "Task2 is done after {}, before Task1 fails",
                        time(task2)
                    ));
                }
                Finding::when(
                    p.said_at("no-group", "Error: Task1 failed", fail_at)
                        && p.said_at("no-group", "Task2 completed", task2)
                        && p.ended_at(
                            "no-group",
                            "Task2",
                            Outcome::Finished,
                            task2,
                        ),
                    format!(
                        "the error came at {}; {} all the same",
                        p.when_said("no-group", "Error: Task1 failed"),
                        p.fate("no-group", "Task2")
                    ),
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
