//! Four mistakes, each beside its cure.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use crate::stage::{Lane, block, say, sleep, to_thread, traced};

/// Ticks for as long as it gets the thread in time.
#[traced]
async fn heartbeat(every: Duration) {
    for n in 1.. {
        sleep(every).await;
        say!("tick {n}");
    }
}

/// Waits for two beats and a half, and then blocks.
#[traced]
async fn blocks(time: Duration, every: Duration) {
    sleep(every * 5 / 2).await;
    say!("Calling blocking code");
    block(time);
    say!("Blocking code returned");
}

/// One task blocks the thread: the others stand still with it.
#[traced]
pub async fn blocking_call(
    time: Duration,
    every: Duration,
) -> Result<(), JoinError> {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let task = tokio::spawn(blocks(time, every).lane("worker"));
    task.await?;
    heart.abort();
    // It ends at a turn of its own, with an error that says so.
    let _aborted = heart.await;
    Ok(())
}

/// The same, but it blocks a thread of its own.
#[traced]
async fn blocks_aside(time: Duration, every: Duration) {
    sleep(every * 5 / 2).await;
    say!("Calling blocking code");
    to_thread("blocking_io", move || block(time)).await;
    say!("Blocking code returned");
}

/// Cured: the heart beats on.
#[traced]
pub async fn blocking_call_fixed(
    time: Duration,
    every: Duration,
) -> Result<(), JoinError> {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let task = tokio::spawn(blocks_aside(time, every).lane("worker"));
    task.await?;
    heart.abort();
    // It ends at a turn of its own, with an error that says so.
    let _aborted = heart.await;
    Ok(())
}

#[traced]
async fn save(delay: Duration) {
    sleep(delay).await;
    say!("Data saved");
}

/// Makes the coroutine, and forgets to await it. rustc warns of that line:
/// here it is on purpose, and `expect` holds rustc to its warning.
#[traced]
pub async fn forgotten_await(delay: Duration) {
    #[expect(unused_must_use, reason = "this is the mistake")]
    save(delay).lane("save");
    // It would have time enough, if it ran.
    sleep(delay).await;
    say!("main is done");
}

/// Cured: somebody awaits it.
#[traced]
pub async fn forgotten_await_fixed(delay: Duration) {
    save(delay).lane("save").await;
    say!("main is done");
}

/// How a task is answered: it was served, or it was refused.
type Answer = Result<(), &'static str>;

/// Serves so many at a time, and refuses whoever comes while it is full.
struct Service {
    capacity: usize,
    in_use: AtomicUsize,
}

impl Service {
    fn new(capacity: usize) -> Arc<Service> {
        let in_use = AtomicUsize::new(0);
        Arc::new(Service { capacity, in_use })
    }

    #[traced]
    async fn serve(&self, delay: Duration) -> Answer {
        if self.in_use.fetch_add(1, Ordering::Relaxed) >= self.capacity {
            self.in_use.fetch_sub(1, Ordering::Relaxed);
            return Err("refused");
        }
        sleep(delay).await;
        self.in_use.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }
}

#[traced]
async fn ask(service: Arc<Service>, delay: Duration) -> Answer {
    service.serve(delay).await
}

/// All of them ask at once: those for whom there is no room are refused.
#[traced]
pub async fn too_many_tasks(tasks: u32, capacity: usize, delay: Duration) {
    let service = Service::new(capacity);
    let mut all = JoinSet::new();
    for n in 1..=tasks {
        let task = ask(service.clone(), delay);
        all.spawn(task.try_lane(format!("Task {n}")));
    }
    report(all).await;
}

/// Waits for a permit, and asks only then. The permit is given back when it is
/// dropped, at the end.
#[traced]
async fn ask_in_turn(
    permits: Arc<Semaphore>,
    service: Arc<Service>,
    delay: Duration,
) -> Answer {
    let permit = permits.acquire().await;
    let _permit = permit.expect("nobody closes this semaphore");
    service.serve(delay).await
}

/// Cured: a semaphore lets no more of them ask at a time than there is room.
#[traced]
pub async fn too_many_tasks_fixed(
    tasks: u32,
    capacity: usize,
    delay: Duration,
) {
    let service = Service::new(capacity);
    let permits = Arc::new(Semaphore::new(capacity));
    let mut all = JoinSet::new();
    for n in 1..=tasks {
        let task = ask_in_turn(permits.clone(), service.clone(), delay);
        all.spawn(task.try_lane(format!("Task {n}")));
    }
    report(all).await;
}

#[traced]
async fn report(all: JoinSet<Answer>) {
    let answers = all.join_all().await;
    let served = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.len() - served;
    say!("Served: {served}; refused: {refused}");
}

/// Starts a task, does something else for half as long, and returns.
#[traced]
pub async fn lost_task(delay: Duration) {
    tokio::spawn(save(delay).lane("save"));
    sleep(delay / 2).await;
    say!("main is done");
}

/// Cured: keeps the handle, and awaits the task before it returns.
#[traced]
pub async fn lost_task_fixed(delay: Duration) -> Result<(), JoinError> {
    let task = tokio::spawn(save(delay).lane("save"));
    sleep(delay / 2).await;
    task.await?;
    say!("main is done");
    Ok(())
}
