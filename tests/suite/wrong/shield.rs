//! Shields, got wrong.

use std::pin::pin;
use std::time::Duration;

use asyncade::stage::{Cancelled, Lane, say, sleep, traced};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Set, Wrong};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "article",
        mistake: "a caller is cancelled instead of the work",
        claims: &["article-loses-the-work", "shield-protects-from-the-caller"],
        knobs: &[],
        run: |k| Box::pin(cancels_a_caller(times(k), k.seconds(2.5))),
    },
    Wrong {
        scene: "article",
        mistake: "the work does not listen",
        claims: &["article-loses-the-work", "cleanup-takes-its-time"],
        knobs: &[],
        run: |k| Box::pin(deaf(times(k), k.seconds(2.5))),
    },
    Wrong {
        scene: "article",
        mistake: "the work gives up by itself: nobody has cancelled it",
        claims: &["article-loses-the-work", "cleanup-takes-its-time"],
        knobs: &[],
        run: |k| Box::pin(gives_up(times(k), k.seconds(2.5))),
    },
    Wrong {
        scene: "article",
        mistake: "main does not wait for the cleanup",
        claims: &["cleanup-takes-its-time"],
        knobs: &[],
        run: |k| Box::pin(does_not_wait(times(k), k.seconds(2.5))),
    },
    Wrong {
        scene: "article",
        mistake: "main sleeps as long as it thinks that the cleanup takes",
        claims: &["cleanup-takes-its-time"],
        knobs: &[],
        run: |k| Box::pin(guesses(times(k), k.seconds(2.5))),
    },
    Wrong {
        scene: "article",
        mistake: "the work is aborted: its cleanup has no time",
        claims: &["cleanup-takes-its-time", "no-async-drop"],
        knobs: &[],
        run: |k| Box::pin(aborts(times(k), k.seconds(2.5))),
    },
    Wrong {
        scene: "unshielded",
        mistake: "the work is a task of its own: its caller's end is not its",
        claims: &["unshielded-is-lost"],
        knobs: &[],
        run: |k| Box::pin(task_of_its_own(times(k))),
    },
    Wrong {
        scene: "unshielded",
        mistake: "one token for both: it is main that cancels the work",
        claims: &["unshielded-is-lost"],
        knobs: &[],
        run: |k| Box::pin(one_token(times(k))),
    },
    Wrong {
        scene: "shielded",
        mistake: "the caller awaits the work itself",
        claims: &["shield-protects-from-the-caller"],
        knobs: &[],
        run: |k| Box::pin(no_shield(times(k))),
    },
    Wrong {
        scene: "shielded",
        mistake: "nobody is cancelled: the caller gives up by itself",
        claims: &["shield-protects-from-the-caller"],
        knobs: &[],
        run: |k| Box::pin(nobody_cancels(times(k))),
    },
    Wrong {
        scene: "shielded",
        mistake: "the caller does not await the work that it is to be shielded from",
        claims: &["shield-protects-from-the-caller"],
        knobs: &[],
        run: |k| Box::pin(awaits_something_else(times(k))),
    },
    Wrong {
        scene: "dropped",
        mistake: "the work is asked by a token, and cleans up",
        claims: &["no-async-drop"],
        knobs: &[],
        run: |k| Box::pin(asked(times(k))),
    },
    Wrong {
        scene: "dropped",
        mistake: "nobody aborts anybody: main returns",
        claims: &["no-async-drop"],
        knobs: &[],
        run: |k| Box::pin(returns(times(k))),
    },
];

#[derive(Clone, Copy)]
struct Times {
    work: Duration,
    cancel_after: Duration,
    cleanup: Duration,
}

fn times(k: Set) -> Times {
    Times {
        work: k.time("work"),
        cancel_after: k.time("cancel-after"),
        cleanup: k.time("cleanup"),
    }
}

type Report = Result<&'static str, Cancelled>;

#[traced]
async fn critical(times: Times, stop: CancellationToken) -> Report {
    tokio::select! {
        biased;
        () = stop.cancelled() => {
            say!("Cancelled but cleaning up");
            sleep(times.cleanup).await;
            say!("Cleanup finished");
            Err(Cancelled)
        }
        () = sleep(times.work) => {
            say!("Critical work done");
            Ok("important data")
        }
    }
}

fn spawn(times: Times, stop: &CancellationToken) -> JoinHandle<Report> {
    tokio::spawn(critical(times, stop.clone()).try_lane("critical"))
}

const SAW: &str = "Main saw cancellation, but task continues in background";

#[traced]
async fn await_it(task: JoinHandle<Report>) -> Report {
    task.await.unwrap()
}

#[traced]
async fn cancels_a_caller(times: Times, time_to_finish: Duration) {
    let task = spawn(times, &CancellationToken::new());
    let caller = tokio::spawn(await_it(task).try_lane("caller"));
    sleep(times.cancel_after).await;
    caller.abort();
    if caller.await.is_err() {
        say!("{SAW}");
    }
    sleep(times.cleanup).await;
    sleep(time_to_finish).await;
}

