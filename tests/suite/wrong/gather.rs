//! Gathering results, got wrong.

use std::time::Duration;

use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::{JoinHandle, JoinSet};

use super::{Set, Wrong};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sequential",
        mistake: "the calls are tasks: they run while the first is awaited",
        claims: &["slowest-not-sum"],
        knobs: &[],
        run: |k| Box::pin(tasks(abc(k))),
    },
    Wrong {
        scene: "gather",
        mistake: "each task is awaited as soon as it is spawned",
        claims: &["slowest-not-sum", "order-passed"],
        knobs: &[],
        run: |k| Box::pin(await_at_once(abc(k))),
    },
    Wrong {
        scene: "gather",
        mistake: "results in the order in which they come",
        claims: &["order-passed"],
        knobs: &[],
        run: |k| Box::pin(as_they_come(abc(k))),
    },
    Wrong {
        scene: "gather",
        mistake: "sorts what has come by its text: a tenth call would be second",
        claims: &["order-passed"],
        knobs: &[],
        run: |k| Box::pin(sorted(abc(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "try_join! over the handles: it sees no error but a panic",
        claims: &["failure-surfaces-at-once"],
        knobs: &[],
        run: |k| Box::pin(outer_results(abc(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "the tasks are awaited one after the other",
        claims: &["failure-surfaces-at-once"],
        knobs: &[],
        run: |k| Box::pin(in_turn(abc(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "a group: the failure cancels the others",
        claims: &["failure-surfaces-at-once"],
        knobs: &[],
        run: |k| Box::pin(in_a_group(abc(k))),
    },
    Wrong {
        scene: "failure",
        mistake: "main returns at the error, and that ends the others",
        claims: &["failure-surfaces-at-once"],
        knobs: &[],
        run: |k| Box::pin(returns(abc(k))),
    },
    Wrong {
        scene: "return_exceptions",
        mistake: "the error ends it all",
        claims: &["exceptions-as-results"],
        knobs: &[],
        run: |k| Box::pin(gives_up(abc(k))),
    },
    Wrong {
        scene: "return_exceptions",
        mistake: "what has failed is left out",
        claims: &["exceptions-as-results"],
        knobs: &[],
        run: |k| Box::pin(left_out(abc(k))),
    },
    Wrong {
        scene: "try_join",
        mistake: "tasks: try_join! returns, and they run on, as with gather",
        claims: &["try-join-drops"],
        knobs: &[],
        run: |k| Box::pin(handles(abc(k))),
    },
    Wrong {
        scene: "try_join",
        mistake: "tasks, and main returns at the error",
        claims: &["try-join-drops"],
        knobs: &[],
        run: |k| Box::pin(handles_and_returns(abc(k))),
    },
    Wrong {
        scene: "try_join",
        mistake: "tasks that are aborted by hand",
        claims: &["try-join-drops"],
        knobs: &[],
        run: |k| Box::pin(aborted(abc(k))),
    },
    Wrong {
        scene: "try_join",
        mistake: "join!: it waits for all, whatever they return",
        claims: &["try-join-drops"],
        knobs: &[],
        run: |k| Box::pin(join_all(abc(k))),
    },
];

type Times = (Duration, Duration, Duration);

fn abc(k: Set) -> Times {
    (k.time("a"), k.time("b"), k.time("c"))
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

fn spawn(name: &'static str, delay: Duration) -> JoinHandle<Answer> {
    tokio::spawn(work(name, delay).try_lane(name))
}

fn spawn_failing(name: &'static str, delay: Duration) -> JoinHandle<Answer> {
    tokio::spawn(failing(name, delay).try_lane(name))
}

async fn flat(task: &mut JoinHandle<Answer>) -> Answer {
    task.await.unwrap()
}

#[traced]
async fn tasks((a, b, c): Times) {
    let (a, b, c) = (spawn("A", a), spawn("B", b), spawn("C", c));
    let a = a.await.unwrap().unwrap();
    let b = b.await.unwrap().unwrap();
    let c = c.await.unwrap().unwrap();
    say!("Results: {a}, {b}, {c}");
}

#[traced]
async fn await_at_once((a, b, c): Times) {
    let a = spawn("A", a).await.unwrap().unwrap();
    let b = spawn("B", b).await.unwrap().unwrap();
    let c = spawn("C", c).await.unwrap().unwrap();
    say!("Results: {a}, {b}, {c}");
}

#[traced]
async fn collect((a, b, c): Times) -> Vec<&'static str> {
    let mut set = JoinSet::new();
    set.spawn(work("A", a).try_lane("A"));
    set.spawn(work("B", b).try_lane("B"));
    set.spawn(work("C", c).try_lane("C"));
    let mut results = Vec::new();
    while let Some(result) = set.join_next().await {
        results.push(result.unwrap().unwrap());
    }
    results
}

#[traced]
async fn as_they_come(times: Times) {
    let results = collect(times).await;
    say!("Results: {}", results.join(", "));
}

#[traced]
async fn sorted(times: Times) {
    let mut results = collect(times).await;
    results.sort();
    say!("Results: {}", results.join(", "));
}

#[traced]
async fn outer_results((a, b, c): Times) {
    let (a, b, c) = (spawn("A", a), spawn_failing("B", b), spawn("C", c));
    let (_, b, _) = tokio::try_join!(a, b, c).unwrap();
    if let Err(error) = b {
        say!("gather raised: {error}");
    }
}

#[traced]
async fn in_turn((a, b, c): Times) {
    let (a, b, c) = (spawn("A", a), spawn_failing("B", b), spawn("C", c));
    let _a = a.await.unwrap();
    if let Err(error) = b.await.unwrap() {
        say!("gather raised: {error}");
    }
    let _c = c.await.unwrap();
}

#[traced]
async fn in_a_group((a, b, c): Times) {
    let mut set = JoinSet::new();
    set.spawn(work("A", a).try_lane("A"));
    set.spawn(failing("B", b).try_lane("B"));
    set.spawn(work("C", c).try_lane("C"));
    while let Some(result) = set.join_next().await {
        if let Err(error) = result.unwrap() {
            set.shutdown().await;
            say!("gather raised: {error}");
        }
    }
    sleep(a.max(b).max(c) - b).await;
}

#[traced]
async fn returns((a, b, c): Times) {
    let (mut a, mut b, mut c) =
        (spawn("A", a), spawn_failing("B", b), spawn("C", c));
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        say!("gather raised: {error}");
    }
}

#[traced]
async fn gives_up((a, b, c): Times) {
    let (mut a, mut b, mut c) =
        (spawn("A", a), spawn_failing("B", b), spawn("C", c));
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        say!("Results: error: {error}");
    }
}

#[traced]
async fn left_out((a, b, c): Times) {
    let (a, b, c) = (spawn("A", a), spawn_failing("B", b), spawn("C", c));
    let (a, b, c) = tokio::try_join!(a, b, c).unwrap();
    let results: Vec<_> = [a, b, c].into_iter().flatten().collect();
    say!("Results: {}", results.join(", "));
}

#[traced]
async fn handles((a, b, c): Times) {
    let longest = a.max(b).max(c);
    let (mut a, mut b, mut c) =
        (spawn("A", a), spawn_failing("B", b), spawn("C", c));
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        say!("try_join! returned: {error}");
    }
    sleep(longest).await;
    say!("main is done");
}

#[traced]
async fn handles_and_returns((a, b, c): Times) {
    let (mut a, mut b, mut c) =
        (spawn("A", a), spawn_failing("B", b), spawn("C", c));
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        say!("try_join! returned: {error}");
    }
    say!("main is done");
}

#[traced]
async fn aborted((a, b, c): Times) {
    let longest = a.max(b).max(c);
    let (mut a, mut b, mut c) =
        (spawn("A", a), spawn_failing("B", b), spawn("C", c));
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        a.abort();
        c.abort();
        say!("try_join! returned: {error}");
    }
    sleep(longest).await;
    say!("main is done");
}

#[traced]
async fn join_all((a, b, c): Times) {
    let longest = a.max(b).max(c);
    let a = work("A", a).try_lane("A");
    let b = failing("B", b).try_lane("B");
    let c = work("C", c).try_lane("C");
    let (_, b, _) = tokio::join!(a, b, c);
    if let Err(error) = b {
        say!("try_join! returned: {error}");
    }
    sleep(longest).await;
    say!("main is done");
}
