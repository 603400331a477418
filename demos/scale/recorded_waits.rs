//! The same waits as in `tokio_waits.rs`, each on a lane of its own: what it
//! costs to be recorded. The recording stays in memory.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;

use crate::stage::{Fallibly, Lane, Recorder, sleep};
use crate::trace::Clock;

async fn wait(number: u64, length: Duration) -> u64 {
    sleep(length).await;
    number
}

async fn main(count: u64, length: Duration) -> io::Result<u64> {
    let tasks: Vec<_> = (0..count)
        .map(|number| tokio::spawn(wait(number, length).lane("task")))
        .collect();
    let mut total = 0;
    for task in tasks {
        total += task.await?;
    }
    Ok(total)
}

/// Waits so often at once, and returns the sum of what each returned, and the
/// recording.
pub fn run(count: u64, length: Duration) -> io::Result<(u64, Arc<Recorder>)> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let recorder = {
        let _inside = runtime.enter();
        Recorder::new(Clock::Real, None)
    };
    let recorded = Arc::clone(&recorder);
    let total = runtime.block_on(async {
        recorded.main::<_, Fallibly>(main(count, length)).await
    })?;
    Ok((total, recorder))
}
