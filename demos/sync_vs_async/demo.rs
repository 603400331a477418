//! Three waits, one after another and then together.

use std::time::Duration;

use tokio::task::JoinError;

use crate::stage::{Lane, block, say, sleep, traced};

/// Blocks the thread through every wait, so nothing can overlap.
pub async fn sync(tasks: u32, delay: Duration) {
    for n in 1..=tasks {
        say!("Task {n} start");
        block(delay);
        say!("Task {n} end");
    }
}

/// Makes a task of every call, then collects the results in their order.
#[traced]
pub async fn concurrent(tasks: u32, delay: Duration) -> Result<(), JoinError> {
    let mut handles = Vec::new();
    for n in 1..=tasks {
        let task = async_task(n, delay).lane(format!("Task {n}"));
        handles.push(tokio::spawn(task));
    }
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await?);
    }
    say!("Results: {results:?}");
    Ok(())
}

#[traced]
async fn async_task(n: u32, delay: Duration) -> u32 {
    say!("Async task {n} start");
    sleep(delay).await;
    say!("Async task {n} end");
    n
}
