//! A group of tasks, got wrong.

use std::time::Duration;

use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::JoinSet;

use super::Wrong;

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sequential",
        mistake: "both are spawned before the first is awaited",
        claims: &["one-after-the-other"],
        knobs: &[],
        run: |k| Box::pin(two_handles(k.time("task1"), k.time("task2"))),
    },
    Wrong {
        scene: "taskgroup",
        mistake: "each is awaited as soon as it is spawned",
        claims: &["ends-with-the-last"],
        knobs: &[],
        run: |k| Box::pin(await_at_once(k.time("task1"), k.time("task2"))),
    },
    Wrong {
        scene: "taskgroup",
        mistake: "goes on when the first is done",
        claims: &["ends-with-the-last"],
        knobs: &[],
        run: |k| Box::pin(only_the_first(k.time("task1"), k.time("task2"))),
    },
    Wrong {
        scene: "taskgroup",
        mistake: "no group: two handles, which is the same until one fails",
        claims: &["ends-with-the-last"],
        knobs: &[],
        run: |k| Box::pin(two_handles(k.time("task1"), k.time("task2"))),
    },
    Wrong {
        scene: "failure",
        mistake: "no group: main aborts the sibling by hand, and awaits it",
        claims: &["failure-cancels-siblings", "reports-after-all-ended"],
        knobs: &[],
        run: |k| {
            Box::pin(by_hand_to_the_end(k.time("fail-at"), k.time("task2")))
        },
    },
    Wrong {
        scene: "failure",
        mistake: "bare tasks: it is main's end that would stop the sibling",
        claims: &["failure-cancels-siblings"],
        knobs: &[],
        run: |k| Box::pin(bare_tasks(k.time("fail-at"), k.time("task2"))),
    },
    Wrong {
        scene: "failure",
        mistake: "bare tasks, and main returns at the error",
        claims: &["failure-cancels-siblings", "reports-after-all-ended"],
        knobs: &[],
        run: |k| Box::pin(returns(k.time("fail-at"), k.time("task2"))),
    },
    Wrong {
        scene: "failure",
        mistake: "bare tasks, and main aborts the sibling by hand",
        claims: &["failure-cancels-siblings", "reports-after-all-ended"],
        knobs: &[],
        run: |k| Box::pin(by_hand(k.time("fail-at"), k.time("task2"))),
    },
    Wrong {
        scene: "failure",
        mistake: "reports the error first, and shuts the group down then",
        claims: &["reports-after-all-ended"],
        knobs: &[],
        run: |k| Box::pin(reports_first(k.time("fail-at"), k.time("task2"))),
    },
    Wrong {
        scene: "failure",
        mistake: "asks the group to stop, and does not wait until it has",
        claims: &["reports-after-all-ended"],
        knobs: &[],
        run: |k| Box::pin(does_not_wait(k.time("fail-at"), k.time("task2"))),
    },
    Wrong {
        scene: "no-group",
        mistake: "a group after all",
        claims: &["orphan-outlives-error"],
        knobs: &[],
        run: |k| Box::pin(failing_group(k.time("fail-at"), k.time("task2"))),
    },
    Wrong {
        scene: "no-group",
        mistake: "the sibling is awaited first: it has outlived nothing",
        claims: &["orphan-outlives-error"],
        knobs: &[],
        run: |k| Box::pin(sibling_first(k.time("fail-at"), k.time("task2"))),
    },
];

type Report = Result<String, String>;

struct Watch(u32, bool);

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.1 {
            say!("Task{} cancelled", self.0);
        }
    }
}

#[traced]
async fn worker(n: u32, delay: Duration) -> Report {
    let mut watch = Watch(n, false);
    sleep(delay).await;
    watch.1 = true;
    say!("Task{n} completed");
    Ok(format!("Task{n}-result"))
}

#[traced]
async fn failing(n: u32, delay: Duration) -> Report {
    sleep(delay).await;
    Err(format!("Task{n} failed"))
}

