//! Two tasks that belong together: all succeed, or the rest are cancelled.

use std::time::Duration;

use tokio::task::{JoinError, JoinSet};

use crate::stage::{Lane, say, sleep, traced};

/// How a worker ends: with its number and its result, or with the reason why
/// not.
type Report = Result<(u32, String), String>;

/// Says so if it is dropped before its worker is done. This is tokio's
/// `except CancelledError`: a cancelled future is dropped where it waits.
struct Watch {
    n: u32,
    done: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.done {
            say!("Task{} cancelled", self.n);
        }
    }
}

#[traced]
async fn worker(n: u32, delay: Duration) -> Report {
    let mut watch = Watch { n, done: false };
    sleep(delay).await;
    watch.done = true;
    say!("Task{n} completed");
    Ok((n, format!("Task{n}-result")))
}

#[traced]
async fn failing(n: u32, delay: Duration) -> Report {
    sleep(delay).await;
    Err(format!("Task{n} failed"))
}

/// Awaits one worker, then the other.
#[traced]
pub async fn sequential(task1: Duration, task2: Duration) {
    let first = worker(1, task1).await;
    let second = worker(2, task2).await;
    if let (Ok((_, first)), Ok((_, second))) = (first, second) {
        say!("All succeeded: {first}, {second}");
    }
}

/// Both in a group, and both succeed.
#[traced]
pub async fn taskgroup(
    task1: Duration,
    task2: Duration,
) -> Result<(), JoinError> {
    let mut group = JoinSet::new();
    group.spawn(worker(1, task1).try_lane("Task1"));
    group.spawn(worker(2, task2).try_lane("Task2"));
    finish(group).await
}

/// The same group, but the first task fails.
#[traced]
pub async fn failure(
    fail_at: Duration,
    task2: Duration,
) -> Result<(), JoinError> {
    let mut group = JoinSet::new();
    group.spawn(failing(1, fail_at).try_lane("Task1"));
    group.spawn(worker(2, task2).try_lane("Task2"));
    finish(group).await?;
    // main stays on, so it is not its end that cancels anybody.
    sleep(task2).await;
    say!("main is done");
    Ok(())
}

/// Waits for the whole group. The first failure cancels the others, and it is
/// reported only when each of them has ended.
#[traced]
async fn finish(mut group: JoinSet<Report>) -> Result<(), JoinError> {
    let mut results = Vec::new();
    while let Some(ended) = group.join_next().await {
        match ended? {
            Ok(result) => results.push(result),
            Err(error) => {
                group.shutdown().await;
                say!("Error: {error}");
                return Ok(());
            }
        }
    }
    // They came in the order in which they ended.
    results.sort_by_key(|(n, _)| *n);
    let results: Vec<_> = results.into_iter().map(|(_, text)| text).collect();
    say!("All succeeded: {}", results.join(", "));
    Ok(())
}

/// What goes wrong without a group: nobody stops the other task.
#[traced]
pub async fn no_group(
    fail_at: Duration,
    task2: Duration,
) -> Result<(), JoinError> {
    let first = tokio::spawn(failing(1, fail_at).try_lane("Task1"));
    let second = tokio::spawn(worker(2, task2).try_lane("Task2"));
    if let Err(error) = first.await? {
        say!("Error: {error}");
    }
    let _late = second.await?;
    Ok(())
}
