//! Groups, got wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Wrong, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sequential",
        mistake: "the workers are together",
        claims: &["one-after-the-other"],
        knobs: &[],
        run: |k| run(together(task1(k), task2(k))),
    },
    Wrong {
        scene: "taskgroup",
        mistake: "it awaits each worker before it makes the next",
        claims: &["ends-with-the-last"],
        knobs: &[],
        run: |k| run(one_by_one(task1(k), task2(k))),
    },
    Wrong {
        scene: "taskgroup",
        mistake: "it says that all succeeded when one has",
        claims: &["ends-with-the-last"],
        knobs: &[],
        run: |k| run(after_the_first(task1(k), task2(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "bare tasks, and main ends at the error",
        claims: &["failure-cancels-siblings"],
        knobs: &[],
        run: |k| run(bare_tasks(fail_at(k), task2(k), false)),
    },
    Wrong {
        scene: "failure",
        mistake: "bare tasks, and main stays on",
        claims: &["failure-cancels-siblings", "reports-after-all-ended"],
        knobs: &[],
        run: |k| run(bare_tasks(fail_at(k), task2(k), true)),
    },
    Wrong {
        scene: "failure",
        mistake: "the sibling gives up by itself, at the same time",
        claims: &["failure-cancels-siblings"],
        knobs: &[],
        run: |k| run(gives_up_by_itself(fail_at(k), task2(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "it waits for the siblings instead of cancelling them",
        claims: &["failure-cancels-siblings"],
        knobs: &[],
        run: |k| run(group(fail_at(k), task2(k), AtError::JoinAll)),
    },
    Wrong {
        scene: "failure",
        mistake: "it reports before the siblings have ended",
        claims: &["reports-after-all-ended"],
        knobs: &[],
        run: |k| run(group(fail_at(k), task2(k), AtError::ReportFirst)),
    },
    Wrong {
        scene: "failure",
        mistake: "it aborts the siblings and does not wait for their ends",
        claims: &["reports-after-all-ended"],
        knobs: &[],
        run: |k| run(group(fail_at(k), task2(k), AtError::AbortOnly)),
    },
    Wrong {
        scene: "no-group",
        mistake: "there is a group after all",
        claims: &["orphan-outlives-error"],
        knobs: &[],
        run: |k| run(group(fail_at(k), task2(k), AtError::AbortOnly)),
    },
    Wrong {
        scene: "no-group",
        mistake: "main does not stay for the orphan",
        claims: &["orphan-outlives-error"],
        knobs: &[],
        run: |k| run(bare_tasks(fail_at(k), task2(k), false)),
    },
];

fn task1(k: &Knobs) -> Duration {
    time("taskgroup", k, "task1")
}

fn task2(k: &Knobs) -> Duration {
    time("taskgroup", k, "task2")
}

fn fail_at(k: &Knobs) -> Duration {
    time("taskgroup", k, "fail-at")
}

/// Says so if it is dropped before its worker is done.
struct Watch(u32, bool);

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.1 {
            say!("Task{} cancelled", self.0);
        }
    }
}

#[traced]
async fn worker(n: u32, delay: Duration) -> Result<u32, String> {
    let mut watch = Watch(n, false);
    sleep(delay).await;
    watch.1 = true;
    say!("Task{n} completed");
    Ok(n)
}

#[traced]
async fn failing(n: u32, delay: Duration) -> Result<u32, String> {
    sleep(delay).await;
    Err(format!("Task{n} failed"))
}

#[traced]
async fn together(task1: Duration, task2: Duration) {
    let (first, second) = (worker(1, task1), worker(2, task2));
    let (_first, _second) = tokio::join!(first, second);
    say!("All succeeded: Task1-result, Task2-result");
}

#[traced]
async fn one_by_one(task1: Duration, task2: Duration) {
    let mut group = JoinSet::new();
    group.spawn(worker(1, task1).try_lane("Task1"));
    group.join_next().await;
    group.spawn(worker(2, task2).try_lane("Task2"));
    group.join_next().await;
    say!("All succeeded: Task1-result, Task2-result");
}

#[traced]
async fn after_the_first(task1: Duration, task2: Duration) {
    let mut group = JoinSet::new();
    group.spawn(worker(1, task1).try_lane("Task1"));
    group.spawn(worker(2, task2).try_lane("Task2"));
    group.join_next().await;
    say!("All succeeded: Task1-result, Task2-result");
    group.join_next().await;
}

#[traced]
async fn bare_tasks(fail_at: Duration, task2: Duration, stays: bool) {
    let first = tokio::spawn(failing(1, fail_at).try_lane("Task1"));
    let second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    if let Err(error) = first.await.unwrap() {
        say!("Error: {error}");
    }
    if stays {
        sleep(task2).await;
        say!("main is done");
    }
    drop(second);
}

#[traced]
async fn gives_up_by_itself(fail_at: Duration, task2: Duration) {
    let mut group = JoinSet::new();
    group.spawn(failing(1, fail_at).try_lane("Task1"));
    let limited = async move {
        let worker = worker(2, task2);
        let limited = timeout(fail_at, worker).await;
        limited.map_err(|_| asyncade::stage::Cancelled)
    };
    let second = tokio::spawn(limited.try_lane("Task2"));
    if let Some(Ok(Err(error))) = group.join_next().await {
        let _ended = second.await;
        say!("Error: {error}");
    }
    sleep(task2).await;
    say!("main is done");
}

/// What is done when one of the group fails.
#[derive(Clone, Copy, PartialEq)]
enum AtError {
    JoinAll,
    ReportFirst,
    AbortOnly,
}

#[traced]
async fn group(fail_at: Duration, task2: Duration, at_error: AtError) {
    let mut group = JoinSet::new();
    group.spawn(failing(1, fail_at).try_lane("Task1"));
    group.spawn(worker(2, task2).try_lane("Task2"));
    while let Some(ended) = group.join_next().await {
        if let Err(error) = ended.unwrap() {
            if at_error == AtError::AbortOnly {
                group.abort_all();
            }
            if at_error == AtError::JoinAll {
                while group.join_next().await.is_some() {}
            }
            say!("Error: {error}");
            if at_error == AtError::ReportFirst {
                group.shutdown().await;
            }
            break;
        }
    }
    sleep(task2).await;
    say!("main is done");
}
