//! Waiting for some of the tasks, got wrong.

use std::time::Duration;

use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Set, Wrong};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sequential",
        mistake: "the workers are tasks",
        claims: &["one-after-the-other"],
        knobs: &[],
        run: |k| Box::pin(together(times(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "waits for all, or for the limit",
        claims: &["whichever-comes-first"],
        knobs: &[],
        run: |k| Box::pin(until_all(times(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "has no limit",
        claims: &["whichever-comes-first"],
        knobs: &[("timeout", "500ms")],
        run: |k| Box::pin(without_limit(times(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "sleeps until the limit, and looks who is done",
        claims: &["whichever-comes-first"],
        knobs: &[],
        run: |k| Box::pin(looks_late(times(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "counts the one that is done among the pending",
        claims: &["done-and-pending"],
        knobs: &[],
        run: |k| Box::pin(counts_twice(times(k))),
    },
    Wrong {
        scene: "first_completed",
        mistake: "cancels the pending ones itself",
        claims: &["done-and-pending"],
        knobs: &[],
        run: |k| Box::pin(shuts_down(times(k))),
    },
    Wrong {
        scene: "all_completed",
        mistake: "a limit for each wait, and none for all of them",
        claims: &["all-or-timeout"],
        knobs: &[],
        run: |k| Box::pin(limit_for_each(times(k))),
    },
    Wrong {
        scene: "all_completed",
        mistake: "stops at the first",
        claims: &["all-or-timeout"],
        knobs: &[],
        run: |k| Box::pin(until_first(times(k))),
    },
    Wrong {
        scene: "all_completed",
        mistake: "sleeps until the limit, though all are done before",
        claims: &["all-or-timeout"],
        knobs: &[("timeout", "4500ms")],
        run: |k| Box::pin(looks_late(times(k))),
    },
    Wrong {
        scene: "first_exception",
        mistake: "does not look whether a worker has failed",
        claims: &["exception-or-timeout"],
        knobs: &[],
        run: |k| Box::pin(overlooks(times(k), k.count("fail"))),
    },
    Wrong {
        scene: "first_exception",
        mistake: "stops at the first that is done, failed or not",
        claims: &["exception-or-timeout"],
        knobs: &[],
        run: |k| Box::pin(stops_early(times(k), k.count("fail"))),
    },
    Wrong {
        scene: "left-running",
        mistake: "the set is dropped with the function: that aborts all in it",
        claims: &["cancels-nobody"],
        knobs: &[],
        run: |k| Box::pin(drops_the_set(times(k))),
    },
    Wrong {
        scene: "left-running",
        mistake: "main does not stay",
        claims: &["cancels-nobody"],
        knobs: &[],
        run: |k| Box::pin(until_first(times(k))),
    },
];

#[derive(Clone, Copy)]
struct Times {
    workers: u32,
    second: Duration,
    limit: Duration,
}

fn times(k: Set) -> Times {
    Times {
        workers: k.count("workers"),
        second: k.seconds(1.0),
        limit: k.time("timeout"),
    }
}

type Report = Result<(), String>;

#[traced]
async fn worker(i: u32, second: Duration) -> Report {
    sleep(second * i).await;
    say!("worker {i} done");
    Ok(())
}

#[traced]
async fn failing(i: u32, second: Duration) -> Report {
    sleep(second * i).await;
    Err(format!("worker {i} failed"))
}

fn start(times: Times, fail: u32) -> JoinSet<Report> {
    let mut tasks = JoinSet::new();
    for i in 1..=times.workers {
        let name = format!("worker {i}");
        if i == fail {
            tasks.spawn(failing(i, times.second).try_lane(name));
        } else {
            tasks.spawn(worker(i, times.second).try_lane(name));
        }
    }
    tasks
}

fn report(mut done: u32, tasks: &mut JoinSet<Report>) {
    while tasks.try_join_next().is_some() {
        done += 1;
    }
    say!("Completed: {done}; still pending: {}", tasks.len());
}

#[traced]
async fn together(times: Times) {
    start(times, 0).join_all().await;
}

#[traced]
async fn until_all(times: Times) {
    let mut tasks = start(times, 0);
    let mut done = 0;
    let all = async {
        while tasks.join_next().await.is_some() {
            done += 1;
        }
    };
    let _reached = timeout(times.limit, all).await;
    report(done, &mut tasks);
}

#[traced]
async fn without_limit(times: Times) {
    let mut tasks = start(times, 0);
    tasks.join_next().await;
    report(1, &mut tasks);
}

#[traced]
async fn looks_late(times: Times) {
    let mut tasks = start(times, 0);
    sleep(times.limit).await;
    report(0, &mut tasks);
}

#[traced]
async fn counts_twice(times: Times) {
    let mut tasks = start(times, 0);
    let _reached = timeout(times.limit, tasks.join_next()).await;
    say!("Completed: 1; still pending: {}", tasks.len() + 1);
}

#[traced]
async fn shuts_down(times: Times) {
    let mut tasks = start(times, 0);
    let done = timeout(times.limit, tasks.join_next()).await.is_ok();
    report(u32::from(done), &mut tasks);
    tasks.shutdown().await;
}

#[traced]
async fn limit_for_each(times: Times) {
    let mut tasks = start(times, 0);
    let mut done = 0;
    while let Ok(Some(_)) = timeout(times.limit, tasks.join_next()).await {
        done += 1;
    }
    report(done, &mut tasks);
}

#[traced]
async fn until_first(times: Times) {
    let mut tasks = start(times, 0);
    let done = timeout(times.limit, tasks.join_next()).await.is_ok();
    report(u32::from(done), &mut tasks);
}

#[traced]
async fn overlooks(times: Times, fail: u32) {
    let mut tasks = start(times, fail);
    let mut done = 0;
    let all = async {
        while tasks.join_next().await.is_some() {
            done += 1;
        }
    };
    let _reached = timeout(times.limit, all).await;
    report(done, &mut tasks);
}

#[traced]
async fn stops_early(times: Times, fail: u32) {
    let mut tasks = start(times, fail);
    let done = timeout(times.limit, tasks.join_next()).await.is_ok();
    report(u32::from(done), &mut tasks);
}

#[traced]
async fn drops_the_set(times: Times) {
    until_first(times).await;
    sleep(times.second * times.workers).await;
}
