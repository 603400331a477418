//! Stop waiting early, and know who is still pending.

mod demo;

use std::time::Duration;

use crate::chapter::{
    AT_ONCE, Chapter, Check, Claim, Due, Erratum, Figure, Fork, Knob, Knobs,
    Measure, Parting, Played, Plays, Scene, Twin, run, time,
};
use crate::system::usage::Usage;
use crate::timeline::{Lane, Timeline};
use crate::trace::{How, Outcome};

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

/// How many main reported done, and how many pending.
fn counts(p: &Played, scene: &str) -> Option<(u32, u32)> {
    let line = p.scene(scene).lines_with("Completed: ").next()?;
    let counts = line.text.strip_prefix("Completed: ")?;
    let (done, pending) = counts.split_once("; still pending: ")?;
    Some((done.parse().ok()?, pending.parse().ok()?))
}

/// What main reported, and when, in words.
fn report(p: &Played, scene: &str) -> String {
    let line = p.scene(scene).lines_with("Completed: ").next();
    line.map_or("nothing".to_owned(), |line| {
        format!("{:?} at {}", line.text, time(line.at))
    })
}

/// Why most of this says nothing of a single worker.
const ALONE: &str = "there is only one worker";

/// Begins to check that main stopped waiting at this time, and had then as
/// many done and pending as there should be.
fn reported<'a>(
    p: &'a Played,
    scene: &'static str,
    until: Duration,
) -> Check<'a> {
    let (second, limit) = (second(p.knobs), p.knobs.time(&TIMEOUT));
    let workers = p.knobs.count(&WORKERS);
    let mut check = p.ask(scene).unless(workers == 1, ALONE);
    // Nobody may be done in the moment of the timeout, as long as main waits,
    // or the two cannot be told apart.
    for done in (1..=workers).map(|i| second * i) {
        if done <= until || until == limit {
            check = check.apart(done, limit);
        }
    }
    let done = (1..=workers).filter(|i| second * *i <= until).count();
    let pending = workers as usize - done;
    let line = format!("Completed: {done}; still pending: {pending}");
    let timers = p.timers(scene, "main");
    let longest = timers.iter().max().copied();
    check.said("main", &line, until).that(
        "main's limit",
        timers.contains(&limit),
        longest.map_or("none".to_owned(), time),
        time(limit),
    )
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
        format!("worker {i} cancelled as main ended"),
        format!("worker {i}: worker {i} done"),
    )
}

/// When main goes on, but where it has nothing in hand then: to give up sooner
/// is no gain.
fn total(timeline: &Timeline) -> Option<Duration> {
    let in_vain = timeline.lines_with("Completed: 0;").next();
    in_vain.is_none().then_some(timeline.total)
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "wait",
    title: "stop waiting early, and know who is still pending",
    minutes: 12,
    knobs: &[WORKERS, TIMEOUT, FAIL],
    check: |k| {
        let (workers, fail) = (k.count(&WORKERS), k.count(&FAIL));
        if fail > workers {
            return Err(Usage::new(
                format!("--fail {fail}: there is no such worker"),
                format!("give one from 1 to {workers}, or more --workers"),
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
        gain: "let main go on {} sooner than",
        figure: Figure::Time(total),
    },
    claims: &[
        Claim {
            id: "one-after-the-other",
            says: "One after the other, every wait counts.",
            scenes: &["sequential"],
            check: |p| {
                let workers = p.knobs.count(&WORKERS);
                let second = second(p.knobs);
                let each = (1..=workers).map(|i| second * i);
                let sum = each.fold(AT_ONCE, Due::then);
                let last = format!("worker {workers} done");
                p.ask("sequential")
                    .unless(workers == 1, ALONE)
                    .apart(sum, second * workers)
                    .said("main", &last, sum)
                    .total(sum)
                    .so(format!(
                        "{last} at {}, the total is {}",
                        p.when_said("sequential", &last),
                        time(p.total("sequential"))
                    ))
            },
        },
        Claim {
            id: "whichever-comes-first",
            says: "FIRST_COMPLETED returns at the first completion or at the timeout, whichever comes first.",
            scenes: &["first_completed"],
            check: |p| {
                let (second, limit) = (second(p.knobs), p.knobs.time(&TIMEOUT));
                reported(p, "first_completed", second.min(limit))
                    .so(report(p, "first_completed"))
            },
        },
        Claim {
            id: "done-and-pending",
            says: "Done and pending together are all the tasks, and the pending ones end with main.",
            scenes: &["first_completed"],
            check: |p| {
                let scene = "first_completed";
                let (second, limit) = (second(p.knobs), p.knobs.time(&TIMEOUT));
                let (lanes, finished) = p.lanes(scene, Outcome::Finished);
                let by_end = |lane: &&Lane| {
                    p.culprit(scene, &lane.name)
                        == Some(("main", How::Shutdown))
                };
                let lanes_with_main = p.scene(scene).lanes.iter();
                let ended_with_main = lanes_with_main.filter(by_end).count();
                let said = counts(p, scene);
                let (done, pending) = said.unwrap_or_default();
                let workers = p.knobs.count(&WORKERS);
                reported(p, scene, second.min(limit))
                    .is("tasks", lanes, workers)
                    .is("done and pending", done + pending, workers)
                    .is("tasks that finished", finished, done)
                    .is("tasks that ended with main", ended_with_main, pending)
                    .so(format!(
                        "{done} done + {pending} pending; at the end \
                         {finished} finished, {ended_with_main} ended with main"
                    ))
            },
        },
        Claim {
            id: "all-or-timeout",
            says: "ALL_COMPLETED returns at the last completion or at the timeout, whichever comes first.",
            scenes: &["all_completed"],
            check: |p| {
                let last = second(p.knobs) * p.knobs.count(&WORKERS);
                let until = last.min(p.knobs.time(&TIMEOUT));
                reported(p, "all_completed", until)
                    .so(report(p, "all_completed"))
            },
        },
        Claim {
            id: "exception-or-timeout",
            says: "FIRST_EXCEPTION returns at the first failure, when all are done or at the timeout, whichever comes first.",
            scenes: &["first_exception"],
            check: |p| {
                let scene = "first_exception";
                let fail = p.knobs.count(&FAIL);
                let failure = second(p.knobs) * fail;
                let limit = p.knobs.time(&TIMEOUT);
                let mut check = reported(p, scene, failure.min(limit)).unless(
                    fail == 1 && failure < limit,
                    "the first to end is the one that fails",
                );
                let worker = format!("worker {fail}");
                if failure < limit {
                    check = check.ended(&worker, Outcome::Failed, failure);
                }
                check.so(format!(
                    "{}; main said {}",
                    p.fate(scene, &worker),
                    report(p, scene)
                ))
            },
        },
        Claim {
            id: "cancels-nobody",
            says: "wait cancels nobody: as long as main stays, the pending tasks finish.",
            scenes: &["left-running"],
            check: |p| {
                let scene = "left-running";
                let (second, limit) = (second(p.knobs), p.knobs.time(&TIMEOUT));
                let workers = p.knobs.count(&WORKERS);
                let mut check = reported(p, scene, second.min(limit));
                for i in 1..=workers {
                    let name = format!("worker {i}");
                    check = check.ended(&name, Outcome::Finished, second * i);
                }
                let (_, finished) = p.lanes(scene, Outcome::Finished);
                check.so(format!(
                    "main said {}; {finished} of {workers} finished, the last \
                     at {}",
                    report(p, scene),
                    time(p.total(scene))
                ))
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
