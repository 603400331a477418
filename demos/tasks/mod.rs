//! `create_task` schedules it, `await` collects it.

mod demo;

use std::time::Duration;

use crate::chapter::{
    AT_ONCE, Chapter, Claim, Erratum, Figure, Knob, Knobs, Measure, Plays,
    Scene, Twin, after, in_order, run, time,
};
use crate::trace::{How, LaneKind};

const HELLO: Knob = Knob::time("hello", "1s", "How long Hello waits");
const WORLD: Knob = Knob::time("world", "2s", "How long World waits");

const CREATED: &str = "Tasks created, main continues...";

fn waits(k: &Knobs) -> (Duration, Duration) {
    (k.time(&HELLO), k.time(&WORLD))
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "tasks",
    title: "create_task schedules it, await collects it",
    minutes: 9,
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
            about: "make tasks of both, collect them later",
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
        gain: "was {} faster than",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "await-is-sequential",
            says: "Awaiting one call and then the other overlaps nothing: the total is the sum.",
            scenes: &["sequential"],
            check: |p| {
                let (hello, world) = waits(p.knobs);
                let sum = after(hello).then(world);
                p.ask("sequential")
                    .apart(sum, hello.max(world))
                    .said("main", "Hello", hello)
                    .said("main", "World", sum)
                    .total(sum)
                    .so(format!(
                        "{} = {} + {}",
                        time(p.total("sequential")),
                        time(hello),
                        time(world)
                    ))
            },
        },
        Claim {
            id: "spawn-does-not-wait",
            says: "Creating a task does not wait for it.",
            scenes: &["create_task"],
            check: |p| {
                let (hello, world) = waits(p.knobs);
                let scene = "create_task";
                p.ask(scene)
                    .is_a("Hello", LaneKind::Task)
                    .is_a("World", LaneKind::Task)
                    .in_order([
                        ("Hello was created", p.spawn(scene, "Hello")),
                        ("World was created", p.spawn(scene, "World")),
                        ("main went on", p.line(scene, "main", CREATED)),
                        ("main gave way", p.first_pend(scene, "main")),
                        ("Hello ended", p.end(scene, "Hello")),
                    ])
                    .apart(hello.min(world), AT_ONCE)
                    .said("main", CREATED, AT_ONCE)
                    .so(format!(
                        "main went on at {}; {}, {}",
                        p.when_said("create_task", CREATED),
                        p.fate("create_task", "Hello"),
                        p.fate("create_task", "World")
                    ))
            },
        },
        Claim {
            id: "longest-not-sum",
            says: "The total is the longest wait, not the sum.",
            scenes: &["create_task"],
            check: |p| {
                let (hello, world) = waits(p.knobs);
                let longest = hello.max(world);
                p.ask("create_task")
                    .apart(after(hello).then(world), longest)
                    .said("Hello", "Hello", hello)
                    .said("World", "World", world)
                    .total(longest)
                    .so(format!(
                        "{} for {} and {}",
                        time(p.total("create_task")),
                        time(hello),
                        time(world)
                    ))
            },
        },
        Claim {
            id: "first-turn-at-await",
            says: "On one thread a task gets its first turn only when main awaits.",
            scenes: &["create_task"],
            check: |p| {
                let scene = "create_task";
                let steps = [
                    ("main said its line", p.line(scene, "main", CREATED)),
                    ("main gave way", p.first_pend(scene, "main")),
                    ("Hello had its first turn", p.first_poll(scene, "Hello")),
                    ("World had its first turn", p.first_poll(scene, "World")),
                ];
                p.ask(scene)
                    .on_one_thread()
                    .in_order(steps)
                    .so(in_order(steps))
            },
        },
        Claim {
            id: "dropped-handle-detaches",
            says: "A dropped handle does not stop its task (tokio detaches it, CPython keeps a weak reference); the end of main does.",
            scenes: &["dropped"],
            check: |p| {
                let (hello, world) = waits(p.knobs);
                let polls = p.polls("dropped", "World");
                let check = p
                    .ask("dropped")
                    .apart(hello, world)
                    .unless(
                        world < hello,
                        "World is done before main ends, which so stops nobody",
                    )
                    .said("main", "main is done", hello)
                    .that("World is polled", polls > 0, polls, "at least once")
                    .never_said("World")
                    .cancelled("World", "main", How::Shutdown, hello);
                let often = match polls {
                    1 => "once".to_owned(),
                    polls => format!("{polls} times"),
                };
                check.so(format!(
                    "{}, polled {often} after its handle was dropped; {}",
                    p.fate("dropped", "World"),
                    p.fate("dropped", "main")
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
            says: &["2s World: World", "3s main: main is done"],
        }],
    },
};
