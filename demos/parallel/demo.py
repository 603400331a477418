"""Computing beside waiting: what tasks, threads and processes make faster."""

import asyncio
import itertools
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say, sleep, to_thread


def compute(work):
    """Computes until it has had so much processor time."""
    start = time.thread_time()
    while time.thread_time() - start < work:
        sum(range(1000))


async def sequential(tasks, work):
    """Computes one after another.

    It is an `async def` because every scene is run by the same loop. But it
    awaits nothing, and so it runs as a plain function would.
    """
    for n in range(1, tasks + 1):
        compute(work)
        say(f"Task {n} computed")


async def as_tasks(tasks, work, every):
    """Computes as tasks on one thread: while one computes, no other runs."""
    heart = asyncio.create_task(lane(heartbeat(every), "heartbeat"))
    async with asyncio.TaskGroup() as group:
        for n in range(1, tasks + 1):
            group.create_task(lane(computing(n, work), f"Task {n}"))
    await stop(heart)


async def computing(n, work):
    compute(work)
    say(f"Task {n} computed")


async def waiting(tasks, wait):
    """Waits as tasks on one thread: while one waits, the thread is free."""
    async with asyncio.TaskGroup() as group:
        for n in range(1, tasks + 1):
            group.create_task(lane(wait_for(n, wait), f"Task {n}"))


async def wait_for(n, wait):
    await sleep(wait)
    say(f"Task {n} waited")


async def threads(tasks, work, every):
    """Computes on a thread each, and one at a time has the GIL."""
    heart = asyncio.create_task(lane(heartbeat(every), "heartbeat"))
    async with asyncio.TaskGroup() as group:
        for n in range(1, tasks + 1):
            group.create_task(lane(in_thread(n, work), f"Task {n}"))
    await stop(heart)


async def in_thread(n, work):
    await to_thread(f"thread {n}", compute, work)
    say(f"Task {n} computed")


async def workers(tasks, work, workers, every):
    """Computes on several processes, and each of them has a GIL of its own.

    They are started here, which takes a while.
    """
    heart = asyncio.create_task(lane(heartbeat(every), "heartbeat"))
    with ProcessPoolExecutor(
        workers, mp_context=stage.SPAWN, initializer=stage.end_with_parent
    ) as pool:
        async with asyncio.TaskGroup() as group:
            for n in range(1, tasks + 1):
                group.create_task(lane(in_process(n, work, pool), f"Task {n}"))
    await stop(heart)


async def in_process(n, work, pool):
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(pool, compute, work)
    say(f"Task {n} computed")


async def heartbeat(every):
    """Ticks for as long as it gets the thread in time."""
    for n in itertools.count(1):
        await sleep(every)
        say(f"tick {n}")


async def stop(task):
    """Cancels a task, and waits until it has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


# More ticks than anybody reads, and few enough to record.
MOST_TICKS = 10_000


def check(knobs):
    """What is wrong with these knobs, if anything is."""
    total, every = knobs["tasks"] * knobs["work"], knobs["heartbeat"]
    ticks = total // every
    if ticks > MOST_TICKS:
        every, total = stage.describe(every), stage.describe(total)
        return (
            f"a heartbeat every {every} would tick {ticks} times in {total};"
            f" give a longer --heartbeat, for at most {MOST_TICKS} ticks"
        )


KNOBS = [
    stage.Count("tasks", 4, 1, 32),
    stage.Time("work", "300ms"),
    stage.Count("workers", min(os.cpu_count() or 1, 64), 1, 64),
    stage.Time("heartbeat", "100ms"),
]

SCENES = {
    "sequential": (sequential, "tasks", "work"),
    "tasks": (as_tasks, "tasks", "work", "heartbeat"),
    "waiting": (waiting, "tasks", "work"),
    "threads": (threads, "tasks", "work", "heartbeat"),
    "workers": (workers, "tasks", "work", "workers", "heartbeat"),
}

if __name__ == "__main__":
    stage.main(
        "parallel", KNOBS, SCENES, check=check, real_only="compute for real"
    )
