//! Why synchronous code stalls.

mod demo;

use std::time::Duration;

use crate::chapter::{
    Chapter, Claim, Figure, Knob, Knobs, Measure, Played, Plays, Scene, Twin,
    after, number_of, run, time,
};
use crate::timeline::Lane;

const CUSTOMERS: Knob =
    Knob::count("customers", (3, 1, 100), "How many customers there are");
const SCAN: Knob = Knob::time(
    "scan",
    "200ms",
    "How long scanning keeps the cashier's hands",
);
const PAY: Knob =
    Knob::time("pay", "1s", "How long each customer takes to pay");

/// Why most of this says nothing of a single customer.
const ALONE: &str = "there is no next customer";

/// What the knobs say.
struct Shift {
    customers: u32,
    scan: Duration,
    pay: Duration,
}

fn shift(k: &Knobs) -> Shift {
    Shift {
        customers: k.count(&CUSTOMERS),
        scan: k.time(&SCAN),
        pay: k.time(&PAY),
    }
}

/// One customer, as the lines tell it.
struct Visit {
    scanning: Duration,
    paying: Duration,
    done: Duration,
}

impl Visit {
    /// How long scanning took.
    fn scan(&self) -> Duration {
        self.paying.saturating_sub(self.scanning)
    }
}

/// Every customer who was scanned, has paid and was done, in their order.
fn visits(p: &Played, scene: &str) -> Vec<Visit> {
    let customers = 1..=p.knobs.count(&CUSTOMERS);
    let visit = |n| {
        let lane = format!("Customer {n}");
        let said = |what| p.said(scene, &lane, &format!("{lane}: {what}"));
        Some(Visit {
            scanning: said("scanning")?,
            paying: said("paying")?,
            done: said("done")?,
        })
    };
    customers.map_while(visit).collect()
}

/// For how long in all the customers had the cashier, who is the thread.
fn kept(p: &Played, scene: &str) -> Duration {
    let lanes = p.scene(scene).lanes.iter().skip(1);
    lanes.flat_map(Lane::holds).map(|span| span.length()).sum()
}

/// The chapter.
pub const CHAPTER: Chapter = Chapter {
    name: "cashier",
    title: "why synchronous code stalls",
    minutes: 6,
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
            about: "a task for each, and an await where they pay",
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
        gain: "was {} faster than",
        figure: Figure::Time(|timeline| Some(timeline.total)),
    },
    claims: &[
        Claim {
            id: "sync-adds-up",
            says: "One after the other, every payment counts: the total is customers x (scan + pay).",
            scenes: &["sync"],
            check: |p| {
                let Shift {
                    customers,
                    scan,
                    pay,
                } = shift(p.knobs);
                let all = after(scan).then(pay).times(customers);
                let served = visits(p, "sync").len();
                p.ask("sync")
                    .unless(customers == 1, ALONE)
                    .apart(all, after(scan).times(customers).then(pay))
                    .is("customers served", served, customers)
                    .total(all)
                    .so(format!(
                        "{} for {served} x ({} + {})",
                        time(p.total("sync")),
                        time(scan),
                        time(pay)
                    ))
            },
        },
        Claim {
            id: "waiting-keeps-the-cashier",
            says: "A wait that blocks keeps the cashier just as work does; a wait that gives way sets the hands free.",
            scenes: &["sync", "async"],
            check: |p| {
                let Shift {
                    customers,
                    scan,
                    pay,
                } = shift(p.knobs);
                let busy = after(scan).times(customers);
                let all = after(scan).then(pay).times(customers);
                let kept = ["sync", "async"].map(|scene| kept(p, scene));
                p.ask("sync")
                    .apart(all, busy)
                    .time("sync keeps the thread", Some(kept[0]), all)
                    .and("async")
                    .apart(all, busy)
                    .time("async keeps the thread", Some(kept[1]), busy)
                    .so(format!(
                        "the thread was kept for {} of {} in sync, for {} of {} in async",
                        time(kept[0]),
                        time(p.total("sync")),
                        time(kept[1]),
                        time(p.total("async"))
                    ))
            },
        },
        Claim {
            id: "scanning-never-overlaps",
            says: "Scanning never overlaps: the cashier has one pair of hands, and the loop has one thread.",
            scenes: &["async"],
            check: |p| {
                let Shift {
                    customers, scan, ..
                } = shift(p.knobs);
                let visits = visits(p, "async");
                let scans: Vec<Duration> =
                    visits.iter().map(Visit::scan).collect();
                let overlaps = visits
                    .windows(2)
                    .filter(|two| two[1].scanning < two[0].paying)
                    .count();
                let mut check = p
                    .ask("async")
                    .on_one_thread()
                    .unless(customers == 1, ALONE)
                    .is("customers scanned", visits.len(), customers)
                    .is("scans that overlap", overlaps, 0);
                for (n, length) in (1..).zip(&scans) {
                    let what = format!("the scan of Customer {n}");
                    check = check.time(what, Some(*length), scan);
                    let lane = format!("Customer {n}");
                    let held = p.held("async", &lane);
                    let what = format!("{lane} keeps the thread for");
                    check = check.time(what, Some(held), scan);
                }
                let first = visits.first().map(|visit| visit.scanning);
                let last = visits.last().map(|visit| visit.paying);
                check.so(format!(
                    "{} scans from {} to {}, of which {overlaps} overlap; the \
                     longest took {}",
                    visits.len(),
                    time(first.unwrap_or_default()),
                    time(last.unwrap_or_default()),
                    time(scans.iter().max().copied().unwrap_or_default())
                ))
            },
        },
        Claim {
            id: "paying-overlaps",
            says: "Paying does: while one customer pays, the next is scanned.",
            scenes: &["async"],
            check: |p| {
                let Shift {
                    customers,
                    scan,
                    pay,
                } = shift(p.knobs);
                let visits = visits(p, "async");
                let meanwhile = |payer: &Visit| {
                    let scans = visits.iter().map(|visit| visit.scanning);
                    scans
                        .filter(|at| (payer.paying..payer.done).contains(at))
                        .count()
                };
                // The last customer has nobody behind.
                let payers = visits.iter().rev().skip(1);
                let alone = payers.filter(|payer| meanwhile(payer) == 0);
                let alone = alone.count();
                let first = visits.first();
                p.ask("async")
                    .on_one_thread()
                    .unless(customers == 1, ALONE)
                    .apart(after(scan).then(pay), scan)
                    .is("customers served", visits.len(), customers)
                    .is("customers with another behind them who pay, and nobody is scanned", alone, 0)
                    .so(match first {
                        None => "nobody paid".to_owned(),
                        Some(first) => format!(
                            "Customer 1 began to pay at {} and was gone at {}; \
                             meanwhile {}",
                            time(first.paying),
                            time(first.done),
                            number_of(
                                meanwhile(first),
                                "more was scanned",
                                "more were scanned"
                            )
                        ),
                    })
            },
        },
        Claim {
            id: "async-total",
            says: "The async total is customers x scan + pay: only the last payment counts.",
            scenes: &["async"],
            check: |p| {
                let Shift {
                    customers,
                    scan,
                    pay,
                } = shift(p.knobs);
                let total = after(scan).times(customers).then(pay);
                let served = visits(p, "async").len();
                p.ask("async")
                    .on_one_thread()
                    .unless(customers == 1, ALONE)
                    .apart(after(scan).then(pay).times(customers), total)
                    .is("customers served", served, customers)
                    .total(total)
                    .so(format!(
                        "{} for {served} x {} + {}",
                        time(p.total("async")),
                        time(scan),
                        time(pay)
                    ))
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