#[traced]
async fn deaf(times: Times, time_to_finish: Duration) {
    let stop = CancellationToken::new();
    let task = spawn(times, &CancellationToken::new());
    sleep(times.cancel_after).await;
    stop.cancel();
    if let Err(Cancelled) = task.await.unwrap() {
        say!("{SAW}");
    }
    sleep(time_to_finish).await;
}

#[traced]
async fn gives_up(times: Times, time_to_finish: Duration) {
    let work = async move {
        sleep(times.cancel_after).await;
        say!("Cancelled but cleaning up");
        sleep(times.cleanup).await;
        say!("Cleanup finished");
        Err::<(), _>(Cancelled)
    };
    let task = tokio::spawn(work.try_lane("critical"));
    if let Err(Cancelled) = task.await.unwrap() {
        say!("{SAW}");
    }
    sleep(time_to_finish).await;
}

#[traced]
async fn does_not_wait(times: Times, time_to_finish: Duration) {
    let stop = CancellationToken::new();
    let _task = spawn(times, &stop);
    sleep(times.cancel_after).await;
    stop.cancel();
    say!("{SAW}");
    sleep(times.cleanup).await;
    sleep(time_to_finish).await;
}

#[traced]
async fn guesses(times: Times, time_to_finish: Duration) {
    let stop = CancellationToken::new();
    let _task = spawn(times, &stop);
    sleep(times.cancel_after).await;
    stop.cancel();
    sleep(times.cleanup).await;
    say!("{SAW}");
    sleep(time_to_finish).await;
}

#[traced]
async fn aborts(times: Times, time_to_finish: Duration) {
    let task = spawn(times, &CancellationToken::new());
    sleep(times.cancel_after).await;
    task.abort();
    if task.await.is_err() {
        say!("{SAW}");
    }
    sleep(times.cleanup).await;
    sleep(time_to_finish).await;
}

const LOST: &str = "Caller cancelled; the work was lost";

#[traced]
async fn task_of_its_own(times: Times) {
    let task = spawn(times, &CancellationToken::new());
    let caller = tokio::spawn(await_it(task).try_lane("caller"));
    sleep(times.cancel_after).await;
    caller.abort();
    if caller.await.is_err() {
        say!("{LOST}");
    }
    sleep(times.work).await;
}

#[traced]
async fn one_token(times: Times) {
    let stop = CancellationToken::new();
    let work = critical(times, stop.clone()).try_lane("critical");
    let caller = tokio::spawn(work.try_lane("caller"));
    sleep(times.cancel_after).await;
    stop.cancel();
    if let Err(Cancelled) = caller.await.unwrap() {
        say!("{LOST}");
    }
}

const CONTINUES: &str = "Caller cancelled; the work continues";

#[traced]
async fn call(times: Times, stop: CancellationToken) -> Report {
    let own = CancellationToken::new();
    let work = critical(times, own.clone()).try_lane("critical");
    let mut work = pin!(work);
    tokio::select! {
        biased;
        () = stop.cancelled() => {
            own.cancel();
            work.await
        }
        report = &mut work => report,
    }
}

#[traced]
async fn no_shield(times: Times) {
    let stop = CancellationToken::new();
    let caller = call(times, stop.clone()).try_lane("caller");
    let caller = tokio::spawn(caller);
    sleep(times.cancel_after).await;
    stop.cancel();
    say!("{CONTINUES}");
    let _report = caller.await.unwrap();
    sleep(times.work).await;
}

#[traced]
async fn give_up_after(time: Duration) -> Report {
    sleep(time).await;
    Err(Cancelled)
}

#[traced]
async fn nobody_cancels(times: Times) {
    let _task = spawn(times, &CancellationToken::new());
    let caller = give_up_after(times.cancel_after).try_lane("caller");
    if let Err(Cancelled) = tokio::spawn(caller).await.unwrap() {
        say!("{CONTINUES}");
    }
    sleep(times.work).await;
}

#[traced]
async fn awaits_something_else(times: Times) {
    let _task = spawn(times, &CancellationToken::new());
    let caller = give_up_after(times.work * 2).try_lane("caller");
    let caller = tokio::spawn(caller);
    sleep(times.cancel_after).await;
    caller.abort();
    if caller.await.is_err() {
        say!("{CONTINUES}");
    }
    sleep(times.work).await;
}

const ABORTED: &str = "Task aborted; no cleanup ran";

#[traced]
async fn asked(times: Times) {
    let stop = CancellationToken::new();
    let task = spawn(times, &stop);
    sleep(times.cancel_after).await;
    stop.cancel();
    if let Err(Cancelled) = task.await.unwrap() {
        say!("{ABORTED}");
    }
}

#[traced]
async fn returns(times: Times) {
    let _task = spawn(times, &CancellationToken::new());
    sleep(times.cancel_after).await;
    say!("{ABORTED}");
}
