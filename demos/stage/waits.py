"""Waits: what a parked lane waits for.

asyncio's coroutines are Python's: when a lane gives its thread back, its
frames are there to be read, and so is the future at their end. The future
tells if it is a task, a gather or a shield. Otherwise the function of asyncio
that awaits it tells: `Semaphore.acquire`, `Queue.get`, `wait`. This is how
asyncio is built in the versions that the tests run; where another one is
built otherwise, a wait is shown as what nobody knows, and nothing breaks.
"""

import asyncio
from asyncio import locks, queues, tasks, threads
from pathlib import Path
from typing import NamedTuple

from . import places
from .laned import Laned

# So many lanes are named of those that a lane waits for.
MOST_NAMED = 16


class Wait(NamedTuple):
    """Something that a lane waits for."""

    # As the trace has it.
    on: object
    # When it should be over, in nanoseconds since the start, if it is known.
    due: object = None
    # Where it began, if that is not where the lane is parked.
    place: object = None
    # The timer, or the lane inside this one, which may outlast a step.
    target: object = None
    # Its number, once the trace has it.
    number: int = 0


def found(lane, awaited):
    """What a lane waits for that has just given its thread back, and the
    frames in which it stands, the outermost first.

    `awaited` is what its task is to wait for: a future, or `None` for nothing
    but another turn.
    """
    frames, inner = places.chain(lane.coro)
    timers = [timer for timer in lane.timers if timer.is_limit()]
    if isinstance(inner, Laned):
        join = {"join": {"lanes": [inner.lane.id]}}
        waits = [Wait(join, target=inner.lane)]
    elif awaited is None:
        waits = [Wait("yield")]
    else:
        on, about = _what(frames, awaited, lane.recorder)
        waits = [] if on is None else [Wait(on)]
        timers[:0] = [
            timer for timer in lane.timers if any(map(timer.mentions, about))
        ]
    for timer in timers:
        waits.append(Wait(timer.on, timer.due, timer.place, timer))
    if not waits:
        waits = [Wait({"other": {"what": "a future"}})]
    return waits, frames


def lanes_of(future, recorder):
    """The lanes that a future is the end of: a task's, or those of what it
    gathers or shields."""
    if isinstance(future, asyncio.Task):
        if isinstance(future.get_coro(), Laned):
            return [future.get_coro().lane]
        # A task that is no lane itself, but awaits one.
        if future in recorder.inside:
            return recorder.inside[future]
        return _lanes_passed_to(future.get_coro())
    inner = list(getattr(future, "_children", ()))
    for callback, _ in getattr(future, "_callbacks", None) or ():
        inside = closure(callback)
        name = getattr(callback, "__qualname__", "")
        if name == "shield.<locals>._outer_done_callback":
            inner.append(inside.get("inner"))
    lanes = []
    for future in inner:
        lanes += lanes_of(future, recorder)
    return lanes


def _lanes_passed_to(coro):
    """The lanes that a coroutine which has not begun was called with."""
    frame = getattr(coro, "cr_frame", None)
    values = frame.f_locals.values() if frame is not None else ()
    return [value.lane for value in values if isinstance(value, Laned)]


def closure(function):
    """What a function within a function refers to, by name."""
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    cells = getattr(function, "__closure__", None) or ()
    inside = {}
    for name, cell in zip(names, cells):
        try:
            inside[name] = cell.cell_contents
        except ValueError:
            # Nothing yet.
            pass
    return inside


def _join(lanes):
    """A wait for lanes to end, of which some may have."""
    ids = {lane.id for lane in lanes if not lane.ended}
    ids = sorted(ids or {lane.id for lane in lanes})
    if not ids:
        return None
    join = {"lanes": ids[:MOST_NAMED]}
    if ids[MOST_NAMED:]:
        join["more"] = len(ids[MOST_NAMED:])
    return {"join": join}


