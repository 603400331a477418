//! N waits at once on bare tokio, on one thread: the floor.

use std::io;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::sleep;

async fn wait(number: u64, length: Duration) -> u64 {
    sleep(length).await;
    number
}

async fn main(count: u64, length: Duration) -> io::Result<u64> {
    let tasks: Vec<_> = (0..count)
        .map(|number| tokio::spawn(wait(number, length)))
        .collect();
    let mut total = 0;
    for task in tasks {
        total += task.await?;
    }
    Ok(total)
}

/// Waits so often at once, and returns the sum of what each returned.
pub fn run(count: u64, length: Duration) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(main(count, length))
}
