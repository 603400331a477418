//! No wait without a limit.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Fork, Knob, Knobs, Measure, Parting, Plays, Scene,
    Twin, after, run, time,
};
use crate::timeline::{Timeline, Wait};
use crate::trace::{How, On, Outcome};

const LIMIT: Knob = Knob::time("limit", "1s", "How long main waits at most");
const WORK: Knob = Knob::time("work", "1h", "How long the work takes");

const TIMED_OUT: &str = "Task timed out and was cancelled";

/// The limit and the work.
fn times(k: &Knobs) -> (Duration, Duration) {
    (k.time(&LIMIT), k.time(&WORK))
}

/// Why a claim about a timeout says nothing.
fn within(k: &Knobs) -> String {
    let (limit, work) = times(k);
    format!(
        "the work takes {}, within the limit of {}, which makes no difference",
        time(work),
        time(limit)
    )
}

/// The limit that main had set, and that nobody needed.
fn unused_limit(timeline: &Timeline) -> Option<Duration> {
    let mut waits = timeline.lane("main")?.waits.iter();
    let is_unused =
        |wait: &&Wait| wait.dropped && matches!(wait.on, On::Timer { .. });
    waits.find(is_unused)?.due
}

/// When main stopped waiting for the work.
fn went_on(timeline: &Timeline) -> Option<Duration> {
    timeline.lane("eternity")?.end.as_ref().map(|end| end.at)
}

/// Two timers are due in the same millisecond.
const TIE: &str = "Two timers are due in the same millisecond, and the two worlds \
                   look at them in another order; either is right.";

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "timeout",
    title: "no wait without a limit",
    minutes: 9,
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
            about: "one deadline over several waits",
            plays: Plays::WhenAsked,
            run: |k| run(demo::timeout_block(k.time(&LIMIT))),
        },
        Scene {
            name: "in-time",
            about: "work that takes half of the limit",
            plays: Plays::WhenAsked,
            run: |k| run(demo::in_time(k.time(&LIMIT))),
        },
        Scene {
            name: "blocking",
            about: "work that blocks the thread, for twice the limit",
            plays: Plays::WhenAsked,
            run: |k| run(demo::blocking(k.time(&LIMIT))),
        },
    ],
    measure: Measure {
        what: "time until main goes on",
        baseline: "no-limit",
        scene: "wait_for",
        gain: "let main go on {} sooner than",
        figure: Figure::Time(went_on),
    },
    claims: &[
        Claim {
            id: "waits-forever",
            says: "Without a limit, main waits for as long as the work takes.",
            scenes: &["no-limit"],
            check: |p| {
                let (limit, work) = times(p.knobs);
                let seen = "This will never be seen";
                p.ask("no-limit")
                    .unless(work <= limit, within(p.knobs))
                    .apart(work, limit)
                    .said("eternity", seen, work)
                    .ended("eternity", Outcome::Finished, work)
                    .total(work)
                    .so(format!(
                        "{}, and main went on at {}",
                        p.fate("no-limit", "eternity"),
                        time(p.total("no-limit"))
                    ))
            },
        },
        Claim {
            id: "ends-at-the-limit",
            says: "With a limit, the wait ends there.",
            scenes: &["wait_for"],
            check: |p| {
                let (limit, work) = times(p.knobs);
                p.ask("wait_for")
                    .unless(work <= limit, within(p.knobs))
                    .apart(work, limit)
                    .stopped_awaiting("main", "eternity")
                    .said("main", TIMED_OUT, limit)
                    .so(format!(
                        "main gave up to await eternity, and was told at {}",
                        p.when_said("wait_for", TIMED_OUT)
                    ))
            },
        },
        Claim {
            id: "work-is-cancelled",
            says: "The work is cancelled, not left running.",
            scenes: &["wait_for"],
            check: |p| {
                let (limit, work) = times(p.knobs);
                p.ask("wait_for")
                    .unless(work <= limit, within(p.knobs))
                    .apart(work, limit)
                    .cancelled("eternity", "main", How::Drop, limit)
                    .never_said("This will never be seen")
                    .said("main", "main is done", after(limit).times(2))
                    .so(format!(
                        "{}, and main stayed until {}",
                        p.fate("wait_for", "eternity"),
                        time(p.total("wait_for"))
                    ))
            },
        },
        Claim {
            id: "deadline-covers-all",
            says: "One deadline covers every await inside.",
            scenes: &["timeout-block"],
            check: |p| {
                let (limit, _) = times(p.knobs);
                let step = limit * 3 / 5;
                p.ask("timeout-block")
                    // If each step had a deadline of its own, both would end.
                    .apart(after(step).times(2), limit)
                    .said("main", "step 1 done", step)
                    .said("main", TIMED_OUT, limit)
                    .never_said("step 2 done")
                    .so(format!(
                        "step 1 done at {}, step 2 done {}, timed out at {}",
                        p.when_said("timeout-block", "step 1 done"),
                        p.when_said("timeout-block", "step 2 done"),
                        p.when_said("timeout-block", TIMED_OUT)
                    ))
            },
        },
        Claim {
            id: "in-time-is-left-alone",
            says: "Work that is done in time is left alone.",
            scenes: &["in-time"],
            check: |p| {
                let (limit, _) = times(p.knobs);
                p.ask("in-time")
                    .apart(limit / 2, limit)
                    .time(
                        "main's limit",
                        unused_limit(p.scene("in-time")),
                        limit,
                    )
                    .said("work", "work finished in time", limit / 2)
                    .ended("work", Outcome::Finished, limit / 2)
                    .never_said(TIMED_OUT)
                    .total(limit / 2)
                    .so(format!(
                        "{}, with a limit of {}",
                        p.fate("in-time", "work"),
                        time(limit)
                    ))
            },
        },
        Claim {
            id: "blocking-cannot-be-timed-out",
            says: "Blocking code cannot be timed out: the late result is what comes back.",
            scenes: &["blocking"],
            check: |p| {
                let (limit, _) = times(p.knobs);
                let late = limit * 2;
                let got = "Got: the late result";
                let held = p.held("blocking", "work");
                p.ask("blocking")
                    .apart(late, limit)
                    .time(
                        "main's limit",
                        unused_limit(p.scene("blocking")),
                        limit,
                    )
                    .time("the work holds the thread", Some(held), late)
                    .where_it_blocks()
                    .ended("work", Outcome::Finished, late)
                    .said("main", got, late)
                    .never_said(TIMED_OUT)
                    .so(format!(
                        "the limit was {}, the result came at {}",
                        time(limit),
                        p.when_said("blocking", got)
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
                scene: "wait_for",
                why: TIE,
                first: |k| {
                    (k.time(&LIMIT) == k.time(&WORK)).then(|| {
                        Fork::new(
                            "eternity: This will never be seen",
                            "eternity cancelled by main",
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
                            "work cancelled by main",
                        )
                    })
                },
            },
        ],
        errata: &[],
    },
};
