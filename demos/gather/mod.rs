//! Wait for all, results in the order passed.

mod demo;

use std::cmp::Ordering;
use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Fork, Knob, Knobs, Measure, Parting,
    Plays, Scene, Twin, run, time,
};
use crate::trace::Outcome;

const A: Knob = Knob::time("a", "3s", "How long A takes");
const B: Knob =
    Knob::time("b", "1s", "How long B takes; it fails in some scenes");
const C: Knob = Knob::time("c", "2s", "How long C takes");

fn abc(k: &Knobs) -> (Duration, Duration, Duration) {
    (k.time(&A), k.time(&B), k.time(&C))
}

/// The first moment at which `try_join!` and asyncio's gather part.
fn fork((a, b, c): (Duration, Duration, Duration)) -> Fork {
    let gather = "main: gather raised: B failed";
    if a == c && a < b {
        Fork::new("C: C done", "A: A done")
    } else if a == b && b <= c {
        Fork::new("B failed: B failed", "A: A done")
    } else if b == c && b < a {
        Fork::new("A cancelled", "C: C done")
    } else if a < b && b == c {
        Fork::new("C: C done", "B failed: B failed")
    } else if b < a {
        Fork::new("A cancelled", gather)
    } else if b < c {
        Fork::new("C cancelled", gather)
    } else {
        Fork::new("main: try_join! returned: B failed", gather)
    }
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "gather",
    title: "wait for all, results in the order passed",
    minutes: 7,
    knobs: &[A, B, C],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "sequential",
            about: "await the calls one by one",
            plays: Plays::Always,
            run: |k| run(demo::sequential(k.time(&A), k.time(&B), k.time(&C))),
        },
        Scene {
            name: "gather",
            about: "a task for each, and await all of them",
            plays: Plays::Always,
            run: |k| run(demo::gather(k.time(&A), k.time(&B), k.time(&C))),
        },
        Scene {
            name: "failure",
            about: "B fails: the error surfaces, A and C run on",
            plays: Plays::WhenAsked,
            run: |k| run(demo::failure(k.time(&A), k.time(&B), k.time(&C))),
        },
        Scene {
            name: "return_exceptions",
            about: "B fails: its error is one of the results",
            plays: Plays::WhenAsked,
            run: |k| {
                run(demo::return_exceptions(k.time(&A), k.time(&B), k.time(&C)))
            },
        },
        Scene {
            name: "try_join",
            about: "tokio only: B fails, and plain futures are dropped with it",
            plays: Plays::WhenAsked,
            run: |k| run(demo::try_join(k.time(&A), k.time(&B), k.time(&C))),
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sequential",
        scene: "gather",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "slowest-not-sum",
            says: "The total is the slowest call, not the sum.",
            scenes: &["sequential", "gather"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                let (one_by_one, together) =
                    (p.total("sequential"), p.total("gather"));
                Finding::when(
                    p.near("sequential", one_by_one, a + b + c)
                        && p.near("gather", together, a.max(b).max(c)),
                    format!(
                        "{} together, {} one by one",
                        time(together),
                        time(one_by_one)
                    ),
                )
            },
        },
        Claim {
            id: "order-passed",
            says: "The results keep the order in which the calls were passed, whoever finished first.",
            scenes: &["gather"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                let timeline = p.scene("gather");
                let order: Vec<&str> = timeline
                    .lines
                    .iter()
                    .filter_map(|line| line.text.strip_suffix(" done"))
                    .collect();
                let mut expected = [(a, "A"), (b, "B"), (c, "C")];
                expected.sort();
                Finding::when(
                    order == expected.map(|(_, name)| name)
                        && p.said_at(
                            "gather",
                            "Results: A, B, C",
                            a.max(b).max(c),
                        ),
                    format!(
                        "finished in the order {}, reported as A, B, C",
                        order.join(", ")
                    ),
                )
            },
        },
        Claim {
            id: "failure-surfaces-at-once",
            says: "A failure surfaces at once, and the siblings run on.",
            scenes: &["failure"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                Finding::when(
                    p.said_at("failure", "gather raised: B failed", b)
                        && p.ended_at("failure", "B", Outcome::Failed, b)
                        && p.ended_at("failure", "A", Outcome::Finished, a)
                        && p.ended_at("failure", "C", Outcome::Finished, c),
                    format!(
                        "raised at {}; {}, {}",
                        p.when_said("failure", "gather raised: B failed"),
                        p.fate("failure", "A"),
                        p.fate("failure", "C")
                    ),
                )
            },
        },
        Claim {
            id: "exceptions-as-results",
            says: "With return_exceptions the error takes its place among the results, when all are there.",
            scenes: &["return_exceptions"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                let last = a.max(b).max(c);
                Finding::when(
                    p.said_at(
                        "return_exceptions",
                        "Results: A, error: B failed, C",
                        last,
                    ),
                    format!(
                        "main had all three at {}",
                        time(p.total("return_exceptions"))
                    ),
                )
            },
        },
        Claim {
            id: "try-join-drops",
            says: "try_join! over plain futures drops the siblings where they wait.",
            scenes: &["try_join"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                let ended = |name, takes: Duration| {
                    let ended = |outcome| {
                        p.ended_at("try_join", name, outcome, b.min(takes))
                    };
                    match takes.cmp(&b) {
                        Ordering::Less => ended(Outcome::Finished),
                        Ordering::Greater => ended(Outcome::Cancelled),
                        // try_join! takes turns in who is polled first.
                        Ordering::Equal => {
                            ended(Outcome::Finished)
                                || ended(Outcome::Cancelled)
                        }
                    }
                };
                Finding::when(
                    p.ended_at("try_join", "B", Outcome::Failed, b)
                        && ended("A", a)
                        && ended("C", c)
                        && p.near("try_join", p.total("try_join"), b),
                    format!(
                        "{}; {}, {}",
                        p.fate("try_join", "B"),
                        p.fate("try_join", "A"),
                        p.fate("try_join", "C")
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
            scene: "try_join",
            why: "try_join! drops plain futures when one of them fails; \
                  asyncio's gather makes tasks of coroutines, and they live \
                  on until main ends. Where two are done in the same \
                  millisecond, try_join! takes turns in who is polled first.",
            first: |k| Some(fork(abc(k))),
        }],
        errata: &[],
    },
};
