"""A coroutine that records each of its steps."""

from collections.abc import Coroutine

from .here import here


class Laned(Coroutine):
    """A coroutine that records each of its steps on a lane.

    A class rather than an `async def` around the coroutine, because a task
    that is cancelled before its first step throws into a coroutine that has
    not begun, and an `async def` would never hear of it.
    """

    def __init__(self, coro, lane):
        self.coro = coro
        self.lane = lane
        lane.coro = coro
        # What asyncio calls it in its messages.
        self.__name__ = getattr(coro, "__name__", lane.name)
        self.__qualname__ = getattr(coro, "__qualname__", lane.name)

    def send(self, value):
        return self._step(None, self.coro.send, value)

    def throw(self, *error):
        return self._step(error[0], self.coro.throw, *error)

    def __del__(self):
        # Thrown away unfinished.
        lane = self.lane
        if lane.ended:
            return
        if not lane.begun:
            # Python warns of the coroutine itself, which goes right after
            # this.
            lane.end("unrun")
        else:
            # What it still holds is closed on its lane, unless the garbage
            # collector has done so already.
            outer, here.lane = here.lane, lane
            try:
                self.coro.close()
            finally:
                here.lane = outer
                # A task that goes was held by nobody, and it is nobody's
                # doing.
                lane.drop(None if lane.kind == "task" else outer)

    def _step(self, error, resume, *args):
        lane, outer = self.lane, here.lane
        lane.begin_step(outer, error)
        here.lane, here.cause = lane, lane.cause
        try:
            awaited = resume(*args)
        except StopIteration:
            # This is how a coroutine returns.
            lane.end("finished")
            raise
        except BaseException as error:
            lane.fail(error)
            raise
        else:
            lane.park(awaited)
            return awaited
        finally:
            here.lane = outer
            if outer is not None:
                here.cause = outer.cause
                if lane.ended:
                    outer.has_seen_end_of(lane)

    # `await` asks for an iterator: the coroutine is its own.

    def __await__(self):
        return self

    def __next__(self):
        return self.send(None)
