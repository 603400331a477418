//! A limit on a wait, and the one thing that no limit can stop.

use std::time::Duration;

use tokio::time::timeout;

use crate::stage::{Lane, block, say, sleep, traced};

#[traced]
async fn eternity(work: Duration) {
    sleep(work).await;
    say!("This will never be seen");
}

/// Waits for as long as it takes.
#[traced]
pub async fn no_limit(work: Duration) {
    eternity(work).lane("eternity").await;
}

/// Waits until the limit. The work is dropped there.
#[traced]
pub async fn wait_for(limit: Duration, work: Duration) {
    let eternity = eternity(work).lane("eternity");
    if timeout(limit, eternity).await.is_err() {
        say!("Task timed out and was cancelled");
    }
    // main stays on, so it is not its end that cancels the work.
    sleep(limit).await;
    say!("main is done");
}

/// One deadline over two waits: it falls into the second.
#[traced]
pub async fn timeout_block(limit: Duration) {
    let step = limit * 3 / 5;
    let both = async {
        sleep(step).await;
        say!("step 1 done");
        sleep(step).await;
        say!("step 2 done");
    };
    if timeout(limit, both).await.is_err() {
        say!("Task timed out and was cancelled");
    }
}

/// The work is done when half of the limit has passed.
#[traced]
pub async fn in_time(limit: Duration) {
    let work = async {
        sleep(limit / 2).await;
        say!("work finished in time");
    };
    if timeout(limit, work.lane("work")).await.is_err() {
        say!("Task timed out and was cancelled");
    }
}

/// What goes wrong: the work keeps the thread, so no timer can fire.
#[traced]
pub async fn blocking(limit: Duration) {
    let work = async {
        block(limit * 2);
        say!("work finished late");
        "the late result"
    };
    match timeout(limit, work.lane("work")).await {
        Ok(result) => say!("Got: {result}"),
        Err(_) => say!("Task timed out and was cancelled"),
    }
}
