//! Await one call after the other, or make tasks of them first.

use std::time::Duration;

use tokio::task::JoinError;

use crate::stage::{Lane, say, sleep, traced};

#[traced]
async fn say_after(delay: Duration, what: &str) {
    sleep(delay).await;
    say!("{what}");
}

/// Awaits the first call to its end before the second one starts.
#[traced]
pub async fn sequential(hello: Duration, world: Duration) {
    say_after(hello, "Hello").await;
    say_after(world, "World").await;
    say!("All tasks done!");
}

/// Schedules both, goes on, and collects them later.
#[traced]
pub async fn create_task(
    hello: Duration,
    world: Duration,
) -> Result<(), JoinError> {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    let world = tokio::spawn(say_after(world, "World").lane("World"));
    say!("Tasks created, main continues...");
    hello.await?;
    world.await?;
    say!("All tasks done!");
    Ok(())
}

/// Throws one handle away: its task goes on alone, until the program ends.
#[traced]
pub async fn dropped(
    hello: Duration,
    world: Duration,
) -> Result<(), JoinError> {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    let world = tokio::spawn(say_after(world, "World").lane("World"));
    drop(world);
    hello.await?;
    say!("main is done");
    Ok(())
}
