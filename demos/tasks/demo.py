"""Await one call after the other, or make tasks of them first."""

import asyncio
import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say, sleep


async def say_after(delay, what):
    await sleep(delay)
    say(what)


async def sequential(hello, world):
    """Awaits the first call to its end before the second one starts."""
    await say_after(hello, "Hello")
    await say_after(world, "World")
    say("All tasks done!")


async def create_task(hello, world):
    """Schedules both, goes on, and collects them later."""
    hello = asyncio.create_task(lane(say_after(hello, "Hello"), "Hello"))
    world = asyncio.create_task(lane(say_after(world, "World"), "World"))
    say("Tasks created, main continues...")
    await hello
    await world
    say("All tasks done!")


async def dropped(hello, world):
    """Keeps no handle of World: it goes on alone, until the program ends."""
    hello = asyncio.create_task(lane(say_after(hello, "Hello"), "Hello"))
    asyncio.create_task(lane(say_after(world, "World"), "World"))
    await hello
    say("main is done")


async def article(hello, world):
    """The article says that a task without a reference may never run.

    It gets its first turn, since the loop holds what is scheduled. After that
    CPython refers to it only weakly, and what it waits for has to hold it, or
    it may vanish. A sleep does: neither collection finds the task.
    """
    asyncio.create_task(lane(say_after(world, "World"), "World"))
    gc.collect()  # before its first step
    await sleep(hello)
    gc.collect()  # while it sleeps, if World takes longer
    await sleep(world)
    say("main is done")


KNOBS = [
    stage.Time("hello", "1s"),
    stage.Time("world", "2s"),
]

SCENES = {
    "sequential": (sequential, "hello", "world"),
    "create_task": (create_task, "hello", "world"),
    "dropped": (dropped, "hello", "world"),
}

ARTICLE = {
    "article": (article, "hello", "world"),
}

if __name__ == "__main__":
    stage.main("tasks", KNOBS, SCENES, ARTICLE)
