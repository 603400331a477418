//! Mistakes that are none, and cures that cure nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, block, say, sleep, to_thread, traced};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Wrong, count, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "blocking-call",
        mistake: "the worker gives way: it blocks nobody",
        claims: &["blocking-call"],
        knobs: &[],
        run: |k| run(gives_way(blocks(k), every(k))),
    },
    Wrong {
        scene: "blocking-call-fixed",
        mistake: "an async function, which is no thread",
        claims: &["blocking-call-fixed"],
        knobs: &[],
        run: |k| run(still_blocks(blocks(k), every(k))),
    },
    Wrong {
        scene: "blocking-call-fixed",
        mistake: "the call is sent to a thread, and nobody waits for it",
        claims: &["blocking-call-fixed"],
        knobs: &[],
        run: |k| run(does_not_wait(blocks(k), every(k))),
    },
    Wrong {
        scene: "forgotten-await",
        mistake: "it made a task of it, and that runs",
        claims: &["forgotten-await"],
        knobs: &[],
        run: |k| run(a_task(delay(k))),
    },
    Wrong {
        scene: "forgotten-await",
        mistake: "it is awaited, and cancelled before it has done anything",
        claims: &["forgotten-await"],
        knobs: &[],
        run: |k| run(begins_and_is_dropped(delay(k))),
    },
    Wrong {
        scene: "forgotten-await-fixed",
        mistake: "a name for the coroutine awaits nothing",
        claims: &["forgotten-await-fixed"],
        knobs: &[],
        run: |k| run(named_and_forgotten(delay(k))),
    },
    Wrong {
        scene: "forgotten-await-fixed",
        mistake: "nobody awaits it, but a task saves the data",
        claims: &["forgotten-await-fixed"],
        knobs: &[],
        run: |k| run(somebody_else(delay(k))),
    },
    Wrong {
        scene: "too-many-tasks",
        mistake: "they ask one after the other",
        claims: &["too-many-tasks"],
        knobs: &[],
        run: |k| run(one_by_one(tasks(k), capacity(k), delay(k))),
    },
    Wrong {
        scene: "too-many-tasks-fixed",
        mistake: "the permit is dropped at once: let _ = ...",
        claims: &["too-many-tasks-fixed"],
        knobs: &[],
        run: |k| run(in_turn(tasks(k), capacity(k), delay(k), Permit::Dropped)),
    },
    Wrong {
        scene: "too-many-tasks-fixed",
        mistake: "twice as many permits as there is room",
        claims: &["too-many-tasks-fixed"],
        knobs: &[],
        run: |k| run(in_turn(tasks(k), capacity(k), delay(k), Permit::Twice)),
    },
    Wrong {
        scene: "too-many-tasks-fixed",
        mistake: "only one permit: it is slower than it has to be",
        claims: &["too-many-tasks-fixed"],
        knobs: &[],
        run: |k| run(in_turn(tasks(k), capacity(k), delay(k), Permit::One)),
    },
    Wrong {
        scene: "too-many-tasks-fixed",
        mistake: "no semaphore: main starts them in batches",
        claims: &["too-many-tasks-fixed"],
        knobs: &[],
        run: |k| run(in_batches(tasks(k), capacity(k), delay(k))),
    },
    Wrong {
        scene: "lost-task",
        mistake: "main awaits its task",
        claims: &["lost-task"],
        knobs: &[],
        run: |k| run(awaited(delay(k))),
    },
    Wrong {
        scene: "lost-task",
        mistake: "main aborts its task itself",
        claims: &["lost-task"],
        knobs: &[],
        run: |k| run(aborted(delay(k))),
    },
    Wrong {
        scene: "lost-task-fixed",
        mistake: "no handle: main only sleeps longer",
        claims: &["lost-task-fixed"],
        knobs: &[],
        run: |k| run(sleeps_longer(delay(k), delay(k))),
    },
    Wrong {
        scene: "lost-task-fixed",
        mistake: "no handle: main sleeps much longer",
        claims: &["lost-task-fixed"],
        knobs: &[],
        run: |k| run(sleeps_longer(delay(k), delay(k) * 2)),
    },
    Wrong {
        scene: "lost-task-fixed",
        mistake: "main keeps the handle, and does not await it",
        claims: &["lost-task-fixed"],
        knobs: &[],
        run: |k| run(keeps_the_handle(delay(k))),
    },
];

fn blocks(k: &Knobs) -> Duration {
    time("pitfalls", k, "block")
}

fn every(k: &Knobs) -> Duration {
    time("pitfalls", k, "heartbeat")
}

fn tasks(k: &Knobs) -> u32 {
    count("pitfalls", k, "tasks")
}

fn capacity(k: &Knobs) -> usize {
    count("pitfalls", k, "capacity") as usize
}

fn delay(k: &Knobs) -> Duration {
    time("pitfalls", k, "delay")
}

#[traced]
async fn heartbeat(every: Duration) {
    for n in 1.. {
        sleep(every).await;
        say!("tick {n}");
    }
}

