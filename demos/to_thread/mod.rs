//! Blocking code without freezing the loop.

mod demo;

use std::time::Duration;

use crate::chapter::{
    AT_ONCE, Chapter, Claim, Due, Erratum, Figure, Fork, Knob, Knobs, Measure,
    Parting, Played, Plays, Scene, Twin, after, check_heartbeat, number_of,
    run, time,
};
use crate::trace::{LaneKind, What};

const ASYNC_PART: Knob =
    Knob::time("async-part", "1s", "How long main waits first");
const BLOCK: Knob = Knob::time("block", "2s", "How long the call blocks");
const HEARTBEAT: Knob =
    Knob::time("heartbeat", "400ms", "How often the heartbeat ticks");

/// What the article's own demo prints, with the thread and without it.
const WITHOUT_HEARTBEAT: &[&str] = &[
    "0s main: Start async part",
    "3s main: Got: result from blocking call",
    "3s main: Continue with other async work",
];

const GOT: &str = "Got: result from blocking call";

/// What the knobs say.
struct Times {
    async_part: Duration,
    block: Duration,
    every: Duration,
}

fn times(k: &Knobs) -> Times {
    Times {
        async_part: k.time(&ASYNC_PART),
        block: k.time(&BLOCK),
        every: k.time(&HEARTBEAT),
    }
}

/// When main is done.
fn total(k: &Knobs) -> Due {
    let Times {
        async_part, block, ..
    } = times(k);
    after(async_part).then(block)
}

/// The tick that is due while the call blocks, and furthest from where that
/// begins and ends; if there is one.
fn middle_tick(k: &Knobs) -> Option<Due> {
    let Times {
        async_part,
        block,
        every,
    } = times(k);
    let end = async_part + block;
    let middle = async_part + block / 2;
    let before = middle.as_nanos() / every.as_nanos();
    let before = u32::try_from(before).unwrap_or(u32::MAX);
    let ticks =
        [before, before.saturating_add(1)].map(|n| after(every).times(n));
    let inside = ticks
        .into_iter()
        .filter(|tick| async_part < tick.time && tick.time < end);
    inside.min_by_key(|tick| tick.time.abs_diff(middle))
}

/// For how long the heartbeat would be silent if the call blocked the loop:
/// from the last tick before it to its end.
fn silence_if_blocked(k: &Knobs) -> Duration {
    let Times {
        async_part,
        block,
        every,
    } = times(k);
    let ticks = async_part.as_nanos() / every.as_nanos();
    let last = every * u32::try_from(ticks).unwrap_or(u32::MAX);
    async_part + block - last
}

