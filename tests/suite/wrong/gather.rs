//! Gathering, got wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::{JoinHandle, JoinSet};

use super::{Wrong, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "gather",
        mistake: "it awaits each task where it makes it",
        claims: &["slowest-not-sum"],
        knobs: &[],
        run: |k| run(one_by_one(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "sequential",
        mistake: "the calls are together",
        claims: &["slowest-not-sum"],
        knobs: &[],
        run: |k| run(as_they_end(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "gather",
        mistake: "it takes the results as they come",
        claims: &["order-passed"],
        knobs: &[],
        run: |k| run(as_they_end(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "gather",
        mistake: "the calls are in order, because each waits for the one before",
        claims: &["order-passed"],
        knobs: &[],
        run: |k| run(one_by_one(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "it awaits the handles in order: the error has to wait for A",
        claims: &["failure-surfaces-at-once"],
        knobs: &[],
        run: |k| run(in_order(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "try_join! over the handles looks for panics only",
        claims: &["failure-surfaces-at-once"],
        knobs: &[],
        run: |k| run(not_flat(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "plain futures: the siblings are dropped",
        claims: &["failure-surfaces-at-once"],
        knobs: &[],
        run: |k| run(plain_futures(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "the error is not handled, and ends main",
        claims: &["failure-surfaces-at-once"],
        knobs: &[],
        run: |k| run(not_handled(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "return_exceptions",
        mistake: "flattened results stop at the first error",
        claims: &["exceptions-as-results"],
        knobs: &[],
        run: |k| run(stops_at_the_first(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "return_exceptions",
        mistake: "it leaves out what has failed",
        claims: &["exceptions-as-results"],
        knobs: &[],
        run: |k| run(leaves_out_errors(a(k), b(k), c(k))),
    },
    Wrong {
        scene: "try_join",
        mistake: "CPython's gather, which cancels nobody; main stays on",
        claims: &["try-join-drops"],
        knobs: &[],
        run: |k| run(cancels_nobody(a(k), b(k), c(k), true)),
    },
    Wrong {
        scene: "try_join",
        mistake: "CPython's gather, which cancels nobody; main's end does",
        claims: &["try-join-drops"],
        knobs: &[],
        run: |k| run(cancels_nobody(a(k), b(k), c(k), false)),
    },
    Wrong {
        scene: "try_join",
        mistake: "tasks that are aborted: there is no try_join! that drops",
        claims: &["try-join-drops"],
        knobs: &[],
        run: |k| run(aborts(a(k), b(k), c(k))),
    },
];

fn a(k: &Knobs) -> Duration {
    time("gather", k, "a")
}

fn b(k: &Knobs) -> Duration {
    time("gather", k, "b")
}

fn c(k: &Knobs) -> Duration {
    time("gather", k, "c")
}

type Answer = Result<&'static str, String>;

#[traced]
async fn work(name: &'static str, delay: Duration) -> Answer {
    sleep(delay).await;
    say!("{name} done");
    Ok(name)
}

#[traced]
async fn failing(name: &'static str, delay: Duration) -> Answer {
    sleep(delay).await;
    Err(format!("{name} failed"))
}

#[traced]
async fn flat(task: &mut JoinHandle<Answer>) -> Answer {
    task.await.unwrap()
}

/// A, B and C as tasks, of which B fails.
fn spawn(a: Duration, b: Duration, c: Duration) -> [JoinHandle<Answer>; 3] {
    [
        tokio::spawn(work("A", a).try_lane("A")),
        tokio::spawn(failing("B", b).try_lane("B")),
        tokio::spawn(work("C", c).try_lane("C")),
    ]
}

#[traced]
async fn one_by_one(a: Duration, b: Duration, c: Duration) {
    let mut results = Vec::new();
    for (name, delay) in [("A", a), ("B", b), ("C", c)] {
        let task = tokio::spawn(work(name, delay).try_lane(name));
        results.push(task.await.unwrap().unwrap());
    }
    say!("Results: {}", results.join(", "));
}

#[traced]
async fn as_they_end(a: Duration, b: Duration, c: Duration) {
    let mut tasks = JoinSet::new();
    for (name, delay) in [("A", a), ("B", b), ("C", c)] {
        tasks.spawn(work(name, delay).try_lane(name));
    }
    let mut results = Vec::new();
    while let Some(result) = tasks.join_next().await {
        results.push(result.unwrap().unwrap());
    }
    say!("Results: {}", results.join(", "));
}

#[traced]
async fn in_order(a: Duration, b: Duration, c: Duration) {
    for task in spawn(a, b, c) {
        if let Err(error) = task.await.unwrap() {
            say!("gather raised: {error}");
        }
    }
}

#[traced]
async fn not_flat(a: Duration, b: Duration, c: Duration) {
    let [a, b, c] = spawn(a, b, c);
    let (_, b, _) = tokio::try_join!(a, b, c).unwrap();
    if let Err(error) = b {
        say!("gather raised: {error}");
    }
}

#[traced]
async fn plain_futures(a: Duration, b: Duration, c: Duration) {
    let longest = a.max(b).max(c);
    let a = work("A", a).try_lane("A");
    let b = failing("B", b).try_lane("B");
    let c = work("C", c).try_lane("C");
    if let Err(error) = tokio::try_join!(a, b, c) {
        say!("gather raised: {error}");
    }
    sleep(longest).await;
}

#[traced]
async fn not_handled(a: Duration, b: Duration, c: Duration) {
    let [mut a, mut b, mut c] = spawn(a, b, c);
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        say!("gather raised: {error}");
        return;
    }
    say!("Results: A, B, C");
}

#[traced]
async fn stops_at_the_first(a: Duration, b: Duration, c: Duration) {
    let [mut a, mut b, mut c] = spawn(a, b, c);
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    match all {
        Ok((a, b, c)) => say!("Results: {a}, {b}, {c}"),
        Err(error) => say!("Results: A, error: {error}, C"),
    }
}

#[traced]
async fn leaves_out_errors(a: Duration, b: Duration, c: Duration) {
    let [a, b, c] = spawn(a, b, c);
    let (a, b, c) = tokio::try_join!(a, b, c).unwrap();
    let results: Vec<_> = [a, b, c].into_iter().flatten().collect();
    say!("Results: {}", results.join(", "));
}

#[traced]
async fn cancels_nobody(a: Duration, b: Duration, c: Duration, stays: bool) {
    let longest = a.max(b).max(c);
    let [mut a, mut b, mut c] = spawn(a, b, c);
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        say!("try_join! returned: {error}");
    }
    if stays {
        sleep(longest).await;
        say!("main is done");
    }
}

#[traced]
async fn aborts(a: Duration, b: Duration, c: Duration) {
    let longest = a.max(b).max(c);
    let [mut a, mut b, mut c] = spawn(a, b, c);
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        a.abort();
        c.abort();
        say!("try_join! returned: {error}");
    }
    sleep(longest).await;
    say!("main is done");
}
