//! Blocking code beside a heartbeat, got wrong.

use std::time::Duration;

use asyncade::stage::{Lane, block, say, sleep, to_thread, traced};

use super::{Set, Wrong};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "to_thread",
        mistake: "the call runs beside the async part, not after it",
        claims: &["equal-totals"],
        knobs: &[],
        run: |k| Box::pin(beside(times(k))),
    },
    Wrong {
        scene: "to_thread",
        mistake: "main does not wait for the call",
        claims: &["equal-totals", "heartbeat-never-misses", "loop-is-held"],
        knobs: &[],
        run: |k| Box::pin(does_not_wait(times(k))),
    },
    Wrong {
        scene: "to_thread",
        mistake: "a task, and no thread: async does not make it give way",
        claims: &[
            "loop-is-held",
            "heartbeat-never-misses",
            "thread-and-loop-overlap",
        ],
        knobs: &[],
        run: |k| Box::pin(only_a_task(times(k))),
    },
    Wrong {
        scene: "to_thread",
        mistake: "an async function around the call",
        claims: &[
            "loop-is-held",
            "heartbeat-never-misses",
            "thread-and-loop-overlap",
        ],
        knobs: &[],
        run: |k| Box::pin(only_async(times(k))),
    },
    Wrong {
        scene: "to_thread",
        mistake: "the call does not block: it waits, and needs no thread",
        claims: &[
            "equal-totals",
            "loop-is-held",
            "heartbeat-never-misses",
            "thread-and-loop-overlap",
        ],
        knobs: &[],
        run: |k| Box::pin(waits(times(k))),
    },
    Wrong {
        scene: "blocking",
        mistake: "the call is on a thread after all",
        claims: &["loop-is-held"],
        knobs: &[],
        run: |k| Box::pin(in_thread(times(k))),
    },
    Wrong {
        scene: "blocking",
        mistake: "the call waits: it blocks nobody",
        claims: &["loop-is-held", "equal-totals"],
        knobs: &[],
        run: |k| Box::pin(waits(times(k))),
    },
];

#[derive(Clone, Copy)]
struct Times {
    async_part: Duration,
    block: Duration,
    every: Duration,
}

fn times(k: Set) -> Times {
    Times {
        async_part: k.time("async-part"),
        block: k.time("block"),
        every: k.time("heartbeat"),
    }
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

fn heart(every: Duration) -> tokio::task::JoinHandle<()> {
    tokio::spawn(heartbeat(every).lane("heartbeat"))
}

fn got(result: &str) {
    say!("Got: {result}");
    say!("Continue with other async work");
}

#[traced]
async fn beside(times: Times) {
    let heart = heart(times.every);
    say!("Start async part");
    let call = to_thread("blocking_io", move || blocking_io(times.block));
    let (result, ()) = tokio::join!(call, sleep(times.async_part));
    got(result);
    heart.abort();
}

#[traced]
async fn does_not_wait(times: Times) {
    let heart = heart(times.every);
    say!("Start async part");
    sleep(times.async_part).await;
    let call = to_thread("blocking_io", move || blocking_io(times.block));
    let _call = tokio::spawn(call);
    got("a thread is on its way");
    heart.abort();
}

#[traced]
async fn only_a_task(times: Times) {
    let heart = heart(times.every);
    say!("Start async part");
    sleep(times.async_part).await;
    let call = async move { blocking_io(times.block) };
    let result = tokio::spawn(call.lane("blocking_io")).await.unwrap();
    got(result);
    heart.abort();
}

async fn async_io(time: Duration) -> &'static str {
    blocking_io(time)
}

#[traced]
async fn only_async(times: Times) {
    let heart = heart(times.every);
    say!("Start async part");
    sleep(times.async_part).await;
    let result = async_io(times.block).lane("blocking_io").await;
    got(result);
    heart.abort();
}

#[traced]
async fn waiting_io(time: Duration) -> &'static str {
    sleep(time).await;
    "result from blocking call"
}

#[traced]
async fn waits(times: Times) {
    let heart = heart(times.every);
    say!("Start async part");
    sleep(times.async_part).await;
    let result = waiting_io(times.block).lane("blocking_io").await;
    got(result);
    heart.abort();
}

#[traced]
async fn in_thread(times: Times) {
    let heart = heart(times.every);
    say!("Start async part");
    sleep(times.async_part).await;
    let call = to_thread("blocking_io", move || blocking_io(times.block));
    let result = call.await;
    got(result);
    heart.abort();
}
