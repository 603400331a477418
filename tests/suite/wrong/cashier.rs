//! The cashier, got wrong.

use std::sync::Arc;
use std::time::Duration;

use asyncade::stage::{Lane, block, say, sleep, to_thread, traced};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::{Set, Wrong};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sync",
        mistake: "tasks that wait: nobody stands in a queue",
        claims: &["sync-adds-up", "waiting-keeps-the-cashier"],
        knobs: &[],
        run: |k| {
            let (n, scan, pay) = shift(k);
            Box::pin(together(n, scan, pay))
        },
    },
    Wrong {
        scene: "sync",
        mistake: "the wait gives the thread back, and nobody takes it",
        claims: &["waiting-keeps-the-cashier"],
        knobs: &[],
        run: |k| {
            let (n, scan, pay) = shift(k);
            Box::pin(one_by_one(n, scan, pay))
        },
    },
    Wrong {
        scene: "async",
        mistake: "tasks whose wait blocks: async does not make it give way",
        claims: &[
            "waiting-keeps-the-cashier",
            "async-total",
            "paying-overlaps",
        ],
        knobs: &[],
        run: |k| {
            let (n, scan, pay) = shift(k);
            Box::pin(blocking_tasks(n, scan, pay))
        },
    },
    Wrong {
        scene: "async",
        mistake: "each customer is awaited before the next is let in",
        claims: &["paying-overlaps", "async-total"],
        knobs: &[],
        run: |k| {
            let (n, scan, pay) = shift(k);
            Box::pin(one_by_one(n, scan, pay))
        },
    },
    Wrong {
        scene: "async",
        mistake: "scanning waits too, so one cashier scans three at once",
        claims: &["scanning-never-overlaps", "async-total"],
        knobs: &[],
        run: |k| {
            let (n, scan, pay) = shift(k);
            Box::pin(together(n, scan, pay))
        },
    },
    Wrong {
        scene: "async",
        mistake: "one scan at a time because of a lock, and not of the hands",
        claims: &["scanning-never-overlaps"],
        knobs: &[],
        run: |k| {
            let (n, scan, pay) = shift(k);
            Box::pin(one_scanner(n, scan, pay))
        },
    },
    Wrong {
        scene: "async",
        mistake: "scanning on threads: as many cashiers as customers",
        claims: &["scanning-never-overlaps"],
        knobs: &[],
        run: |k| {
            let (n, scan, pay) = shift(k);
            Box::pin(many_hands(n, scan, pay))
        },
    },
];

fn shift(k: Set) -> (u32, Duration, Duration) {
    (k.count("customers"), k.time("scan"), k.time("pay"))
}

async fn serve_and_stand(n: u32, scan: Duration, pay: Duration) {
    say!("Customer {n}: scanning");
    block(scan);
    say!("Customer {n}: paying");
    block(pay);
    say!("Customer {n}: done");
}

#[traced]
async fn serve(n: u32, scan: Duration, pay: Duration) {
    say!("Customer {n}: scanning");
    block(scan);
    say!("Customer {n}: paying");
    sleep(pay).await;
    say!("Customer {n}: done");
}

#[traced]
async fn serve_by_waiting(n: u32, scan: Duration, pay: Duration) {
    say!("Customer {n}: scanning");
    sleep(scan).await;
    say!("Customer {n}: paying");
    sleep(pay).await;
    say!("Customer {n}: done");
}

#[traced]
async fn serve_on_a_thread(n: u32, scan: Duration, pay: Duration) {
    say!("Customer {n}: scanning");
    to_thread(format!("hands {n}"), move || block(scan)).await;
    say!("Customer {n}: paying");
    sleep(pay).await;
    say!("Customer {n}: done");
}

#[traced]
async fn serve_with_a_lock(
    n: u32,
    scan: Duration,
    pay: Duration,
    scanner: Arc<Mutex<()>>,
) {
    let hands = scanner.lock().await;
    say!("Customer {n}: scanning");
    sleep(scan).await;
    say!("Customer {n}: paying");
    drop(hands);
    sleep(pay).await;
    say!("Customer {n}: done");
}

#[traced]
async fn one_scanner(customers: u32, scan: Duration, pay: Duration) {
    let scanner = Arc::new(Mutex::new(()));
    let mut tasks = JoinSet::new();
    for n in 1..=customers {
        let customer = serve_with_a_lock(n, scan, pay, scanner.clone());
        tasks.spawn(customer.lane(format!("Customer {n}")));
    }
    tasks.join_all().await;
}

#[traced]
async fn together(customers: u32, scan: Duration, pay: Duration) {
    let mut tasks = JoinSet::new();
    for n in 1..=customers {
        let customer = serve_by_waiting(n, scan, pay);
        tasks.spawn(customer.lane(format!("Customer {n}")));
    }
    tasks.join_all().await;
}

#[traced]
async fn blocking_tasks(customers: u32, scan: Duration, pay: Duration) {
    let mut tasks = JoinSet::new();
    for n in 1..=customers {
        let customer = serve_and_stand(n, scan, pay);
        tasks.spawn(customer.lane(format!("Customer {n}")));
    }
    tasks.join_all().await;
}

#[traced]
async fn one_by_one(customers: u32, scan: Duration, pay: Duration) {
    for n in 1..=customers {
        let customer = serve(n, scan, pay);
        customer.lane(format!("Customer {n}")).await;
    }
}

#[traced]
async fn many_hands(customers: u32, scan: Duration, pay: Duration) {
    let mut tasks = JoinSet::new();
    for n in 1..=customers {
        let customer = serve_on_a_thread(n, scan, pay);
        tasks.spawn(customer.lane(format!("Customer {n}")));
    }
    tasks.join_all().await;
}
