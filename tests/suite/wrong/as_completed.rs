//! Taking results, got wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::{JoinHandle, JoinSet};

use super::{Wrong, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "as_completed",
        mistake: "it awaits the handles in the order of the calls",
        claims: &["completion-order", "first-after-shortest"],
        knobs: &[],
        run: |k| run(in_call_order(x(k), y(k), z(k))),
    },
    Wrong {
        scene: "as_completed",
        mistake: "it waits for all, and processes them then",
        claims: &["first-after-shortest", "completion-order"],
        knobs: &[],
        run: |k| run(all_first(x(k), y(k), z(k))),
    },
    Wrong {
        scene: "as_completed",
        mistake: "it makes the next task when the one before is done",
        claims: &["same-total", "completion-order"],
        knobs: &[],
        run: |k| run(one_by_one(x(k), y(k), z(k))),
    },
    Wrong {
        scene: "as_completed",
        mistake: "it takes the first result and drops the rest",
        claims: &["same-total", "completion-order"],
        knobs: &[],
        run: |k| run(the_first_only(x(k), y(k), z(k))),
    },
    Wrong {
        scene: "gather-first",
        mistake: "it takes each result when it comes",
        claims: &["first-after-shortest"],
        knobs: &[],
        run: |k| run(each_when_it_comes(x(k), y(k), z(k))),
    },
];

fn x(k: &Knobs) -> Duration {
    time("as_completed", k, "x")
}

fn y(k: &Knobs) -> Duration {
    time("as_completed", k, "y")
}

fn z(k: &Knobs) -> Duration {
    time("as_completed", k, "z")
}

#[traced]
async fn fetch(name: &'static str, delay: Duration) -> &'static str {
    sleep(delay).await;
    name
}

fn spawn(
    x: Duration,
    y: Duration,
    z: Duration,
) -> [JoinHandle<&'static str>; 3] {
    [("X", x), ("Y", y), ("Z", z)]
        .map(|(name, delay)| tokio::spawn(fetch(name, delay).lane(name)))
}

#[traced]
async fn in_call_order(x: Duration, y: Duration, z: Duration) {
    for task in spawn(x, y, z) {
        say!("Got: {}", task.await.unwrap());
    }
}

#[traced]
async fn all_first(x: Duration, y: Duration, z: Duration) {
    let mut tasks = JoinSet::new();
    for (name, delay) in [("X", x), ("Y", y), ("Z", z)] {
        tasks.spawn(fetch(name, delay).lane(name));
    }
    for name in tasks.join_all().await {
        say!("Got: {name}");
    }
}

#[traced]
async fn one_by_one(x: Duration, y: Duration, z: Duration) {
    let mut calls = [(x, "X"), (y, "Y"), (z, "Z")];
    calls.sort();
    for (delay, name) in calls {
        let task = tokio::spawn(fetch(name, delay).lane(name));
        say!("Got: {}", task.await.unwrap());
    }
}

#[traced]
async fn the_first_only(x: Duration, y: Duration, z: Duration) {
    let mut tasks = JoinSet::new();
    for (name, delay) in [("X", x), ("Y", y), ("Z", z)] {
        tasks.spawn(fetch(name, delay).lane(name));
    }
    if let Some(name) = tasks.join_next().await {
        say!("Got: {}", name.unwrap());
    }
}

#[traced]
async fn each_when_it_comes(x: Duration, y: Duration, z: Duration) {
    let mut tasks = JoinSet::new();
    for (name, delay) in [("X", x), ("Y", y), ("Z", z)] {
        tasks.spawn(fetch(name, delay).lane(name));
    }
    while let Some(name) = tasks.join_next().await {
        say!("Got: {}", name.unwrap());
    }
}
