//! A call that runs nothing, and awaits that do and do not give way.

use std::future::ready;
use std::time::Duration;

use tokio::task::yield_now;

use crate::stage::{Lane, say, sleep, traced};

#[traced]
async fn fetch_data(url: &str, delay: Duration) -> String {
    say!("Start fetching: {url}");
    sleep(delay).await;
    say!("Finished fetching: {url}");
    format!("Data from {url}")
}

/// Calls it, and awaits it at once.
#[traced]
pub async fn run(url: String, delay: Duration) {
    let data = fetch_data(&url, delay).await;
    say!("{data}");
}

/// Calls it now, and awaits it later.
#[traced]
pub async fn lazy(url: String, delay: Duration) {
    let coroutine = fetch_data(&url, delay);
    say!("Coroutine created: nothing has run");
    sleep(delay / 2).await;
    say!("Awaiting it now");
    coroutine.await;
}

/// Gives way after each step, so that the other one can go on.
#[traced]
async fn polite(name: &str) {
    say!("{name} step 1");
    yield_now().await;
    say!("{name} step 2");
    yield_now().await;
    say!("{name} step 3");
}

/// Awaits just as often, but what it awaits is always ready.
#[traced]
async fn selfish(name: &str) {
    say!("{name} step 1");
    ready(()).await;
    say!("{name} step 2");
    ready(()).await;
    say!("{name} step 3");
}

/// Two coroutines that give way to each other. `biased` asks A first in every
/// round; without it, `join!` lets them take turns in who is asked first.
#[traced]
pub async fn hand_over() {
    let a = polite("A").lane("A");
    let b = polite("B").lane("B");
    tokio::join!(biased; a, b);
}

/// The same with awaits that never suspend: nobody gives way.
#[traced]
pub async fn no_hand_over() {
    let a = selfish("A").lane("A");
    let b = selfish("B").lane("B");
    tokio::join!(biased; a, b);
}