def _what(frames, awaited, recorder):
    """What a future is waited for, as the trace has it, or `None` if only its
    timer is known; and everything that a timer would have to do with."""
    join = _join(lanes_of(awaited, recorder))
    if join is not None:
        return join, [awaited]
    # The frames of asyncio that the innermost line of the program led to.
    library = []
    for frame in frames:
        library = [] if places.is_own(frame) else [*library, frame]
    for frame in library:
        look = LOOKS.get(frame.f_code)
        if frame.f_code.co_qualname == "as_completed.<locals>._wait_for_one":
            look = _next_completed
        if look is not None:
            try:
                return look(frame, awaited, recorder)
            except (AttributeError, KeyError):
                # This version of asyncio has other names for it.
                pass
    for frame in library:
        if Path(frame.f_code.co_filename).stem in NETWORK:
            # The function that the program called.
            what = library[0].f_code.co_name
            return {"io": {"what": what}}, [awaited]
    if isinstance(awaited, asyncio.Task):
        return {"other": {"what": "a task"}}, [awaited]
    return None, [awaited]


# Looks: what the frame of a function of asyncio tells. Each takes the frame,
# what it awaits, and the recorder, and returns what `_what` does.


def _simply(on):
    return lambda frame, awaited, recorder: (on, [awaited])


def _those_in(name):
    """A join of the futures that a variable holds."""

    def look(frame, awaited, recorder):
        value = frame.f_locals[name]
        return _join_all(value, recorder), [awaited]

    return look


def _join_all(futures, recorder):
    if asyncio.isfuture(futures):
        futures = [futures]
    lanes = []
    for future in futures:
        lanes += lanes_of(future, recorder)
    return _join(lanes) or {"other": {"what": "tasks"}}


def _group(frame, awaited, recorder):
    group = frame.f_locals["self"]
    return _join_all(group._tasks, recorder), [awaited]


def _next_completed(frame, awaited, recorder):
    """Since Python 3.13 the iterator of `as_completed` knows its tasks;
    before, only their callbacks do."""
    iterator = frame.f_locals.get("self")
    if iterator is not None:
        return _join_all(iterator._todo, recorder), [awaited, iterator]
    done = frame.f_locals["done"]
    for task in asyncio.all_tasks():
        for callback, _ in getattr(task, "_callbacks", None) or ():
            inside = closure(callback)
            if inside.get("done") is done and "todo" in inside:
                return _join_all(inside["todo"], recorder), [awaited, done]
    return {"other": {"what": "tasks"}}, [awaited, done]


def _semaphore(frame, awaited, recorder):
    # The first that has to wait for it makes it known.
    name = recorder.share(frame.f_locals["self"])
    return {"acquire": {"what": name}}, [awaited]


def _thread(frame, awaited, recorder):
    thread = frame.f_locals["thread"]
    # On the virtual clock there is a timer, in place of the thread.
    return {"thread": {"lane": thread.id}}, []


def _code(owner, name):
    """The code of one of asyncio's functions, if this version has it."""
    return getattr(getattr(owner, name, None), "__code__", None)


LOOKS = {
    _code(tasks, "sleep"): _simply(None),
    _code(tasks, "_wait"): _those_in("fs"),
    _code(tasks, "wait_for"): _those_in("fut"),
    _code(tasks, "_cancel_and_wait"): _those_in("fut"),
    _code(asyncio.TaskGroup, "__aexit__"): _group,
    _code(getattr(tasks, "_AsCompletedIterator", None), "_wait_for_one"): (
        _next_completed
    ),
    _code(threads, "to_thread"): _simply({"other": {"what": "a thread"}}),
    _code(locks.Lock, "acquire"): _simply({"acquire": {"what": "lock"}}),
    _code(locks.Semaphore, "acquire"): _semaphore,
    _code(locks.Event, "wait"): _simply({"other": {"what": "event"}}),
    _code(locks.Condition, "wait"): _simply({"other": {"what": "condition"}}),
    _code(locks.Barrier, "_block"): _simply({"other": {"what": "barrier"}}),
    _code(locks.Barrier, "_wait"): _simply({"other": {"what": "barrier"}}),
    _code(queues.Queue, "get"): _simply({"recv": {"what": "queue"}}),
    _code(queues.Queue, "put"): _simply({"send": {"what": "queue"}}),
    _code(queues.Queue, "join"): _simply({"other": {"what": "queue"}}),
}
LOOKS.pop(None, None)


def awaits_thread(function):
    """Tells that an `async def` awaits the lane that it calls `thread`."""
    LOOKS[function.__code__] = _thread
    return function


# The modules of asyncio that talk to the world outside.
NETWORK = {
    "base_events",
    "base_subprocess",
    "proactor_events",
    "selector_events",
    "sslproto",
    "streams",
    "subprocess",
    "unix_events",
    "windows_events",
}
