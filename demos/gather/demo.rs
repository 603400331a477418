//! Three calls at once, and their results in the order of the calls.

use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};

use crate::stage::{Lane, say, sleep, traced};

/// What a call returns: its letter, or the reason why not.
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

/// Awaits the calls one by one.
#[traced]
pub async fn sequential(a: Duration, b: Duration, c: Duration) {
    let a = work("A", a).await;
    let b = work("B", b).await;
    let c = work("C", c).await;
    say!("Results: {}, {}, {}", show(a), show(b), show(c));
}

/// Makes a task of each, and awaits all of them.
#[traced]
pub async fn gather(
    a: Duration,
    b: Duration,
    c: Duration,
) -> Result<(), JoinError> {
    let a = tokio::spawn(work("A", a).try_lane("A"));
    let b = tokio::spawn(work("B", b).try_lane("B"));
    let c = tokio::spawn(work("C", c).try_lane("C"));
    let (a, b, c) = tokio::try_join!(a, b, c)?;
    say!("Results: {}, {}, {}", show(a), show(b), show(c));
    Ok(())
}

/// B fails. The error comes out at once; A and C are tasks, and run on.
#[traced]
pub async fn failure(
    a: Duration,
    b: Duration,
    c: Duration,
) -> Result<(), JoinError> {
    let mut a = tokio::spawn(work("A", a).try_lane("A"));
    let mut b = tokio::spawn(failing("B", b).try_lane("B"));
    let mut c = tokio::spawn(work("C", c).try_lane("C"));
    let all = tokio::try_join!(flat(&mut a), flat(&mut b), flat(&mut c));
    if let Err(error) = all {
        say!("gather raised: {error}");
    }
    // Nobody cancelled the others: wait for those still on their way. One
    // that is finished has given its answer to try_join!, and a handle that
    // is awaited a second time panics.
    for task in [a, c] {
        if !task.is_finished() {
            let _late = task.await?;
        }
    }
    Ok(())
}

/// Two results in one. A handle gives the task's own result inside of one that
/// says whether it panicked, and try_join! looks at the outer one only.
#[traced]
async fn flat(task: &mut JoinHandle<Answer>) -> Answer {
    task.await.unwrap_or_else(|panic| Err(panic.to_string()))
}

/// B fails, and its error takes its place among the results.
#[traced]
pub async fn return_exceptions(
    a: Duration,
    b: Duration,
    c: Duration,
) -> Result<(), JoinError> {
    let a = tokio::spawn(work("A", a).try_lane("A"));
    let b = tokio::spawn(failing("B", b).try_lane("B"));
    let c = tokio::spawn(work("C", c).try_lane("C"));
    let (a, b, c) = tokio::try_join!(a, b, c)?;
    say!("Results: {}, {}, {}", show(a), show(b), show(c));
    Ok(())
}

/// B fails, and the calls are plain futures: A and C are dropped with it.
#[traced]
pub async fn try_join(a: Duration, b: Duration, c: Duration) {
    let longest = a.max(b).max(c);
    let a = work("A", a).try_lane("A");
    let b = failing("B", b).try_lane("B");
    let c = work("C", c).try_lane("C");
    if let Err(error) = tokio::try_join!(a, b, c) {
        say!("try_join! returned: {error}");
    }
    // main stays on, so it is not its end that drops them.
    sleep(longest).await;
    say!("main is done");
}

fn show(answer: Answer) -> String {
    match answer {
        Ok(letter) => letter.to_owned(),
        Err(error) => format!("error: {error}"),
    }
}
