"""N waits at once on uvloop: python3 uvloop_waits.py N MILLISECONDS"""

import asyncio
import sys
import time

import uvloop


async def wait(number, seconds):
    await asyncio.sleep(seconds)
    return number


async def main(count, seconds):
    tasks = [asyncio.create_task(wait(n, seconds)) for n in range(count)]
    total = 0
    for task in tasks:
        total += await task
    return total


count, seconds = int(sys.argv[1]), int(sys.argv[2]) / 1000
start = time.perf_counter()
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    total = runner.run(main(count, seconds))
print(count, total, time.perf_counter() - start, flush=True)
# Whoever measures this looks at the process now, and then closes its input.
sys.stdin.read()
