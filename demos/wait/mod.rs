//! Stop waiting early, and know who is still pending.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Erratum, Figure, Finding, Fork, Knob, Knobs, Measure,
    Parting, Played, Plays, Scene, Twin, run, time,
};
use crate::trace::Outcome;

const WORKERS: Knob = Knob::count(
    "workers",
    (4, 1, 100),
    "How many workers; worker i takes i seconds",
);
const TIMEOUT: Knob =
    Knob::time("timeout", "2500ms", "How long main waits at most");
const FAIL: Knob = Knob::count(
    "fail",
    (2, 1, 100),
    "The worker that fails, in first_exception",
);

/// The unit that the workers count in: a second of the article.
fn second(k: &Knobs) -> Duration {
    k.seconds(1.0)
}

/// What main reported of a scene: when, how many were done, how many pending.
fn report(p: &Played, scene: &str) -> Option<(Duration, u32, u32)> {
    let line = p.scene(scene).lines_with("Completed: ").next()?;
    let counts = line.text.strip_prefix("Completed: ")?;
    let (done, pending) = counts.split_once("; still pending: ")?;
    Some((line.at, done.parse().ok()?, pending.parse().ok()?))
}

/// Whether a scene reported when it should, and that all tasks are accounted
/// for.
fn reported(p: &Played, scene: &str, expected: Duration) -> Finding {
    let workers = p.knobs.count(&WORKERS);
    match report(p, scene) {
        Some((at, done, pending)) => Finding::when(
            p.near(scene, at, expected) && done + pending == workers,
            format!("{done} done and {pending} pending at {}", time(at)),
        ),
        None => Finding::Broken("main reported nothing".to_owned()),
    }
}

/// Why the two worlds part where the timeout is a worker's own time.
const TIE: &str = "A worker is done in the same millisecond in which the wait \
                   times out: tokio drops it there, asyncio lets it finish \
                   its turn; either is right.";

/// The worker that is done in the very millisecond in which main stops
/// waiting, if that is one of the first `waited_for`.
fn tie(k: &Knobs, waited_for: u32) -> Option<u32> {
    let (second, limit) = (second(k), k.time(&TIMEOUT));
    (1..=waited_for).find(|i| second * *i == limit)
}

