//! Each mistake beside its cure.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Fork, Knob, Knobs, Measure, Parting,
    Played, Plays, Scene, Twin, run, time,
};
use crate::timeline::{Lane, Span, Timeline};
use crate::trace::{LaneKind, Outcome};

const BLOCK: Knob = Knob::time("block", "2s", "How long the call blocks");
const HEARTBEAT: Knob =
    Knob::time("heartbeat", "400ms", "How often the heartbeat ticks");
const TASKS: Knob = Knob::count(
    "tasks",
    (100, 1, 1000),
    "How many tasks ask for the resource",
);
const CAPACITY: Knob = Knob::count(
    "capacity",
    (10, 1, 1000),
    "How many of them it serves at a time",
);
const DELAY: Knob =
    Knob::time("delay", "1s", "How long serving takes, and saving");

/// More ticks than anybody reads, and few enough to record.
const MOST_TICKS: u128 = 10_000;

const SAVED: &str = "Data saved";

/// When the blocking call is made: after two beats and a half.
fn call_at(k: &Knobs) -> Duration {
    k.time(&HEARTBEAT) * 5 / 2
}

/// Why a claim about a missed beat says nothing at these knobs, if it does
/// not.
fn misses_no_beat(k: &Knobs) -> Option<Finding> {
    let (block, every) = (k.time(&BLOCK), k.time(&HEARTBEAT));
    (block <= every).then(|| {
        Finding::Moot(format!(
            "a block of {} is not longer than a beat of {}",
            time(block),
            time(every)
        ))
    })
}

/// Why a claim about being refused says nothing at these knobs, if it does
/// not.
fn room_for_all(k: &Knobs) -> Option<Finding> {
    let (tasks, capacity) = (k.count(&TASKS), k.count(&CAPACITY));
    (tasks <= capacity).then(|| {
        Finding::Moot(format!("there is room for {capacity}, and {tasks} ask"))
    })
}

/// The longest time that the heart was not heard.
fn silence(timeline: &Timeline) -> Option<Span> {
    timeline.longest_silence("heartbeat")
}

/// The longest time that a lane of this kind kept its thread.
fn longest_hold(
    timeline: &Timeline,
    name: &str,
    kind: LaneKind,
) -> Option<Span> {
    let lane = timeline.lane(name).filter(|lane| lane.kind == kind)?;
    lane.holds().max_by_key(|span| span.length())
}

/// The tasks that ended in this way.
fn ended(timeline: &Timeline, outcome: Outcome) -> impl Iterator<Item = &Lane> {
    let tasks = timeline.lanes.iter().skip(1);
    tasks.filter(move |lane| lane.outcome() == Some(outcome))
}

/// How many tasks were served at once, at most.
fn most_served(timeline: &Timeline) -> u32 {
    let waits = timeline.lanes.iter().flat_map(|lane| &lane.waits);
    let mut changes: Vec<(Duration, i32)> = Vec::new();
    for wait in waits {
        changes.push((wait.from, 1));
        changes.extend(wait.to.map(|to| (to, -1)));
    }
    // Ends before beginnings: who takes over a place does not add to it.
    changes.sort();
    let mut now = 0;
    let counts = changes.iter().map(|(_, change)| {
        now += change;
        now
    });
    counts.max().unwrap_or(0).unsigned_abs()
}

/// Whether the lane `save` said its line at that moment, and ended.
fn saved(p: &Played, scene: &str, at: Duration) -> bool {
    p.said_at(scene, SAVED, at)
        && p.ended_at(scene, "save", Outcome::Finished, at)
}

/// Whether the lane `save` ended at that moment without having said its line.
fn lost(p: &Played, scene: &str, at: Duration) -> bool {
    p.scene(scene).said(SAVED).is_none()
        && p.ended_at(scene, "save", Outcome::Cancelled, at)
}

