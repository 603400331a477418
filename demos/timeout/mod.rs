//! No wait without a limit.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Fork, Knob, Knobs, Measure, Parting,
    Plays, Scene, Twin, run, time,
};
use crate::trace::Outcome;

const LIMIT: Knob = Knob::time("limit", "1s", "How long main waits at most");
const WORK: Knob = Knob::time("work", "1h", "How long the work takes");

const TIMED_OUT: &str = "Task timed out and was cancelled";

/// Why a claim about a timeout says nothing at these knobs, if it does not.
fn no_timeout(k: &Knobs) -> Option<Finding> {
    let (limit, work) = (k.time(&LIMIT), k.time(&WORK));
    (work <= limit).then(|| {
        Finding::Moot(format!(
            "the work takes {}, within the limit of {}",
            time(work),
            time(limit)
        ))
    })
}

/// Two timers are due in the same millisecond.
const TIE: &str = "Two timers are due in the same millisecond, and the two worlds \
                   look at them in another order; either is right.";

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "timeout",
    title: "no wait without a limit",
    minutes: 6,
    knobs: &[LIMIT, WORK],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "no-limit",
            about: "wait for as long as it takes",
            plays: Plays::AlwaysVirtual,
            run: |k| run(demo::no_limit(k.time(&WORK))),
        },
        Scene {
            name: "wait_for",
            about: "the same wait, with a limit",
            plays: Plays::Always,
            run: |k| run(demo::wait_for(k.time(&LIMIT), k.time(&WORK))),
        },
        Scene {
            name: "timeout-block",
            about: "one deadline over two waits",
            plays: Plays::WhenAsked,
            run: |k| run(demo::timeout_block(k.time(&LIMIT))),
        },
        Scene {
            name: "in-time",
            about: "the work is done before the limit",
            plays: Plays::WhenAsked,
            run: |k| run(demo::in_time(k.time(&LIMIT))),
        },
        Scene {
            name: "blocking",
            about: "what goes wrong: the work blocks the thread",
            plays: Plays::WhenAsked,
            run: |k| run(demo::blocking(k.time(&LIMIT))),
        },
    ],
    measure: Measure {
        what: "time until main goes on",
        baseline: "no-limit",
        scene: "wait_for",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "waits-forever",
            says: "Without a limit, main waits for as long as the work takes.",
            scenes: &["no-limit"],
            check: |p| {
                let total = p.total("no-limit");
                Finding::when(
                    p.near("no-limit", total, p.knobs.time(&WORK)),
                    format!("main went on after {}", time(total)),
                )
            },
        },
        Claim {
            id: "ends-at-the-limit",
            says: "With a limit, the wait ends there.",
            scenes: &["wait_for"],
            check: |p| {
                no_timeout(p.knobs).unwrap_or_else(|| {
                    Finding::when(
                        p.said_at("wait_for", TIMED_OUT, p.knobs.time(&LIMIT)),
                        format!(
                            "main was told at {}",
                            p.when_said("wait_for", TIMED_OUT)
                        ),
                    )
                })
            },
        },
        Claim {
            id: "work-is-cancelled",
            says: "The work is cancelled, not left running.",
            scenes: &["wait_for"],
            check: |p| {
                no_timeout(p.knobs).unwrap_or_else(|| {
                    let limit = p.knobs.time(&LIMIT);
                    Finding::when(
                        p.ended_at(
                            "wait_for",
                            "eternity",
                            Outcome::Cancelled,
                            limit,
                        ) && p
                            .scene("wait_for")
                            .said("This will never be seen")
                            .is_none(),
                        p.fate("wait_for", "eternity"),
                    )
                })
            },
        },
        Claim {
            id: "deadline-covers-all",
            says: "One deadline covers every await inside.",
            scenes: &["timeout-block"],
            check: |p| {
                let limit = p.knobs.time(&LIMIT);
                let timeline = p.scene("timeout-block");
                // Tokio's timers round up to whole milliseconds.
                let step =
                    timeline.said("step 1 done").unwrap_or(Duration::MAX);
                Finding::when(
                    step <= limit
                        && timeline.said("step 2 done").is_none()
                        && p.said_at("timeout-block", TIMED_OUT, limit),
                    format!(
                        "step 1 done at {}, cancelled in the second wait at {}",
                        p.when_said("timeout-block", "step 1 done"),
                        p.when_said("timeout-block", TIMED_OUT)
                    ),
                )
            },
        },
        Claim {
            id: "in-time-is-left-alone",
            says: "Work that is done in time is left alone.",
            scenes: &["in-time"],
            check: |p| {
                let timeline = p.scene("in-time");
                let finished = timeline.said("work finished in time");
                let outcome =
                    timeline.lane("work").and_then(|lane| lane.outcome());
                Finding::when(
                    finished.is_some_and(|at| at <= p.knobs.time(&LIMIT))
                        && outcome == Some(Outcome::Finished),
                    p.fate("in-time", "work"),
                )
            },
        },
        Claim {
            id: "blocking-cannot-be-timed-out",
            says: "Blocking code cannot be timed out: the late result is what comes back.",
            scenes: &["blocking"],
            check: |p| {
                let late = p.knobs.time(&LIMIT) * 2;
                let got = "Got: the late result";
                Finding::when(
                    p.said_at("blocking", got, late)
                        && p.ended_at(
                            "blocking",
                            "work",
                            Outcome::Finished,
                            late,
                        ),
                    format!(
                        "the limit was {}, the result came at {}",
                        time(p.knobs.time(&LIMIT)),
                        p.when_said("blocking", got)
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
        partings: &[
            Parting {
                scene: "wait_for",
                why: TIE,
                first: |k| {
                    (k.time(&LIMIT) == k.time(&WORK)).then(|| {
                        Fork::new(
                            "eternity: This will never be seen",
                            "eternity cancelled",
                        )
                    })
                },
            },
            // Both round up to whole milliseconds, which makes a tie of a
            // limit as short as these.
            Parting {
                scene: "timeout-block",
                why: TIE,
                first: |k| {
                    (k.time(&LIMIT).as_millis() <= 2).then(|| {
                        Fork::new(
                            "main: step 1 done",
                            "main: Task timed out and was cancelled",
                        )
                    })
                },
            },
            Parting {
                scene: "in-time",
                why: TIE,
                first: |k| {
                    (k.time(&LIMIT).as_millis() <= 1).then(|| {
                        Fork::new(
                            "work: work finished in time",
                            "work cancelled",
                        )
                    })
                },
            },
        ],
        errata: &[],
    },
};
