//! Concurrency beside parallelism: waiting overlaps on one thread, computing
//! needs cores.

mod compute;
mod demo;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::chapter::{
    Chapter, Check, Claim, Figure, Knob, Knobs, Measure, Played, Plays, Scene,
    Twin, after, check_heartbeat, number_of, run, time,
};
use crate::stage::Runtime;
use crate::timeline::{Doing, Lane};
use crate::trace::{LaneKind, Outcome, What};

const TASKS: Knob =
    Knob::count("tasks", (4, 1, 32), "How many computations there are");
const WORK: Knob = Knob::time(
    "work",
    "300ms",
    "How much processor time each of them takes",
);
const WORKERS: Knob = Knob::cores(
    "workers",
    64,
    "How many threads the tasks of 'workers' run on",
);
const HEARTBEAT: Knob =
    Knob::time("heartbeat", "100ms", "How often the heartbeat ticks");

/// Why no virtual clock will do.
const WHY: &str = "computes for real";

/// In less than this part of the time that one core would have taken, there was
/// more than one.
const FASTER: f64 = 0.9;

/// What the knobs say: how many computations, how long each, and all of them.
fn sum(k: &Knobs) -> (u32, Duration, Duration) {
    let (tasks, work) = (k.count(&TASKS), k.time(&WORK));
    (tasks, work, work * tasks)
}

fn workers(k: &Knobs) -> NonZeroUsize {
    let workers = usize::try_from(k.count(&WORKERS)).ok();
    workers
        .and_then(NonZeroUsize::new)
        .unwrap_or(NonZeroUsize::MIN)
}

/// The lanes of a scene, `main` aside.
fn lanes(k: &Knobs, prefixes: &[&str], heartbeat: bool) -> Vec<String> {
    let mut lanes = Vec::new();
    lanes.extend(heartbeat.then(|| "heartbeat".to_owned()));
    for prefix in prefixes {
        lanes.extend((1..=k.count(&TASKS)).map(|n| format!("{prefix} {n}")));
    }
    lanes
}

/// For how long in all a lane ran: what it blocked is no computing.
fn computed(lane: &Lane) -> Duration {
    let spans = lane.spans.iter();
    let ran = spans.filter(|span| span.doing == Doing::Running);
    ran.map(|span| span.length()).sum()
}

/// The lanes that compute: `Task 1`, `Task 2`, or `thread 1`, `thread 2`.
fn computing<'a>(
    p: &'a Played,
    scene: &str,
    prefix: &'static str,
) -> impl Iterator<Item = &'a Lane> {
    let lanes = p.scene(scene).lanes.iter();
    lanes.filter(move |lane| is_of(lane, prefix))
}

fn is_of(lane: &Lane, prefix: &str) -> bool {
    let number = lane.name.strip_prefix(prefix);
    number.is_some_and(|number| number.starts_with(' '))
}

/// Every computation must be one, on a lane of its own and of this kind.
fn all_compute<'a>(
    check: Check<'a>,
    p: &Played,
    scene: &'static str,
    prefix: &'static str,
    kind: LaneKind,
) -> Check<'a> {
    let (tasks, work, _) = sum(p.knobs);
    let lanes = || computing(p, scene, prefix);
    let of_kind = lanes().filter(|lane| lane.kind == kind).count();
    let least = lanes().map(computed).min().unwrap_or_default();
    check.is("lanes that compute", of_kind, tasks).at_least(
        "the shortest computation",
        least,
        work,
    )
}

/// What is claimed of computations that have more than one thread.
fn side_by_side<'a>(
    p: &'a Played,
    scene: &'static str,
    prefix: &'static str,
    most: usize,
) -> Check<'a> {
    let (tasks, work, all) = sum(p.knobs);
    let total = p.total(scene);
    let at_once = p.scene(scene).most_at_once(|lane| is_of(lane, prefix));
    // All had a thread, and it took as long as one core takes for the sum.
    let had_one_core = at_once > 1 && total > all.mul_f64(FASTER);
    p.ask(scene)
        .unless(tasks == 1, ALONE)
        .unless(work < LONG, too_short(work))
        .unless(
            had_one_core,
            format!(
                "{at_once} had a thread at the same time, and all took {}, as \
                 on one core: it needs several cores, and nobody else at them",
                time(total)
            ),
        )
        .that(
            "how many compute at the same time",
            (2..=most).contains(&at_once),
            at_once,
            format!("2 to {most}"),
        )
        .that(
            "the total",
            total <= all.mul_f64(FASTER),
            time(total),
            format!("well under {}", time(all)),
        )
}

