"""A limit on a wait, and the one thing that no limit can stop."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import block, lane, say, sleep


async def eternity(work):
    await sleep(work)
    say("This will never be seen")


async def no_limit(work):
    """Waits for as long as it takes."""
    await lane(eternity(work), "eternity")


async def wait_for(limit, work):
    """Waits until the limit. The work is cancelled there."""
    try:
        await asyncio.wait_for(lane(eternity(work), "eternity"), limit)
    except TimeoutError:
        say("Task timed out and was cancelled")
    # main stays on, so it is not its end that cancels the work.
    await sleep(limit)
    say("main is done")


async def timeout_block(limit):
    """One deadline over two waits: it falls into the second."""
    step = limit * 3 / 5
    try:
        async with asyncio.timeout(limit):
            await sleep(step)
            say("step 1 done")
            await sleep(step)
            say("step 2 done")
    except TimeoutError:
        say("Task timed out and was cancelled")


async def in_time(limit):
    """The work is done when half of the limit has passed."""

    async def work():
        await sleep(limit / 2)
        say("work finished in time")

    try:
        await asyncio.wait_for(lane(work(), "work"), limit)
    except TimeoutError:
        say("Task timed out and was cancelled")


async def blocking(limit):
    """What goes wrong: the work keeps the thread, so no timer can fire."""

    async def work():
        block(limit * 2)
        say("work finished late")
        return "the late result"

    try:
        result = await asyncio.wait_for(lane(work(), "work"), limit)
        say(f"Got: {result}")
    except TimeoutError:
        say("Task timed out and was cancelled")


KNOBS = [
    stage.Time("limit", "1s"),
    stage.Time("work", "1h"),
]

SCENES = {
    "no-limit": (no_limit, "work"),
    "wait_for": (wait_for, "limit", "work"),
    "timeout-block": (timeout_block, "limit"),
    "in-time": (in_time, "limit"),
    "blocking": (blocking, "limit"),
}

if __name__ == "__main__":
    stage.main("timeout", KNOBS, SCENES)
