//! `create_task` starts it now, `await` collects it later.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Erratum, Figure, Finding, Knob, Measure, Plays, Scene,
    Twin, in_order, run, time,
};
use crate::trace::{Outcome, What};

const HELLO: Knob = Knob::time("hello", "1s", "How long Hello waits");
const WORLD: Knob = Knob::time("world", "2s", "How long World waits");

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "tasks",
    title: "create_task starts it now, await collects it later",
    minutes: 5,
    knobs: &[HELLO, WORLD],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "sequential",
            about: "await one call, then the other",
            plays: Plays::Always,
            run: |k| run(demo::sequential(k.time(&HELLO), k.time(&WORLD))),
        },
        Scene {
            name: "create_task",
            about: "start both as tasks, collect them later",
            plays: Plays::Always,
            run: |k| run(demo::create_task(k.time(&HELLO), k.time(&WORLD))),
        },
        Scene {
            name: "dropped",
            about: "throw the handle of World away",
            plays: Plays::WhenAsked,
            run: |k| run(demo::dropped(k.time(&HELLO), k.time(&WORLD))),
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sequential",
        scene: "create_task",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "await-is-sequential",
            says: "Awaiting one call and then the other overlaps nothing: the total is the sum.",
            scenes: &["sequential"],
            check: |p| {
                let (hello, world) =
                    (p.knobs.time(&HELLO), p.knobs.time(&WORLD));
                let total = p.total("sequential");
                Finding::when(
                    p.near("sequential", total, hello + world),
                    format!(
                        "{} = {} + {}",
                        time(total),
                        time(hello),
                        time(world)
                    ),
                )
            },
        },
        Claim {
            id: "spawn-does-not-wait",
            says: "Creating a task does not wait for it.",
            scenes: &["create_task"],
            check: |p| {
                let text = "Tasks created, main continues...";
                Finding::when(
                    p.said_at("create_task", text, Duration::ZERO),
                    format!(
                        "main went on at {}",
                        p.when_said("create_task", text)
                    ),
                )
            },
        },
        Claim {
            id: "longest-not-sum",
            says: "The total is the longest wait, not the sum.",
            scenes: &["create_task"],
            check: |p| {
                let (hello, world) =
                    (p.knobs.time(&HELLO), p.knobs.time(&WORLD));
                let total = p.total("create_task");
                Finding::when(
                    p.near("create_task", total, hello.max(world)),
                    format!(
                        "{} of {} + {}",
                        time(total),
                        time(hello),
                        time(world)
                    ),
                )
            },
        },
        Claim {
            id: "first-turn-at-await",
            says: "A task gets its first turn only when main awaits.",
            scenes: &["create_task"],
            check: |p| {
                let trace = p.trace("create_task");
                let gave_way =
                    trace.first(0, |what| matches!(what, What::Pend { .. }));
                let first_turn = |lane| {
                    trace.first(lane, |what| matches!(what, What::Poll { .. }))
                };
                match (gave_way, first_turn(1), first_turn(2)) {
                    (Some(main), Some(hello), Some(world)) => Finding::when(
                        main < hello && main < world,
                        in_order(&mut [
                            (main, "main gave way"),
                            (hello, "Hello had its first turn"),
                            (world, "World had its first turn"),
                        ]),
                    ),
                    _ => Finding::Broken("a task never got a turn".to_owned()),
                }
            },
        },
        Claim {
            id: "dropped-handle-detaches",
            says: "A dropped handle does not stop its task (tokio detaches it, CPython keeps a weak reference); the end of main does.",
            scenes: &["dropped"],
            check: |p| {
                let (hello, world) =
                    (p.knobs.time(&HELLO), p.knobs.time(&WORLD));
                let timeline = p.scene("dropped");
                let Some(lane) = timeline.lane("World") else {
                    return Finding::Broken(
                        "World was never spawned".to_owned(),
                    );
                };
                let expected = if world <= hello {
                    Outcome::Finished
                } else {
                    Outcome::Cancelled
                };
                let said = timeline.said("World").is_some();
                Finding::when(
                    !lane.polls.is_empty()
                        && lane.outcome() == Some(expected)
                        && said == (expected == Outcome::Finished),
                    format!(
                        "{}, {} turns on the thread after its handle was dropped",
                        p.fate("dropped", "World"),
                        lane.polls.len()
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
        errata: &[Erratum {
            scene: "article",
            says: &["2s World: World", "3s main: main is done"],
        }],
    },
};
