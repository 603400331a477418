//! Results as they come, got wrong.

use std::time::Duration;

use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::{JoinHandle, JoinSet};

use super::{Set, Wrong};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "as_completed",
        mistake: "the handles are awaited in the order of the calls",
        claims: &["completion-order", "first-after-shortest"],
        knobs: &[],
        run: |k| Box::pin(in_call_order(xyz(k))),
    },
    Wrong {
        scene: "as_completed",
        mistake: "all of them are awaited before the first is processed",
        claims: &["completion-order", "first-after-shortest"],
        knobs: &[],
        run: |k| Box::pin(all_first(xyz(k))),
    },
    Wrong {
        scene: "as_completed",
        mistake: "awaits the one that it knows to be the shortest first",
        claims: &["completion-order"],
        knobs: &[],
        run: |k| Box::pin(known_order(xyz(k))),
    },
    Wrong {
        scene: "as_completed",
        mistake: "one is awaited after the other, the shortest first",
        claims: &["completion-order", "same-total"],
        knobs: &[],
        run: |k| Box::pin(one_by_one(xyz(k))),
    },
    Wrong {
        scene: "as_completed",
        mistake: "is content with the first result",
        claims: &["completion-order", "same-total"],
        knobs: &[],
        run: |k| Box::pin(only_the_first(xyz(k))),
    },
    Wrong {
        scene: "gather-first",
        mistake: "each is processed as it comes",
        claims: &["first-after-shortest"],
        knobs: &[],
        run: |k| Box::pin(as_they_come(xyz(k))),
    },
    Wrong {
        scene: "gather-first",
        mistake: "each is awaited as soon as it is spawned",
        claims: &["same-total", "first-after-shortest"],
        knobs: &[],
        run: |k| Box::pin(await_at_once(xyz(k))),
    },
];

type Times = [(&'static str, Duration); 3];

fn xyz(k: Set) -> Times {
    [("X", k.time("x")), ("Y", k.time("y")), ("Z", k.time("z"))]
}

#[traced]
async fn fetch(name: &'static str, delay: Duration) -> &'static str {
    sleep(delay).await;
    name
}

fn spawn(name: &'static str, delay: Duration) -> JoinHandle<&'static str> {
    tokio::spawn(fetch(name, delay).lane(name))
}

#[traced]
async fn in_call_order(times: Times) {
    let handles = times.map(|(name, delay)| spawn(name, delay));
    for handle in handles {
        say!("Got: {}", handle.await.unwrap());
    }
}

#[traced]
async fn known_order(mut times: Times) {
    times.sort_by_key(|(_, delay)| *delay);
    in_call_order(times).await;
}

#[traced]
async fn all_first(times: Times) {
    let mut set = JoinSet::new();
    for (name, delay) in times {
        set.spawn(fetch(name, delay).lane(name));
    }
    for name in set.join_all().await {
        say!("Got: {name}");
    }
}

#[traced]
async fn one_by_one(mut times: Times) {
    times.sort_by_key(|(_, delay)| *delay);
    for (name, delay) in times {
        let name = fetch(name, delay).lane(name).await;
        say!("Got: {name}");
    }
}

#[traced]
async fn only_the_first(times: Times) {
    let mut set = JoinSet::new();
    for (name, delay) in times {
        set.spawn(fetch(name, delay).lane(name));
    }
    if let Some(name) = set.join_next().await {
        say!("Got: {}", name.unwrap());
    }
}

#[traced]
async fn as_they_come(times: Times) {
    let mut set = JoinSet::new();
    for (name, delay) in times {
        set.spawn(fetch(name, delay).lane(name));
    }
    while let Some(name) = set.join_next().await {
        say!("Got: {}", name.unwrap());
    }
}

#[traced]
async fn await_at_once(times: Times) {
    let mut names = Vec::new();
    for (name, delay) in times {
        names.push(spawn(name, delay).await.unwrap());
    }
    for name in names {
        say!("Got: {name}");
    }
}
