//! Limits, got wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, block, say, sleep, traced};
use tokio::time::{Instant, timeout};

use super::{Wrong, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "no-limit",
        mistake: "there is a limit",
        claims: &["waits-forever"],
        knobs: &[],
        run: |k| run(limited(limit(k), work(k))),
    },
    Wrong {
        scene: "no-limit",
        mistake: "main does not wait for the work",
        claims: &["waits-forever"],
        knobs: &[],
        run: |k| run(does_not_wait(work(k))),
    },
    Wrong {
        scene: "wait_for",
        mistake: "it looks at the clock when the work is done",
        claims: &["ends-at-the-limit", "work-is-cancelled"],
        knobs: &[],
        run: |k| run(looks_afterwards(limit(k), work(k))),
    },
    Wrong {
        scene: "wait_for",
        mistake: "the limit is on the handle: the task is left running",
        claims: &["work-is-cancelled"],
        knobs: &[],
        run: |k| run(limits_the_handle(limit(k), work(k), true)),
    },
    Wrong {
        scene: "wait_for",
        mistake: "the same, and main ends before anybody notices",
        claims: &["work-is-cancelled"],
        knobs: &[],
        run: |k| run(limits_the_handle(limit(k), work(k), false)),
    },
    Wrong {
        scene: "wait_for",
        mistake: "a plain wait until the limit, and the work ends with main",
        claims: &["work-is-cancelled"],
        knobs: &[],
        run: |k| run(plain_wait(limit(k), work(k))),
    },
    Wrong {
        scene: "timeout-block",
        mistake: "each step has a limit of its own",
        claims: &["deadline-covers-all"],
        knobs: &[],
        run: |k| run(a_limit_each(limit(k))),
    },
    Wrong {
        scene: "timeout-block",
        mistake: "the limit is on the second step only",
        claims: &["deadline-covers-all"],
        knobs: &[],
        run: |k| run(the_second_only(limit(k))),
    },
    Wrong {
        scene: "in-time",
        mistake: "it sleeps until the limit, and looks then",
        claims: &["in-time-is-left-alone"],
        knobs: &[],
        run: |k| run(until_the_limit(limit(k))),
    },
    Wrong {
        scene: "in-time",
        mistake: "the work takes longer than the limit",
        claims: &["in-time-is-left-alone"],
        knobs: &[],
        run: |k| run(too_long(limit(k))),
    },
    Wrong {
        scene: "blocking",
        mistake: "the work does not block: it can be timed out",
        claims: &["blocking-cannot-be-timed-out"],
        knobs: &[],
        run: |k| run(does_not_block(limit(k))),
    },
    Wrong {
        scene: "blocking",
        mistake: "no limit, and the work gives way: it could be timed out",
        claims: &["blocking-cannot-be-timed-out"],
        knobs: &[],
        run: |k| run(has_no_limit(limit(k))),
    },
];

fn limit(k: &Knobs) -> Duration {
    time("timeout", k, "limit")
}

fn work(k: &Knobs) -> Duration {
    time("timeout", k, "work")
}

const TIMED_OUT: &str = "Task timed out and was cancelled";

#[traced]
async fn eternity(work: Duration) {
    sleep(work).await;
    say!("This will never be seen");
}

#[traced]
async fn limited(limit: Duration, work: Duration) {
    let eternity = eternity(work).lane("eternity");
    if timeout(limit, eternity).await.is_err() {
        say!("{TIMED_OUT}");
    }
}

#[traced]
async fn does_not_wait(work: Duration) {
    let _task = tokio::spawn(eternity(work).lane("eternity"));
    say!("main is done");
}

#[traced]
async fn looks_afterwards(limit: Duration, work: Duration) {
    let begun = Instant::now();
    eternity(work).lane("eternity").await;
    if begun.elapsed() > limit {
        say!("{TIMED_OUT}");
    }
    sleep(limit).await;
    say!("main is done");
}

#[traced]
async fn limits_the_handle(limit: Duration, work: Duration, stays: bool) {
    let task = tokio::spawn(eternity(work).lane("eternity"));
    if timeout(limit, task).await.is_err() {
        say!("{TIMED_OUT}");
    }
    if stays {
        sleep(limit).await;
        say!("main is done");
    }
}

#[traced]
async fn plain_wait(limit: Duration, work: Duration) {
    let _task = tokio::spawn(eternity(work).lane("eternity"));
    sleep(limit).await;
    say!("{TIMED_OUT}");
    sleep(limit).await;
    say!("main is done");
}

#[traced]
async fn a_limit_each(limit: Duration) {
    let step = limit * 3 / 5;
    for n in 1..=2 {
        if timeout(limit, sleep(step)).await.is_err() {
            say!("{TIMED_OUT}");
            return;
        }
        say!("step {n} done");
    }
}

#[traced]
async fn the_second_only(limit: Duration) {
    let step = limit * 3 / 5;
    sleep(step).await;
    say!("step 1 done");
    if timeout(limit, sleep(step)).await.is_err() {
        say!("{TIMED_OUT}");
        return;
    }
    say!("step 2 done");
}

#[traced]
async fn until_the_limit(limit: Duration) {
    let work = async move {
        sleep(limit / 2).await;
        say!("work finished in time");
    };
    let task = tokio::spawn(work.lane("work"));
    sleep(limit).await;
    if !task.is_finished() {
        say!("{TIMED_OUT}");
    }
}

#[traced]
async fn too_long(limit: Duration) {
    let work = async {
        sleep(limit * 2).await;
        say!("work finished in time");
    };
    if timeout(limit, work.lane("work")).await.is_err() {
        say!("{TIMED_OUT}");
    }
}

#[traced]
async fn does_not_block(limit: Duration) {
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
async fn has_no_limit(limit: Duration) {
    let work = async {
        block(limit);
        sleep(limit).await;
        say!("work finished late");
        "the late result"
    };
    let result = work.lane("work").await;
    say!("Got: {result}");
}
