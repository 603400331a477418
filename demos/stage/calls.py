"""What a demo may call, besides asyncio. Outside of a recorded run each of
these works, and records nothing."""

import asyncio
import inspect
import time

from . import places, waits
from .durations import nanoseconds
from .here import here
from .laned import Laned
from .lanes import Lane


def lane(coro, name):
    """Gives a coroutine its own row in the trace.

    The lane is spawned here and now, by the lane that is running. It ends
    finished, failed or cancelled, as the coroutine returns, raises, or lets a
    `CancelledError` through. If nobody ever awaits it, it ends unrun when
    Python throws the coroutine away.
    """
    recorder = here.recorder
    if recorder is None:
        return coro
    place = places.caller(inspect.currentframe())
    parent = here.lane or (here.cause and here.cause.lane) or recorder.main
    return Laned(coro, Lane(recorder, name, parent, place))


def say(text):
    """Says a line on the current lane."""
    if here.recorder is None:
        print(text)
    elif here.lane is not None:
        place = places.caller(inspect.currentframe(), here.lane.place)
        here.lane.note("say", text=text, **place)


def sleep(seconds):
    """`asyncio.sleep`: waits, and lets others run meanwhile."""
    return asyncio.sleep(seconds)


def block(seconds):
    """`time.sleep`: waits, and keeps the thread: nobody else can run."""
    if here.lane is None:
        time.sleep(seconds)
    else:
        place = places.caller(inspect.currentframe(), here.lane.place)
        here.lane.block(nanoseconds(seconds), place)


@waits.awaits_thread
async def to_thread(name, function, *args):
    """`asyncio.to_thread`: calls a function on a thread, on its own lane.

    The thread starts when the call is awaited.
    """
    current = here.lane
    if current is None:
        return await asyncio.to_thread(function, *args)
    place = places.caller(inspect.currentframe())
    thread = Lane(current.recorder, name, current, place, kind="thread")
    clock = current.recorder.clock
    return await clock.in_thread(thread, function, args)