#[traced]
async fn two_handles(task1: Duration, task2: Duration) {
    let first = tokio::spawn(worker(1, task1).try_lane("Task1"));
    let second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    let first = first.await.unwrap().unwrap();
    let second = second.await.unwrap().unwrap();
    say!("All succeeded: {first}, {second}");
}

#[traced]
async fn await_at_once(task1: Duration, task2: Duration) {
    let first = tokio::spawn(worker(1, task1).try_lane("Task1"));
    let first = first.await.unwrap().unwrap();
    let second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    let second = second.await.unwrap().unwrap();
    say!("All succeeded: {first}, {second}");
}

#[traced]
async fn only_the_first(task1: Duration, task2: Duration) {
    let mut group = JoinSet::new();
    group.spawn(worker(1, task1).try_lane("Task1"));
    group.spawn(worker(2, task2).try_lane("Task2"));
    group.join_next().await.unwrap().unwrap().unwrap();
    say!("All succeeded: Task1-result, Task2-result");
    group.join_next().await.unwrap().unwrap().unwrap();
}

#[traced]
async fn bare_tasks(fail_at: Duration, task2: Duration) {
    let first = tokio::spawn(failing(1, fail_at).try_lane("Task1"));
    let _second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    if let Err(error) = first.await.unwrap() {
        say!("Error: {error}");
    }
    sleep(task2).await;
    say!("main is done");
}

#[traced]
async fn returns(fail_at: Duration, task2: Duration) {
    let first = tokio::spawn(failing(1, fail_at).try_lane("Task1"));
    let _second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    if let Err(error) = first.await.unwrap() {
        say!("Error: {error}");
    }
    say!("main is done");
}

#[traced]
async fn by_hand(fail_at: Duration, task2: Duration) {
    let first = tokio::spawn(failing(1, fail_at).try_lane("Task1"));
    let second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    if let Err(error) = first.await.unwrap() {
        second.abort();
        say!("Error: {error}");
    }
    sleep(task2).await;
    say!("main is done");
}

#[traced]
async fn by_hand_to_the_end(fail_at: Duration, task2: Duration) {
    let first = tokio::spawn(failing(1, fail_at).try_lane("Task1"));
    let second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    if let Err(error) = first.await.unwrap() {
        second.abort();
        let _aborted = second.await;
        say!("Error: {error}");
    }
    sleep(task2).await;
    say!("main is done");
}

fn spawn(fail_at: Duration, task2: Duration) -> JoinSet<Report> {
    let mut group = JoinSet::new();
    group.spawn(failing(1, fail_at).try_lane("Task1"));
    group.spawn(worker(2, task2).try_lane("Task2"));
    group
}

#[traced]
async fn reports_first(fail_at: Duration, task2: Duration) {
    let mut group = spawn(fail_at, task2);
    while let Some(ended) = group.join_next().await {
        if let Err(error) = ended.unwrap() {
            say!("Error: {error}");
            group.shutdown().await;
        }
    }
    sleep(task2).await;
    say!("main is done");
}

#[traced]
async fn does_not_wait(fail_at: Duration, task2: Duration) {
    let mut group = spawn(fail_at, task2);
    if let Some(ended) = group.join_next().await
        && let Err(error) = ended.unwrap()
    {
        group.abort_all();
        say!("Error: {error}");
    }
    sleep(task2).await;
    say!("main is done");
}

#[traced]
async fn failing_group(fail_at: Duration, task2: Duration) {
    let mut group = spawn(fail_at, task2);
    if let Some(ended) = group.join_next().await
        && let Err(error) = ended.unwrap()
    {
        group.shutdown().await;
        say!("Error: {error}");
    }
    sleep(task2).await;
}

#[traced]
async fn sibling_first(fail_at: Duration, task2: Duration) {
    let first = tokio::spawn(failing(1, fail_at).try_lane("Task1"));
    let second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    second.await.unwrap().unwrap();
    if let Err(error) = first.await.unwrap() {
        say!("Error: {error}");
    }
}
