//! One after another, or together.

mod demo;

use crate::chapter::{
    Chapter, Claim, Erratum, Figure, Finding, Knob, Measure, Plays, Scene,
    Twin, run, time,
};

const TASKS: Knob =
    Knob::count("tasks", (3, 1, 1000), "How many tasks there are");
const DELAY: Knob = Knob::time("delay", "1s", "How long each of them waits");

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "sync-vs-async",
    title: "one after another, or together",
    minutes: 5,
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
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "sync-adds-up",
            says: "Blocking calls add up: the total is tasks x delay.",
            scenes: &["sync"],
            check: |p| {
                let (tasks, delay) =
                    (p.knobs.count(&TASKS), p.knobs.time(&DELAY));
                let total = p.total("sync");
                Finding::when(
                    p.near("sync", total, delay * tasks),
                    format!("{} for {tasks} x {}", time(total), time(delay)),
                )
            },
        },
        Claim {
            id: "async-overlaps",
            says: "Overlapping waits do not add up: the total is one delay.",
            scenes: &["async"],
            check: |p| {
                let delay = p.knobs.time(&DELAY);
                let total = p.total("async");
                Finding::when(
                    p.near("async", total, delay),
                    format!("{} with a delay of {}", time(total), time(delay)),
                )
            },
        },
        Claim {
            id: "call-order",
            says: "The results come back in the order of the calls.",
            scenes: &["async"],
            check: |p| {
                let expected: Vec<u32> = (1..=p.knobs.count(&TASKS)).collect();
                let line = format!("Results: {expected:?}");
                let said = p.scene("async").lines_with("Results").next();
                match said {
                    Some(said) => Finding::when(
                        said.text == line,
                        format!("main said {:?}", said.text),
                    ),
                    None => {
                        Finding::Broken("main reported no results".to_owned())
                    }
                }
            },
        },
        Claim {
            id: "one-thread",
            says: "No two tasks ever held the thread at once: concurrency, not parallelism.",
            scenes: &["async"],
            check: |p| {
                let timeline = p.scene("async");
                match timeline.collision {
                    Some((a, b)) => Finding::Broken(format!(
                        "{} and {} held it together",
                        timeline.name(a),
                        timeline.name(b)
                    )),
                    None => Finding::when(
                        timeline.peak_concurrency()
                            == p.knobs.count(&TASKS) as usize,
                        format!(
                            "{} tasks in flight, each turn on the thread by itself",
                            timeline.peak_concurrency()
                        ),
                    ),
                }
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
