"""Causes: who woke whom, and who cancelled whom.

asyncio runs callbacks, one after the other, and each of them was asked for by
an earlier one, by a timer, by the world outside, or by a thread. So whoever
asks for a callback is noted with it, and is the cause of what the callback
asks for in turn. When the callback asked for is a task's next step, that task
has been woken, and the cause is known: a task that ended runs the callbacks
of those who await it; a lane that releases a semaphore, puts into a queue or
sets an event completes the future that another one awaits.
"""

import asyncio
import functools
import sys
from asyncio import runners, tasks

from . import places, waits
from .durations import nanoseconds
from .here import Cause, here
from .laned import Laned
from .lanes import Lane

# Every callback comes by one of the ways below, except those of sockets.
IO = Cause("io")
RUNTIME = Cause("runtime")


def cause():
    """Why what runs on this thread runs."""
    return here.cause or IO


class Causes:
    """Notes who asks an event loop for what.

    It stands before the loop's own methods, whatever loop it is.
    """

    def __init__(self, loop, recorder, every_task):
        self.recorder = recorder
        # Whether every task is a lane, or only those that are called one.
        self.every_task = every_task
        # The timers that are set, by their handles' identity.
        self.timers = {}
        for name in (
            "call_soon",
            "call_soon_threadsafe",
            "call_at",
            "call_later",
            "_timer_handle_cancelled",
        ):
            method = getattr(self, name.strip("_"))
            own = functools.partial(method, getattr(loop, name))
            setattr(loop, name, own)
        loop.set_task_factory(self.make_task)

    def call_soon(self, original, callback, *args, context=None):
        task = _to_be_stepped(callback)
        if task is not None:
            wake(self.recorder, task, cause())
        return original(_run, cause(), callback, *args, context=context)

    def call_soon_threadsafe(self, original, callback, *args, context=None):
        why = cause()
        if asyncio._get_running_loop() is None:
            # From a thread. What a lane's thread does when the lane has ended
            # is to hand in its result, once.
            why = here.cause or RUNTIME
            if here.lane is None:
                here.cause = None
        return original(_run, why, callback, *args, context=context)

    def call_later(self, original, delay, callback, *args, context=None):
        length = nanoseconds(delay)
        timer = Timer(self, length, callback, args)
        due = self.recorder.now() + length
        handle = original(delay, timer.fire, context=context)
        return timer.set(handle, due)

    def call_at(self, original, when, callback, *args, context=None):
        if isinstance(getattr(callback, "__self__", None), Timer):
            # This is how asyncio's own `call_later` goes on.
            return original(when, callback, *args, context=context)
        timer = Timer(self, None, callback, args)
        left = nanoseconds(when - asyncio.get_running_loop().time())
        due = self.recorder.now() + max(left, 0)
        handle = original(when, timer.fire, context=context)
        return timer.set(handle, due)

    def timer_handle_cancelled(self, original, handle):
        timer = self.timers.pop(id(handle), None)
        if timer is not None:
            timer.cancelled()
        original(handle)

    def make_task(self, loop, coro, **options):
        """Makes a task: the loop's task factory."""
        options = {key: it for key, it in options.items() if it is not None}
        named = self.every_task and not isinstance(coro, Laned)
        if named:
            place = places.caller(sys._getframe(1))
            parent = here.lane or cause().lane or self.recorder.main
            coro = Laned(coro, Lane(self.recorder, "", parent, place))
        task = Task(coro, loop=loop, **options)
        task.recorder = self.recorder
        if isinstance(coro, Laned):
            task.lane = coro.lane
            task.lane.become("task")
        task.names_lane = named
        task.set_name(task.get_name())
        return task


def _run(why, callback, *args):
    """Runs a callback, and keeps at hand meanwhile why it runs."""
    outer, here.cause = here.cause, why
    try:
        callback(*args)
    finally:
        here.cause = outer


# What asyncio calls a task's next step, in C and in Python.
_STEPS = {"TaskStepMethWrapper", "task_wakeup", "__step", "__wakeup"}


def _to_be_stepped(callback):
    """The task whose next step a callback is, if it is one."""
    name = getattr(callback, "__name__", type(callback).__name__)
    task = getattr(callback, "__self__", None)
    if name in _STEPS and isinstance(task, asyncio.Task):
        return task
    return None


def wake(recorder, task, why):
    """Records that the lanes which are parked in a task are woken.

    The innermost is: it awaits what is there now. Those around it are woken
    to go on with it.
    """
    by = why.by
    lanes = recorder.parked.pop(task, ())
    if why.lane is not None and why.lane in lanes and why.by != "timer":
        # It asked for its own next step.
        by = "itself"
    for lane in lanes:
        lane.woken(by)
        by = {"lane": lane.id}