#[traced]
async fn gives_way(blocked: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let worker = async move {
        sleep(every * 5 / 2).await;
        say!("Calling blocking code");
        sleep(blocked).await;
        say!("Blocking code returned");
    };
    tokio::spawn(worker.lane("worker")).await.unwrap();
    heart.abort();
}

async fn call(blocked: Duration) {
    block(blocked);
}

#[traced]
async fn still_blocks(blocked: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let worker = async move {
        sleep(every * 5 / 2).await;
        say!("Calling blocking code");
        tokio::spawn(call(blocked).lane("blocking_io"))
            .await
            .unwrap();
        say!("Blocking code returned");
    };
    tokio::spawn(worker.lane("worker")).await.unwrap();
    heart.abort();
}

#[traced]
async fn does_not_wait(blocked: Duration, every: Duration) {
    let heart = tokio::spawn(heartbeat(every).lane("heartbeat"));
    let worker = async move {
        sleep(every * 5 / 2).await;
        say!("Calling blocking code");
        let call = to_thread("blocking_io", move || block(blocked));
        tokio::spawn(call.lane("nobody waits"));
        say!("Blocking code returned");
    };
    tokio::spawn(worker.lane("worker")).await.unwrap();
    heart.abort();
}

#[traced]
async fn save(delay: Duration) {
    sleep(delay).await;
    say!("Data saved");
}

#[traced]
async fn a_task(delay: Duration) {
    tokio::spawn(save(delay).lane("save"));
    sleep(delay).await;
    say!("main is done");
}

#[traced]
async fn begins_and_is_dropped(delay: Duration) {
    let save = save(delay).lane("save");
    tokio::select! {
        biased;
        () = save => {}
        () = std::future::ready(()) => {}
    }
    sleep(delay).await;
    say!("main is done");
}

#[traced]
async fn named_and_forgotten(delay: Duration) {
    let _save = save(delay).lane("save");
    sleep(delay).await;
    say!("main is done");
}

#[traced]
async fn somebody_else(delay: Duration) {
    drop(save(delay).lane("save"));
    tokio::spawn(save(delay).lane("another")).await.unwrap();
    say!("main is done");
}

type Answer = Result<(), &'static str>;

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

async fn ask(service: Arc<Service>, delay: Duration) -> Answer {
    service.serve(delay).await
}

fn report(answers: &[Answer]) {
    let served = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.len() - served;
    say!("Served: {served}; refused: {refused}");
}

#[traced]
async fn one_by_one(tasks: u32, capacity: usize, delay: Duration) {
    let service = Service::new(capacity);
    let mut answers = Vec::new();
    for n in 1..=tasks {
        let ask = ask(service.clone(), delay).try_lane(format!("Task {n}"));
        answers.push(tokio::spawn(ask).await.unwrap());
    }
    report(&answers);
}

/// What is wrong about the permits.
#[derive(Clone, Copy)]
enum Permit {
    Dropped,
    Twice,
    One,
}

#[traced]
async fn ask_in_turn(
    permits: Arc<Semaphore>,
    service: Arc<Service>,
    delay: Duration,
    drops: bool,
) -> Answer {
    let permit = permits.acquire().await;
    if drops {
        drop(permit);
        return service.serve(delay).await;
    }
    let _permit = permit.unwrap();
    service.serve(delay).await
}

#[traced]
async fn in_turn(tasks: u32, capacity: usize, delay: Duration, wrong: Permit) {
    let service = Service::new(capacity);
    let (permits, drops) = match wrong {
        Permit::Dropped => (capacity, true),
        Permit::Twice => (capacity * 2, false),
        Permit::One => (1, false),
    };
    let permits = Arc::new(Semaphore::new(permits));
    let mut all = JoinSet::new();
    for n in 1..=tasks {
        let ask = ask_in_turn(permits.clone(), service.clone(), delay, drops);
        all.spawn(ask.try_lane(format!("Task {n}")));
    }
    let answers = all.join_all().await;
    report(&answers);
}

#[traced]
async fn in_batches(tasks: u32, capacity: usize, delay: Duration) {
    let service = Service::new(capacity);
    let mut answers = Vec::new();
    let all: Vec<u32> = (1..=tasks).collect();
    for batch in all.chunks(capacity) {
        let mut set = JoinSet::new();
        for n in batch {
            let ask = ask(service.clone(), delay);
            set.spawn(ask.try_lane(format!("Task {n}")));
        }
        answers.extend(set.join_all().await);
    }
    report(&answers);
}

#[traced]
async fn awaited(delay: Duration) {
    let task = tokio::spawn(save(delay).lane("save"));
    task.await.unwrap();
    say!("main is done");
}

#[traced]
async fn aborted(delay: Duration) {
    let task = tokio::spawn(save(delay).lane("save"));
    sleep(delay / 2).await;
    say!("main is done");
    task.abort();
}

#[traced]
async fn sleeps_longer(delay: Duration, longer: Duration) {
    tokio::spawn(save(delay).lane("save"));
    sleep(longer).await;
    say!("main is done");
}

#[traced]
async fn keeps_the_handle(delay: Duration) {
    let _task = tokio::spawn(save(delay).lane("save"));
    sleep(delay / 2).await;
    say!("main is done");
}
