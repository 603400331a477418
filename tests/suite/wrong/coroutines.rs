//! Coroutines, got wrong.

use std::future::{Future, ready};
use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::yield_now;

use super::{Wrong, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "run",
        mistake: "it asks again and again whether it is time",
        claims: &["woken-not-asked"],
        knobs: &[],
        run: |k| run(asks(url(k), delay(k))),
    },
    Wrong {
        scene: "lazy",
        mistake: "the call makes a task of it, which begins to run",
        claims: &["calling-is-not-running"],
        knobs: &[],
        run: |k| run(spawns(url(k), delay(k))),
    },
    Wrong {
        scene: "lazy",
        mistake: "the function begins before it returns its future",
        claims: &["calling-is-not-running"],
        knobs: &[],
        run: |k| run(begins_when_called(url(k), delay(k))),
    },
    Wrong {
        scene: "hand-over",
        mistake: "what it awaits is always ready",
        claims: &["suspending-hands-over"],
        knobs: &[],
        run: |_| run(selfish()),
    },
    Wrong {
        scene: "hand-over",
        mistake: "it awaits A before it begins with B",
        claims: &["suspending-hands-over"],
        knobs: &[],
        run: |_| run(one_by_one()),
    },
    Wrong {
        scene: "no-hand-over",
        mistake: "it gives way after all",
        claims: &["ready-switches-nobody"],
        knobs: &[],
        run: |_| run(polite()),
    },
];

fn url(k: &Knobs) -> String {
    k.describe()["url"].clone()
}

fn delay(k: &Knobs) -> Duration {
    time("coroutines", k, "delay")
}

#[traced]
async fn fetch_data(url: String, delay: Duration) -> String {
    say!("Start fetching: {url}");
    sleep(delay).await;
    say!("Finished fetching: {url}");
    format!("Data from {url}")
}

#[traced]
async fn asks(url: String, delay: Duration) {
    say!("Start fetching: {url}");
    for _ in 0..10 {
        sleep(delay / 10).await;
    }
    say!("Finished fetching: {url}");
    say!("Data from {url}");
}

#[traced]
async fn spawns(url: String, delay: Duration) {
    let task = tokio::spawn(fetch_data(url, delay).lane("fetch"));
    say!("Coroutine created: nothing has run");
    sleep(delay / 2).await;
    say!("Awaiting it now");
    task.await.unwrap();
}

fn eager(url: String, delay: Duration) -> impl Future {
    say!("Start fetching: {url}");
    async move {
        sleep(delay).await;
        say!("Finished fetching: {url}");
    }
}

#[traced]
async fn begins_when_called(url: String, delay: Duration) {
    let coroutine = eager(url, delay);
    say!("Coroutine created: nothing has run");
    sleep(delay / 2).await;
    say!("Awaiting it now");
    coroutine.await;
}

#[traced]
async fn steps(name: &str, gives_way: bool) {
    for step in 1..=3 {
        say!("{name} step {step}");
        match (step, gives_way) {
            (3, _) => {}
            (_, true) => yield_now().await,
            (_, false) => ready(()).await,
        }
    }
}

#[traced]
async fn selfish() {
    let a = steps("A", false).lane("A");
    let b = steps("B", false).lane("B");
    tokio::join!(biased; a, b);
}

#[traced]
async fn one_by_one() {
    steps("A", true).lane("A").await;
    steps("B", true).lane("B").await;
}

#[traced]
async fn polite() {
    let a = steps("A", true).lane("A");
    let b = steps("B", true).lane("B");
    tokio::join!(biased; a, b);
}
