//! What survives a cancellation.

mod demo;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Fork, Knob, Knobs, Measure, Parting,
    Plays, Scene, Twin, run, time,
};
use crate::timeline::Timeline;
use crate::trace::Outcome;

const WORK: Knob = Knob::time("work", "2s", "How long the critical work takes");
const CANCEL_AFTER: Knob =
    Knob::time("cancel-after", "500ms", "When somebody cancels");
const CLEANUP: Knob = Knob::time("cleanup", "1s", "How long the cleanup takes");

/// The article's main sleeps so long at the end, "to give the task time to
/// finish".
const TIME_TO_FINISH: f64 = 2.5;

/// Why a claim about a cancellation says nothing at these knobs, if it does
/// not.
fn too_late(k: &Knobs) -> Option<Finding> {
    let (work, cancel) = (k.time(&WORK), k.time(&CANCEL_AFTER));
    (work < cancel).then(|| {
        Finding::Moot(format!(
            "the work is done after {}, before anybody cancels at {}",
            time(work),
            time(cancel)
        ))
    })
}

fn survived(timeline: &Timeline) -> bool {
    timeline.said("Critical work done").is_some()
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "shield",
    title: "what survives a cancellation",
    minutes: 8,
    knobs: &[WORK, CANCEL_AFTER, CLEANUP],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "article",
            about: "the work itself is cancelled, and shielded too late",
            plays: Plays::Always,
            run: |k| {
                run(demo::article(
                    k.time(&WORK),
                    k.time(&CANCEL_AFTER),
                    k.time(&CLEANUP),
                    k.seconds(TIME_TO_FINISH),
                ))
            },
        },
        Scene {
            name: "unshielded",
            about: "the caller is cancelled, and the work with it",
            plays: Plays::WhenAsked,
            run: |k| {
                run(demo::unshielded(
                    k.time(&WORK),
                    k.time(&CANCEL_AFTER),
                    k.time(&CLEANUP),
                ))
            },
        },
        Scene {
            name: "shielded",
            about: "the caller is cancelled, and the work goes on",
            plays: Plays::Always,
            run: |k| {
                run(demo::shielded(
                    k.time(&WORK),
                    k.time(&CANCEL_AFTER),
                    k.time(&CLEANUP),
                ))
            },
        },
        Scene {
            name: "dropped",
            about: "tokio only: abort drops the work where it waits",
            plays: Plays::WhenAsked,
            run: |k| {
                run(demo::dropped(
                    k.time(&WORK),
                    k.time(&CANCEL_AFTER),
                    k.time(&CLEANUP),
                ))
            },
        },
    ],
    measure: Measure {
        what: "did the critical work survive?",
        baseline: "article",
        scene: "shielded",
        figure: Figure::Fact(survived),
    },
    claims: &[
        Claim {
            id: "article-loses-the-work",
            says: "In the article's code the critical work never completes: what is cancelled itself is not shielded.",
            scenes: &["article"],
            check: |p| {
                too_late(p.knobs).unwrap_or_else(|| {
                    let end =
                        p.knobs.time(&CANCEL_AFTER) + p.knobs.time(&CLEANUP);
                    Finding::when(
                        !survived(p.scene("article"))
                            && p.ended_at(
                                "article",
                                "critical",
                                Outcome::Cancelled,
                                end,
                            ),
                        format!(
                            "{}; main kept the loop alive until {}",
                            p.fate("article", "critical"),
                            time(p.total("article"))
                        ),
                    )
                })
            },
        },
        Claim {
            id: "cleanup-takes-its-time",
            says: "Cleanup after a cancellation takes as long as it takes, and main waits for it.",
            scenes: &["article"],
            check: |p| {
                too_late(p.knobs).unwrap_or_else(|| {
                    let cancel = p.knobs.time(&CANCEL_AFTER);
                    let end = cancel + p.knobs.time(&CLEANUP);
                    let saw = "Main saw cancellation, but task continues in background";
                    Finding::when(
                        p.said_at("article", "Cancelled but cleaning up", cancel)
                            && p.said_at("article", "Cleanup finished", end)
                            && p.said_at("article", saw, end),
                        format!(
                            "cancelled at {}, cleaned up at {}",
                            p.when_said("article", "Cancelled but cleaning up"),
                            p.when_said("article", "Cleanup finished")
                        ),
                    )
                })
            },
        },
        Claim {
            id: "unshielded-is-lost",
            says: "Without a shield the caller's cancellation reaches the work that it awaits.",
            scenes: &["unshielded"],
            check: |p| {
                too_late(p.knobs).unwrap_or_else(|| {
                    let end =
                        p.knobs.time(&CANCEL_AFTER) + p.knobs.time(&CLEANUP);
                    Finding::when(
                        !survived(p.scene("unshielded"))
                            && p.ended_at(
                                "unshielded",
                                "critical",
                                Outcome::Cancelled,
                                end,
                            )
                            && p.said_at(
                                "unshielded",
                                "Caller cancelled; the work was lost",
                                end,
                            ),
                        format!(
                            "{}, {}",
                            p.fate("unshielded", "caller"),
                            p.fate("unshielded", "critical")
                        ),
                    )
                })
            },
        },
        Claim {
            id: "shield-protects-from-the-caller",
            says: "A shield protects the work from the caller's cancellation, and from nothing else.",
            scenes: &["article", "shielded"],
            check: |p| {
                too_late(p.knobs).unwrap_or_else(|| {
                    let (work, cancel) =
                        (p.knobs.time(&WORK), p.knobs.time(&CANCEL_AFTER));
                    Finding::when(
                        !survived(p.scene("article"))
                            && p.ended_at(
                                "shielded",
                                "caller",
                                Outcome::Cancelled,
                                cancel,
                            )
                            && p.said_at(
                                "shielded",
                                "Caller cancelled; the work continues",
                                cancel,
                            )
                            && p.said_at(
                                "shielded",
                                "Critical work done",
                                work,
                            )
                            && p.ended_at(
                                "shielded",
                                "critical",
                                Outcome::Finished,
                                work,
                            ),
                        format!(
                            "shielded: {}, {}; cancelled itself: {}",
                            p.fate("shielded", "caller"),
                            p.fate("shielded", "critical"),
                            p.fate("article", "critical")
                        ),
                    )
                })
            },
        },
        Claim {
            id: "no-async-drop",
            says: "tokio has no async drop: abort runs no cleanup that awaits; a CancellationToken lets it run.",
            scenes: &["article", "dropped"],
            check: |p| {
                too_late(p.knobs).unwrap_or_else(|| {
                    let cancel = p.knobs.time(&CANCEL_AFTER);
                    let cleaned = |scene| {
                        p.scene(scene).said("Cleanup finished").is_some()
                    };
                    Finding::when(
                        p.ended_at(
                            "dropped",
                            "critical",
                            Outcome::Cancelled,
                            cancel,
                        ) && !survived(p.scene("dropped"))
                            && !cleaned("dropped")
                            && cleaned("article"),
                        format!(
                            "aborted: {}; asked by a token: {}",
                            p.fate("dropped", "critical"),
                            p.fate("article", "critical")
                        ),
                    )
                })
            },
        },
    ],
    lesson: include_str!("lesson.md"),
    demo: include_str!("demo.rs"),
    twin: Twin {
        demo: include_str!("demo.py"),
        recording: include_str!("cpython.ndjson"),
        partings: &[Parting {
            scene: "dropped",
            why: "There is no async drop: tokio's abort drops the future where \
                  it waits, asyncio's cancel lets it clean up.",
            first: |k| {
                (k.time(&CANCEL_AFTER) <= k.time(&WORK)).then(|| {
                    Fork::new(
                        "critical cancelled",
                        "critical: Cancelled but cleaning up",
                    )
                })
            },
        }],
        errata: &[],
    },
};
