//! Critical work, and four ways in which a cancellation meets it.

use std::pin::pin;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::stage::{Cancelled, Lane, say, sleep, traced};

/// What the work returns: its data, or that it was cancelled on the way.
type Report = Result<&'static str, Cancelled>;

/// Works until it is done, or cleans up when the token asks it to stop.
#[traced]
async fn critical(
    work: Duration,
    cleanup: Duration,
    stop: CancellationToken,
) -> Report {
    tokio::select! {
        // Looks at the token first. Without this, if the work is done in the
        // moment in which it is asked to stop, chance would choose.
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

/// The article's code: it cancels the work itself, and then shields it.
#[traced]
pub async fn article(
    work: Duration,
    cancel_after: Duration,
    cleanup: Duration,
    time_to_finish: Duration,
) -> Result<(), JoinError> {
    let stop = CancellationToken::new();
    let task = critical(work, cleanup, stop.clone()).try_lane("critical");
    let task = tokio::spawn(task);
    sleep(cancel_after).await;
    stop.cancel();
    if let Err(Cancelled) = task.await? {
        say!("Main saw cancellation, but task continues in background");
    }
    sleep(time_to_finish).await;
    Ok(())
}

/// The caller is cancelled, and the work that it awaits with it.
#[traced]
pub async fn unshielded(
    work: Duration,
    cancel_after: Duration,
    cleanup: Duration,
) -> Result<(), JoinError> {
    let stop = CancellationToken::new();
    let caller = call(work, cleanup, stop.clone()).try_lane("caller");
    let caller = tokio::spawn(caller);
    sleep(cancel_after).await;
    stop.cancel();
    if let Err(Cancelled) = caller.await? {
        say!("Caller cancelled; the work was lost");
    }
    Ok(())
}

/// Awaits the work. If it is asked to stop itself, it asks the work to stop,
/// and waits until that has cleaned up.
#[traced]
async fn call(
    work: Duration,
    cleanup: Duration,
    stop: CancellationToken,
) -> Report {
    let stop_work = CancellationToken::new();
    let work = critical(work, cleanup, stop_work.clone());
    let mut work = pin!(work.try_lane("critical"));
    tokio::select! {
        // As above: the token first.
        biased;
        () = stop.cancelled() => {
            stop_work.cancel();
            work.await
        }
        report = &mut work => report,
    }
}

/// The caller is cancelled, and the work is a task of its own: it goes on.
#[traced]
pub async fn shielded(
    work: Duration,
    cancel_after: Duration,
    cleanup: Duration,
) {
    let never = CancellationToken::new();
    let task = critical(work, cleanup, never).try_lane("critical");
    let task = tokio::spawn(task);
    let caller = tokio::spawn(call_shielded(task).try_lane("caller"));
    sleep(cancel_after).await;
    caller.abort();
    if caller.await.is_err_and(|error| error.is_cancelled()) {
        say!("Caller cancelled; the work continues");
    }
    // Long enough for the work to end.
    sleep(work).await;
}

/// Only awaits the work, which is a task of its own: if this caller ends, the
/// handle is dropped, and that stops nothing.
#[traced]
async fn call_shielded(task: JoinHandle<Report>) -> Result<Report, JoinError> {
    task.await
}

/// Aborting a task drops its future: no cleanup that awaits can run.
#[traced]
pub async fn dropped(
    work: Duration,
    cancel_after: Duration,
    cleanup: Duration,
) {
    let never = CancellationToken::new();
    let task = critical(work, cleanup, never).try_lane("critical");
    let task = tokio::spawn(task);
    sleep(cancel_after).await;
    task.abort();
    if task.await.is_err_and(|error| error.is_cancelled()) {
        say!("Task aborted; no cleanup ran");
    }
}
