//! Cashiers who got it wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, block, say, sleep, traced};
use tokio::task::JoinSet;

use super::{Wrong, count, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sync",
        mistake: "it gives way while a customer pays",
        claims: &["sync-adds-up", "waiting-keeps-the-cashier"],
        knobs: &[],
        run: |k| run(together(customers(k), scan(k), pay(k), false)),
    },
    Wrong {
        scene: "async",
        mistake: "paying blocks, in an async function",
        claims: &[
            "waiting-keeps-the-cashier",
            "paying-overlaps",
            "async-total",
        ],
        knobs: &[],
        run: |k| run(together(customers(k), scan(k), pay(k), true)),
    },
    Wrong {
        scene: "async",
        mistake: "scanning gives way, as if it took no hands",
        claims: &["scanning-never-overlaps", "waiting-keeps-the-cashier"],
        knobs: &[],
        run: |k| run(without_hands(customers(k), scan(k), pay(k))),
    },
    Wrong {
        scene: "async",
        mistake: "it awaits each task before it makes the next",
        claims: &["paying-overlaps", "async-total"],
        knobs: &[],
        run: |k| run(in_turn(customers(k), scan(k), pay(k))),
    },
];

fn customers(k: &Knobs) -> u32 {
    count("cashier", k, "customers")
}

fn scan(k: &Knobs) -> Duration {
    time("cashier", k, "scan")
}

fn pay(k: &Knobs) -> Duration {
    time("cashier", k, "pay")
}

#[traced]
async fn serve(n: u32, scan: Duration, pay: Duration, blocks: bool) {
    say!("Customer {n}: scanning");
    block(scan);
    say!("Customer {n}: paying");
    if blocks {
        block(pay);
    } else {
        sleep(pay).await;
    }
    say!("Customer {n}: done");
}

#[traced]
async fn together(customers: u32, scan: Duration, pay: Duration, blocks: bool) {
    let mut tasks = JoinSet::new();
    for n in 1..=customers {
        let customer = serve(n, scan, pay, blocks);
        tasks.spawn(customer.lane(format!("Customer {n}")));
    }
    tasks.join_all().await;
}

#[traced]
async fn without_hands(customers: u32, scan: Duration, pay: Duration) {
    let mut tasks = JoinSet::new();
    for n in 1..=customers {
        let customer = async move {
            say!("Customer {n}: scanning");
            sleep(scan).await;
            say!("Customer {n}: paying");
            sleep(pay).await;
            say!("Customer {n}: done");
        };
        tasks.spawn(customer.lane(format!("Customer {n}")));
    }
    tasks.join_all().await;
}

#[traced]
async fn in_turn(customers: u32, scan: Duration, pay: Duration) {
    for n in 1..=customers {
        let customer = serve(n, scan, pay, false);
        let task = tokio::spawn(customer.lane(format!("Customer {n}")));
        task.await.unwrap();
    }
}
