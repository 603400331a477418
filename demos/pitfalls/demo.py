"""Four mistakes, each beside its cure."""

import asyncio
import itertools
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import block, lane, say, sleep, to_thread


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


async def blocks(time, every):
    """Waits for two beats and a half, and then blocks."""
    await sleep(every * 5 / 2)
    say("Calling blocking code")
    block(time)
    say("Blocking code returned")


async def blocking_call(time, every):
    """One task blocks the thread: the others stand still with it."""
    heart = asyncio.create_task(lane(heartbeat(every), "heartbeat"))
    task = asyncio.create_task(lane(blocks(time, every), "worker"))
    await task
    await stop(heart)


async def blocks_aside(time, every):
    """The same, but it blocks a thread of its own."""
    await sleep(every * 5 / 2)
    say("Calling blocking code")
    await to_thread("blocking_io", lambda: block(time))
    say("Blocking code returned")


async def blocking_call_fixed(time, every):
    """Cured: the heart beats on."""
    heart = asyncio.create_task(lane(heartbeat(every), "heartbeat"))
    task = asyncio.create_task(lane(blocks_aside(time, every), "worker"))
    await task
    await stop(heart)


async def save(delay):
    await sleep(delay)
    say("Data saved")


async def forgotten_await(delay):
    """Makes the coroutine, and forgets to await it. Python warns of that."""
    lane(save(delay), "save")
    # It would have time enough, if it ran.
    await sleep(delay)
    say("main is done")


async def forgotten_await_fixed(delay):
    """Cured: somebody awaits it."""
    await lane(save(delay), "save")
    say("main is done")


class Service:
    """Serves so many at a time, and refuses whoever comes while it is full."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.in_use = 0

    async def serve(self, delay):
        if self.in_use == self.capacity:
            raise RuntimeError("refused")
        self.in_use += 1
        try:
            await sleep(delay)
        finally:
            self.in_use -= 1


async def too_many_tasks(tasks, capacity, delay):
    """All of them ask at once: those for whom there is no room are refused."""
    service = Service(capacity)
    calls = []
    for n in range(1, tasks + 1):
        calls.append(lane(service.serve(delay), f"Task {n}"))
    await report(calls)


async def ask_in_turn(permits, service, delay):
    """Waits for a permit, and asks only then."""
    async with permits:
        await service.serve(delay)


async def too_many_tasks_fixed(tasks, capacity, delay):
    """Cured: no more of them ask at a time than there is room."""
    service = Service(capacity)
    permits = asyncio.Semaphore(capacity)
    calls = []
    for n in range(1, tasks + 1):
        calls.append(lane(ask_in_turn(permits, service, delay), f"Task {n}"))
    await report(calls)


async def report(calls):
    answers = await asyncio.gather(*calls, return_exceptions=True)
    served = answers.count(None)
    refused = len(answers) - served
    say(f"Served: {served}; refused: {refused}")


async def lost_task(delay):
    """Makes a task, does something else for half as long, and returns."""
    asyncio.create_task(lane(save(delay), "save"))
    await sleep(delay / 2)
    say("main is done")


async def lost_task_fixed(delay):
    """Cured: keeps the task, and awaits it before it returns."""
    task = asyncio.create_task(lane(save(delay), "save"))
    await sleep(delay / 2)
    await task
    say("main is done")


# More ticks than anybody reads, and few enough to record.
MOST_TICKS = 10_000


def check(knobs):
    """What is wrong with these knobs, if anything is."""
    block, every = knobs["block"], knobs["heartbeat"]
    ticks = block // every
    if ticks > MOST_TICKS:
        every, block = stage.describe(every), stage.describe(block)
        return (
            f"a heartbeat every {every} would tick {ticks} times in {block};"
            f" give a longer --heartbeat, for at most {MOST_TICKS} ticks"
        )


KNOBS = [
    stage.Time("block", "2s"),
    stage.Time("heartbeat", "400ms"),
    stage.Count("tasks", 100, 1, 1000),
    stage.Count("capacity", 10, 1, 1000),
    stage.Time("delay", "1s"),
]

SCENES = {
    "blocking-call": (blocking_call, "block", "heartbeat"),
    "blocking-call-fixed": (blocking_call_fixed, "block", "heartbeat"),
    "forgotten-await": (forgotten_await, "delay"),
    "forgotten-await-fixed": (forgotten_await_fixed, "delay"),
    "too-many-tasks": (too_many_tasks, "tasks", "capacity", "delay"),
    "too-many-tasks-fixed": (
        too_many_tasks_fixed,
        "tasks",
        "capacity",
        "delay",
    ),
    "lost-task": (lost_task, "delay"),
    "lost-task-fixed": (lost_task_fixed, "delay"),
}

if __name__ == "__main__":
    stage.main("pitfalls", KNOBS, SCENES, check=check)
