//! What survives a cancellation.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Check, Claim, Due, Figure, Fork, Knob, Knobs, Measure, Parting,
    Played, Plays, Scene, Twin, after, run, time,
};
use crate::timeline::Timeline;
use crate::trace::{How, Outcome};

const WORK: Knob = Knob::time("work", "2s", "How long the critical work takes");
const CANCEL_AFTER: Knob =
    Knob::time("cancel-after", "500ms", "When somebody cancels");
const CLEANUP: Knob = Knob::time("cleanup", "1s", "How long the cleanup takes");

/// The article's main sleeps so long at the end, "to give the task time to
/// finish".
const TIME_TO_FINISH: f64 = 2.5;

const DONE: &str = "Critical work done";
const CLEANING: &str = "Cancelled but cleaning up";
const CLEANED: &str = "Cleanup finished";

/// What the knobs say.
struct Times {
    work: Duration,
    cancel: Duration,
    /// When the work has cleaned up, if it was asked to stop.
    cleaned: Due,
}

fn times(k: &Knobs) -> Times {
    let cancel = k.time(&CANCEL_AFTER);
    Times {
        work: k.time(&WORK),
        cancel,
        cleaned: after(cancel).then(k.time(&CLEANUP)),
    }
}

/// Begins to ask a scene in which somebody cancels, if that is not too late.
fn asked_in_time<'a>(p: &'a Played, scene: &'static str) -> Check<'a> {
    let Times { work, cancel, .. } = times(p.knobs);
    let too_late = format!(
        "the work is done after {}, before anybody cancels at {}",
        time(work),
        time(cancel)
    );
    p.ask(scene)
        .unless(work < cancel, too_late)
        .apart(work, cancel)
}

fn survived(timeline: &Timeline) -> bool {
    timeline.said(DONE).is_some()
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "shield",
    title: "what survives a cancellation",
    minutes: 13,
    knobs: &[WORK, CANCEL_AFTER, CLEANUP],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "article",
            about: "the work itself is cancelled, and shielded afterwards",
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
            about: "the caller is cancelled, and it awaits the work itself",
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
            about: "the caller is cancelled, and a shield is between it and the work",
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
            about: "the work itself is cancelled: by abort in tokio, by cancel in asyncio",
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
        gain: "",
        figure: Figure::Fact(survived),
    },
    claims: &[
        Claim {
            id: "article-loses-the-work",
            says: "In the article's code the critical work never completes: what is cancelled itself is not shielded.",
            scenes: &["article"],
            check: |p| {
                let Times {
                    cancel, cleaned, ..
                } = times(p.knobs);
                let stays = cleaned.then(p.knobs.seconds(TIME_TO_FINISH));
                asked_in_time(p, "article")
                    .never_said(DONE)
                    .said("critical", CLEANING, cancel)
                    .cancelled("critical", "main", How::Token, cleaned)
                    .total(stays)
                    .so(format!(
                        "the work was done: {}; {}; main kept the loop alive until {}",
                        p.when_said("article", DONE),
                        p.fate("article", "critical"),
                        time(p.total("article"))
                    ))
            },
        },
        Claim {
            id: "cleanup-takes-its-time",
            says: "Cleanup after a cancellation takes as long as it takes, where the work is asked to stop; and main waits for it.",
            scenes: &["article"],
            check: |p| {
                let Times {
                    cancel, cleaned, ..
                } = times(p.knobs);
                let saw =
                    "Main saw cancellation, but task continues in background";
                asked_in_time(p, "article")
                    .apart(cleaned, cancel)
                    .said("critical", CLEANING, cancel)
                    .said("critical", CLEANED, cleaned)
                    .cancelled("critical", "main", How::Token, cleaned)
                    .awaited("main", "critical")
                    .said("main", saw, cleaned)
                    .so(format!(
                        "cancelled at {}, cleaned up at {}, and main saw it at {}",
                        p.when_said("article", CLEANING),
                        p.when_said("article", CLEANED),
                        p.when_said("article", saw)
                    ))
            },
        },
        Claim {
            id: "unshielded-is-lost",
            says: "Without a shield the caller's cancellation reaches the work that it awaits.",
            scenes: &["unshielded"],
            check: |p| {
                let Times {
                    cancel, cleaned, ..
                } = times(p.knobs);
                asked_in_time(p, "unshielded")
                    .never_said(DONE)
                    .said("critical", CLEANING, cancel)
                    .cancelled("critical", "caller", How::Token, cleaned)
                    .cancelled("caller", "main", How::Token, cleaned)
                    .said(
                        "main",
                        "Caller cancelled; the work was lost",
                        cleaned,
                    )
                    .so(format!(
                        "asked to stop at {}, {}, {}",
                        p.when_said("unshielded", CLEANING),
                        p.fate("unshielded", "critical"),
                        p.fate("unshielded", "caller")
                    ))
            },
        },
        Claim {
            id: "shield-protects-from-the-caller",
            says: "A shield protects the work from the caller's cancellation, and from nothing else.",
            scenes: &["article", "shielded"],
            check: |p| {
                let Times {
                    work,
                    cancel,
                    cleaned,
                } = times(p.knobs);
                asked_in_time(p, "article")
                    .never_said(DONE)
                    .cancelled("critical", "main", How::Token, cleaned)
                    .and("shielded")
                    .apart(work, cancel)
                    .cancelled("caller", "main", How::Abort, cancel)
                    .stopped_awaiting("caller", "critical")
                    .said(
                        "main",
                        "Caller cancelled; the work continues",
                        cancel,
                    )
                    .said("critical", DONE, work)
                    .ended("critical", Outcome::Finished, work)
                    .so(format!(
                        "shielded: {}, {}; cancelled itself: {}",
                        p.fate("shielded", "caller"),
                        p.fate("shielded", "critical"),
                        p.fate("article", "critical")
                    ))
            },
        },
        Claim {
            id: "no-async-drop",
            says: "Stable Rust has no async drop: abort runs no cleanup that awaits; a CancellationToken lets it run.",
            scenes: &["article", "dropped"],
            check: |p| {
                let Times {
                    cancel, cleaned, ..
                } = times(p.knobs);
                asked_in_time(p, "article")
                    .said("critical", CLEANED, cleaned)
                    .cancelled("critical", "main", How::Token, cleaned)
                    .and("dropped")
                    .cancelled("critical", "main", How::Abort, cancel)
                    .never_said(DONE)
                    .never_said(CLEANING)
                    .never_said(CLEANED)
                    .so(format!(
                        "aborted: {}, cleaned up {}; asked by a token: {}, \
                         cleaned up at {}",
                        p.fate("dropped", "critical"),
                        p.when_said("dropped", CLEANED),
                        p.fate("article", "critical"),
                        p.when_said("article", CLEANED)
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
            scene: "dropped",
            why: "Stable Rust has no async drop: tokio's abort drops the future where \
                  it waits, asyncio's cancel lets it clean up.",
            first: |k| {
                (k.time(&CANCEL_AFTER) <= k.time(&WORK)).then(|| {
                    Fork::new(
                        "critical cancelled by main",
                        "critical: Cancelled but cleaning up",
                    )
                })
            },
        }],
        errata: &[],
    },
};
