//! Three waits, got wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, block, say, sleep, to_thread, traced};
use tokio::task::JoinSet;

use super::{Wrong, count, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sync",
        mistake: "its sleep does not block: others could run",
        claims: &["sync-adds-up"],
        knobs: &[],
        run: |k| run(gives_way(tasks(k), delay(k))),
    },
    Wrong {
        scene: "sync",
        mistake: "the calls are tasks, and overlap",
        claims: &["sync-adds-up"],
        knobs: &[],
        run: |k| run(in_order_of_ending(tasks(k), delay(k))),
    },
    Wrong {
        scene: "async",
        mistake: "it awaits each task before it makes the next",
        claims: &["async-overlaps", "one-thread"],
        knobs: &[],
        run: |k| run(one_by_one(tasks(k), delay(k))),
    },
    Wrong {
        scene: "async",
        mistake: "a blocking sleep in an async function",
        claims: &["async-overlaps"],
        knobs: &[],
        run: |k| run(blocks(tasks(k), delay(k))),
    },
    Wrong {
        scene: "async",
        mistake: "it takes the results as they come, and they come in order",
        claims: &["call-order"],
        knobs: &[],
        run: |k| run(in_order_of_ending(tasks(k), delay(k))),
    },
    Wrong {
        scene: "async",
        mistake: "it takes the handles from a stack, the last one first",
        claims: &["call-order"],
        knobs: &[],
        run: |k| run(from_a_stack(tasks(k), delay(k))),
    },
    Wrong {
        scene: "async",
        mistake: "each call has a thread of its own",
        claims: &["one-thread"],
        knobs: &[],
        run: |k| run(on_threads(tasks(k), delay(k))),
    },
];

fn tasks(k: &Knobs) -> u32 {
    count("sync-vs-async", k, "tasks")
}

fn delay(k: &Knobs) -> Duration {
    time("sync-vs-async", k, "delay")
}

#[traced]
async fn task(n: u32, delay: Duration) -> u32 {
    say!("Async task {n} start");
    sleep(delay).await;
    say!("Async task {n} end");
    n
}

#[traced]
async fn gives_way(tasks: u32, delay: Duration) {
    for n in 1..=tasks {
        say!("Task {n} start");
        sleep(delay).await;
        say!("Task {n} end");
    }
}

#[traced]
async fn one_by_one(tasks: u32, delay: Duration) {
    let mut results = Vec::new();
    for n in 1..=tasks {
        let task = task(n, delay).lane(format!("Task {n}"));
        results.push(tokio::spawn(task).await.unwrap());
    }
    say!("Results: {results:?}");
}

#[traced]
async fn blocks(tasks: u32, delay: Duration) {
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let task = async move {
            say!("Async task {n} start");
            block(delay);
            say!("Async task {n} end");
            n
        };
        handles.push(tokio::spawn(task.lane(format!("Task {n}"))));
    }
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await.unwrap());
    }
    say!("Results: {results:?}");
}

#[traced]
async fn in_order_of_ending(tasks: u32, delay: Duration) {
    let mut set = JoinSet::new();
    for n in 1..=tasks {
        set.spawn(task(n, delay).lane(format!("Task {n}")));
    }
    let mut results = Vec::new();
    while let Some(result) = set.join_next().await {
        results.push(result.unwrap());
    }
    say!("Results: {results:?}");
}

#[traced]
async fn from_a_stack(tasks: u32, delay: Duration) {
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let task = task(n, delay).lane(format!("Task {n}"));
        handles.push(tokio::spawn(task));
    }
    let mut results = Vec::new();
    while let Some(handle) = handles.pop() {
        results.push(handle.await.unwrap());
    }
    say!("Results: {results:?}");
}

#[traced]
async fn on_threads(tasks: u32, delay: Duration) {
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let call = move || {
            block(delay);
            n
        };
        let task = to_thread(format!("Task {n}"), call);
        handles.push(tokio::spawn(task.lane(format!("waits for {n}"))));
    }
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await.unwrap());
    }
    say!("Results: {results:?}");
}
