"""Three calls at once, and their results in the order of the calls."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say, sleep


async def work(name, delay):
    await sleep(delay)
    say(f"{name} done")
    return name


async def failing(name, delay):
    await sleep(delay)
    raise RuntimeError(f"{name} failed")


async def sequential(a, b, c):
    """Awaits the calls one by one."""
    a = await work("A", a)
    b = await work("B", b)
    c = await work("C", c)
    say(f"Results: {a}, {b}, {c}")


async def gather(a, b, c):
    """Makes a task of each, and awaits all of them."""
    a, b, c = await asyncio.gather(
        lane(work("A", a), "A"),
        lane(work("B", b), "B"),
        lane(work("C", c), "C"),
    )
    say(f"Results: {a}, {b}, {c}")


async def failure(a, b, c):
    """B fails. The error comes out at once; A and C run on."""
    a = asyncio.create_task(lane(work("A", a), "A"))
    b = asyncio.create_task(lane(failing("B", b), "B"))
    c = asyncio.create_task(lane(work("C", c), "C"))
    try:
        await asyncio.gather(a, b, c)
    except RuntimeError as error:
        say(f"gather raised: {error}")
    # Nobody cancelled the others: wait for those still on their way.
    await asyncio.gather(a, c)


async def return_exceptions(a, b, c):
    """B fails, and its error takes its place among the results."""
    results = await asyncio.gather(
        lane(work("A", a), "A"),
        lane(failing("B", b), "B"),
        lane(work("C", c), "C"),
        return_exceptions=True,
    )
    a, b, c = map(show, results)
    say(f"Results: {a}, {b}, {c}")


async def try_join(a, b, c):
    """B fails, and A and C run on: gather has made tasks of all three."""
    try:
        await asyncio.gather(
            lane(work("A", a), "A"),
            lane(failing("B", b), "B"),
            lane(work("C", c), "C"),
        )
    except RuntimeError as error:
        say(f"gather raised: {error}")
    # main stays on, to see what becomes of A and C.
    await sleep(max(a, b, c))
    say("main is done")


def show(result):
    if isinstance(result, Exception):
        return f"error: {result}"
    return result


KNOBS = [
    stage.Time("a", "3s"),
    stage.Time("b", "1s"),
    stage.Time("c", "2s"),
]

SCENES = {
    "sequential": (sequential, "a", "b", "c"),
    "gather": (gather, "a", "b", "c"),
    "failure": (failure, "a", "b", "c"),
    "return_exceptions": (return_exceptions, "a", "b", "c"),
    "try_join": (try_join, "a", "b", "c"),
}

if __name__ == "__main__":
    stage.main("gather", KNOBS, SCENES)
