"""asyncio's own event loop on a virtual clock."""

import asyncio
import contextvars
import heapq
import itertools
import selectors

from .durations import SECOND, nanoseconds


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own event loop on a virtual clock.

    It keeps its timers itself, for two reasons: deadlines are exact integers,
    and timers for one deadline fire in the order of their registration, which
    asyncio leaves open. Everything else is asyncio.
    """

    def __init__(self, clock, recorder):
        self.clock = clock
        self.recorder = recorder
        self.timers = []
        self.registrations = itertools.count()
        super().__init__(_JumpingSelector(self))

    def time(self):
        return self.clock.nanoseconds / SECOND

    def call_later(self, delay, callback, *args, context=None):
        deadline = self.clock.nanoseconds + nanoseconds(delay)
        return self._add_timer(deadline, callback, args, context)

    def call_at(self, when, callback, *args, context=None):
        return self._add_timer(nanoseconds(when), callback, args, context)

    def _add_timer(self, deadline, callback, args, context):
        due = self.clock.due(deadline)
        number = next(self.registrations)
        if context is None:
            context = contextvars.copy_context()
        timer = _Timer(due, number, callback, args, self, context)
        heapq.heappush(self.timers, timer)
        return timer

    def fire_timers(self, idle):
        """Fires what is due. If the loop is idle, the next timer is."""
        # Here, between two lanes' steps, an error ends the run for certain.
        self.recorder.check_length()
        while self.timers and self.timers[0].cancelled():
            heapq.heappop(self.timers)
        if idle:
            if not self.timers:
                raise RuntimeError("everybody waits, and nobody will wake")
            self.clock.jump_to(self.timers[0].due)
        while self.timers and self.timers[0].due <= self.clock.nanoseconds:
            timer = heapq.heappop(self.timers)
            self.call_soon(timer.fire, context=timer.context)


class _Timer(asyncio.TimerHandle):
    """What `call_later` returns, and what its loop needs to know besides."""

    def __init__(self, due, number, callback, args, loop, context):
        super().__init__(due / SECOND, callback, args, loop, context)
        self.due = due
        self.number = number
        self.callback = callback
        self.args = args
        self.context = context

    def __lt__(self, other):
        return (self.due, self.number) < (other.due, other.number)

    def fire(self):
        # It may have been cancelled by what ran before it in this turn.
        if not self.cancelled():
            self.callback(*self.args)


class _JumpingSelector(selectors.DefaultSelector):
    """Where an event loop sleeps when it has nothing to do. This one fires
    the next timer instead."""

    def __init__(self, loop):
        super().__init__()
        self.loop = loop

    def select(self, timeout=None):
        # `None` is asyncio's word for "until something happens".
        self.loop.fire_timers(idle=timeout is None)
        return super().select(0)
