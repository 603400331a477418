//! Three results: all at the end, or each the moment it is ready.

use std::time::Duration;

use tokio::task::{JoinError, JoinSet};

use crate::stage::{Lane, say, sleep, traced};

#[traced]
async fn fetch(name: &'static str, delay: Duration) -> &'static str {
    sleep(delay).await;
    name
}

/// Waits for all of them, and processes them then.
#[traced]
pub async fn gather_first(
    x: Duration,
    y: Duration,
    z: Duration,
) -> Result<(), JoinError> {
    let x = tokio::spawn(fetch("X", x).lane("X"));
    let y = tokio::spawn(fetch("Y", y).lane("Y"));
    let z = tokio::spawn(fetch("Z", z).lane("Z"));
    let (x, y, z) = tokio::try_join!(x, y, z)?;
    for name in [x, y, z] {
        say!("Got: {name}");
    }
    Ok(())
}

/// Takes whichever is ready next.
#[traced]
pub async fn as_completed(
    x: Duration,
    y: Duration,
    z: Duration,
) -> Result<(), JoinError> {
    let mut tasks = JoinSet::new();
    tasks.spawn(fetch("X", x).lane("X"));
    tasks.spawn(fetch("Y", y).lane("Y"));
    tasks.spawn(fetch("Z", z).lane("Z"));
    while let Some(name) = tasks.join_next().await {
        say!("Got: {}", name?);
    }
    Ok(())
}
