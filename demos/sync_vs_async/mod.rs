//! One after another, or together.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Erratum, Figure, Knob, Knobs, Measure, Plays, Scene, Twin,
    after, run, short, time,
};
use crate::trace::{LaneKind, Outcome};

const TASKS: Knob =
    Knob::count("tasks", (3, 1, 100_000), "How many tasks there are");
const DELAY: Knob = Knob::time("delay", "1s", "How long each of them waits");

fn tasks(k: &Knobs) -> (u32, Duration) {
    (k.count(&TASKS), k.time(&DELAY))
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "sync-vs-async",
    title: "one after another, or together",
    minutes: 8,
    knobs: &[TASKS, DELAY],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "sync",
            about: "each call blocks the thread until it is done",
            plays: Plays::Always,
            run: |k| run(demo::sync(k.count(&TASKS), k.time(&DELAY))),
        },
        Scene {
            name: "async",
            about: "each call gives the thread back while it waits",
            plays: Plays::Always,
            run: |k| run(demo::concurrent(k.count(&TASKS), k.time(&DELAY))),
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sync",
        scene: "async",
        gain: "was {} faster than",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "sync-adds-up",
            says: "Blocking calls add up: the total is tasks x delay.",
            scenes: &["sync"],
            check: |p| {
                let (tasks, delay) = tasks(p.knobs);
                let all = after(delay).times(tasks);
                let held = p.held("sync", "main");
                p.ask("sync")
                    .unless(tasks == 1, "one call adds up to nothing more")
                    .apart(all, delay)
                    .total(all)
                    .time("main holds the thread", Some(held), all)
                    .so(format!(
                        "{} for {tasks} x {}, and main held the thread for {}",
                        time(p.total("sync")),
                        time(delay),
                        time(held)
                    ))
            },
        },
        Claim {
            id: "async-overlaps",
            says: "Overlapping waits do not add up: the total is one delay.",
            scenes: &["async"],
            check: |p| {
                let (tasks, delay) = tasks(p.knobs);
                let (_, finished) = p.lanes("async", Outcome::Finished);
                p.ask("async")
                    .unless(tasks == 1, "one wait has nothing to overlap")
                    .apart(after(delay).times(tasks), delay)
                    .total(delay)
                    .is("tasks finished", finished, tasks)
                    .so(format!(
                        "{finished} tasks in {}, with a delay of {}",
                        time(p.total("async")),
                        time(delay)
                    ))
            },
        },
        Claim {
            id: "call-order",
            says: "The results come back in the order of the calls.",
            scenes: &["async"],
            check: |p| {
                let (tasks, _) = tasks(p.knobs);
                let expected: Vec<u32> = (1..=tasks).collect();
                // All of them end at the same moment, so whoever takes them as
                // they come has the same line to say, by chance.
                let awaited = p.awaited("async", "main");
                let calls = (1..=tasks).map(|n| format!("Task {n}"));
                let awry =
                    calls.zip(&awaited).find(|(call, task)| call != *task);
                let awry = awry.map_or("nowhere".to_owned(), |(call, task)| {
                    format!("{task} in the place of {call}")
                });
                let said = p.scene("async").lines_with("Results").next();
                let said =
                    said.map_or("nothing".to_owned(), |line| line.text.clone());
                p.ask("async")
                    .unless(tasks == 1, "one result has no order")
                    .is("main says", &said, format!("Results: {expected:?}"))
                    .is("results that main awaits", awaited.len(), tasks)
                    .is("where main leaves the order", awry, "nowhere")
                    .so(format!(
                        "main awaited {}, and said {:?}",
                        short(&awaited.join(", ")),
                        short(&said)
                    ))
            },
        },
        Claim {
            id: "one-thread",
            says: "No two tasks ever held the thread at once: concurrency, not parallelism.",
            scenes: &["async"],
            check: |p| {
                let (tasks, _) = tasks(p.knobs);
                let timeline = p.scene("async");
                let together = match timeline.collision {
                    Some((a, b)) => {
                        format!("{} and {}", timeline.name(a), timeline.name(b))
                    }
                    None => "nobody".to_owned(),
                };
                let lanes = timeline.lanes.iter();
                let threads =
                    lanes.filter(|lane| lane.kind == LaneKind::Thread).count();
                let peak = timeline.peak_concurrency();
                p.ask("async")
                    .on_one_thread()
                    .unless(tasks == 1, "one task shares with nobody")
                    .is("who held the thread together", &together, "nobody")
                    .is("threads beside the loop's", threads, 0)
                    .is("tasks alive at once", peak, tasks)
                    .so(format!(
                        "{peak} tasks alive at once; {together} held the \
                         thread together"
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
        errata: &[Erratum {
            scene: "article",
            says: &[
                "0s main: time.time: adjustable",
                "0s main: time.perf_counter: monotonic",
            ],
        }],
    },
};