/// How many ticks there are between two positions of the trace.
fn ticks_between(p: &Played, from: Option<usize>, to: Option<usize>) -> usize {
    let (Some(from), Some(to)) = (from, to) else {
        return 0;
    };
    let events = p.trace("to_thread").events.get(from..to);
    let ticks = events.unwrap_or_default().iter().filter(|event| {
        matches!(&event.what, What::Say { text, .. } if text.starts_with("tick "))
    });
    ticks.count()
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "to_thread",
    title: "blocking code without freezing the loop",
    minutes: 11,
    knobs: &[ASYNC_PART, BLOCK, HEARTBEAT],
    check: |k| {
        let total = k.time(&ASYNC_PART) + k.time(&BLOCK);
        check_heartbeat(k.time(&HEARTBEAT), total)
    },
    scenes: &[
        Scene {
            name: "blocking",
            about: "the call is made directly, on the loop's thread",
            plays: Plays::Always,
            run: |k| {
                run(demo::blocking(
                    k.time(&ASYNC_PART),
                    k.time(&BLOCK),
                    k.time(&HEARTBEAT),
                ))
            },
        },
        Scene {
            name: "to_thread",
            about: "the call is made on a thread of its own",
            plays: Plays::Always,
            run: |k| {
                run(demo::in_thread(
                    k.time(&ASYNC_PART),
                    k.time(&BLOCK),
                    k.time(&HEARTBEAT),
                ))
            },
        },
    ],
    measure: Measure {
        what: "longest silence of the heartbeat",
        baseline: "blocking",
        scene: "to_thread",
        gain: "kept the heartbeat's longest silence {} shorter than",
        figure: Figure::Time(|timeline| {
            timeline
                .longest_silence("heartbeat")
                .map(|gap| gap.length())
        }),
    },
    claims: &[
        Claim {
            id: "equal-totals",
            says: "The totals are equal: a thread makes the call no faster.",
            scenes: &["blocking", "to_thread"],
            check: |p| {
                let Times {
                    async_part, block, ..
                } = times(p.knobs);
                let total = after(async_part).then(block);
                let [direct, aside] = [
                    p.held("blocking", "main"),
                    p.held("to_thread", "blocking_io"),
                ];
                let mut check = p.ask("blocking");
                for scene in ["blocking", "to_thread"] {
                    check = check
                        .and(scene)
                        .apart(total, async_part.max(block))
                        .said("main", GOT, total)
                        .total(total);
                }
                check
                    .is_a("blocking_io", LaneKind::Thread)
                    .time("the thread is kept for", Some(aside), block)
                    .where_it_blocks()
                    .and("blocking")
                    .time("main keeps the loop's for", Some(direct), block)
                    .where_it_blocks()
                    .so(format!(
                        "{} and {}; the call takes {} and {}",
                        time(p.total("blocking")),
                        time(p.total("to_thread")),
                        time(direct),
                        time(aside)
                    ))
            },
        },
        Claim {
            id: "loop-is-held",
            says: "A blocking call holds the loop for as long as it lasts; on a thread it holds it for a moment only.",
            scenes: &["blocking", "to_thread"],
            check: |p| {
                let Times { block, .. } = times(p.knobs);
                let [direct, aside] = ["blocking", "to_thread"]
                    .map(|scene| p.scene(scene).longest_poll());
                p.ask("to_thread")
                    .on_one_thread()
                    .apart(block, AT_ONCE)
                    .is_a("blocking_io", LaneKind::Thread)
                    .said("main", GOT, total(p.knobs))
                    .time("the loop is held for", Some(aside), AT_ONCE)
                    .and("blocking")
                    .apart(block, AT_ONCE)
                    .time("the loop is held for", Some(direct), block)
                    .where_it_blocks()
                    .so(format!(
                        "held for {} against {}",
                        time(direct),
                        time(aside)
                    ))
            },
        },
        Claim {
            id: "heartbeat-never-misses",
            says: "With the call on a thread, the heartbeat never misses a tick.",
            scenes: &["to_thread"],
            check: |p| {
                let every = p.knobs.time(&HEARTBEAT);
                let silence = p.scene("to_thread").longest_silence("heartbeat");
                let silence = silence.map(|gap| gap.length());
                p.ask("to_thread")
                    .unless(
                        middle_tick(p.knobs).is_none(),
                        "no tick is due while the call is made, so that none \
                         would be missed if it blocked the loop",
                    )
                    .apart(silence_if_blocked(p.knobs), every)
                    .is_a("blocking_io", LaneKind::Thread)
                    .said("main", GOT, total(p.knobs))
                    .time("the longest silence", silence, every)
                    .so(format!(
                        "never silent for longer than {}",
                        silence.map_or("no time".to_owned(), time)
                    ))
            },
        },
        Claim {
            id: "thread-and-loop-overlap",
            says: "The thread and the loop overlap in time.",
            scenes: &["to_thread"],
            check: |p| {
                let async_part = p.knobs.time(&ASYNC_PART);
                let from = p.first_poll("to_thread", "blocking_io");
                let to = p.end("to_thread", "blocking_io");
                let during = ticks_between(p, from, to);
                let tick = middle_tick(p.knobs);
                p.ask("to_thread")
                    .unless(
                        tick.is_none(),
                        "no tick is due while the thread is busy",
                    )
                    .apart(tick.unwrap_or(AT_ONCE), async_part)
                    .apart(tick.unwrap_or(AT_ONCE), total(p.knobs))
                    .is_a("blocking_io", LaneKind::Thread)
                    .that(
                        "ticks while the thread is busy",
                        during > 0,
                        during,
                        "at least 1",
                    )
                    .so(format!(
                        "{} while the thread was busy for {}",
                        number_of(during, "tick", "ticks"),
                        time(p.held("to_thread", "blocking_io"))
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
            scene: "to_thread",
            why: "A tick is due in the same millisecond in which the thread \
                  is done: asyncio's timers go first, tokio goes by who \
                  began to wait first; either is right.",
            first: |k| {
                let every = k.time(&HEARTBEAT).as_nanos();
                let total = k.time(&ASYNC_PART) + k.time(&BLOCK);
                let total = total.as_nanos();
                let tie = every > k.time(&BLOCK).as_nanos()
                    && total.is_multiple_of(every);
                tie.then(|| {
                    Fork::new(
                        "main: Got: result from blocking call",
                        format!("heartbeat: tick {}", total / every),
                    )
                })
            },
        }],
        errata: &[
            Erratum {
                scene: "article",
                says: WITHOUT_HEARTBEAT,
            },
            Erratum {
                scene: "article-direct",
                says: WITHOUT_HEARTBEAT,
            },
        ],
    },
};
