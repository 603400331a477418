"""A cashier: hands busy while scanning, hands idle while a customer pays."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import block, lane, say, sleep


async def serve_and_stand(n, scan, pay):
    """Stands there while the customer pays: the thread is kept.

    It is an `async def` because only a coroutine can have a lane. But it
    awaits nothing, and so it runs as a plain function would.
    """
    say(f"Customer {n}: scanning")
    block(scan)
    say(f"Customer {n}: paying")
    block(pay)
    say(f"Customer {n}: done")


async def serve(n, scan, pay):
    """Gives the thread back while the customer pays."""
    say(f"Customer {n}: scanning")
    block(scan)
    say(f"Customer {n}: paying")
    await sleep(pay)
    say(f"Customer {n}: done")


async def sync(customers, scan, pay):
    """Serves one customer from start to end, then the next."""
    for n in range(1, customers + 1):
        await lane(serve_and_stand(n, scan, pay), f"Customer {n}")


async def concurrent(customers, scan, pay):
    """While one customer pays, the next is scanned."""
    async with asyncio.TaskGroup() as group:
        for n in range(1, customers + 1):
            group.create_task(lane(serve(n, scan, pay), f"Customer {n}"))


KNOBS = [
    stage.Count("customers", 3, 1, 100),
    stage.Time("scan", "200ms"),
    stage.Time("pay", "1s"),
]

SCENES = {
    "sync": (sync, "customers", "scan", "pay"),
    "async": (concurrent, "customers", "scan", "pay"),
}

if __name__ == "__main__":
    stage.main("cashier", KNOBS, SCENES)
