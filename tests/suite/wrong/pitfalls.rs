//! Mistakes and cures, got wrong: mistakes that are none, and cures that do not
//! help.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asyncade::stage::{Lane, block, say, sleep, to_thread, traced};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Set, Wrong};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "blocking-call",
        mistake: "the call waits: it silences nobody",
        claims: &["blocking-call"],
        knobs: &[],
        run: |k| Box::pin(beats_on(k.time("block"), k.time("heartbeat"))),
    },
    Wrong {
        scene: "blocking-call",
        mistake: "the heart has stopped by itself",
        claims: &["blocking-call"],
        knobs: &[],
        run: |k| Box::pin(stops(k.time("block"), k.time("heartbeat"))),
    },
    Wrong {
        scene: "blocking-call-fixed",
        mistake: "a task instead of a thread",
        claims: &["blocking-call-fixed"],
        knobs: &[],
        run: |k| Box::pin(task_instead(k.time("block"), k.time("heartbeat"))),
    },
    Wrong {
        scene: "blocking-call-fixed",
        mistake: "the call does not block any more, which cures another one",
        claims: &["blocking-call-fixed"],
        knobs: &[],
        run: |k| Box::pin(beats_on(k.time("block"), k.time("heartbeat"))),
    },
    Wrong {
        scene: "blocking-call-fixed",
        mistake: "a call that takes half as long: no thread makes it faster",
        claims: &["blocking-call-fixed"],
        knobs: &[],
        run: |k| Box::pin(faster(k.time("block"), k.time("heartbeat"))),
    },
    Wrong {
        scene: "forgotten-await",
        mistake: "a task: it runs without being awaited",
        claims: &["forgotten-await"],
        knobs: &[],
        run: |k| Box::pin(spawned(k.time("delay"))),
    },
    Wrong {
        scene: "forgotten-await",
        mistake: "awaited for a moment, and dropped: it did begin",
        claims: &["forgotten-await"],
        knobs: &[],
        run: |k| Box::pin(begun(k.time("delay"))),
    },
    Wrong {
        scene: "forgotten-await",
        mistake: "main does not stay, so it had no time",
        claims: &["forgotten-await"],
        knobs: &[],
        run: |_| Box::pin(no_time()),
    },
    Wrong {
        scene: "forgotten-await-fixed",
        mistake: "a task beside which main sleeps as long",
        claims: &["forgotten-await-fixed"],
        knobs: &[],
        run: |k| Box::pin(sleeps_beside(k.time("delay"))),
    },
    Wrong {
        scene: "forgotten-await-fixed",
        mistake: "still forgotten",
        claims: &["forgotten-await-fixed"],
        knobs: &[],
        run: |k| Box::pin(forgotten(k.time("delay"))),
    },
    Wrong {
        scene: "too-many-tasks",
        mistake: "they wait for their turn",
        claims: &["too-many-tasks"],
        knobs: &[],
        run: |k| Box::pin(crowd(k, Cure::Permit)),
    },
    Wrong {
        scene: "too-many-tasks",
        mistake: "they ask one after the other",
        claims: &["too-many-tasks"],
        knobs: &[],
        run: |k| Box::pin(crowd(k, Cure::OneByOne)),
    },
    Wrong {
        scene: "too-many-tasks-fixed",
        mistake: "`let _ =`: the permit is given back at once",
        claims: &["too-many-tasks-fixed"],
        knobs: &[],
        run: |k| Box::pin(crowd(k, Cure::PermitThrownAway)),
    },
    Wrong {
        scene: "too-many-tasks-fixed",
        mistake: "a semaphore of one: a lock",
        claims: &["too-many-tasks-fixed"],
        knobs: &[],
        run: |k| Box::pin(crowd(k, Cure::Lock)),
    },
    Wrong {
        scene: "too-many-tasks-fixed",
        mistake: "no semaphore: whoever is refused asks again later",
        claims: &["too-many-tasks-fixed"],
        knobs: &[],
        run: |k| Box::pin(crowd(k, Cure::Retry)),
    },
    Wrong {
        scene: "too-many-tasks-fixed",
        mistake: "each has a semaphore of its own",
        claims: &["too-many-tasks-fixed"],
        knobs: &[],
        run: |k| Box::pin(crowd(k, Cure::OwnSemaphore)),
    },
    Wrong {
        scene: "lost-task",
        mistake: "main awaits it",
        claims: &["lost-task"],
        knobs: &[],
        run: |k| Box::pin(awaited(k.time("delay"))),
    },
    Wrong {
        scene: "lost-task",
        mistake: "main aborts it: it is not its end that does",
        claims: &["lost-task"],
        knobs: &[],
        run: |k| Box::pin(aborted(k.time("delay"))),
    },
    Wrong {
        scene: "lost-task-fixed",
        mistake: "no handle: main only sleeps for longer",
        claims: &["lost-task-fixed"],
        knobs: &[],
        run: |k| Box::pin(sleeps_longer(k.time("delay"))),
    },
    Wrong {
        scene: "lost-task-fixed",
        mistake: "keeps the handle, and does not await it",
        claims: &["lost-task-fixed"],
        knobs: &[],
        run: |k| Box::pin(keeps_the_handle(k.time("delay"))),
    },
];

#[traced]
async fn heartbeat(every: Duration) {
    for n in 1.. {
        sleep(every).await;
        say!("tick {n}");
    }
}

#[traced]
async fn waiting_call(time: Duration, every: Duration) {
    sleep(every * 5 / 2).await;
    say!("Calling blocking code");
    sleep(time).await;
    say!("Blocking code returned");
}

