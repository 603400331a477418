//! One after another, or together, got wrong.

use std::time::Duration;

use asyncade::stage::{Lane, block, say, sleep, to_thread, traced};
use tokio::task::JoinSet;

use super::Wrong;

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sync",
        mistake: "the waits give way: it takes as long, but blocks nobody",
        claims: &["sync-adds-up"],
        knobs: &[],
        run: |k| Box::pin(gives_way(k.count("tasks"), k.time("delay"))),
    },
    Wrong {
        scene: "async",
        mistake: "each task is awaited as soon as it is spawned",
        claims: &["async-overlaps", "one-thread"],
        knobs: &[],
        run: |k| Box::pin(await_at_once(k.count("tasks"), k.time("delay"))),
    },
    Wrong {
        scene: "async",
        mistake: "the tasks block: async does not make them give way",
        claims: &["async-overlaps"],
        knobs: &[],
        run: |k| Box::pin(blocking_tasks(k.count("tasks"), k.time("delay"))),
    },
    Wrong {
        scene: "async",
        mistake: "results as they come: by chance that is the order of calls",
        claims: &["call-order"],
        knobs: &[],
        run: |k| Box::pin(as_they_come(k.count("tasks"), k.time("delay"))),
    },
    Wrong {
        scene: "async",
        mistake: "handles are popped from the end",
        claims: &["call-order"],
        knobs: &[],
        run: |k| Box::pin(popped(k.count("tasks"), k.time("delay"))),
    },
    Wrong {
        scene: "async",
        mistake: "a thread for each: parallelism",
        claims: &["one-thread"],
        knobs: &[],
        run: |k| Box::pin(on_threads(k.count("tasks"), k.time("delay"))),
    },
];

#[traced]
async fn task(n: u32, delay: Duration) -> u32 {
    say!("Async task {n} start");
    sleep(delay).await;
    say!("Async task {n} end");
    n
}

async fn blocking_task(n: u32, delay: Duration) -> u32 {
    say!("Async task {n} start");
    block(delay);
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
async fn await_at_once(tasks: u32, delay: Duration) {
    let mut results = Vec::new();
    for n in 1..=tasks {
        let task = task(n, delay).lane(format!("Task {n}"));
        results.push(tokio::spawn(task).await.unwrap());
    }
    say!("Results: {results:?}");
}

#[traced]
async fn blocking_tasks(tasks: u32, delay: Duration) {
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let task = blocking_task(n, delay).lane(format!("Task {n}"));
        handles.push(tokio::spawn(task));
    }
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await.unwrap());
    }
    say!("Results: {results:?}");
}

#[traced]
async fn as_they_come(tasks: u32, delay: Duration) {
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
async fn popped(tasks: u32, delay: Duration) {
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
async fn call_a_thread(n: u32, delay: Duration) -> u32 {
    say!("Async task {n} start");
    to_thread(format!("thread {n}"), move || block(delay)).await;
    say!("Async task {n} end");
    n
}

#[traced]
async fn on_threads(tasks: u32, delay: Duration) {
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let task = call_a_thread(n, delay).lane(format!("Task {n}"));
        handles.push(tokio::spawn(task));
    }
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await.unwrap());
    }
    say!("Results: {results:?}");
}