/// How often the lane `save` was given the thread.
fn turns(p: &Played, scene: &str) -> usize {
    let lane = p.scene(scene).lane("save");
    lane.map_or(0, |lane| lane.polls.len())
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "pitfalls",
    title: "each mistake beside its cure",
    minutes: 8,
    knobs: &[BLOCK, HEARTBEAT, TASKS, CAPACITY, DELAY],
    check: |k| {
        let (block, every) = (k.time(&BLOCK), k.time(&HEARTBEAT));
        let ticks = block.as_nanos() / every.as_nanos();
        if ticks > MOST_TICKS {
            return Err(format!(
                "a heartbeat every {} would tick {ticks} times in {}; \
                 give a longer --heartbeat, for at most {MOST_TICKS} ticks",
                time(every),
                time(block)
            ));
        }
        Ok(())
    },
    scenes: &[
        Scene {
            name: "blocking-call",
            about: "a task makes a blocking call on the loop's thread",
            plays: Plays::Always,
            run: |k| {
                run(demo::blocking_call(k.time(&BLOCK), k.time(&HEARTBEAT)))
            },
        },
        Scene {
            name: "blocking-call-fixed",
            about: "cured: the call is made on a thread of its own",
            plays: Plays::Always,
            run: |k| {
                run(demo::blocking_call_fixed(
                    k.time(&BLOCK),
                    k.time(&HEARTBEAT),
                ))
            },
        },
        Scene {
            name: "forgotten-await",
            about: "a coroutine is made, and nobody awaits it",
            plays: Plays::WhenAsked,
            run: |k| run(demo::forgotten_await(k.time(&DELAY))),
        },
        Scene {
            name: "forgotten-await-fixed",
            about: "cured: somebody awaits it",
            plays: Plays::WhenAsked,
            run: |k| run(demo::forgotten_await_fixed(k.time(&DELAY))),
        },
        Scene {
            name: "too-many-tasks",
            about: "all tasks ask at once, more than there is room for",
            plays: Plays::WhenAsked,
            run: |k| {
                let room = k.count(&CAPACITY) as usize;
                run(demo::too_many_tasks(k.count(&TASKS), room, k.time(&DELAY)))
            },
        },
        Scene {
            name: "too-many-tasks-fixed",
            about: "cured: a semaphore lets them ask in turn",
            plays: Plays::WhenAsked,
            run: |k| {
                let room = k.count(&CAPACITY) as usize;
                run(demo::too_many_tasks_fixed(
                    k.count(&TASKS),
                    room,
                    k.time(&DELAY),
                ))
            },
        },
        Scene {
            name: "lost-task",
            about: "main returns, and its task is not done",
            plays: Plays::WhenAsked,
            run: |k| run(demo::lost_task(k.time(&DELAY))),
        },
        Scene {
            name: "lost-task-fixed",
            about: "cured: main awaits its task first",
            plays: Plays::WhenAsked,
            run: |k| run(demo::lost_task_fixed(k.time(&DELAY))),
        },
    ],
    measure: Measure {
        what: "longest silence of the heartbeat",
        baseline: "blocking-call",
        scene: "blocking-call-fixed",
        figure: Figure::Time(|timeline| {
            silence(timeline).map(|gap| gap.length())
        }),
    },
    claims: &[
        Claim {
            id: "blocking-call",
            says: "A task that blocks the thread silences every other task for as long.",
            scenes: &["blocking-call"],
            check: |p| {
                misses_no_beat(p.knobs).unwrap_or_else(|| {
                    let timeline = p.scene("blocking-call");
                    let block = p.knobs.time(&BLOCK);
                    let held = longest_hold(timeline, "worker", LaneKind::Task);
                    let (Some(held), Some(gap)) = (held, silence(timeline)) else {
                        return Finding::Broken("there was no worker, or no heartbeat".to_owned());
                    };
                    Finding::when(
                        p.near("blocking-call", held.from, call_at(p.knobs))
                            && p.near("blocking-call", held.length(), block)
                            && gap.from <= held.from
                            && held.to <= gap.to,
                        format!(
                            "worker held the thread from {} to {}, and the heartbeat was silent \
                             from {} to {}",
                            time(held.from),
                            time(held.to),
                            time(gap.from),
                            time(gap.to)
                        ),
                    )
                })
            },
        },
        Claim {
            id: "blocking-call-fixed",
            says: "On a thread of its own the same call, no faster, silences nobody.",
            scenes: &["blocking-call", "blocking-call-fixed"],
            check: |p| {
                misses_no_beat(p.knobs).unwrap_or_else(|| {
                    let timeline = p.scene("blocking-call-fixed");
                    let total = call_at(p.knobs) + p.knobs.time(&BLOCK);
                    let held = longest_hold(timeline, "blocking_io", LaneKind::Thread);
                    let gaps = (silence(p.scene("blocking-call")), silence(timeline));
                    let (Some(held), (Some(before), Some(after))) = (held, gaps) else {
                        return Finding::Broken("there was no thread, or no heartbeat".to_owned());
                    };
                    let totals = ["blocking-call", "blocking-call-fixed"].map(|s| p.total(s));
                    Finding::when(
                        p.near("blocking-call-fixed", held.length(), p.knobs.time(&BLOCK))
                            && p.near("blocking-call-fixed", after.length(), p.knobs.time(&HEARTBEAT))
                            && after.length() < before.length()
                            && p.near("blocking-call", totals[0], total)
                            && p.near("blocking-call-fixed", totals[1], total),
                        format!(
                            "never silent for longer than {} instead of {}; the totals are {} and {}",
                            time(after.length()),
                            time(before.length()),
                            time(totals[0]),
                            time(totals[1])
                        ),
                    )
                })
            },
        },
        Claim {
            id: "forgotten-await",
            says: "A coroutine that nobody awaits never runs, however long main stays.",
            scenes: &["forgotten-await"],
            check: |p| {
                let turns = turns(p, "forgotten-await");
                Finding::when(
                    turns == 0
                        && lost(p, "forgotten-await", Duration::ZERO)
                        && p.near(
                            "forgotten-await",
                            p.total("forgotten-await"),
                            p.knobs.time(&DELAY),
                        ),
                    format!(
                        "{}, after {turns} turns on the thread; main stayed until {}",
                        p.fate("forgotten-await", "save"),
                        time(p.total("forgotten-await"))
                    ),
                )
            },
        },
        Claim {
            id: "forgotten-await-fixed",
            says: "Awaited, the same coroutine runs to its end.",
            scenes: &["forgotten-await", "forgotten-await-fixed"],
            check: |p| {
                Finding::when(
                    p.scene("forgotten-await").said(SAVED).is_none()
                        && saved(
                            p,
                            "forgotten-await-fixed",
                            p.knobs.time(&DELAY),
                        ),
                    format!(
                        "awaited: {}; forgotten: {}",
                        p.fate("forgotten-await-fixed", "save"),
                        p.fate("forgotten-await", "save")
                    ),
                )
            },
        },
        Claim {
            id: "too-many-tasks",
            says: "If all tasks ask at once, those over the capacity are refused.",
            scenes: &["too-many-tasks"],
            check: |p| {
                room_for_all(p.knobs).unwrap_or_else(|| {
                    let scene = "too-many-tasks";
                    let timeline = p.scene(scene);
                    let (tasks, capacity) = (p.knobs.count(&TASKS), p.knobs.count(&CAPACITY));
                    let served = ended(timeline, Outcome::Finished).count();
                    let refused = ended(timeline, Outcome::Failed);
                    let refused: Vec<Duration> = refused
                        .filter_map(|lane| lane.end.as_ref().map(|end| end.at))
                        .collect();
                    let line = format!("Served: {served}; refused: {}", refused.len());
                    let last = refused.iter().max().copied().unwrap_or_default();
                    Finding::when(
                        served == capacity as usize
                            && served + refused.len() == tasks as usize
                            && p.near(scene, last, Duration::ZERO)
                            && p.said_at(scene, &line, p.knobs.time(&DELAY)),
                        format!(
                            "{served} of {tasks} tasks were served, {} were refused, the last of \
                             them at {}",
                            refused.len(),
                            time(last)
                        ),
                    )
                })
            },
        },
        Claim {
            id: "too-many-tasks-fixed",
            says: "A semaphore of that capacity lets them in round by round, and nobody is refused.",
            scenes: &["too-many-tasks", "too-many-tasks-fixed"],
            check: |p| {
                room_for_all(p.knobs).unwrap_or_else(|| {
                    let scene = "too-many-tasks-fixed";
                    let timeline = p.scene(scene);
                    let (tasks, capacity) = (p.knobs.count(&TASKS), p.knobs.count(&CAPACITY));
                    let rounds = tasks.div_ceil(capacity);
                    let served = ended(timeline, Outcome::Finished).count();
                    let before = ended(p.scene("too-many-tasks"), Outcome::Finished).count();
                    let most = most_served(timeline);
                    let total = p.knobs.time(&DELAY) * rounds;
                    Finding::when(
                        served == tasks as usize
                            && before < served
                            && most <= capacity
                            && p.said_at(scene, &format!("Served: {tasks}; refused: 0"), total)
                            && p.near(scene, p.total(scene), total),
                        format!(
                            "{served} served instead of {before}, never more than {most} at a \
                             time; {rounds} rounds took {}",
                            time(p.total(scene))
                        ),
                    )
                })
            },
        },
        Claim {
            id: "lost-task",
            says: "When main returns, a task that it did not await is lost where it stands.",
            scenes: &["lost-task"],
            check: |p| {
                let half = p.knobs.time(&DELAY) / 2;
                Finding::when(
                    lost(p, "lost-task", half)
                        && turns(p, "lost-task") == 1
                        && p.said_at("lost-task", "main is done", half),
                    format!(
                        "main was done at {}; {}",
                        p.when_said("lost-task", "main is done"),
                        p.fate("lost-task", "save")
                    ),
                )
            },
        },
        Claim {
            id: "lost-task-fixed",
            says: "If main keeps the handle and awaits it, the work is done first.",
            scenes: &["lost-task", "lost-task-fixed"],
            check: |p| {
                let delay = p.knobs.time(&DELAY);
                Finding::when(
                    p.scene("lost-task").said(SAVED).is_none()
                        && saved(p, "lost-task-fixed", delay)
                        && p.said_at("lost-task-fixed", "main is done", delay),
                    format!(
                        "awaited: {}, main was done at {}; lost: {}",
                        p.fate("lost-task-fixed", "save"),
                        p.when_said("lost-task-fixed", "main is done"),
                        p.fate("lost-task", "save")
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
        partings: &[Parting {
            scene: "lost-task",
            why: "Half a millisecond is rounded up to a whole one, so main \
                  ends when the task does: tokio cancels it there, asyncio \
                  lets it finish its turn; either is right.",
            first: |k| {
                (k.time(&DELAY).as_millis() <= 1)
                    .then(|| Fork::new("save cancelled", "save: Data saved"))
            },
        }],
        errata: &[],
    },
};
