"""N waits at once on Trio: python3 trio_waits.py N MILLISECONDS"""

import sys
import time

import trio


async def wait(number, seconds, results):
    await trio.sleep(seconds)
    results[number] = number


async def main(count, seconds):
    # A task of Trio's returns nothing: it leaves its result where it was told.
    results = [0] * count
    async with trio.open_nursery() as nursery:
        for number in range(count):
            nursery.start_soon(wait, number, seconds, results)
    return sum(results)


count, seconds = int(sys.argv[1]), int(sys.argv[2]) / 1000
start = time.perf_counter()
total = trio.run(main, count, seconds)
print(count, total, time.perf_counter() - start, flush=True)
# Whoever measures this looks at the process now, and then closes its input.
sys.stdin.read()
