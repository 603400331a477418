"""The two clocks: the machine's, and one that jumps from timer to timer."""

import asyncio
import functools
import time

from .durations import MILLISECOND, SECOND
from .here import here
from .loop import VirtualLoop


class RealClock:
    """The machine's monotonic clock: what it shows was measured."""

    name = "real"

    def now(self):
        """Nanoseconds since some moment."""
        return time.perf_counter_ns()

    def loop_factory(self, recorder):
        """What makes the event loop: `None` for what asyncio itself does."""
        return None

    def due(self, deadline):
        """When a timer set for a deadline fires at the earliest."""
        return deadline

    def block(self, nanoseconds, lane):
        """Keeps the thread for so long."""
        time.sleep(nanoseconds / SECOND)

    def thread(self, recorder):
        """The number of the thread that this runs on."""
        return recorder.thread()

    async def in_thread(self, thread, function, args):
        """Calls a function on a thread, whose lane is `thread`."""
        return await asyncio.to_thread(thread.run_to_end, function, *args)


class VirtualClock:
    """A clock that stands still while there is work, and jumps when there is
    none: exact, instant, and the same in every run.

    It does what tokio's paused clock does, so that the times of both worlds
    are the same to the nanosecond.
    """

    name = "virtual"

    def __init__(self):
        self.nanoseconds = 0
        # Until when each of the threads is busy that there would be.
        self.busy = []

    def now(self):
        """Nanoseconds since the run's start."""
        return self.nanoseconds

    def loop_factory(self, recorder):
        """What makes the event loop that lives by this clock."""
        return functools.partial(VirtualLoop, self, recorder)

    def due(self, deadline):
        """When a timer fires: tokio rounds up to whole milliseconds."""
        return -(-deadline // MILLISECOND) * MILLISECOND

    def jump_to(self, due):
        """Moves the time on because there is nothing to do until then."""
        self.nanoseconds = max(self.nanoseconds, due)

    def block(self, nanoseconds, lane):
        """Moves the time on without letting the loop run.

        Timers that fall due meanwhile fire late.
        """
        if lane is not None and lane.kind == "thread":
            here.ahead += nanoseconds
        else:
            self.nanoseconds += nanoseconds

    def thread(self, recorder):
        """The number of the thread that this would run on: the first idle
        one. The loop has number 0."""
        idle = [until <= self.nanoseconds for until in self.busy]
        if True not in idle:
            self.busy.append(0)
            idle.append(True)
        return idle.index(True) + 1

    async def in_thread(self, thread, function, args):
        """Calls a function on a thread, whose lane is `thread`.

        A real thread would take real time. So the function runs here and now,
        stamped ahead of the loop, which then waits until it has caught up.
        """
        number = self.thread(thread.recorder)
        try:
            return thread.run_to_end(function, *args)
        finally:
            ahead, here.ahead = here.ahead, 0
            self.busy[number - 1] = self.nanoseconds + ahead
            loop = asyncio.get_running_loop()
            caught_up = loop.create_future()
            loop.call_later(ahead / SECOND, thread.wake, caught_up)
            await caught_up
