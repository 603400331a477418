//! All succeed, or the rest are cancelled.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Knob, Knobs, Measure, Plays, Scene, Twin, after,
    in_order, run, time,
};
use crate::trace::{How, Outcome};

const TASK1: Knob = Knob::time("task1", "1s", "How long Task1 takes");
const TASK2: Knob = Knob::time("task2", "2s", "How long Task2 takes");
const FAIL_AT: Knob = Knob::same_as(
    "fail-at",
    &TASK1,
    "When Task1 fails, in the scenes in which it does",
);

const SUCCEEDED: &str = "All succeeded: Task1-result, Task2-result";
/// What main awaits, where the two are a group: whichever ends next.
const GROUP: &str = "Task1 or Task2";
const FAILED: &str = "Error: Task1 failed";

/// What the knobs say.
struct Workers {
    task1: Duration,
    task2: Duration,
    fail_at: Duration,
}

fn workers(k: &Knobs) -> Workers {
    Workers {
        task1: k.time(&TASK1),
        task2: k.time(&TASK2),
        fail_at: k.time(&FAIL_AT),
    }
}

/// Why a claim about a sibling says nothing.
fn done_before(task2: Duration) -> String {
    format!("Task2 is done after {}, before Task1 fails", time(task2))
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "taskgroup",
    title: "all succeed, or the rest are cancelled",
    minutes: 10,
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
            about: "the same failure, with bare tasks and no group",
            plays: Plays::WhenAsked,
            run: |k| run(demo::no_group(k.time(&FAIL_AT), k.time(&TASK2))),
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sequential",
        scene: "taskgroup",
        gain: "was {} faster than",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "one-after-the-other",
            says: "Awaited one after the other, the workers take the sum.",
            scenes: &["sequential"],
            check: |p| {
                let Workers { task1, task2, .. } = workers(p.knobs);
                let sum = after(task1).then(task2);
                p.ask("sequential")
                    .apart(sum, task1.max(task2))
                    .said("main", "Task1 completed", task1)
                    .said("main", "Task2 completed", sum)
                    .said("main", SUCCEEDED, sum)
                    .total(sum)
                    .so(format!(
                        "{} for {} and {}",
                        time(p.total("sequential")),
                        time(task1),
                        time(task2)
                    ))
            },
        },
        Claim {
            id: "ends-with-the-last",
            says: "The group ends when its last task does.",
            scenes: &["taskgroup"],
            check: |p| {
                let Workers { task1, task2, .. } = workers(p.knobs);
                p.ask("taskgroup")
                    .apart(task1.max(task2), task1.min(task2))
                    .awaited("main", GROUP)
                    .ended("Task1", Outcome::Finished, task1)
                    .ended("Task2", Outcome::Finished, task2)
                    .said("main", SUCCEEDED, task1.max(task2))
                    .total(task1.max(task2))
                    .so(format!(
                        "{}, {}; main had both results at {}",
                        p.fate("taskgroup", "Task1"),
                        p.fate("taskgroup", "Task2"),
                        p.when_said("taskgroup", SUCCEEDED)
                    ))
            },
        },
        Claim {
            id: "failure-cancels-siblings",
            says: "The first failure cancels the siblings.",
            scenes: &["failure"],
            check: |p| {
                let Workers { fail_at, task2, .. } = workers(p.knobs);
                p.ask("failure")
                    .apart(task2, fail_at)
                    .unless(task2 < fail_at, done_before(task2))
                    .ended("Task1", Outcome::Failed, fail_at)
                    .said("Task2", "Task2 cancelled", fail_at)
                    .cancelled("Task2", "main", How::Group, fail_at)
                    .said("main", "main is done", after(fail_at).then(task2))
                    .so(format!(
                        "{}, {}, and main stayed until {}",
                        p.fate("failure", "Task1"),
                        p.fate("failure", "Task2"),
                        time(p.total("failure"))
                    ))
            },
        },
        Claim {
            id: "reports-after-all-ended",
            says: "The group reports only after every sibling has ended.",
            scenes: &["failure"],
            check: |p| {
                let steps = [
                    ("Task1 ended", p.end("failure", "Task1")),
                    ("Task2 ended", p.end("failure", "Task2")),
                    ("main reported", p.line("failure", "main", FAILED)),
                ];
                // Which of the two is the first does not matter.
                let [task1, task2, report] = steps;
                let Workers {
                    fail_at,
                    task2: takes,
                    ..
                } = workers(p.knobs);
                p.ask("failure")
                    .apart(takes, fail_at)
                    .unless(takes < fail_at, done_before(takes))
                    .awaited("main", GROUP)
                    .in_order([task1, report])
                    .in_order([task2, report])
                    .so(in_order(steps))
            },
        },
        Claim {
            id: "orphan-outlives-error",
            says: "Without a group the sibling outlives the error.",
            scenes: &["no-group"],
            check: |p| {
                let Workers { fail_at, task2, .. } = workers(p.knobs);
                p.ask("no-group")
                    .apart(task2, fail_at)
                    .unless(task2 < fail_at, done_before(task2))
                    .ended("Task1", Outcome::Failed, fail_at)
                    .said("main", FAILED, fail_at)
                    .said("Task2", "Task2 completed", task2)
                    .ended("Task2", Outcome::Finished, task2)
                    .so(format!(
                        "the error came at {}; {} all the same",
                        p.when_said("no-group", FAILED),
                        p.fate("no-group", "Task2")
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
