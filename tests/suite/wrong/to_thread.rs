//! Blocking code, got wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, block, say, sleep, to_thread, traced};

use super::{Wrong, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "to_thread",
        mistake: "the call is made before the wait, and the two overlap",
        claims: &["equal-totals"],
        knobs: &[],
        run: |k| run(overlaps(async_part(k), blocks(k), every(k))),
    },
    Wrong {
        scene: "to_thread",
        mistake: "it does not wait for the thread",
        claims: &["equal-totals", "loop-is-held"],
        knobs: &[],
        run: |k| run(does_not_wait(async_part(k), blocks(k), every(k))),
    },
    Wrong {
        scene: "to_thread",
        mistake: "a task, which is no thread: it blocks the loop",
        claims: &[
            "loop-is-held",
            "heartbeat-never-misses",
            "thread-and-loop-overlap",
        ],
        knobs: &[],
        run: |k| run(a_task(async_part(k), blocks(k), every(k))),
    },
    Wrong {
        scene: "to_thread",
        mistake: "the call is made first, and its result sent to a thread",
        claims: &[
            "loop-is-held",
            "heartbeat-never-misses",
            "thread-and-loop-overlap",
        ],
        knobs: &[],
        run: |k| run(calls_first(async_part(k), blocks(k), every(k))),
    },
    Wrong {
        scene: "blocking",
        mistake: "the call gives way after all",
        claims: &["loop-is-held"],
        knobs: &[],
        run: |k| run(gives_way(async_part(k), blocks(k), every(k))),
    },
];

fn async_part(k: &Knobs) -> Duration {
    time("to_thread", k, "async-part")
}

fn blocks(k: &Knobs) -> Duration {
    time("to_thread", k, "block")
}

fn every(k: &Knobs) -> Duration {
    time("to_thread", k, "heartbeat")
}

fn blocking_io(time: Duration) -> &'static str {
    block(time);
    "result from blocking call"
}

#[traced]
async fn heartbeat(every: Duration) {
    for n in 1.. {
        sleep(every).await;
        say!("tick {n}");
    }
}

#[traced]
async fn overlaps(async_part: Duration, blocked: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    say!("Start async part");
    let call = to_thread("blocking_io", move || blocking_io(blocked));
    let (result, ()) = tokio::join!(call, sleep(async_part));
    say!("Got: {result}");
    say!("Continue with other async work");
    heart.abort();
}

#[traced]
async fn does_not_wait(
    async_part: Duration,
    blocked: Duration,
    every: Duration,
) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    say!("Start async part");
    sleep(async_part).await;
    let call = to_thread("blocking_io", move || blocking_io(blocked));
    let _call = tokio::spawn(call.lane("nobody waits"));
    say!("Got: result from blocking call");
    say!("Continue with other async work");
    heart.abort();
}

#[traced]
async fn a_task(async_part: Duration, blocked: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    say!("Start async part");
    sleep(async_part).await;
    let call = async move { blocking_io(blocked) };
    let result = tokio::spawn(call.lane("blocking_io")).await.unwrap();
    say!("Got: {result}");
    say!("Continue with other async work");
    heart.abort();
}

#[traced]
async fn calls_first(async_part: Duration, blocked: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    say!("Start async part");
    sleep(async_part).await;
    let result = blocking_io(blocked);
    let result = to_thread("blocking_io", move || result).await;
    say!("Got: {result}");
    say!("Continue with other async work");
    heart.abort();
}

#[traced]
async fn gives_way(async_part: Duration, blocked: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    say!("Start async part");
    sleep(async_part).await;
    sleep(blocked).await;
    say!("Got: result from blocking call");
    say!("Continue with other async work");
    heart.abort();
}