/// What computes for less may be over before another thread has begun, on a
/// machine that is busy.
const LONG: Duration = Duration::from_millis(100);

fn too_short(work: Duration) -> String {
    format!(
        "{} of computing may be over before another thread begins, on a busy \
         machine: it needs {}",
        time(work),
        time(LONG)
    )
}

const ALONE: &str = "one computation has nobody to share with";

/// How many ticks the heartbeat says while one of these lanes has a thread, or
/// will get one again.
fn ticks_beside(p: &Played, scene: &str, prefix: &'static str) -> usize {
    let lanes = || computing(p, scene, prefix);
    let from = lanes().filter_map(|lane| lane.polls.first().copied()).min();
    let ends = lanes().filter_map(|lane| lane.end.as_ref());
    let to = ends.map(|end| end.at).max();
    let (Some(from), Some(to)) = (from, to) else {
        return 0;
    };
    let ticks = p.trace(scene).events.iter().filter(|event| {
        (from..to).contains(&event.at())
            && matches!(&event.what, What::Say { text, .. } if text.starts_with("tick "))
    });
    ticks.count()
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "parallel",
    title: "concurrency is not parallelism",
    minutes: 10,
    knobs: &[TASKS, WORK, WORKERS, HEARTBEAT],
    check: |k| {
        let (_, _, all) = sum(k);
        check_heartbeat(k.time(&HEARTBEAT), all)
    },
    scenes: &[
        Scene {
            name: "sequential",
            about: "computes one after another",
            plays: Plays::Always,
            run: |k| {
                let (tasks, work, all) = sum(k);
                run(demo::sequential(tasks, work)).real_only(
                    WHY,
                    Some(all),
                    Vec::new(),
                )
            },
        },
        Scene {
            name: "tasks",
            about: "computes as tasks on one thread",
            plays: Plays::Always,
            run: |k| {
                let (tasks, work, all) = sum(k);
                run(demo::as_tasks(tasks, work, k.time(&HEARTBEAT))).real_only(
                    WHY,
                    Some(all),
                    lanes(k, &["Task"], true),
                )
            },
        },
        Scene {
            name: "waiting",
            about: "waits as tasks on one thread",
            plays: Plays::Always,
            run: |k| {
                let (tasks, work, _) = sum(k);
                run(demo::waiting(tasks, work)).real_only(
                    WHY,
                    Some(work),
                    lanes(k, &["Task"], false),
                )
            },
        },
        Scene {
            name: "threads",
            about: "computes on a thread each",
            plays: Plays::Always,
            run: |k| {
                let (tasks, work, _) = sum(k);
                run(demo::threads(tasks, work, k.time(&HEARTBEAT))).real_only(
                    WHY,
                    // With a core for each.
                    Some(work),
                    lanes(k, &["Task", "thread"], true),
                )
            },
        },
        Scene {
            name: "workers",
            about: "computes as tasks on several workers",
            plays: Plays::Always,
            run: |k| {
                let (tasks, work, _) = sum(k);
                let workers = workers(k);
                let rounds = tasks.div_ceil(k.count(&WORKERS));
                run(demo::workers(tasks, work, k.time(&HEARTBEAT)))
                    .real_only(
                        WHY,
                        // With a core for each worker.
                        Some(work * rounds),
                        lanes(k, &["Task"], true),
                    )
                    .on(Runtime::MultiThread(workers))
            },
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sequential",
        scene: "workers",
        gain: "was {} faster than",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "computing-adds-up",
            says: "Computing adds up: one after another takes tasks x work at the least, and nobody waits.",
            scenes: &["sequential"],
            check: |p| {
                let (tasks, work, all) = sum(p.knobs);
                let total = p.total("sequential");
                let main = p.scene("sequential").lane("main");
                let main = main.map(computed).unwrap_or_default();
                p.ask("sequential")
                    .unless(tasks == 1, "one computation adds up to no more")
                    .at_least("the total", total, all)
                    .at_least("main computes", main, all)
                    .so(format!(
                        "{} for {tasks} x {}, and main computed for {}",
                        time(total),
                        time(work),
                        time(main)
                    ))
            },
        },
        Claim {
            id: "tasks-gain-nothing",
            says: "Made tasks on one thread, computations take as long: they are under way together, and one computes at a time.",
            scenes: &["tasks"],
            check: |p| {
                let (tasks, _, all) = sum(p.knobs);
                let (scene, total) = ("tasks", p.total("tasks"));
                let timeline = p.scene(scene);
                let at_once = timeline.most_at_once(|lane| is_of(lane, "Task"));
                let peak = timeline.peak_concurrency();
                let check =
                    p.ask(scene).on_one_thread().unless(tasks == 1, ALONE);
                all_compute(check, p, scene, "Task", LaneKind::Task)
                    .is("how many compute at the same time", at_once, 1)
                    .at_least("the total", total, all)
                    .so(format!(
                        "{} for {}; {peak} lanes alive at once, and {at_once} \
                         at a time had the thread",
                        time(total),
                        time(all)
                    ))
            },
        },
        Claim {
            id: "heartbeat-falls-silent",
            says: "A task that computes lets nobody else have a turn: on one thread the heartbeat is silent for as long.",
            scenes: &["tasks"],
            check: |p| {
                let (_, work, _) = sum(p.knobs);
                let every = p.knobs.time(&HEARTBEAT);
                let gap = p.scene("tasks").longest_silence("heartbeat");
                let gap = gap.map(|gap| gap.length()).unwrap_or_default();
                let check = p
                    .ask("tasks")
                    .on_one_thread()
                    .unless(work <= every, NO_TICK);
                all_compute(check, p, "tasks", "Task", LaneKind::Task)
                    .at_least("the longest silence", gap, work)
                    .so(format!(
                        "silent for {}, and due every {}",
                        time(gap),
                        time(every)
                    ))
            },
        },
        Claim {
            id: "waiting-overlaps",
            says: "Waits overlap on one thread: the total is one wait.",
            scenes: &["waiting"],
            check: |p| {
                let (tasks, work, _) = sum(p.knobs);
                let (_, finished) = p.lanes("waiting", Outcome::Finished);
                p.ask("waiting")
                    .unless(tasks == 1, "one wait has nothing to overlap")
                    .apart(after(work).times(tasks), work)
                    .total(work)
                    .is("tasks finished", finished, tasks)
                    .so(format!(
                        "{finished} waits of {} in {}",
                        time(work),
                        time(p.total("waiting"))
                    ))
            },
        },
        Claim {
            id: "threads-side-by-side",
            says: "On a thread each, computations go on at the same time, and take less than their sum where there are cores for them.",
            scenes: &["threads"],
            check: |p| {
                let (tasks, _, all) = sum(p.knobs);
                let most = usize::try_from(tasks).unwrap_or(usize::MAX);
                let check = side_by_side(p, "threads", "thread", most);
                all_compute(check, p, "threads", "thread", LaneKind::Thread).so(
                    format!("{} for {}", time(p.total("threads")), time(all)),
                )
            },
        },
        Claim {
            id: "heartbeat-goes-on",
            says: "Threads that compute leave the loop alone: the heartbeat ticks on.",
            scenes: &["threads"],
            check: |p| {
                let (_, work, _) = sum(p.knobs);
                let every = p.knobs.time(&HEARTBEAT);
                let ticks = ticks_beside(p, "threads", "thread");
                let check = p
                    .ask("threads")
                    .unless(work <= every * 2, NO_TICK)
                    .unless(work < LONG, too_short(work));
                all_compute(check, p, "threads", "thread", LaneKind::Thread)
                    .that("ticks meanwhile", ticks > 0, ticks, "some")
                    .so(format!(
                        "{} while the threads computed",
                        number_of(ticks, "tick", "ticks")
                    ))
            },
        },
        Claim {
            id: "workers-side-by-side",
            says: "On several workers the same tasks compute at the same time, each on another thread: that is parallelism.",
            scenes: &["workers"],
            check: |p| {
                let (_, _, all) = sum(p.knobs);
                let (scene, workers) = ("workers", workers(p.knobs).get());
                let threads = computing(p, scene, "Task");
                let threads: BTreeSet<u32> =
                    threads.flat_map(|lane| lane.threads.iter()).collect();
                let check = side_by_side(p, scene, "Task", workers)
                    .unless(workers == 1, "one worker has nobody beside it");
                all_compute(check, p, scene, "Task", LaneKind::Task)
                    .that(
                        "threads that ran them",
                        (2..=workers).contains(&threads.len()),
                        threads.len(),
                        format!("2 to {workers}"),
                    )
                    .so(format!(
                        "{} for {}, on {}",
                        time(p.total(scene)),
                        time(all),
                        number_of(threads.len(), "thread", "threads")
                    ))
            },
        },
    ],
    lesson: include_str!("lesson.md"),
    demo: include_str!("demo.rs"),
    twin: Twin {
        demo: include_str!("demo.py"),
        recording: "",
        partings: &[],
        errata: &[],
    },
};

const NO_TICK: &str = "no tick would be missed, even if nobody else had a turn";
