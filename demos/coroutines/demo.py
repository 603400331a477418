"""A call that runs nothing, and awaits that do and do not give way."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say, sleep


async def fetch_data(url, delay):
    say(f"Start fetching: {url}")
    await sleep(delay)
    say(f"Finished fetching: {url}")
    return f"Data from {url}"


async def run(url, delay):
    """Calls it, and awaits it at once."""
    data = await fetch_data(url, delay)
    say(data)


async def lazy(url, delay):
    """Calls it now, and awaits it later."""
    coroutine = fetch_data(url, delay)
    say("Coroutine created: nothing has run")
    await sleep(delay / 2)
    say("Awaiting it now")
    await coroutine


async def polite(name):
    """Gives way after each step, so that the other one can go on."""
    say(f"{name} step 1")
    await asyncio.sleep(0)
    say(f"{name} step 2")
    await asyncio.sleep(0)
    say(f"{name} step 3")


async def nothing():
    """Is over as soon as it begins."""


async def selfish(name):
    """Awaits just as often, but what it awaits is always ready."""
    say(f"{name} step 1")
    await nothing()
    say(f"{name} step 2")
    await nothing()
    say(f"{name} step 3")


async def hand_over():
    """Two coroutines that give way to each other."""
    await asyncio.gather(lane(polite("A"), "A"), lane(polite("B"), "B"))


async def no_hand_over():
    """The same with awaits that never suspend: nobody gives way."""
    await asyncio.gather(lane(selfish("A"), "A"), lane(selfish("B"), "B"))


KNOBS = [
    stage.Time("delay", "2s"),
    stage.Text("url", "https://example.com"),
]

SCENES = {
    "run": (run, "url", "delay"),
    "lazy": (lazy, "url", "delay"),
    "hand-over": (hand_over,),
    "no-hand-over": (no_hand_over,),
}

if __name__ == "__main__":
    stage.main("coroutines", KNOBS, SCENES)
