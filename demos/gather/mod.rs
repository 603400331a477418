//! Wait for all, results in the order passed.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Fork, Knob, Knobs, Measure, Parting, Played, Plays,
    Scene, Twin, after, run, time,
};
use crate::trace::{How, Outcome};

const A: Knob = Knob::time("a", "3s", "How long A takes");
const B: Knob =
    Knob::time("b", "1s", "How long B takes; it fails in some scenes");
const C: Knob = Knob::time("c", "2s", "How long C takes");

/// How long A, B and C take.
type Times = (Duration, Duration, Duration);

fn abc(k: &Knobs) -> Times {
    (k.time(&A), k.time(&B), k.time(&C))
}

/// The longest of the three.
fn longest(p: &Played) -> Duration {
    let (a, b, c) = abc(p.knobs);
    a.max(b).max(c)
}

const RAISED: &str = "gather raised: B failed";

/// Why a claim about the siblings of a failure says nothing.
const SIBLINGS_DONE: &str = "A and C are done when B fails";

/// Where `try_join!` and asyncio's gather part first, if two that are done at
/// once make the difference.
fn tied((a, b, c): Times) -> Option<Fork> {
    if a == c && a < b {
        Some(Fork::new("C: C done", "A: A done"))
    } else if a == b && b <= c {
        Some(Fork::new("B failed: B failed", "A: A done"))
    } else if b == c && b < a {
        Some(Fork::new("A cancelled by main", "C: C done"))
    } else if b == c {
        Some(Fork::new("C: C done", "B failed: B failed"))
    } else {
        None
    }
}

/// The same if it is that somebody is dropped.
fn dropped((a, b, c): Times) -> Option<Fork> {
    if b < a {
        Some(Fork::new("A cancelled by main", GATHER_RAISED))
    } else if b < c {
        Some(Fork::new("C cancelled by main", GATHER_RAISED))
    } else {
        None
    }
}

/// The same if nobody is.
fn returned() -> Fork {
    Fork::new("main: try_join! returned: B failed", GATHER_RAISED)
}

