//! Two tasks that belong together: all succeed, or the rest are cancelled.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::stage::{Lane, Result, say, sleep};

/// How a worker ends: with its result, or with the reason why not.
type Report = std::result::Result<String, String>;

/// Says so if it is dropped before its worker is done. This is tokio's
/// `except CancelledError`: a cancelled future is dropped where it waits.
struct Watch {
    name: &'static str,
    done: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.done {
            say!("{} cancelled", self.name);
        }
    }
}

async fn worker(name: &'static str, delay: Duration) -> Report {
    let mut watch = Watch { name, done: false };
    sleep(delay).await;
    watch.done = true;
    say!("{name} completed");
    Ok(format!("{name}-result"))
}

async fn failing(name: &'static str, delay: Duration) -> Report {
    sleep(delay).await;
    Err(format!("{name} failed"))
}

/// Awaits one worker, then the other.
pub async fn sequential(task1: Duration, task2: Duration) {
    let first = worker("Task1", task1).await;
    let second = worker("Task2", task2).await;
    if let (Ok(first), Ok(second)) = (first, second) {
        say!("All succeeded: {first}, {second}");
    }
}

/// Both in a group, and both succeed.
pub async fn taskgroup(task1: Duration, task2: Duration) -> Result {
    let mut group = JoinSet::new();
    group.spawn(worker("Task1", task1).try_lane("Task1"));
    group.spawn(worker("Task2", task2).try_lane("Task2"));
    finish(group).await
}

/// The same group, but the first task fails.
pub async fn failure(fail_at: Duration, task2: Duration) -> Result {
    let mut group = JoinSet::new();
    group.spawn(failing("Task1", fail_at).try_lane("Task1"));
    group.spawn(worker("Task2", task2).try_lane("Task2"));
    finish(group).await
}

/// Waits for the whole group. The first failure cancels the others, and it is
/// reported only when each of them has ended.
async fn finish(mut group: JoinSet<Report>) -> Result {
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
    results.sort();
    say!("All succeeded: {}", results.join(", "));
    Ok(())
}

/// What goes wrong without a group: nobody stops the other task.
pub async fn no_group(fail_at: Duration, task2: Duration) -> Result {
    let first = failing("Task1", fail_at).try_lane("Task1");
    let second = worker("Task2", task2).try_lane("Task2");
    let first = tokio::spawn(first);
    let second = tokio::spawn(second);
    if let Err(error) = first.await? {
        say!("Error: {error}");
    }
    let _late = second.await?;
    Ok(())
}
