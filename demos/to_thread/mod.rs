//! Blocking code without freezing the loop.

mod demo;

use crate::chapter::{
    Chapter, Claim, Erratum, Figure, Finding, Fork, Knob, Measure, Parting,
    Plays, Scene, Twin, run, time,
};
use crate::timeline::Span;
use crate::trace::LaneKind;

const ASYNC_PART: Knob =
    Knob::time("async-part", "1s", "How long main waits first");
const BLOCK: Knob = Knob::time("block", "2s", "How long the call blocks");
const HEARTBEAT: Knob =
    Knob::time("heartbeat", "400ms", "How often the heartbeat ticks");

/// More ticks than anybody reads, and few enough to record.
const MOST_TICKS: u128 = 10_000;

/// What the article's own demo prints, with the thread and without it.
const WITHOUT_HEARTBEAT: &[&str] = &[
    "0s main: Start async part",
    "3s main: Got: result from blocking call",
    "3s main: Continue with other async work",
];

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "to_thread",
    title: "blocking code without freezing the loop",
    minutes: 7,
    knobs: &[ASYNC_PART, BLOCK, HEARTBEAT],
    check: |k| {
        let total = k.time(&ASYNC_PART) + k.time(&BLOCK);
        let ticks = total.as_nanos() / k.time(&HEARTBEAT).as_nanos();
        if ticks > MOST_TICKS {
            return Err(format!(
                "a heartbeat every {} would tick {ticks} times in {}; \
                 give a longer --heartbeat, for at most {MOST_TICKS} ticks",
                time(k.time(&HEARTBEAT)),
                time(total)
            ));
        }
        Ok(())
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
                let expected = p.knobs.time(&ASYNC_PART) + p.knobs.time(&BLOCK);
                let (direct, thread) =
                    (p.total("blocking"), p.total("to_thread"));
                Finding::when(
                    p.near("blocking", direct, expected)
                        && p.near("to_thread", thread, expected),
                    format!("{} and {}", time(direct), time(thread)),
                )
            },
        },
        Claim {
            id: "loop-is-held",
            says: "A blocking call holds the loop for as long as it lasts; on a thread it holds it for a moment only.",
            scenes: &["blocking", "to_thread"],
            check: |p| {
                let block = p.knobs.time(&BLOCK);
                let held = ["blocking", "to_thread"]
                    .map(|scene| p.scene(scene).longest_poll());
                Finding::when(
                    p.near("blocking", held[0], block)
                        && p.near(
                            "to_thread",
                            held[1],
                            std::time::Duration::ZERO,
                        ),
                    format!(
                        "held for {} against {}",
                        time(held[0]),
                        time(held[1])
                    ),
                )
            },
        },
        Claim {
            id: "heartbeat-never-misses",
            says: "With the call on a thread, the heartbeat never misses a tick.",
            scenes: &["to_thread"],
            check: |p| {
                let every = p.knobs.time(&HEARTBEAT);
                let total = p.knobs.time(&ASYNC_PART) + p.knobs.time(&BLOCK);
                match p.scene("to_thread").longest_silence("heartbeat") {
                    // Shorter only if the scene ends before the first tick.
                    Some(gap) => Finding::when(
                        p.near("to_thread", gap.length(), every.min(total)),
                        format!(
                            "never silent for longer than {}",
                            time(gap.length())
                        ),
                    ),
                    None => {
                        Finding::Broken("there was no heartbeat".to_owned())
                    }
                }
            },
        },
        Claim {
            id: "thread-and-loop-overlap",
            says: "The thread and the loop overlap in time.",
            scenes: &["to_thread"],
            check: |p| {
                let timeline = p.scene("to_thread");
                let (async_part, block) =
                    (p.knobs.time(&ASYNC_PART), p.knobs.time(&BLOCK));
                if p.knobs.time(&HEARTBEAT) >= async_part + block {
                    return Finding::Moot(
                        "the heartbeat is slower than the whole scene"
                            .to_owned(),
                    );
                }
                let thread = timeline.lane("blocking_io");
                let held = thread
                    .filter(|lane| lane.kind == LaneKind::Thread)
                    .and_then(|lane| {
                        lane.holds().max_by_key(|span| span.length())
                    });
                let Some(Span { from, to, .. }) = held else {
                    return Finding::Broken(
                        "no thread ran the call".to_owned(),
                    );
                };
                let ticks = timeline.lines_with("tick ");
                let during = ticks
                    .filter(|line| line.at >= from && line.at <= to)
                    .count();
                Finding::when(
                    during > 0 || p.knobs.time(&HEARTBEAT) > block,
                    format!(
                        "{during} ticks while the thread was busy for {}",
                        time(to - from)
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
