//! A call that blocks: on the loop's thread, and on a thread of its own.

use std::time::Duration;

use crate::stage::{Lane, block, say, sleep, to_thread, traced};

fn blocking_io(time: Duration) -> &'static str {
    block(time);
    "result from blocking call"
}

/// Ticks for as long as it gets the thread in time.
#[traced]
async fn heartbeat(every: Duration) {
    for n in 1.. {
        sleep(every).await;
        say!("tick {n}");
    }
}

/// Calls it directly: the loop stands still until it returns.
#[traced]
pub async fn blocking(
    async_part: Duration,
    blocked: Duration,
    every: Duration,
) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    say!("Start async part");
    sleep(async_part).await;
    let result = blocking_io(blocked);
    say!("Got: {result}");
    say!("Continue with other async work");
    heart.abort();
    // It ends at a turn of its own, with an error that says so.
    let _aborted = heart.await;
}

/// Calls it on a thread: the loop goes on meanwhile.
#[traced]
pub async fn in_thread(
    async_part: Duration,
    blocked: Duration,
    every: Duration,
) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    say!("Start async part");
    sleep(async_part).await;
    let result = to_thread("blocking_io", move || blocking_io(blocked)).await;
    say!("Got: {result}");
    say!("Continue with other async work");
    heart.abort();
    // It ends at a turn of its own, with an error that says so.
    let _aborted = heart.await;
}
