//! Limits, got wrong.

use std::time::Duration;

use asyncade::stage::{Lane, block, say, sleep, to_thread, traced};
use tokio::time::{Instant, timeout};

use super::Wrong;

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "no-limit",
        mistake: "has a limit",
        claims: &["waits-forever"],
        knobs: &[],
        run: |k| Box::pin(limited(k.time("limit"), k.time("work"))),
    },
    Wrong {
        scene: "wait_for",
        mistake: "looks at the limit when the work is done",
        claims: &["ends-at-the-limit", "work-is-cancelled"],
        knobs: &[("work", "3s")],
        run: |k| Box::pin(looks_late(k.time("limit"), k.time("work"))),
    },
    Wrong {
        scene: "wait_for",
        mistake: "sleeps until the limit, and looks whether the task is done",
        claims: &["ends-at-the-limit", "work-is-cancelled"],
        knobs: &[],
        run: |k| Box::pin(looks_once(k.time("limit"), k.time("work"))),
    },
    Wrong {
        scene: "wait_for",
        mistake: "a limit on a handle: the wait ends, and the work goes on",
        claims: &["work-is-cancelled"],
        knobs: &[],
        run: |k| Box::pin(on_a_handle(k.time("limit"), k.time("work"))),
    },
    Wrong {
        scene: "wait_for",
        mistake: "a limit on a handle, and main returns there",
        claims: &["work-is-cancelled"],
        knobs: &[],
        run: |k| Box::pin(on_a_handle_and_out(k.time("limit"), k.time("work"))),
    },
    Wrong {
        scene: "wait_for",
        mistake: "a limit on a handle, and main aborts the task later",
        claims: &["work-is-cancelled"],
        knobs: &[],
        run: |k| Box::pin(aborts_later(k.time("limit"), k.time("work"))),
    },
    Wrong {
        scene: "timeout-block",
        mistake: "a limit for each step",
        claims: &["deadline-covers-all"],
        knobs: &[],
        run: |k| Box::pin(limit_for_each(k.time("limit"))),
    },
    Wrong {
        scene: "timeout-block",
        mistake: "a limit on the first step only",
        claims: &["deadline-covers-all"],
        knobs: &[],
        run: |k| Box::pin(first_step_only(k.time("limit"))),
    },
    Wrong {
        scene: "in-time",
        mistake: "sleeps until the limit, and looks what has come",
        claims: &["in-time-is-left-alone"],
        knobs: &[],
        run: |k| Box::pin(sleeps(k.time("limit"))),
    },
    Wrong {
        scene: "in-time",
        mistake: "a limit as long as the work was expected to take",
        claims: &["in-time-is-left-alone"],
        knobs: &[],
        run: |k| Box::pin(too_tight(k.time("limit"))),
    },
    Wrong {
        scene: "in-time",
        mistake: "has no limit",
        claims: &["in-time-is-left-alone"],
        knobs: &[],
        run: |k| Box::pin(unlimited(k.time("limit"))),
    },
    Wrong {
        scene: "blocking",
        mistake: "the work gives way: that can be timed out",
        claims: &["blocking-cannot-be-timed-out"],
        knobs: &[],
        run: |k| Box::pin(gives_way(k.time("limit"))),
    },
    Wrong {
        scene: "blocking",
        mistake: "the work is on a thread: one can stop waiting for it",
        claims: &["blocking-cannot-be-timed-out"],
        knobs: &[],
        run: |k| Box::pin(on_a_thread(k.time("limit"))),
    },
    Wrong {
        scene: "blocking",
        mistake: "no limit at all",
        claims: &["blocking-cannot-be-timed-out"],
        knobs: &[],
        run: |k| Box::pin(no_limit(k.time("limit"))),
    },
];

const TIMED_OUT: &str = "Task timed out and was cancelled";

#[traced]
async fn eternity(work: Duration) {
    sleep(work).await;
    say!("This will never be seen");
}

#[traced]
async fn limited(limit: Duration, work: Duration) {
    let _reached = timeout(limit, eternity(work).lane("eternity")).await;
}

#[traced]
async fn looks_late(limit: Duration, work: Duration) {
    let start = Instant::now();
    eternity(work).lane("eternity").await;
    if start.elapsed() > limit {
        say!("{TIMED_OUT}");
    }
    sleep(limit).await;
    say!("main is done");
}

#[traced]
async fn looks_once(limit: Duration, work: Duration) {
    let task = tokio::spawn(eternity(work).lane("eternity"));
    sleep(limit).await;
    if !task.is_finished() {
        task.abort();
        say!("{TIMED_OUT}");
    }
    sleep(limit).await;
    say!("main is done");
}

#[traced]
async fn on_a_handle(limit: Duration, work: Duration) {
    let task = tokio::spawn(eternity(work).lane("eternity"));
    if timeout(limit, task).await.is_err() {
        say!("{TIMED_OUT}");
    }
    sleep(limit).await;
    say!("main is done");
}

#[traced]
async fn on_a_handle_and_out(limit: Duration, work: Duration) {
    let task = tokio::spawn(eternity(work).lane("eternity"));
    if timeout(limit, task).await.is_err() {
        say!("{TIMED_OUT}");
    }
    say!("main is done");
}

#[traced]
async fn aborts_later(limit: Duration, work: Duration) {
    let mut task = tokio::spawn(eternity(work).lane("eternity"));
    if timeout(limit, &mut task).await.is_err() {
        say!("{TIMED_OUT}");
    }
    sleep(limit).await;
    task.abort();
    say!("main is done");
}

#[traced]
async fn limit_for_each(limit: Duration) {
    let step = limit * 3 / 5;
    for n in 1..=2 {
        if timeout(limit, sleep(step)).await.is_err() {
            say!("{TIMED_OUT}");
        } else {
            say!("step {n} done");
        }
    }
}

#[traced]
async fn first_step_only(limit: Duration) {
    let step = limit * 3 / 5;
    if timeout(limit, sleep(step)).await.is_err() {
        say!("{TIMED_OUT}");
    }
    say!("step 1 done");
    sleep(step).await;
    say!("step 2 done");
}

#[traced]
async fn short(work: Duration) {
    sleep(work).await;
    say!("work finished in time");
}

#[traced]
async fn sleeps(limit: Duration) {
    let task = tokio::spawn(short(limit / 2).lane("work"));
    sleep(limit).await;
    if !task.is_finished() {
        say!("{TIMED_OUT}");
    }
}

#[traced]
async fn unlimited(limit: Duration) {
    short(limit / 2).lane("work").await;
}

#[traced]
async fn too_tight(limit: Duration) {
    let work = short(limit / 2).lane("work");
    if timeout(limit / 3, work).await.is_err() {
        say!("{TIMED_OUT}");
    }
}

#[traced]
async fn gives_way(limit: Duration) {
    let work = async {
        sleep(limit * 2).await;
        say!("work finished late");
        "the late result"
    };
    match timeout(limit, work.lane("work")).await {
        Ok(result) => say!("Got: {result}"),
        Err(_) => say!("{TIMED_OUT}"),
    }
}

#[traced]
async fn on_a_thread(limit: Duration) {
    let work = async {
        to_thread("thread", move || block(limit * 2)).await;
        say!("work finished late");
        "the late result"
    };
    match timeout(limit, work.lane("work")).await {
        Ok(result) => say!("Got: {result}"),
        Err(_) => say!("{TIMED_OUT}"),
    }
}

#[traced]
async fn no_limit(limit: Duration) {
    let work = async {
        block(limit * 2);
        say!("work finished late");
        "the late result"
    };
    say!("Got: {}", work.lane("work").await);
}
