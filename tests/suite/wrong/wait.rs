//! Waiting for some, got wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Wrong, count, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sequential",
        mistake: "the workers are together",
        claims: &["one-after-the-other"],
        knobs: &[],
        run: |k| run(together(workers(k), second(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "it waits for all of them",
        claims: &["whichever-comes-first", "done-and-pending"],
        knobs: &[],
        run: |k| run(for_all(workers(k), second(k), limit(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "it has no limit",
        claims: &["whichever-comes-first"],
        knobs: &[("timeout", "500ms")],
        run: |k| run(no_limit(workers(k), second(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "it sleeps until the limit, whoever is done before",
        claims: &["whichever-comes-first"],
        knobs: &[],
        run: |k| run(until_the_limit(workers(k), second(k), limit(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "it aborts the pending tasks itself",
        claims: &["done-and-pending"],
        knobs: &[],
        run: |k| run(first(workers(k), second(k), limit(k), Then::Abort)),
    },
    Wrong {
        scene: "first_completed",
        mistake: "it counts those in the set who have ended as pending",
        claims: &["done-and-pending"],
        knobs: &[],
        run: |k| run(counts_the_set(workers(k), second(k), limit(k))),
    },
    Wrong {
        scene: "all_completed",
        mistake: "it stops at the first",
        claims: &["all-or-timeout"],
        knobs: &[],
        run: |k| run(first(workers(k), second(k), limit(k), Then::Leave)),
    },
    Wrong {
        scene: "all_completed",
        mistake: "it has no limit",
        claims: &["all-or-timeout"],
        knobs: &[],
        run: |k| run(no_limit_for_all(workers(k), second(k))),
    },
    Wrong {
        scene: "first_exception",
        mistake: "it stops at the first, failed or not",
        claims: &["exception-or-timeout"],
        knobs: &[],
        run: |k| run(first(workers(k), second(k), limit(k), Then::Leave)),
    },
    Wrong {
        scene: "first_exception",
        mistake: "it does not look at the errors",
        claims: &["exception-or-timeout"],
        knobs: &[],
        run: |k| run(for_all(workers(k), second(k), limit(k))),
    },
    Wrong {
        scene: "left-running",
        mistake: "it shuts the set down",
        claims: &["cancels-nobody"],
        knobs: &[],
        run: |k| run(first(workers(k), second(k), limit(k), Then::Abort)),
    },
    Wrong {
        scene: "left-running",
        mistake: "it returns, and the set is dropped",
        claims: &["cancels-nobody"],
        knobs: &[],
        run: |k| run(first(workers(k), second(k), limit(k), Then::Leave)),
    },
];

fn workers(k: &Knobs) -> u32 {
    count("wait", k, "workers")
}

fn limit(k: &Knobs) -> Duration {
    time("wait", k, "timeout")
}

fn second(k: &Knobs) -> Duration {
    k.seconds(1.0)
}

#[traced]
async fn worker(i: u32, second: Duration) {
    sleep(second * i).await;
    say!("worker {i} done");
}

fn start(workers: u32, second: Duration) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for i in 1..=workers {
        tasks.spawn(worker(i, second).lane(format!("worker {i}")));
    }
    tasks
}

fn report(done: usize, pending: usize) {
    say!("Completed: {done}; still pending: {pending}");
}

#[traced]
async fn together(workers: u32, second: Duration) {
    start(workers, second).join_all().await;
}

#[traced]
async fn for_all(workers: u32, second: Duration, limit: Duration) {
    let mut tasks = start(workers, second);
    let mut done = 0;
    let all = async {
        while tasks.join_next().await.is_some() {
            done += 1;
        }
    };
    let _reached = timeout(limit, all).await;
    report(done, tasks.len());
}

#[traced]
async fn no_limit(workers: u32, second: Duration) {
    let mut tasks = start(workers, second);
    tasks.join_next().await;
    report(1, tasks.len());
}

#[traced]
async fn no_limit_for_all(workers: u32, second: Duration) {
    let mut tasks = start(workers, second);
    let mut done = 0;
    while tasks.join_next().await.is_some() {
        done += 1;
    }
    report(done, tasks.len());
}

#[traced]
async fn until_the_limit(workers: u32, second: Duration, limit: Duration) {
    let mut tasks = start(workers, second);
    sleep(limit).await;
    let mut done = 0;
    while tasks.try_join_next().is_some() {
        done += 1;
    }
    report(done, tasks.len());
}

#[traced]
async fn counts_the_set(workers: u32, second: Duration, limit: Duration) {
    let tasks = start(workers, second);
    // Whoever is done by then is still in the set.
    sleep(limit.min(second)).await;
    tokio::task::yield_now().await;
    report(0, tasks.len());
}

/// What is done with those who are pending.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Leave,
    Abort,
}

#[traced]
async fn first(workers: u32, second: Duration, limit: Duration, then: Then) {
    let mut tasks = start(workers, second);
    let mut done = 0;
    if timeout(limit, tasks.join_next()).await.is_ok() {
        done += 1;
    }
    report(done, tasks.len());
    if then == Then::Abort {
        tasks.shutdown().await;
    }
}
