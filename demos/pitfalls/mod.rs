//! Each mistake beside its cure.

mod demo;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::chapter::{
    AT_ONCE, Chapter, Claim, Figure, Fork, Knob, Knobs, Measure, Parting,
    Played, Plays, Scene, Twin, after, check_heartbeat, run, time,
};
use crate::timeline::{Lane, Span, Timeline};
use crate::trace::{How, LaneKind, On, Outcome, Trace, What};

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

const SAVED: &str = "Data saved";

const DONE: &str = "main is done";

/// What the knobs say of the blocking call.
struct Beats {
    block: Duration,
    every: Duration,
    /// When the call is made: after two beats and a half.
    call_at: Duration,
}

fn beats(k: &Knobs) -> Beats {
    let (block, every) = (k.time(&BLOCK), k.time(&HEARTBEAT));
    Beats {
        block,
        every,
        call_at: every * 5 / 2,
    }
}

/// How many tasks there are, and how many of them can be served at a time.
fn crowd(k: &Knobs) -> (u32, u32) {
    (k.count(&TASKS), k.count(&CAPACITY))
}

/// Why a claim about a missed beat says nothing.
fn misses_no_beat(k: &Knobs) -> String {
    let Beats { block, every, .. } = beats(k);
    format!(
        "a block of {} is not longer than a beat of {}",
        time(block),
        time(every)
    )
}

/// Why a claim about being refused says nothing.
fn room_for_all(k: &Knobs) -> String {
    let (tasks, capacity) = crowd(k);
    format!("there is room for {capacity}, and {tasks} ask")
}

/// From when to when, in words.
fn span(span: Option<Span>) -> String {
    span.map_or("never".to_owned(), |span| {
        format!("from {} to {}", time(span.from), time(span.to))
    })
}

/// The longest time that the heart was not heard.
fn silence(timeline: &Timeline) -> Option<Span> {
    timeline.longest_silence("heartbeat")
}

/// The longest time that a lane of this kind kept its thread.
fn longest_hold(
    p: &Played,
    scene: &str,
    name: &str,
    kind: LaneKind,
) -> Option<Span> {
    let lane = p.scene(scene).lane(name).filter(|lane| lane.kind == kind)?;
    lane.holds().max_by_key(|span| span.length())
}

/// How many tasks were served at once, at most: being served is a timer of
/// theirs. By the order of events, as who takes over a place does so at the
/// same moment.
fn most_served(trace: &Trace) -> usize {
    let mut served = BTreeSet::new();
    let mut most = 0;
    for event in &trace.events {
        match &event.what {
            What::Wait {
                wait,
                on: On::Timer { .. },
                ..
            } if event.lane != 0 => {
                served.insert(*wait);
                most = most.max(served.len());
            }
            What::Done { wait } | What::Drop { wait } => {
                served.remove(wait);
            }
            _ => {}
        }
    }
    most
}

