"""Waiting for some of the tasks, with a limit."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say, sleep


async def worker(i, second):
    await sleep(second * i)
    say(f"worker {i} done")


async def failing(i, second):
    await sleep(second * i)
    raise RuntimeError(f"worker {i} failed")


async def sequential(workers, second):
    """One worker after the other."""
    for i in range(1, workers + 1):
        await worker(i, second)


def start(workers, second):
    tasks = []
    for i in range(1, workers + 1):
        call = lane(worker(i, second), f"worker {i}")
        tasks.append(asyncio.create_task(call))
    return tasks


async def first_completed(workers, second, limit):
    """Until the first is done, or the limit is reached.

    `main` returns then, and the tasks that are still pending end with it.
    """
    await until_first(start(workers, second), limit)


async def left_running(workers, second, limit):
    """The same, but `main` stays: nobody has cancelled the pending tasks."""
    tasks = start(workers, second)
    await until_first(tasks, limit)
    await asyncio.wait(tasks)


async def until_first(tasks, limit):
    done, pending = await asyncio.wait(
        tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED
    )
    say(f"Completed: {len(done)}; still pending: {len(pending)}")


async def all_completed(workers, second, limit):
    """Until all are done, or the limit is reached."""
    tasks = start(workers, second)
    done, pending = await asyncio.wait(tasks, timeout=limit)
    say(f"Completed: {len(done)}; still pending: {len(pending)}")


async def first_exception(workers, fail, second, limit):
    """Until one of them fails, or the limit is reached."""
    tasks = []
    for i in range(1, workers + 1):
        call = failing(i, second) if i == fail else worker(i, second)
        tasks.append(asyncio.create_task(lane(call, f"worker {i}")))
    done, pending = await asyncio.wait(
        tasks, timeout=limit, return_when=asyncio.FIRST_EXCEPTION
    )
    for task in done:
        task.exception()  # or asyncio complains that nobody looked at it
    say(f"Completed: {len(done)}; still pending: {len(pending)}")


async def article(workers, second, limit):
    """The article's call: it passes bare coroutines, which is an error."""
    calls = [worker(i, second) for i in range(1, workers + 1)]
    try:
        await asyncio.wait(
            calls, timeout=limit, return_when=asyncio.FIRST_COMPLETED
        )
    except TypeError as error:
        say(f"TypeError: {error}")
    for call in calls:
        call.close()  # or Python complains that nobody awaited it


def check(knobs):
    """What is wrong with these knobs, if anything is."""
    workers, fail = knobs["workers"], knobs["fail"]
    if fail > workers:
        return (
            f"--fail {fail}: there is no such worker; give one from 1 to"
            f" {workers}, or more --workers"
        )


KNOBS = [
    stage.Count("workers", 4, 1, 100),
    stage.Time("timeout", "2500ms"),
    stage.Count("fail", 2, 1, 100),
]

# The workers count in seconds of the article.
SCENES = {
    "sequential": (sequential, "workers", 1),
    "first_completed": (first_completed, "workers", 1, "timeout"),
    "all_completed": (all_completed, "workers", 1, "timeout"),
    "first_exception": (first_exception, "workers", "fail", 1, "timeout"),
    "left-running": (left_running, "workers", 1, "timeout"),
}

ARTICLE = {
    "article": (article, "workers", 1, "timeout"),
}

if __name__ == "__main__":
    stage.main("wait", KNOBS, SCENES, ARTICLE, check)