const GATHER_RAISED: &str = "main: gather raised: B failed";

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "gather",
    title: "wait for all, results in the order passed",
    minutes: 10,
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
            about: "the same tasks, and B fails",
            plays: Plays::WhenAsked,
            run: |k| run(demo::failure(k.time(&A), k.time(&B), k.time(&C))),
        },
        Scene {
            name: "return_exceptions",
            about: "B fails, and errors count as results",
            plays: Plays::WhenAsked,
            run: |k| {
                run(demo::return_exceptions(k.time(&A), k.time(&B), k.time(&C)))
            },
        },
        Scene {
            name: "try_join",
            about: "B fails, and the calls are plain futures, not tasks",
            plays: Plays::WhenAsked,
            run: |k| run(demo::try_join(k.time(&A), k.time(&B), k.time(&C))),
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sequential",
        scene: "gather",
        gain: "was {} faster than",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "slowest-not-sum",
            says: "The total is the slowest call, not the sum.",
            scenes: &["sequential", "gather"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                let (sum, slowest) = (after(a).then(b).then(c), longest(p));
                p.ask("sequential")
                    .apart(sum, slowest)
                    .total(sum)
                    .and("gather")
                    .apart(sum, slowest)
                    .total(slowest)
                    .so(format!(
                        "{} together, {} one by one",
                        time(p.total("gather")),
                        time(p.total("sequential"))
                    ))
            },
        },
        Claim {
            id: "order-passed",
            says: "The results keep the order in which the calls were passed, whoever finished first.",
            scenes: &["gather"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                let timeline = p.scene("gather");
                let finished: Vec<&str> = timeline
                    .lines
                    .iter()
                    .filter_map(|line| line.text.strip_suffix(" done"))
                    .collect();
                let finished = finished.join(", ");
                let reported = timeline.lines_with("Results: ").next();
                let reported = reported
                    .map_or("nothing", |line| &line.text["Results: ".len()..]);
                let mut order = [(a, "A"), (b, "B"), (c, "C")];
                order.sort();
                let [first, second, third] = order.map(|(wait, _)| wait);
                p.ask("gather")
                    .unless(
                        order.map(|(_, name)| name) == ["A", "B", "C"],
                        "they finish in the order in which they were passed",
                    )
                    .apart(first, second)
                    .apart(second, third)
                    .is(
                        "the order of finishing",
                        &finished,
                        order.map(|(_, name)| name).join(", "),
                    )
                    .is("main reports", reported, "A, B, C")
                    .awaited("main", "A")
                    .awaited("main", "B")
                    .awaited("main", "C")
                    .so(format!(
                        "finished in the order {finished}, reported as \
                         {reported}"
                    ))
            },
        },
        Claim {
            id: "failure-surfaces-at-once",
            says: "A failure surfaces at once where main awaits. Handled there, it ends neither main nor the siblings: they run on.",
            scenes: &["failure"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                p.ask("failure")
                    .apart(b, a.max(c))
                    .unless(b > a.max(c), SIBLINGS_DONE)
                    .ended("B", Outcome::Failed, b)
                    .said("main", RAISED, b)
                    .ended("A", Outcome::Finished, a)
                    .ended("C", Outcome::Finished, c)
                    .ended("main", Outcome::Finished, longest(p))
                    .so(format!(
                        "raised at {}; {}, {}, {}",
                        p.when_said("failure", RAISED),
                        p.fate("failure", "A"),
                        p.fate("failure", "C"),
                        p.fate("failure", "main")
                    ))
            },
        },
        Claim {
            id: "exceptions-as-results",
            says: "With return_exceptions the error takes its place among the results, when all are there.",
            scenes: &["return_exceptions"],
            check: |p| {
                let (_, b, _) = abc(p.knobs);
                let line = "Results: A, error: B failed, C";
                let said = p.scene("return_exceptions").lines_with("Results");
                let said = said.map(|line| line.text.as_str()).next();
                p.ask("return_exceptions")
                    .unless(b == longest(p), "B fails when all are there")
                    .apart(b, longest(p))
                    .ended("B", Outcome::Failed, b)
                    .said("main", line, longest(p))
                    .so(format!(
                        "{}; main said {:?} at {}",
                        p.fate("return_exceptions", "B"),
                        said.unwrap_or("nothing"),
                        p.when_said("return_exceptions", line)
                    ))
            },
        },
        Claim {
            id: "try-join-drops",
            says: "tokio's try_join! over plain futures drops the siblings where they wait.",
            scenes: &["try_join"],
            check: |p| {
                let (a, b, c) = abc(p.knobs);
                let mut check = p
                    .ask("try_join")
                    .apart(b, a.max(c))
                    .unless(b > a.max(c), SIBLINGS_DONE)
                    .ended("B", Outcome::Failed, b)
                    .said("main", "try_join! returned: B failed", b)
                    .said("main", "main is done", after(b).then(longest(p)));
                for (name, wait) in [("A", a), ("C", c)] {
                    check = check.apart(wait, b);
                    check = if wait < b {
                        check.ended(name, Outcome::Finished, wait)
                    } else {
                        check.cancelled(name, "main", How::Drop, b)
                    };
                }
                check.so(format!(
                    "{}; {}, {}; main stayed until {}",
                    p.fate("try_join", "B"),
                    p.fate("try_join", "A"),
                    p.fate("try_join", "C"),
                    time(p.total("try_join"))
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
                scene: "try_join",
                why: "Two are done in the same millisecond. asyncio's tasks \
                      go in the order in which they were made; tokio's \
                      try_join! takes turns in who is polled first, and drops \
                      whoever is not done when B fails.",
                first: |k| tied(abc(k)),
            },
            Parting {
                scene: "try_join",
                why: "tokio's try_join! drops plain futures when one of them \
                      fails; asyncio's gather makes tasks of coroutines, and \
                      they run on.",
                first: |k| dropped(abc(k)),
            },
            Parting {
                scene: "try_join",
                why: "When B fails, there is nobody left to be dropped. \
                      try_join! returns the error where gather raises it, and \
                      main says so.",
                first: |_| Some(returned()),
            },
        ],
        errata: &[],
    },
};
