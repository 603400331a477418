//! Why synchronous code stalls.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Finding, Knob, Measure, Plays, Scene, Twin, run,
    time,
};
use crate::timeline::{Lane, Timeline};

const CUSTOMERS: Knob =
    Knob::count("customers", (3, 1, 100), "How many customers there are");
const SCAN: Knob = Knob::time(
    "scan",
    "200ms",
    "How long scanning keeps the cashier's hands",
);
const PAY: Knob =
    Knob::time("pay", "1s", "How long each customer takes to pay");

/// One customer, as the lines tell it.
struct Visit {
    scanning: Duration,
    paying: Duration,
    done: Duration,
}

/// Every customer who was scanned, has paid and was done, in their order.
fn visits(timeline: &Timeline) -> Vec<Visit> {
    (1..timeline.lanes.len())
        .map_while(|n| {
            Some(Visit {
                scanning: timeline.said(&format!("Customer {n}: scanning"))?,
                paying: timeline.said(&format!("Customer {n}: paying"))?,
                done: timeline.said(&format!("Customer {n}: done"))?,
            })
        })
        .collect()
}

/// For how long in all the customers had the cashier, who is the thread.
fn kept(timeline: &Timeline) -> Duration {
    let holds = timeline.lanes.iter().skip(1).flat_map(Lane::holds);
    holds.map(|span| span.length()).sum()
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "cashier",
    title: "why synchronous code stalls",
    minutes: 4,
    knobs: &[CUSTOMERS, SCAN, PAY],
    check: |_| Ok(()),
    scenes: &[
        Scene {
            name: "sync",
            about: "one customer from start to end, then the next",
            plays: Plays::Always,
            run: |k| {
                run(demo::sync(
                    k.count(&CUSTOMERS),
                    k.time(&SCAN),
                    k.time(&PAY),
                ))
            },
        },
        Scene {
            name: "async",
            about: "while one customer pays, the next is scanned",
            plays: Plays::Always,
            run: |k| {
                run(demo::concurrent(
                    k.count(&CUSTOMERS),
                    k.time(&SCAN),
                    k.time(&PAY),
                ))
            },
        },
    ],
    measure: Measure {
        what: "total time",
        baseline: "sync",
        scene: "async",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "sync-adds-up",
            says: "One after the other, every payment counts: the total is customers x (scan + pay).",
            scenes: &["sync"],
            check: |p| {
                let (scan, pay) = (p.knobs.time(&SCAN), p.knobs.time(&PAY));
                let served = visits(p.scene("sync")).len();
                let customers = p.knobs.count(&CUSTOMERS);
                let total = p.total("sync");
                Finding::when(
                    served == customers as usize
                        && p.near("sync", total, (scan + pay) * customers),
                    format!(
                        "{} for {served} x ({} + {})",
                        time(total),
                        time(scan),
                        time(pay)
                    ),
                )
            },
        },
        Claim {
            id: "waiting-keeps-the-cashier",
            says: "That is the stall: a wait that blocks keeps the cashier just as work does; a wait that gives way sets the hands free.",
            scenes: &["sync", "async"],
            check: |p| {
                let customers = p.knobs.count(&CUSTOMERS);
                let (scan, pay) = (p.knobs.time(&SCAN), p.knobs.time(&PAY));
                let (sync, free) =
                    (kept(p.scene("sync")), kept(p.scene("async")));
                Finding::when(
                    p.near("sync", sync, (scan + pay) * customers)
                        && p.near("async", free, scan * customers),
                    format!(
                        "the thread was kept for {} of {} in sync, for {} of {} in async",
                        time(sync),
                        time(p.total("sync")),
                        time(free),
                        time(p.total("async"))
                    ),
                )
            },
        },
        Claim {
            id: "scanning-never-overlaps",
            says: "Scanning never overlaps: the cashier has two hands, and the loop has one thread.",
            scenes: &["async"],
            check: |p| {
                let scan = p.knobs.time(&SCAN);
                let visits = visits(p.scene("async"));
                let one_by_one = visits
                    .windows(2)
                    .all(|two| two[0].paying <= two[1].scanning);
                let each = visits.iter().all(|visit| {
                    p.near(
                        "async",
                        visit.paying.saturating_sub(visit.scanning),
                        scan,
                    )
                });
                let (Some(first), Some(last)) = (visits.first(), visits.last())
                else {
                    return Finding::Broken("nobody was scanned".to_owned());
                };
                Finding::when(
                    visits.len() == p.knobs.count(&CUSTOMERS) as usize
                        && one_by_one
                        && each,
                    format!(
                        "{} scans of {}, one after the other from {} to {}",
                        visits.len(),
                        time(scan),
                        time(first.scanning),
                        time(last.paying)
                    ),
                )
            },
        },
        Claim {
            id: "paying-overlaps",
            says: "Paying does: while one customer pays, the next is scanned.",
            scenes: &["async"],
            check: |p| {
                let customers = p.knobs.count(&CUSTOMERS);
                if customers == 1 {
                    return Finding::Moot(
                        "there is no next customer".to_owned(),
                    );
                }
                let visits = visits(p.scene("async"));
                let meanwhile = |payer: &Visit| {
                    let scans = visits.iter().map(|visit| visit.scanning);
                    scans
                        .filter(|at| (payer.paying..payer.done).contains(at))
                        .count()
                };
                let overlaps = visits.windows(2).all(|two| {
                    (two[0].paying..two[0].done).contains(&two[1].scanning)
                });
                let Some(first) = visits.first() else {
                    return Finding::Broken("nobody paid".to_owned());
                };
                Finding::when(
                    visits.len() == customers as usize && overlaps,
                    format!(
                        "Customer 1 paid from {} and was done at {}; meanwhile {} more were scanned",
                        time(first.paying),
                        time(first.done),
                        meanwhile(first)
                    ),
                )
            },
        },
        Claim {
            id: "async-total",
            says: "The async total is customers x scan + pay: only the last payment counts.",
            scenes: &["async"],
            check: |p| {
                let (scan, pay) = (p.knobs.time(&SCAN), p.knobs.time(&PAY));
                let served = visits(p.scene("async")).len();
                let customers = p.knobs.count(&CUSTOMERS);
                let total = p.total("async");
                Finding::when(
                    served == customers as usize
                        && p.near("async", total, scan * customers + pay),
                    format!(
                        "{} for {served} x {} + {}",
                        time(total),
                        time(scan),
                        time(pay)
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
        partings: &[],
        errata: &[],
    },
};