/// What the two worlds do with the worker of a tie.
fn done_or_dropped(i: u32) -> Fork {
    Fork::new(
        format!("worker {i} cancelled"),
        format!("worker {i}: worker {i} done"),
    )
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "wait",
    title: "stop waiting early, and know who is still pending",
    minutes: 8,
    knobs: &[WORKERS, TIMEOUT, FAIL],
    check: |k| {
        let (workers, fail) = (k.count(&WORKERS), k.count(&FAIL));
        if fail > workers {
            return Err(format!(
                "--fail {fail}: there is no such worker; give one from 1 to {workers}, \
                 or more --workers"
            ));
        }
        Ok(())
    },
    scenes: &[
        Scene {
            name: "sequential",
            about: "one worker after the other",
            plays: Plays::Always,
            run: |k| run(demo::sequential(k.count(&WORKERS), second(k))),
        },
        Scene {
            name: "first_completed",
            about: "until the first is done, or the limit is reached",
            plays: Plays::Always,
            run: |k| {
                run(demo::first_completed(
                    k.count(&WORKERS),
                    second(k),
                    k.time(&TIMEOUT),
                ))
            },
        },
        Scene {
            name: "all_completed",
            about: "until all are done, or the limit is reached",
            plays: Plays::WhenAsked,
            run: |k| {
                run(demo::all_completed(
                    k.count(&WORKERS),
                    second(k),
                    k.time(&TIMEOUT),
                ))
            },
        },
        Scene {
            name: "first_exception",
            about: "until one fails, or the limit is reached",
            plays: Plays::WhenAsked,
            run: |k| {
                run(demo::first_exception(
                    k.count(&WORKERS),
                    k.count(&FAIL),
                    second(k),
                    k.time(&TIMEOUT),
                ))
            },
        },
        Scene {
            name: "left-running",
            about: "as first_completed, but main stays",
            plays: Plays::WhenAsked,
            run: |k| {
                run(demo::left_running(
                    k.count(&WORKERS),
                    second(k),
                    k.time(&TIMEOUT),
                ))
            },
        },
    ],
    measure: Measure {
        what: "time until main goes on",
        baseline: "sequential",
        scene: "first_completed",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "one-after-the-other",
            says: "One after the other, every wait counts.",
            scenes: &["sequential"],
            check: |p| {
                let workers = p.knobs.count(&WORKERS);
                let total = p.total("sequential");
                Finding::when(
                    p.near(
                        "sequential",
                        total,
                        second(p.knobs) * (workers * (workers + 1) / 2),
                    ),
                    format!("{} for {workers} workers", time(total)),
                )
            },
        },
        Claim {
            id: "whichever-comes-first",
            says: "FIRST_COMPLETED returns at the first completion or at the timeout, whichever comes first.",
            scenes: &["first_completed"],
            check: |p| {
                let (second, limit) = (second(p.knobs), p.knobs.time(&TIMEOUT));
                reported(p, "first_completed", second.min(limit))
            },
        },
        Claim {
            id: "done-and-pending",
            says: "Done and pending together are all the tasks, and the pending ones end with main.",
            scenes: &["first_completed"],
            check: |p| {
                let timeline = p.scene("first_completed");
                let ended = |outcome| {
                    let lanes = timeline.lanes.iter().skip(1);
                    lanes.filter(|lane| lane.outcome() == Some(outcome)).count()
                };
                let (finished, cancelled) =
                    (ended(Outcome::Finished), ended(Outcome::Cancelled));
                match report(p, "first_completed") {
                    Some((_, done, pending)) => Finding::when(
                        done + pending == p.knobs.count(&WORKERS)
                            && cancelled <= pending as usize
                            && finished + cancelled
                                == (done + pending) as usize,
                        format!(
                            "{done} done + {pending} pending; at the end {finished} finished, \
                             {cancelled} cancelled"
                        ),
                    ),
                    None => Finding::Broken("main reported nothing".to_owned()),
                }
            },
        },
        Claim {
            id: "all-or-timeout",
            says: "ALL_COMPLETED returns at the last completion or at the timeout, whichever comes first.",
            scenes: &["all_completed"],
            check: |p| {
                let last = second(p.knobs) * p.knobs.count(&WORKERS);
                reported(p, "all_completed", last.min(p.knobs.time(&TIMEOUT)))
            },
        },
        Claim {
            id: "exception-or-timeout",
            says: "FIRST_EXCEPTION returns at the first failure or at the timeout, whichever comes first.",
            scenes: &["first_exception"],
            check: |p| {
                let failure = second(p.knobs) * p.knobs.count(&FAIL);
                reported(
                    p,
                    "first_exception",
                    failure.min(p.knobs.time(&TIMEOUT)),
                )
            },
        },
        Claim {
            id: "cancels-nobody",
            says: "wait cancels nobody: as long as main stays, the pending tasks finish.",
            scenes: &["left-running"],
            check: |p| {
                let second = second(p.knobs);
                let workers = p.knobs.count(&WORKERS);
                let finished = |i: &u32| {
                    let name = format!("worker {i}");
                    p.ended_at(
                        "left-running",
                        &name,
                        Outcome::Finished,
                        second * *i,
                    )
                };
                let count = (1..=workers).filter(finished).count();
                Finding::when(
                    count == workers as usize,
                    format!(
                        "main reported at {}; {count} of {workers} finished on time, the last at {}",
                        report(p, "left-running")
                            .map_or("no time".to_owned(), |(at, ..)| time(at)),
                        time(p.total("left-running"))
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
                scene: "first_completed",
                why: TIE,
                first: |k| tie(k, 1).map(done_or_dropped),
            },
            Parting {
                scene: "all_completed",
                why: TIE,
                first: |k| tie(k, k.count(&WORKERS)).map(done_or_dropped),
            },
            Parting {
                scene: "first_exception",
                why: TIE,
                first: |k| {
                    let fail = k.count(&FAIL);
                    let i = tie(k, fail)?;
                    let mut fork = done_or_dropped(i);
                    if i == fail {
                        fork.cpython =
                            format!("worker {i} failed: worker {i} failed");
                    }
                    Some(fork)
                },
            },
        ],
        errata: &[Erratum {
            scene: "article",
            says: &["0s main: TypeError: Passing coroutines is forbidden, \
                     use tasks explicitly."],
        }],
    },
};
