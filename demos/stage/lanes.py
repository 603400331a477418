"""Lanes: the rows of a trace. `main` is one, and so is each task, each future
that is awaited inside of another lane, and each thread."""

import asyncio
import weakref

from . import places, waits
from .here import Cause, here


def _nothing():
    """A reference to nothing."""


class Lane:
    """A row of the trace."""

    def __init__(self, recorder, name, parent, place, kind="future"):
        self.recorder = recorder
        self.name = name
        self.kind = kind
        # The coroutine that it stands for, and the future that its task
        # waits for. Neither is held: a task of which nobody else holds
        # anything vanishes, and a recorder must not prevent that.
        self._coro = self._awaited = _nothing
        self.begun = False
        self.ended = False
        self.parked = False
        self.ready = False
        # What it waits for, and the timers it has set.
        self.waits = []
        self.timers = []
        # How it is being cancelled: what the trace will say, and whether it
        # is about to pass this on to the lane inside of it.
        self.cancelled = None
        self.passes_on = False
        self.request = None
        parent = None if parent is None else parent.id
        self.place = place
        self.spawned = recorder.spawn(
            self, name=name, kind=kind, parent=parent, **place
        )
        # What it causes.
        self.cause = Cause({"lane": self.id}, self)

    @property
    def coro(self):
        return self._coro()

    @coro.setter
    def coro(self, coro):
        self._coro = weakref.ref(coro)

    def note(self, event, **fields):
        """Records that something happens on this lane now."""
        self.recorder.note(self, event, **fields)

    def become(self, kind):
        """Whether a coroutine becomes a task shows only when it is one."""
        if self.kind == "future":
            self.kind = self.spawned["kind"] = kind

    def rename(self, name):
        """asyncio names a task after it has made it."""
        self.name = self.spawned["name"] = name
        self.recorder.rename(self, name)

    # A coroutine's steps.

    def begin_step(self, outer, error):
        """It runs from here on, inside the step of `outer` if there is one.
        It goes on with an exception, or with none."""
        if outer is None:
            self._begin_own_step(error)
        else:
            self._begin_inner_step(outer, error)
        self.begun = True
        self.parked = self.ready = False
        within = {} if outer is None else {"within": outer.id}
        self.note("poll", **within)
        self._close_waits_that_are_over(error)

    def _begin_own_step(self, error):
        task = _current_task()
        if task is not None:
            self.recorder.parked.pop(task, None)
        if not self.begun and self.kind == "future":
            # Nobody's task so far: its coroutine is awaited by one that is
            # no lane.
            self.become("task")
            if task is not None:
                inside = self.recorder.inside
                inside.setdefault(task, []).append(self)
        if self.parked and not self.ready:
            self.woken("runtime")
        self.passes_on = False
        if _is_cancellation(error):
            request = getattr(task, "request", None)
            if request is None or request.delivered:
                # Nobody asked: what it awaits was cancelled itself.
                self.request, self.cancelled = None, self._awaited_cause()
            else:
                request.delivered = True
                self.request = request
                self.cancelled = request.cause()
                self.passes_on = request.limit in (None, self)
        elif _is_exit(error):
            by = here.cause.lane if here.cause is not None else None
            self.cancelled = _dropped_by(by)

    def _begin_inner_step(self, outer, error):
        self.passes_on = False
        if _is_cancellation(error):
            self.request = outer.request
            self.cancelled = self._awaited_cause()
            if outer.passes_on:
                outer.ask(self, "drop")
                self.cancelled = _dropped_by(outer)
            self.passes_on = outer.passes_on or (
                self.request is not None and self.request.limit is self
            )
        elif _is_exit(error):
            self.cancelled = _dropped_by(outer)

    def park(self, awaited):
        """It gives its thread back until what it awaits is there."""
        future = awaited if asyncio.isfuture(awaited) else None
        self._awaited = _nothing if future is None else weakref.ref(future)
        wanted, frames = waits.found(self, future)
        own = [places.place(frame) for frame in frames if places.is_own(frame)]
        own = own[::-1] or [self.place]
        here_it_is, stack = own[0], own[1:]
        # Limits, and the lane inside of this one, may outlast a step.
        still = {id(wait.target): wait for wait in self.waits}
        targets = {id(wait.target) for wait in wanted if wait.target}
        self.close_waits(lambda wait: id(wait.target) not in targets)
        parked_for = []
        for wait in wanted:
            known = still.get(id(wait.target)) if wait.target else None
            if known is None:
                began = wait.place or here_it_is
                number = self.recorder.wait(self, wait.on, wait.due, began)
                known = wait._replace(number=number)
                self.waits.append(known)
            parked_for.append(known.number)
        stack = {"stack": stack} if stack else {}
        self.recorder.note_shared(self)
        self.note("pend", waits=parked_for, **here_it_is, **stack)
        self.parked = True
        task = _current_task()
        if task is not None:
            # Those inside of this one wait with it, unless they were only
            # tried by hand.
            inside = self.recorder.parked.get(task, [])
            awaited = [wait for wait in wanted if wait.target in inside[-1:]]
            inside = inside if awaited else []
            self.recorder.parked[task] = [*inside, self]

    def woken(self, by):
        """It will be polled again."""
        if self.parked and not self.ready and not self.ended:
            self.ready = True
            self.note("wake", by=by)

    def _close_waits_that_are_over(self, error):
        """What the last step waited for is there, or it was in vain."""
        future = self._awaited()
        in_vain = (
            error is not None
            if future is None
            else future.cancelled() and not isinstance(future, asyncio.Task)
        )
        timers = [wait.target for wait in self.waits if _is_timer(wait)]
        in_vain = in_vain or any(
            timer.over == "done" and not timer.is_limit() for timer in timers
        )

        def how(wait):
            if _is_timer(wait):
                if wait.target.over or wait.target.is_limit():
                    return wait.target.over
                return "drop"
            if wait.target is not None:
                return None
            return "drop" if in_vain else "done"

        self._close_waits(how)

    def close_waits(self, which):
        """Gives up the waits of which this is true, unless they are over."""

        def how(wait):
            if not which(wait):
                return None
            return _is_timer(wait) and wait.target.over or "drop"

        self._close_waits(how)

    def _close_waits(self, how):
        left = []
        for wait in self.waits:
            over = how(wait)
            if over is None:
                left.append(wait)
            else:
                self.note(over, wait=wait.number)
        self.waits = left

    def has_seen_end_of(self, inner):
        """The lane inside of this one has ended, and this one goes on."""
        given_up = inner.cancelled == _dropped_by(self)
        over = "drop" if given_up else "done"
        self._close_waits(
            lambda wait: over if wait.target is inner else None
        )

    # Its end.

    def end(self, outcome, **fields):
        """It is no more."""
        self.close_waits(lambda wait: True)
        self.recorder.note_shared(self)
        self.ended = True
        self.note("end", outcome=outcome, **fields)

    def drop(self, by):
        """It is thrown away by a lane, or by nobody."""
        self.cancelled = _dropped_by(by)
        self.end("cancelled", cause=self.cancelled)

    def fail(self, error):
        """It ends with an exception."""
        if isinstance(error, asyncio.CancelledError):
            if self.cancelled is None:
                # The exception is its own.
                self.cancelled = {"by": self.id, "how": "token"}
            self.end("cancelled", cause=self.cancelled)
        elif isinstance(error, GeneratorExit):
            self.end("cancelled", cause=self.cancelled or _dropped_by(None))
        elif isinstance(error, KeyboardInterrupt):
            self.cancelled = {"how": "interrupt"}
            self.end("cancelled", cause=self.cancelled)
        else:
            detail = str(error) or type(error).__name__
            self.end("failed", detail=detail)

    def _awaited_cause(self):
        """Who cancelled what this lane awaits: who lets that exception
        through ends with it."""
        future = self._awaited()
        for lane in waits.lanes_of(future, self.recorder):
            if lane.ended and lane.cancelled is not None:
                return lane.cancelled
        return None

    def ask(self, target, how):
        """It asks for another lane to be cancelled."""
        if target is not self and not target.ended and not self.ended:
            self.note("cancel", target=target.id, how=how)

    # A thread's life.

    def run_to_end(self, function, *args):
        """Gives a thread's lane its only poll."""
        outer = here.lane, here.cause, here.recorder
        here.lane, here.cause, here.recorder = self, self.cause, self.recorder
        self.begun = True
        self.note("poll", thread=self.recorder.clock.thread(self.recorder))
        try:
            result = function(*args)
        except BaseException as error:
            self.fail(error)
            raise
        finally:
            here.lane, here.cause, here.recorder = outer
            if here.recorder is None:
                # On a thread of its own. Handing in the result is still its
                # doing.
                here.cause = self.cause
        self.end("finished")
        return result

    def wake(self, future):
        """Tells those who await a thread that it has ended."""
        here.cause = self.cause
        if not future.done():
            future.set_result(None)

    def block(self, nanoseconds, place):
        """Keeps its thread for so long."""
        clock = self.recorder.clock
        on = {"blocking": {"length": nanoseconds}}
        due = self.recorder.now() + nanoseconds
        wait = self.recorder.wait(self, on, due, place)
        over = "drop"
        try:
            clock.block(nanoseconds, self)
            over = "done"
        finally:
            self.note(over, wait=wait)


def _current_task():
    """The task that is running on this thread, if there is one."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def _is_timer(wait):
    return wait.target is not None and not isinstance(wait.target, Lane)


def _is_cancellation(error):
    return _is(error, asyncio.CancelledError)


def _is_exit(error):
    return _is(error, GeneratorExit)


def _is(error, kind):
    if isinstance(error, type):
        return issubclass(error, kind)
    return isinstance(error, kind)


def _dropped_by(lane):
    if lane is None:
        return {"how": "drop"}
    return {"by": lane.id, "how": "drop"}

