//! Computing beside waiting: what tasks, threads and workers make faster.

use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};

use super::compute::compute;
use crate::stage::{Lane, say, sleep, to_thread, traced};

/// Computes one after another.
pub async fn sequential(tasks: u32, work: Duration) {
    for n in 1..=tasks {
        compute(work);
        say!("Task {n} computed");
    }
}

/// Makes a task of every computation. While one computes it does not await, so
/// it keeps its thread; whether there is another one is the runtime's affair.
#[traced]
pub async fn as_tasks(
    tasks: u32,
    work: Duration,
    every: Duration,
) -> Result<(), JoinError> {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let task = computing(n, work).lane(format!("Task {n}"));
        handles.push(tokio::spawn(task));
    }
    all(handles).await?;
    heart.abort();
    // It ends at a turn of its own, with an error that says so.
    let _aborted = heart.await;
    Ok(())
}

/// The very same tasks: this is played on a runtime that has several workers.
#[traced]
pub async fn workers(
    tasks: u32,
    work: Duration,
    every: Duration,
) -> Result<(), JoinError> {
    as_tasks(tasks, work, every).await
}

async fn computing(n: u32, work: Duration) {
    compute(work);
    say!("Task {n} computed");
}

/// Makes a task of every wait. While one waits the thread is free.
#[traced]
pub async fn waiting(tasks: u32, wait: Duration) -> Result<(), JoinError> {
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let task = wait_for(n, wait).lane(format!("Task {n}"));
        handles.push(tokio::spawn(task));
    }
    all(handles).await
}

#[traced]
async fn wait_for(n: u32, wait: Duration) {
    sleep(wait).await;
    say!("Task {n} waited");
}

/// Computes on a thread each, and the loop goes on meanwhile.
#[traced]
pub async fn threads(
    tasks: u32,
    work: Duration,
    every: Duration,
) -> Result<(), JoinError> {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let task = in_thread(n, work).lane(format!("Task {n}"));
        handles.push(tokio::spawn(task));
    }
    all(handles).await?;
    heart.abort();
    // It ends at a turn of its own, with an error that says so.
    let _aborted = heart.await;
    Ok(())
}

#[traced]
async fn in_thread(n: u32, work: Duration) {
    to_thread(format!("thread {n}"), move || compute(work)).await;
    say!("Task {n} computed");
}

/// Ticks for as long as it gets a thread in time.
#[traced]
async fn heartbeat(every: Duration) {
    for n in 1.. {
        sleep(every).await;
        say!("tick {n}");
    }
}

/// Waits for all of them.
#[traced]
async fn all(handles: Vec<JoinHandle<()>>) -> Result<(), JoinError> {
    for handle in handles {
        handle.await?;
    }
    Ok(())
}
