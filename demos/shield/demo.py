"""Critical work, and four ways in which a cancellation meets it."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say, sleep


async def critical(work, cleanup):
    """Works until it is done, or cleans up when it is cancelled."""
    try:
        await sleep(work)
    except asyncio.CancelledError:
        say("Cancelled but cleaning up")
        await sleep(cleanup)
        say("Cleanup finished")
        raise
    say("Critical work done")
    return "important data"


async def article(work, cancel_after, cleanup, time_to_finish):
    """The article's code: it cancels the work itself, and then shields it."""
    task = asyncio.create_task(lane(critical(work, cleanup), "critical"))
    await sleep(cancel_after)
    task.cancel()
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        say("Main saw cancellation, but task continues in background")
    await sleep(time_to_finish)


async def unshielded(work, cancel_after, cleanup):
    """The caller is cancelled, and the work that it awaits with it."""

    async def call():
        await lane(critical(work, cleanup), "critical")

    caller = asyncio.create_task(lane(call(), "caller"))
    await sleep(cancel_after)
    caller.cancel()
    try:
        await caller
    except asyncio.CancelledError:
        say("Caller cancelled; the work was lost")


async def shielded(work, cancel_after, cleanup):
    """The caller is cancelled, and the work behind the shield goes on."""
    task = asyncio.create_task(lane(critical(work, cleanup), "critical"))

    async def call():
        await asyncio.shield(task)

    caller = asyncio.create_task(lane(call(), "caller"))
    await sleep(cancel_after)
    caller.cancel()
    try:
        await caller
    except asyncio.CancelledError:
        say("Caller cancelled; the work continues")
    # Long enough for the work to end.
    await sleep(work)


async def dropped(work, cancel_after, cleanup):
    """asyncio drops nothing: it cancels the task, whose cleanup runs."""
    task = asyncio.create_task(lane(critical(work, cleanup), "critical"))
    await sleep(cancel_after)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        say("Task cancelled; its cleanup ran")


KNOBS = [
    stage.Time("work", "2s"),
    stage.Time("cancel-after", "500ms"),
    stage.Time("cleanup", "1s"),
]

# The article's main sleeps 2.5 s at the end, "to give the task time to
# finish".
SCENES = {
    "article": (article, "work", "cancel-after", "cleanup", 2.5),
    "unshielded": (unshielded, "work", "cancel-after", "cleanup"),
    "shielded": (shielded, "work", "cancel-after", "cleanup"),
    "dropped": (dropped, "work", "cancel-after", "cleanup"),
}

if __name__ == "__main__":
    stage.main("shield", KNOBS, SCENES)
