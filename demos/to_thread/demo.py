"""A call that blocks: on the loop's thread, and on a thread of its own."""

import asyncio
import itertools
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import block, lane, say, sleep, to_thread


def blocking_io(time):
    block(time)
    return "result from blocking call"


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


async def blocking(async_part, blocked, every):
    """Calls it directly: the loop stands still until it returns."""
    heart = asyncio.create_task(lane(heartbeat(every), "heartbeat"))
    say("Start async part")
    await sleep(async_part)
    result = blocking_io(blocked)
    say(f"Got: {result}")
    say("Continue with other async work")
    await stop(heart)


async def in_thread(async_part, blocked, every):
    """Calls it on a thread: the loop goes on meanwhile."""
    heart = asyncio.create_task(lane(heartbeat(every), "heartbeat"))
    say("Start async part")
    await sleep(async_part)
    result = await to_thread("blocking_io", blocking_io, blocked)
    say(f"Got: {result}")
    say("Continue with other async work")
    await stop(heart)


async def article(async_part, blocked):
    """The article's demo: nothing else is there to go on meanwhile."""
    say("Start async part")
    await sleep(async_part)
    result = await to_thread("blocking_io", blocking_io, blocked)
    say(f"Got: {result}")
    say("Continue with other async work")


async def article_direct(async_part, blocked):
    """The same without the thread: the same lines at the same times."""
    say("Start async part")
    await sleep(async_part)
    result = blocking_io(blocked)
    say(f"Got: {result}")
    say("Continue with other async work")


# More ticks than anybody reads, and few enough to record.
MOST_TICKS = 10_000


def check(knobs):
    """What is wrong with these knobs, if anything is."""
    total, every = knobs["async-part"] + knobs["block"], knobs["heartbeat"]
    ticks = total // every
    if ticks > MOST_TICKS:
        every, total = stage.describe(every), stage.describe(total)
        return (
            f"a heartbeat every {every} would tick {ticks} times in {total};"
            f" give a longer --heartbeat, for at most {MOST_TICKS} ticks"
        )


KNOBS = [
    stage.Time("async-part", "1s"),
    stage.Time("block", "2s"),
    stage.Time("heartbeat", "400ms"),
]

SCENES = {
    "blocking": (blocking, "async-part", "block", "heartbeat"),
    "to_thread": (in_thread, "async-part", "block", "heartbeat"),
}

ARTICLE = {
    "article": (article, "async-part", "block"),
    "article-direct": (article_direct, "async-part", "block"),
}

if __name__ == "__main__":
    stage.main("to_thread", KNOBS, SCENES, ARTICLE, check)