#[traced]
async fn beats_on(time: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let worker = waiting_call(time, every).lane("worker");
    tokio::spawn(worker).await.unwrap();
    heart.abort();
}

#[traced]
async fn two_beats(every: Duration) {
    for n in 1..=2 {
        sleep(every).await;
        say!("tick {n}");
    }
}

#[traced]
async fn stops(time: Duration, every: Duration) {
    let heart = tokio::spawn(two_beats(every).lane("heartbeat"));
    let worker = waiting_call(time, every).lane("worker");
    tokio::spawn(worker).await.unwrap();
    heart.abort();
}

#[traced]
async fn calls_a_task(time: Duration, every: Duration) {
    sleep(every * 5 / 2).await;
    say!("Calling blocking code");
    let call = async move { block(time) };
    tokio::spawn(call.lane("blocking_io")).await.unwrap();
    say!("Blocking code returned");
}

#[traced]
async fn task_instead(time: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let worker = calls_a_task(time, every).lane("worker");
    tokio::spawn(worker).await.unwrap();
    heart.abort();
}

#[traced]
async fn calls_a_thread(time: Duration, every: Duration) {
    sleep(every * 5 / 2).await;
    say!("Calling blocking code");
    to_thread("blocking_io", move || block(time)).await;
    say!("Blocking code returned");
}

#[traced]
async fn faster(time: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let worker = calls_a_thread(time / 2, every).lane("worker");
    tokio::spawn(worker).await.unwrap();
    heart.abort();
}

#[traced]
async fn save(delay: Duration) {
    sleep(delay).await;
    say!("Data saved");
}

const DONE: &str = "main is done";

#[traced]
async fn spawned(delay: Duration) {
    tokio::spawn(save(delay).lane("save"));
    sleep(delay).await;
    say!("{DONE}");
}

#[traced]
async fn begun(delay: Duration) {
    tokio::select! {
        biased;
        () = save(delay).lane("save") => {}
        () = std::future::ready(()) => {}
    }
    sleep(delay).await;
    say!("{DONE}");
}

async fn no_time() {
    drop(save(Duration::ZERO).lane("save"));
    say!("{DONE}");
}

#[traced]
async fn sleeps_beside(delay: Duration) {
    let save = tokio::spawn(save(delay).lane("save"));
    tokio::task::yield_now().await;
    sleep(delay).await;
    drop(save);
    say!("{DONE}");
}

#[traced]
async fn forgotten(delay: Duration) {
    drop(save(delay).lane("save"));
    sleep(delay).await;
    say!("{DONE}");
}

type Answer = Result<(), &'static str>;

struct Service {
    capacity: usize,
    in_use: AtomicUsize,
}

impl Service {
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

/// What is done, or not, so that nobody is refused.
#[derive(Clone, Copy)]
enum Cure {
    Permit,
    PermitThrownAway,
    Lock,
    OwnSemaphore,
    Retry,
    OneByOne,
}

#[traced]
async fn ask(
    cure: Cure,
    service: Arc<Service>,
    permits: Arc<Semaphore>,
    delay: Duration,
) -> Answer {
    match cure {
        Cure::Permit | Cure::Lock => {
            let _permit = permits.acquire().await.unwrap();
            service.serve(delay).await
        }
        Cure::PermitThrownAway => {
            let _ = permits.acquire().await.unwrap();
            service.serve(delay).await
        }
        Cure::OwnSemaphore => {
            let permits = Semaphore::new(service.capacity);
            let _permit = permits.acquire().await.unwrap();
            service.serve(delay).await
        }
        Cure::Retry => {
            while service.serve(delay).await.is_err() {
                sleep(delay).await;
            }
            Ok(())
        }
        Cure::OneByOne => service.serve(delay).await,
    }
}

fn crowd(k: Set, cure: Cure) -> impl Future<Output = ()> + use<> {
    let room = k.count("capacity") as usize;
    asks(cure, k.count("tasks"), room, k.time("delay"))
}

#[traced]
async fn asks(cure: Cure, tasks: u32, capacity: usize, delay: Duration) {
    let in_use = AtomicUsize::new(0);
    let service = Arc::new(Service { capacity, in_use });
    let permits = match cure {
        Cure::Lock => 1,
        _ => capacity,
    };
    let permits = Arc::new(Semaphore::new(permits));
    let mut all = JoinSet::new();
    let mut answers = Vec::new();
    for n in 1..=tasks {
        let task = ask(cure, service.clone(), permits.clone(), delay);
        all.spawn(task.try_lane(format!("Task {n}")));
        if let Cure::OneByOne = cure
            && let Some(answer) = all.join_next().await
        {
            answers.push(answer.unwrap());
        }
    }
    answers.extend(all.join_all().await);
    let served = answers.iter().filter(|answer| answer.is_ok()).count();
    say!("Served: {served}; refused: {}", answers.len() - served);
}

#[traced]
async fn awaited(delay: Duration) {
    let task = tokio::spawn(save(delay).lane("save"));
    sleep(delay / 2).await;
    task.await.unwrap();
    say!("{DONE}");
}

#[traced]
async fn aborted(delay: Duration) {
    let task = tokio::spawn(save(delay).lane("save"));
    sleep(delay / 2).await;
    task.abort();
    say!("{DONE}");
}

#[traced]
async fn sleeps_longer(delay: Duration) {
    tokio::spawn(save(delay).lane("save"));
    sleep(delay / 2).await;
    sleep(delay / 2).await;
    say!("{DONE}");
}

#[traced]
async fn keeps_the_handle(delay: Duration) {
    let _task = tokio::spawn(save(delay).lane("save"));
    sleep(delay / 2).await;
    say!("{DONE}");
}
