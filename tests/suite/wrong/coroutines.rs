//! Calling is not running, got wrong.

use std::future::{Future, ready};
use std::time::Duration;

use asyncade::stage::{Lane, block, say, sleep, traced};
use tokio::task::yield_now;

use super::Wrong;

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "run",
        mistake: "looks every now and then whether it is time",
        claims: &["woken-not-asked"],
        knobs: &[],
        run: |k| Box::pin(keeps_asking(k.text("url"), k.time("delay"))),
    },
    Wrong {
        scene: "run",
        mistake: "keeps the thread until the page is there",
        claims: &["woken-not-asked"],
        knobs: &[],
        run: |k| Box::pin(keeps_the_thread(k.text("url"), k.time("delay"))),
    },
    Wrong {
        scene: "lazy",
        mistake: "a function that begins when it is called, as in JavaScript",
        claims: &["calling-is-not-running"],
        knobs: &[],
        run: |k| Box::pin(eager(k.text("url"), k.time("delay"))),
    },
    Wrong {
        scene: "lazy",
        mistake: "a task instead of a call: it runs while main sleeps",
        claims: &["calling-is-not-running"],
        knobs: &[],
        run: |k| Box::pin(spawned(k.text("url"), k.time("delay"))),
    },
    Wrong {
        scene: "hand-over",
        mistake: "awaits what is always ready: nobody gives way",
        claims: &["suspending-hands-over"],
        knobs: &[],
        run: |_| Box::pin(selfish_pair()),
    },
    Wrong {
        scene: "hand-over",
        mistake: "one is awaited after the other: there is nobody to give way to",
        claims: &["suspending-hands-over"],
        knobs: &[],
        run: |_| Box::pin(polite_but_alone()),
    },
    Wrong {
        scene: "no-hand-over",
        mistake: "every await suspends",
        claims: &["ready-switches-nobody"],
        knobs: &[],
        run: |_| Box::pin(polite_pair()),
    },
    Wrong {
        scene: "no-hand-over",
        mistake: "one is awaited after the other: nobody was there to switch to",
        claims: &["ready-switches-nobody"],
        knobs: &[],
        run: |_| Box::pin(selfish_and_alone()),
    },
];

#[traced]
async fn keeps_asking(url: String, delay: Duration) {
    say!("Start fetching: {url}");
    for _ in 0..10 {
        sleep(delay / 10).await;
    }
    say!("Finished fetching: {url}");
    say!("Data from {url}");
}

async fn keeps_the_thread(url: String, delay: Duration) {
    say!("Start fetching: {url}");
    block(delay);
    say!("Finished fetching: {url}");
    say!("Data from {url}");
}

#[traced]
async fn fetch(url: String, delay: Duration) -> String {
    say!("Start fetching: {url}");
    sleep(delay).await;
    say!("Finished fetching: {url}");
    format!("Data from {url}")
}

fn begin(url: String, delay: Duration) -> impl Future<Output = ()> {
    say!("Start fetching: {url}");
    async move {
        sleep(delay).await;
        say!("Finished fetching: {url}");
    }
}

#[traced]
async fn eager(url: String, delay: Duration) {
    let coroutine = begin(url, delay);
    say!("Coroutine created: nothing has run");
    sleep(delay / 2).await;
    say!("Awaiting it now");
    coroutine.await;
}

#[traced]
async fn spawned(url: String, delay: Duration) {
    let task = tokio::spawn(fetch(url, delay).lane("fetch"));
    say!("Coroutine created: nothing has run");
    sleep(delay / 2).await;
    say!("Awaiting it now");
    task.await.unwrap();
}

#[traced]
async fn polite(name: &str) {
    say!("{name} step 1");
    yield_now().await;
    say!("{name} step 2");
    yield_now().await;
    say!("{name} step 3");
}

#[traced]
async fn selfish(name: &str) {
    say!("{name} step 1");
    ready(()).await;
    say!("{name} step 2");
    ready(()).await;
    say!("{name} step 3");
}

#[traced]
async fn selfish_pair() {
    let a = selfish("A").lane("A");
    let b = selfish("B").lane("B");
    tokio::join!(biased; a, b);
}

#[traced]
async fn polite_pair() {
    let a = polite("A").lane("A");
    let b = polite("B").lane("B");
    tokio::join!(biased; a, b);
}

#[traced]
async fn polite_but_alone() {
    polite("A").lane("A").await;
    polite("B").lane("B").await;
}

#[traced]
async fn selfish_and_alone() {
    selfish("A").lane("A").await;
    selfish("B").lane("B").await;
}
