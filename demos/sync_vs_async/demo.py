"""Three waits, one after another and then together."""

import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import block, lane, say, sleep


async def sync(tasks, delay):
    """Blocks the thread through every wait, so nothing can overlap.

    It is an `async def` because every scene is run by the same loop. But it
    awaits nothing, and so it runs as a plain function would.
    """
    for n in range(1, tasks + 1):
        say(f"Task {n} start")
        block(delay)
        say(f"Task {n} end")


async def concurrent(tasks, delay):
    """Makes a task of every call, and gathers the results in their order."""
    calls = []
    for n in range(1, tasks + 1):
        calls.append(lane(async_task(n, delay), f"Task {n}"))
    results = await asyncio.gather(*calls)
    say(f"Results: {results}")


async def async_task(n, delay):
    say(f"Async task {n} start")
    await sleep(delay)
    say(f"Async task {n} end")
    return n


async def article():
    """The article measures with time.time: a clock that somebody can set."""
    for name in "time", "perf_counter":
        clock = time.get_clock_info(name)
        kinds = [kind for kind in KINDS if getattr(clock, kind)]
        say(f"time.{name}: {' and '.join(kinds)}")


# What Python says of a clock: it may be set, or it never goes back.
KINDS = ["adjustable", "monotonic"]

KNOBS = [
    stage.Count("tasks", 3, 1, 100_000),
    stage.Time("delay", "1s"),
]

SCENES = {
    "sync": (sync, "tasks", "delay"),
    "async": (concurrent, "tasks", "delay"),
}

ARTICLE = {
    "article": (article,),
}

if __name__ == "__main__":
    stage.main("sync-vs-async", KNOBS, SCENES, ARTICLE)