/// How many tasks waited for a permit.
fn queued(timeline: &Timeline) -> usize {
    let waits_for_permit = |lane: &&Lane| {
        let mut waits = lane.waits.iter();
        waits.any(|wait| matches!(wait.on, On::Acquire { .. }))
    };
    timeline.lanes.iter().filter(waits_for_permit).count()
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "pitfalls",
    title: "each mistake beside its cure",
    minutes: 11,
    knobs: &[BLOCK, HEARTBEAT, TASKS, CAPACITY, DELAY],
    check: |k| check_heartbeat(k.time(&HEARTBEAT), k.time(&BLOCK)),
    scenes: &[
        Scene {
            name: "blocking-call",
            about: "a task makes a blocking call on the loop's thread",
            plays: Plays::WhenAsked,
            run: |k| {
                run(demo::blocking_call(k.time(&BLOCK), k.time(&HEARTBEAT)))
            },
        },
        Scene {
            name: "blocking-call-fixed",
            about: "cured: the call is made on a thread of its own",
            plays: Plays::WhenAsked,
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
            plays: Plays::Always,
            run: |k| run(demo::forgotten_await(k.time(&DELAY))),
        },
        Scene {
            name: "forgotten-await-fixed",
            about: "cured: somebody awaits it",
            plays: Plays::Always,
            run: |k| run(demo::forgotten_await_fixed(k.time(&DELAY))),
        },
        Scene {
            name: "too-many-tasks",
            about: "all tasks ask at once, whatever room there is",
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
            about: "main makes a task, and returns without awaiting it",
            plays: Plays::Always,
            run: |k| run(demo::lost_task(k.time(&DELAY))),
        },
        Scene {
            name: "lost-task-fixed",
            about: "cured: main awaits its task before it returns",
            plays: Plays::Always,
            run: |k| run(demo::lost_task_fixed(k.time(&DELAY))),
        },
    ],
    measure: Measure {
        what: "was the work done?",
        baseline: "lost-task",
        scene: "lost-task-fixed",
        gain: "",
        figure: Figure::Fact(|timeline| timeline.said(SAVED).is_some()),
    },
    claims: &[
        Claim {
            id: "blocking-call",
            says: "A task that blocks the thread silences every other task for as long.",
            scenes: &["blocking-call"],
            check: |p| {
                let scene = "blocking-call";
                let Beats {
                    block,
                    every,
                    call_at,
                } = beats(p.knobs);
                let held = longest_hold(p, scene, "worker", LaneKind::Task);
                let gap = silence(p.scene(scene));
                let within = match (held, gap) {
                    (Some(held), Some(gap)) => {
                        gap.from <= held.from && held.to <= gap.to
                    }
                    _ => false,
                };
                p.ask(scene)
                    .on_one_thread()
                    .unless(block <= every, misses_no_beat(p.knobs))
                    .apart(block, every)
                    .time("worker begins to block", held.map(|held| held.from), call_at)
                    .where_it_blocks()
                    .time("worker blocks for", held.map(|held| held.length()), block)
                    .where_it_blocks()
                    .that("the heartbeat's longest silence", within, span(gap), "all the while")
                    .so(format!(
                        "worker held the thread {}, and the heartbeat was silent {}",
                        span(held),
                        span(gap)
                    ))
            },
        },
        Claim {
            id: "blocking-call-fixed",
            says: "On a thread of its own the same call, no faster, silences nobody.",
            scenes: &["blocking-call", "blocking-call-fixed"],
            check: |p| {
                let scene = "blocking-call-fixed";
                let Beats {
                    block,
                    every,
                    call_at,
                } = beats(p.knobs);
                let total = after(call_at).then(block);
                let held =
                    longest_hold(p, scene, "blocking_io", LaneKind::Thread);
                let [before, fixed] = ["blocking-call", scene].map(|scene| {
                    silence(p.scene(scene)).map(|gap| gap.length())
                });
                let words = |gap: Option<Duration>| {
                    gap.map_or("no time".to_owned(), time)
                };
                p.ask("blocking-call")
                    .on_one_thread()
                    .unless(block <= every, misses_no_beat(p.knobs))
                    .total(total)
                    .and(scene)
                    .apart(block, every)
                    .time("the thread blocks for", held.map(|held| held.length()), block)
                    .where_it_blocks()
                    .time("the longest silence", fixed, every)
                    .that("the silence is shorter", fixed < before, words(fixed), words(before))
                    .total(total)
                    .so(format!(
                        "never silent for longer than {} instead of {}; the totals are {} and {}",
                        words(fixed),
                        words(before),
                        time(p.total("blocking-call")),
                        time(p.total(scene))
                    ))
            },
        },
        Claim {
            id: "forgotten-await",
            says: "A coroutine that nobody awaits never runs, however long main stays.",
            scenes: &["forgotten-await"],
            check: |p| {
                let scene = "forgotten-await";
                let polls = p.polls(scene, "save");
                p.ask(scene)
                    .apart(p.knobs.time(&DELAY), AT_ONCE)
                    .is("how often save is polled", polls, 0)
                    .never_said(SAVED)
                    .ended("save", Outcome::Unrun, AT_ONCE)
                    .total(p.knobs.time(&DELAY))
                    .so(format!(
                        "{}, polled {polls} times; main stayed until {}",
                        p.fate(scene, "save"),
                        time(p.total(scene))
                    ))
            },
        },
        Claim {
            id: "forgotten-await-fixed",
            says: "Awaited, the same coroutine runs to its end.",
            scenes: &["forgotten-await", "forgotten-await-fixed"],
            check: |p| {
                let delay = p.knobs.time(&DELAY);
                p.ask("forgotten-await")
                    .never_said(SAVED)
                    .and("forgotten-await-fixed")
                    .awaited("main", "save")
                    .said("save", SAVED, delay)
                    .ended("save", Outcome::Finished, delay)
                    .said("main", DONE, delay)
                    .so(format!(
                        "awaited: saved at {}, {}; forgotten: {}",
                        p.when_said("forgotten-await-fixed", SAVED),
                        p.fate("forgotten-await-fixed", "save"),
                        p.fate("forgotten-await", "save")
                    ))
            },
        },
        Claim {
            id: "too-many-tasks",
            says: "If all tasks ask at once, those over the capacity are refused.",
            scenes: &["too-many-tasks"],
            check: |p| {
                let scene = "too-many-tasks";
                let (tasks, capacity) = crowd(p.knobs);
                let delay = p.knobs.time(&DELAY);
                let (lanes, served) = p.lanes(scene, Outcome::Finished);
                let (_, refused) = p.lanes(scene, Outcome::Failed);
                let failed =
                    |lane: &&Lane| lane.outcome() == Some(Outcome::Failed);
                let refusals = p.scene(scene).lanes.iter().filter(failed);
                let last = refusals
                    .filter_map(|lane| lane.end.as_ref())
                    .map(|end| end.at)
                    .max();
                let over = tasks.saturating_sub(capacity);
                let line = format!("Served: {capacity}; refused: {over}");
                p.ask(scene)
                    .unless(tasks <= capacity, room_for_all(p.knobs))
                    .apart(delay, AT_ONCE)
                    .is("tasks", lanes, tasks)
                    .is("tasks that were served", served, capacity)
                    .is("tasks that were refused", refused, over)
                    .time("the last refusal", last, AT_ONCE)
                    .said("main", &line, delay)
                    .so(format!(
                        "served: {served} of {lanes}; refused: {refused}, the last at {}",
                        last.map_or("no time".to_owned(), time)
                    ))
            },
        },
        Claim {
            id: "too-many-tasks-fixed",
            says: "A semaphore of that capacity lets them in round by round, and nobody is refused.",
            scenes: &["too-many-tasks", "too-many-tasks-fixed"],
            check: |p| {
                let scene = "too-many-tasks-fixed";
                let (tasks, capacity) = crowd(p.knobs);
                let (_, before) = p.lanes("too-many-tasks", Outcome::Finished);
                let (_, served) = p.lanes(scene, Outcome::Finished);
                let most = most_served(p.trace(scene));
                let over = tasks.saturating_sub(capacity);
                let queued = queued(p.scene(scene));
                let delay = p.knobs.time(&DELAY);
                let total = after(delay).times(tasks.div_ceil(capacity));
                p.ask("too-many-tasks")
                    .unless(tasks <= capacity, room_for_all(p.knobs))
                    .is("served without it", before, capacity)
                    .and(scene)
                    .apart(total, delay)
                    .is("served with it", served, tasks)
                    .is("served at once, at most", most, capacity)
                    .is("tasks that waited for a permit", queued, over)
                    .said("main", &format!("Served: {tasks}; refused: 0"), total)
                    .total(total)
                    .so(format!(
                        "{served} served instead of {before}, never more than {most} at a time, \
                         in {}",
                        time(p.total(scene))
                    ))
            },
        },
        Claim {
            id: "lost-task",
            says: "When main returns, a task that it did not await is lost where it stands.",
            scenes: &["lost-task"],
            check: |p| {
                let delay = p.knobs.time(&DELAY);
                let half = delay / 2;
                p.ask("lost-task")
                    .apart(half, delay)
                    .is(
                        "how often save is polled",
                        p.polls("lost-task", "save"),
                        1,
                    )
                    .never_said(SAVED)
                    .said("main", DONE, half)
                    .cancelled("save", "main", How::Shutdown, half)
                    .so(format!(
                        "main was done at {}; {}",
                        p.when_said("lost-task", DONE),
                        p.fate("lost-task", "save")
                    ))
            },
        },
        Claim {
            id: "lost-task-fixed",
            says: "If main keeps the handle and awaits it, the work is done first.",
            scenes: &["lost-task", "lost-task-fixed"],
            check: |p| {
                let delay = p.knobs.time(&DELAY);
                let steps = [
                    ("save ended", p.end("lost-task-fixed", "save")),
                    (
                        "main said its line",
                        p.line("lost-task-fixed", "main", DONE),
                    ),
                ];
                p.ask("lost-task")
                    .never_said(SAVED)
                    .and("lost-task-fixed")
                    .apart(delay / 2, delay)
                    .awaited("main", "save")
                    .in_order(steps)
                    .said("save", SAVED, delay)
                    .ended("save", Outcome::Finished, delay)
                    .said("main", DONE, delay)
                    .so(format!(
                        "awaited: {}, main was done at {}; lost: {}",
                        p.fate("lost-task-fixed", "save"),
                        p.when_said("lost-task-fixed", DONE),
                        p.fate("lost-task", "save")
                    ))
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
                (k.time(&DELAY).as_millis() <= 1).then(|| {
                    Fork::new(
                        "save cancelled as main ended",
                        "save: Data saved",
                    )
                })
            },
        }],
        errata: &[],
    },
};
