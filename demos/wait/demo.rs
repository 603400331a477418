//! Waiting for some of the tasks, with a limit.

use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use crate::stage::{Lane, say, sleep, traced};

/// How a worker ends: well, or with the reason why not.
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

/// One worker after the other.
#[traced]
pub async fn sequential(workers: u32, second: Duration) {
    for i in 1..=workers {
        let _report = worker(i, second).await;
    }
}

fn start(workers: u32, second: Duration) -> JoinSet<Report> {
    let mut tasks = JoinSet::new();
    for i in 1..=workers {
        tasks.spawn(worker(i, second).try_lane(format!("worker {i}")));
    }
    tasks
}

/// Until the first is done, or the limit is reached. `main` returns then, and
/// the tasks that are still pending end with it.
#[traced]
pub async fn first_completed(workers: u32, second: Duration, limit: Duration) {
    let mut tasks = start(workers, second);
    until_first(&mut tasks, limit).await;
}

/// The same, but `main` stays: nobody has cancelled the pending tasks.
#[traced]
pub async fn left_running(workers: u32, second: Duration, limit: Duration) {
    let mut tasks = start(workers, second);
    until_first(&mut tasks, limit).await;
    tasks.join_all().await;
}

#[traced]
async fn until_first(tasks: &mut JoinSet<Report>, limit: Duration) {
    let mut done = 0;
    if timeout(limit, tasks.join_next()).await.is_ok() {
        done += 1;
    }
    report(done, tasks);
}

/// Says how many are done and how many pending. A task that has ended stays in
/// the set until somebody joins it, so those are taken out before it counts.
fn report(mut done: u32, tasks: &mut JoinSet<Report>) {
    while tasks.try_join_next().is_some() {
        done += 1;
    }
    say!("Completed: {done}; still pending: {}", tasks.len());
}

/// Until all are done, or the limit is reached.
#[traced]
pub async fn all_completed(workers: u32, second: Duration, limit: Duration) {
    let mut tasks = start(workers, second);
    let mut done = 0;
    let all = async {
        while tasks.join_next().await.is_some() {
            done += 1;
        }
    };
    let _reached = timeout(limit, all).await;
    report(done, &mut tasks);
}

/// Until one of them fails, all are done, or the limit is reached.
#[traced]
pub async fn first_exception(
    workers: u32,
    fail: u32,
    second: Duration,
    limit: Duration,
) -> Result<(), JoinError> {
    let mut tasks = JoinSet::new();
    for i in 1..=workers {
        let name = format!("worker {i}");
        if i == fail {
            tasks.spawn(failing(i, second).try_lane(name));
        } else {
            tasks.spawn(worker(i, second).try_lane(name));
        }
    }
    let mut done = 0;
    let until_failure = async {
        while let Some(ended) = tasks.join_next().await {
            done += 1;
            if ended?.is_err() {
                break;
            }
        }
        Ok(())
    };
    // `Err` means that the limit was reached first.
    if let Ok(panicked) = timeout(limit, until_failure).await {
        panicked?;
    }
    report(done, &mut tasks);
    Ok(())
}
