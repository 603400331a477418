//! Tasks, got wrong.

use std::time::Duration;

use asyncade::stage::{Lane, say, sleep, traced};
use tokio::task::yield_now;

use super::{Set, Wrong};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sequential",
        mistake: "both are awaited together",
        claims: &["await-is-sequential"],
        knobs: &[],
        run: |k| {
            let (hello, world) = waits(k);
            Box::pin(together(hello, world))
        },
    },
    Wrong {
        scene: "create_task",
        mistake: "each task is awaited as soon as it is spawned",
        claims: &["spawn-does-not-wait", "longest-not-sum"],
        knobs: &[],
        run: |k| {
            let (hello, world) = waits(k);
            Box::pin(await_at_once(hello, world))
        },
    },
    Wrong {
        scene: "create_task",
        mistake: "nothing is spawned: two calls, awaited later",
        claims: &["spawn-does-not-wait", "longest-not-sum"],
        knobs: &[],
        run: |k| {
            let (hello, world) = waits(k);
            Box::pin(only_called(hello, world))
        },
    },
    Wrong {
        scene: "create_task",
        mistake: "gives way once, so that the tasks begin at once",
        claims: &["first-turn-at-await"],
        knobs: &[],
        run: |k| {
            let (hello, world) = waits(k);
            Box::pin(gives_way(hello, world))
        },
    },
    Wrong {
        scene: "create_task",
        mistake: "no tasks: main polls both inside of its own turn",
        claims: &["first-turn-at-await", "spawn-does-not-wait"],
        knobs: &[],
        run: |k| {
            let (hello, world) = waits(k);
            Box::pin(joined(hello, world))
        },
    },
    Wrong {
        scene: "dropped",
        mistake: "the task is aborted: that is not what dropping does",
        claims: &["dropped-handle-detaches"],
        knobs: &[],
        run: |k| {
            let (hello, world) = waits(k);
            Box::pin(aborted(hello, world))
        },
    },
    Wrong {
        scene: "dropped",
        mistake: "the task is aborted at the end: it is not main's end that does",
        claims: &["dropped-handle-detaches"],
        knobs: &[],
        run: |k| {
            let (hello, world) = waits(k);
            Box::pin(aborted_late(hello, world))
        },
    },
    Wrong {
        scene: "dropped",
        mistake: "no task: a future that is dropped is gone",
        claims: &["dropped-handle-detaches"],
        knobs: &[],
        run: |k| {
            let (hello, world) = waits(k);
            Box::pin(dropped_future(hello, world))
        },
    },
];

fn waits(k: Set) -> (Duration, Duration) {
    (k.time("hello"), k.time("world"))
}

#[traced]
async fn say_after(delay: Duration, what: &str) {
    sleep(delay).await;
    say!("{what}");
}

#[traced]
async fn together(hello: Duration, world: Duration) {
    tokio::join!(say_after(hello, "Hello"), say_after(world, "World"));
    say!("All tasks done!");
}

#[traced]
async fn await_at_once(hello: Duration, world: Duration) {
    let hello = say_after(hello, "Hello").lane("Hello");
    tokio::spawn(hello).await.unwrap();
    let world = say_after(world, "World").lane("World");
    tokio::spawn(world).await.unwrap();
    say!("Tasks created, main continues...");
    say!("All tasks done!");
}

#[traced]
async fn only_called(hello: Duration, world: Duration) {
    let hello = say_after(hello, "Hello").lane("Hello");
    let world = say_after(world, "World").lane("World");
    say!("Tasks created, main continues...");
    hello.await;
    world.await;
    say!("All tasks done!");
}

#[traced]
async fn gives_way(hello: Duration, world: Duration) {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    let world = tokio::spawn(say_after(world, "World").lane("World"));
    yield_now().await;
    say!("Tasks created, main continues...");
    hello.await.unwrap();
    world.await.unwrap();
    say!("All tasks done!");
}

#[traced]
async fn joined(hello: Duration, world: Duration) {
    let hello = say_after(hello, "Hello").lane("Hello");
    let world = say_after(world, "World").lane("World");
    say!("Tasks created, main continues...");
    tokio::join!(hello, world);
    say!("All tasks done!");
}

#[traced]
async fn aborted(hello: Duration, world: Duration) {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    let world = tokio::spawn(say_after(world, "World").lane("World"));
    world.abort();
    hello.await.unwrap();
    say!("main is done");
}

#[traced]
async fn aborted_late(hello: Duration, world: Duration) {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    let world = tokio::spawn(say_after(world, "World").lane("World"));
    hello.await.unwrap();
    world.abort();
    say!("main is done");
}

#[traced]
async fn dropped_future(hello: Duration, world: Duration) {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    drop(say_after(world, "World").lane("World"));
    hello.await.unwrap();
    say!("main is done");
}