class Timer:
    """A timer that is set, and what it will call."""

    def __init__(self, causes, length, callback, args):
        self.causes = causes
        self.length = length
        self.callback = callback
        self.args = args
        # On whose behalf: the lane that runs, or the one because of which
        # something runs.
        self.lane = here.lane or cause().lane
        # How it ended, once it has: "done" or "drop".
        self.over = None
        # Where it was set, if that is not where the lane waits for it.
        self.place = None

    def set(self, handle, due):
        """It is set, and the loop knows it by this handle."""
        self.handle = handle
        # On the virtual clock the loop itself knows better.
        self.due = getattr(handle, "due", due)
        self.causes.timers[id(handle)] = self
        if here.lane is not None:
            here.lane.timers.append(self)
        if self.is_limit():
            self.place = places.caller(sys._getframe(1))
        return handle

    @property
    def on(self):
        """What a lane waits for that waits for this timer."""
        known = {} if self.length is None else {"length": self.length}
        return {"timer": known}

    def is_limit(self):
        """Whether it is the limit of an `asyncio.timeout`."""
        owner = getattr(self.callback, "__self__", None)
        return isinstance(owner, asyncio.Timeout)

    def mentions(self, thing):
        """Whether what it will call has to do with something."""
        owner = getattr(self.callback, "__self__", None)
        about = [*self.args, owner, *waits.closure(self.callback).values()]
        return any(other is thing for other in about)

    def fire(self):
        """It is due."""
        self.over = "done"
        self.causes.timers.pop(id(self.handle), None)
        self._forget()
        _run(Cause("timer", self.lane), self.callback, *self.args)

    def cancelled(self):
        """It was cancelled."""
        self.over = "drop"
        self._forget()
        if here.lane is not None and here.lane is self.lane:
            here.lane.close_waits(lambda wait: wait.target is self)

    def _forget(self):
        if self.lane is not None and self in self.lane.timers:
            self.lane.timers.remove(self)


class Request:
    """Somebody has asked for a task to be cancelled."""

    def __init__(self, by, how, limit=None):
        # The lane that asked, if it was one.
        self.by = by
        self.how = how
        # The lane that had set a limit, if it was the limit that asked: it
        # goes on itself, and only what it awaits is cancelled.
        self.limit = limit
        # Whether the exception has been thrown into the task.
        self.delivered = False

    def cause(self):
        """As the trace has it."""
        if self.by is None:
            return {"how": self.how}
        return {"by": self.by.id, "how": self.how}


class Task(asyncio.Task):
    """A task that knows who asked for it to be cancelled."""

    recorder = None
    # The lane that it is, and whether that is called as it is.
    lane = None
    names_lane = False
    # Who has asked for it to be cancelled.
    request = None

    def cancel(self, msg=None):
        if self.done() or self.recorder is None:
            return super().cancel(msg)
        request = _who_asks(self, sys._getframe(1))
        if self.request is None or self.request.delivered:
            self.request = request
        outer = here.cancelling, here.cause
        here.cancelling = self
        if request.how == "interrupt":
            here.cause = RUNTIME
        elif request.how == "shutdown":
            here.cause = request.by.cause
        try:
            return super().cancel(msg)
        finally:
            here.cancelling, here.cause = outer

    def uncancel(self):
        left = super().uncancel()
        if not left:
            self.request = None
        return left

    def set_name(self, value):
        # asyncio names a task after it has made it, and some versions do so
        # where there is no name.
        if value is None:
            return
        super().set_name(value)
        if self.names_lane:
            self.lane.rename(self.get_name())


def _code(owner, name):
    """The code of one of asyncio's functions, if this version has it."""
    return getattr(getattr(owner, name, None), "__code__", None)


# asyncio's own functions that cancel tasks.
_ABORT_GROUP = _code(asyncio.TaskGroup, "_abort")
_CHILD_FAILED = _code(asyncio.TaskGroup, "_on_task_done")
_TIME_IS_UP = _code(asyncio.Timeout, "_on_timeout")
_GIVE_UP = _code(tasks, "_cancel_and_wait")
_SHUTDOWN = _code(runners, "_cancel_all_tasks")
_CTRL_C = _code(asyncio.Runner, "_on_sigint")


def _who_asks(task, frame):
    """Who is calling `task.cancel()`, and in whose name.

    The function that calls it tells: asyncio has one for each reason. Records
    the request as well, if it is a lane's.
    """
    recorder = task.recorder
    lane = here.lane or cause().lane
    code = frame.f_code
    outer = here.cancelling
    if outer is not None:
        # Cancelling a task cancels what it awaits.
        inside = recorder.parked.get(outer) or [None]
        request = Request(inside[0], "drop")
    elif code is _CTRL_C:
        # Even if `main` takes it for a cancellation of its own, and goes on.
        recorder.interrupted = True
        return Request(None, "interrupt")
    elif code in (_SHUTDOWN, cancel_left.__code__):
        if recorder.interrupted:
            return Request(None, "interrupt")
        return Request(recorder.main, "shutdown")
    elif code is _TIME_IS_UP:
        return Request(lane, "drop", limit=lane)
    elif code in (_ABORT_GROUP, _CHILD_FAILED):
        request = Request(_owner(frame.f_locals["self"], recorder), "group")
    elif code is _GIVE_UP:
        request = Request(lane, "drop")
    else:
        request = Request(lane, "abort")
    if request.by is not None:
        for target in waits.lanes_of(task, recorder):
            request.by.ask(target, request.how)
    return request


def _owner(group, recorder):
    """The lane in whose frames a task group stands."""
    if here.lane is not None:
        return here.lane
    parent = getattr(group, "_parent_task", None)
    lanes = () if parent is None else recorder.parked.get(parent, ())
    for lane in reversed(lanes):
        frames, _ = places.chain(lane.coro)
        for frame in frames:
            if any(thing is group for thing in frame.f_locals.values()):
                return lane
    return lanes[0] if lanes else None


def cancel_left(loop, recorder):
    """Cancels what `main` has left behind in the order in which it began.

    The runner is about to do the same, in whatever order a set has.
    """
    lanes = {}
    for task in asyncio.all_tasks(loop):
        lane = getattr(task, "lane", None)
        if lane is not None:
            lanes[lane.id] = task
    for _, task in sorted(lanes.items()):
        task.cancel()
