"""Two tasks that belong together: all succeed, or the rest are cancelled."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say, sleep


async def worker(name, delay):
    try:
        await sleep(delay)
    except asyncio.CancelledError:
        say(f"{name} cancelled")
        raise
    say(f"{name} completed")
    return f"{name}-result"


async def failing(name, delay):
    await sleep(delay)
    raise RuntimeError(f"{name} failed")


async def sequential(task1, task2):
    """Awaits one worker, then the other."""
    first = await worker("Task1", task1)
    second = await worker("Task2", task2)
    say(f"All succeeded: {first}, {second}")


async def taskgroup(task1, task2):
    """Both in a group, and both succeed."""
    async with asyncio.TaskGroup() as group:
        first = group.create_task(lane(worker("Task1", task1), "Task1"))
        second = group.create_task(lane(worker("Task2", task2), "Task2"))
    say(f"All succeeded: {first.result()}, {second.result()}")


async def failure(fail_at, task2):
    """The same group, but the first task fails.

    The failure cancels the other task, and it is reported only when that has
    ended. A group reports all errors of its tasks, as an ExceptionGroup, and
    `except*` takes those of one kind out of it.
    """
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(lane(failing("Task1", fail_at), "Task1"))
            group.create_task(lane(worker("Task2", task2), "Task2"))
    except* RuntimeError as errors:
        for error in errors.exceptions:
            say(f"Error: {error}")
    # main stays on, so it is not its end that cancels anybody.
    await sleep(task2)
    say("main is done")


async def no_group(fail_at, task2):
    """What goes wrong without a group: nobody stops the other task."""
    first = lane(failing("Task1", fail_at), "Task1")
    second = lane(worker("Task2", task2), "Task2")
    first = asyncio.create_task(first)
    second = asyncio.create_task(second)
    try:
        await first
    except RuntimeError as error:
        say(f"Error: {error}")
    await second


KNOBS = [
    stage.Time("task1", "1s"),
    stage.Time("task2", "2s"),
    stage.SameAs("fail-at", "task1"),
]

SCENES = {
    "sequential": (sequential, "task1", "task2"),
    "taskgroup": (taskgroup, "task1", "task2"),
    "failure": (failure, "fail-at", "task2"),
    "no-group": (no_group, "fail-at", "task2"),
}

if __name__ == "__main__":
    stage.main("taskgroup", KNOBS, SCENES)
