"""Three results: all at the end, or each the moment it is ready."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say, sleep


async def fetch(name, delay):
    await sleep(delay)
    return name


async def gather_first(x, y, z):
    """Waits for all of them, and processes them then."""
    names = await asyncio.gather(
        lane(fetch("X", x), "X"),
        lane(fetch("Y", y), "Y"),
        lane(fetch("Z", z), "Z"),
    )
    for name in names:
        say(f"Got: {name}")


async def as_completed(x, y, z):
    """Takes whichever is ready next."""
    tasks = [
        asyncio.create_task(lane(fetch("X", x), "X")),
        asyncio.create_task(lane(fetch("Y", y), "Y")),
        asyncio.create_task(lane(fetch("Z", z), "Z")),
    ]
    for ready in asyncio.as_completed(tasks):
        name = await ready
        say(f"Got: {name}")


KNOBS = [
    stage.Time("x", "3s"),
    stage.Time("y", "1s"),
    stage.Time("z", "2s"),
]

SCENES = {
    "gather-first": (gather_first, "x", "y", "z"),
    "as_completed": (as_completed, "x", "y", "z"),
}

if __name__ == "__main__":
    stage.main("as_completed", KNOBS, SCENES)
