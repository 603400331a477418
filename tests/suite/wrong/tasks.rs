//! Tasks, got wrong.

use std::time::Duration;

use asyncade::chapter::{Knobs, run};
use asyncade::stage::{Lane, say, sleep, traced};

use super::{Wrong, time};

pub const WRONG: &[Wrong] = &[
    Wrong {
        scene: "sequential",
        mistake: "it awaits both together",
        claims: &["await-is-sequential"],
        knobs: &[],
        run: |k| run(both_at_once(hello(k), world(k))),
    },
    Wrong {
        scene: "create_task",
        mistake: "it awaits each task where it makes it",
        claims: &["spawn-does-not-wait", "longest-not-sum"],
        knobs: &[],
        run: |k| run(awaits_each(hello(k), world(k))),
    },
    Wrong {
        scene: "create_task",
        mistake: "it makes coroutines, and no tasks of them",
        claims: &["longest-not-sum", "first-turn-at-await"],
        knobs: &[],
        run: |k| run(no_tasks(hello(k), world(k))),
    },
    Wrong {
        scene: "create_task",
        mistake: "it awaits both inside of itself, without making tasks",
        claims: &["first-turn-at-await"],
        knobs: &[],
        run: |k| run(inside(hello(k), world(k))),
    },
    Wrong {
        scene: "create_task",
        mistake: "it gives way before it goes on",
        claims: &["first-turn-at-await", "spawn-does-not-wait"],
        knobs: &[],
        run: |k| run(gives_way(hello(k), world(k))),
    },
    Wrong {
        scene: "dropped",
        mistake: "it aborts the task instead of dropping its handle",
        claims: &["dropped-handle-detaches"],
        knobs: &[],
        run: |k| run(aborted(hello(k), world(k))),
    },
    Wrong {
        scene: "dropped",
        mistake: "it drops the coroutine, and never made a task of it",
        claims: &["dropped-handle-detaches"],
        knobs: &[],
        run: |k| run(never_spawned(hello(k), world(k))),
    },
    Wrong {
        scene: "dropped",
        mistake: "it aborts the task at the end, before main's own end could",
        claims: &["dropped-handle-detaches"],
        knobs: &[],
        run: |k| run(aborted_at_the_end(hello(k), world(k))),
    },
];

fn hello(k: &Knobs) -> Duration {
    time("tasks", k, "hello")
}

fn world(k: &Knobs) -> Duration {
    time("tasks", k, "world")
}

#[traced]
async fn say_after(delay: Duration, what: &str) {
    sleep(delay).await;
    say!("{what}");
}

#[traced]
async fn both_at_once(hello: Duration, world: Duration) {
    let hello = say_after(hello, "Hello");
    let world = say_after(world, "World");
    tokio::join!(hello, world);
    say!("All tasks done!");
}

#[traced]
async fn awaits_each(hello: Duration, world: Duration) {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    hello.await.unwrap();
    let world = tokio::spawn(say_after(world, "World").lane("World"));
    world.await.unwrap();
    say!("Tasks created, main continues...");
    say!("All tasks done!");
}

#[traced]
async fn no_tasks(hello: Duration, world: Duration) {
    let hello = say_after(hello, "Hello").lane("Hello");
    let world = say_after(world, "World").lane("World");
    say!("Tasks created, main continues...");
    hello.await;
    world.await;
    say!("All tasks done!");
}

#[traced]
async fn inside(hello: Duration, world: Duration) {
    let hello = say_after(hello, "Hello").lane("Hello");
    let world = say_after(world, "World").lane("World");
    say!("Tasks created, main continues...");
    tokio::join!(hello, world);
    say!("All tasks done!");
}

#[traced]
async fn gives_way(hello: Duration, world: Duration) {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    let world = tokio::spawn(say_after(world, "World").lane("World"));
    tokio::task::yield_now().await;
    say!("Tasks created, main continues...");
    hello.await.unwrap();
    world.await.unwrap();
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
async fn never_spawned(hello: Duration, world: Duration) {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    let world = say_after(world, "World").lane("World");
    drop(world);
    hello.await.unwrap();
    say!("main is done");
}

#[traced]
async fn aborted_at_the_end(hello: Duration, world: Duration) {
    let hello = tokio::spawn(say_after(hello, "Hello").lane("Hello"));
    let world = tokio::spawn(say_after(world, "World").lane("World"));
    hello.await.unwrap();
    say!("main is done");
    world.abort();
}
