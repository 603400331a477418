//! Shields, got wrong.

use std::pin::pin;
use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Cancelled, Lane, say, sleep, traced};
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{Wrong, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "article",
        mistake: "it cancels whoever waits, and not the work",
        claims: &["article-loses-the-work", "cleanup-takes-its-time"],
        knobs: &[],
        run: |k| run(cancels_the_wait(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "article",
        mistake: "it aborts the work, which cannot clean up",
        claims: &[
            "article-loses-the-work",
            "cleanup-takes-its-time",
            "no-async-drop",
        ],
        knobs: &[],
        run: |k| run(aborts(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "article",
        mistake: "main does not wait for the cleanup",
        claims: &["cleanup-takes-its-time"],
        knobs: &[],
        run: |k| run(does_not_wait(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "unshielded",
        mistake: "the work is a task, and nobody passes the cancellation on",
        claims: &["unshielded-is-lost"],
        knobs: &[],
        run: |k| run(a_task(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "unshielded",
        mistake: "main cancels the work itself, and not the caller",
        claims: &["unshielded-is-lost"],
        knobs: &[],
        run: |k| run(past_the_caller(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "unshielded",
        mistake: "the caller lets go of the work, which cannot clean up",
        claims: &["unshielded-is-lost"],
        knobs: &[],
        run: |k| run(drops_the_work(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "shielded",
        mistake: "there is no shield: the work is lost with the caller",
        claims: &["shield-protects-from-the-caller"],
        knobs: &[],
        run: |k| run(no_shield(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "shielded",
        mistake: "nobody is cancelled",
        claims: &["shield-protects-from-the-caller"],
        knobs: &[],
        run: |k| run(nobody_is_cancelled(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "dropped",
        mistake: "it asks with a token, and the cleanup runs",
        claims: &["no-async-drop"],
        knobs: &[],
        run: |k| run(asks(work(k), cancel(k), cleanup(k))),
    },
    Wrong {
        scene: "dropped",
        mistake: "it drops the handle, and the task runs on until main ends",
        claims: &["no-async-drop"],
        knobs: &[],
        run: |k| run(drops_the_handle(work(k), cancel(k), cleanup(k))),
    },
];

fn work(k: &Knobs) -> Duration {
    time("shield", k, "work")
}

fn cancel(k: &Knobs) -> Duration {
    time("shield", k, "cancel-after")
}

fn cleanup(k: &Knobs) -> Duration {
    time("shield", k, "cleanup")
}

type Report = Result<&'static str, Cancelled>;

const SAW: &str = "Main saw cancellation, but task continues in background";

#[traced]
async fn critical(
    work: Duration,
    cleanup: Duration,
    stop: CancellationToken,
) -> Report {
    tokio::select! {
        biased;
        () = stop.cancelled() => {
            say!("Cancelled but cleaning up");
            sleep(cleanup).await;
            say!("Cleanup finished");
            Err(Cancelled)
        }
        () = sleep(work) => {
            say!("Critical work done");
            Ok("important data")
        }
    }
}

/// The work as a task, and the token by which it can be asked to stop.
fn spawn(
    work: Duration,
    cleanup: Duration,
) -> (JoinHandle<Report>, CancellationToken) {
    let stop = CancellationToken::new();
    let task = critical(work, cleanup, stop.clone()).try_lane("critical");
    (tokio::spawn(task), stop)
}

#[traced]
async fn await_it(task: JoinHandle<Report>) -> Result<Report, JoinError> {
    task.await
}

#[traced]
async fn cancels_the_wait(work: Duration, cancel: Duration, cleanup: Duration) {
    let (task, _stop) = spawn(work, cleanup);
    let wait = tokio::spawn(await_it(task).lane("wait"));
    sleep(cancel).await;
    wait.abort();
    if wait.await.is_err() {
        say!("{SAW}");
    }
    sleep(cleanup + Duration::from_millis(2500)).await;
}

#[traced]
async fn aborts(work: Duration, cancel: Duration, cleanup: Duration) {
    let (task, _stop) = spawn(work, cleanup);
    sleep(cancel).await;
    task.abort();
    if task.await.is_err() {
        say!("{SAW}");
    }
    sleep(cleanup + Duration::from_millis(2500)).await;
}

#[traced]
async fn does_not_wait(work: Duration, cancel: Duration, cleanup: Duration) {
    let (task, stop) = spawn(work, cleanup);
    sleep(cancel).await;
    stop.cancel();
    say!("{SAW}");
    drop(task);
    sleep(cleanup + Duration::from_millis(2500)).await;
}

#[traced]
async fn a_task(work: Duration, cancel: Duration, cleanup: Duration) {
    let (task, _stop) = spawn(work, cleanup);
    let caller = tokio::spawn(await_it(task).try_lane("caller"));
    sleep(cancel).await;
    caller.abort();
    if caller.await.is_err() {
        say!("Caller cancelled; the work was lost");
    }
    sleep(work).await;
}

/// Awaits the work, and never hears that anybody cancels.
#[traced]
async fn deaf(
    work: Duration,
    cleanup: Duration,
    stop: CancellationToken,
) -> Report {
    critical(work, cleanup, stop).try_lane("critical").await
}

#[traced]
async fn past_the_caller(work: Duration, cancel: Duration, cleanup: Duration) {
    let stop = CancellationToken::new();
    let caller = deaf(work, cleanup, stop.clone()).try_lane("caller");
    let caller = tokio::spawn(caller);
    sleep(cancel).await;
    stop.cancel();
    if caller.await.unwrap().is_err() {
        say!("Caller cancelled; the work was lost");
    }
}

#[traced]
async fn drops_the_work(work: Duration, cancel: Duration, cleanup: Duration) {
    let never = CancellationToken::new();
    let caller = deaf(work, cleanup, never).try_lane("caller");
    let caller = tokio::spawn(caller);
    sleep(cancel).await;
    caller.abort();
    if caller.await.is_err() {
        say!("Caller cancelled; the work was lost");
    }
}

/// Awaits the work, and passes on that it is cancelled.
#[traced]
async fn passes_on(
    work: Duration,
    cleanup: Duration,
    stop: CancellationToken,
) -> Report {
    let stop_work = CancellationToken::new();
    let work = critical(work, cleanup, stop_work.clone());
    let mut work = pin!(work.try_lane("critical"));
    tokio::select! {
        biased;
        () = stop.cancelled() => {
            stop_work.cancel();
            work.await
        }
        report = &mut work => report,
    }
}

#[traced]
async fn no_shield(work: Duration, cancel: Duration, cleanup: Duration) {
    let stop = CancellationToken::new();
    let caller = passes_on(work, cleanup, stop.clone()).try_lane("caller");
    let caller = tokio::spawn(caller);
    sleep(cancel).await;
    stop.cancel();
    if caller.await.unwrap().is_err() {
        say!("Caller cancelled; the work continues");
    }
    sleep(work).await;
}

#[traced]
async fn nobody_is_cancelled(
    work: Duration,
    cancel: Duration,
    cleanup: Duration,
) {
    let (task, _stop) = spawn(work, cleanup);
    let caller = tokio::spawn(await_it(task).try_lane("caller"));
    sleep(cancel).await;
    say!("Caller cancelled; the work continues");
    let _report = caller.await;
    sleep(cancel).await;
}

#[traced]
async fn asks(work: Duration, cancel: Duration, cleanup: Duration) {
    let (task, stop) = spawn(work, cleanup);
    sleep(cancel).await;
    stop.cancel();
    if task.await.unwrap().is_err() {
        say!("Task aborted; no cleanup ran");
    }
}

#[traced]
async fn drops_the_handle(work: Duration, cancel: Duration, cleanup: Duration) {
    let (task, _stop) = spawn(work, cleanup);
    sleep(cancel).await;
    drop(task);
    say!("Task aborted; no cleanup ran");
}
