"""Places: which line of which file a lane is at.

What a reader wants to be shown is a line of the program's own. The lines of
the standard library, of installed packages and of this one are left out.
"""

import asyncio
import functools
import gc
import inspect
from pathlib import Path

STAGE = Path(__file__).resolve().parent
ROOT = STAGE.parents[1]
LIBRARY = Path(asyncio.__file__).resolve().parents[1]


def place(frame):
    """The line of source code that a frame is at."""
    return place_of(frame.f_code, frame.f_lineno)


def place_of(code, line):
    """A line of the file that some code comes from."""
    return {"file": _relative(code.co_filename), "line": line}


def caller(frame, otherwise=None):
    """The innermost line of the program itself that led to this frame.

    If there is none, the place given for that, or this line itself.
    """
    inner = frame
    while frame is not None and not is_own(frame):
        frame = frame.f_back
    if frame is None and otherwise is not None:
        return otherwise
    return place(frame or inner)


def is_own(frame):
    """Whether a frame is of the program itself."""
    return _is_own(frame.f_code.co_filename)


@functools.cache
def _is_own(filename):
    if filename.startswith("<"):
        return False
    path = Path(filename).resolve()
    return not (
        path.is_relative_to(STAGE)
        or path.is_relative_to(LIBRARY)
        or "site-packages" in path.parts
    )


@functools.cache
def _relative(filename):
    """A file as the trace spells it: relative to the project's root, or else
    to the folder that the program was started in."""
    path = Path(filename).resolve()
    for root in ROOT, Path.cwd():
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.as_posix()


def chain(coroutine):
    """The frames that a suspended coroutine stands in, the outermost first,
    and what the innermost of them awaits.

    Each coroutine tells what it awaits: another coroutine, a generator, or at
    the end something that has no frames.
    """
    frames = []
    awaited = coroutine
    while awaited is not None:
        if inspect.iscoroutine(awaited):
            frame, inner = awaited.cr_frame, awaited.cr_await
        elif inspect.isgenerator(awaited):
            frame, inner = awaited.gi_frame, awaited.gi_yieldfrom
        elif inspect.isasyncgen(awaited):
            frame, inner = awaited.ag_frame, awaited.ag_await
        else:
            # `async for` awaits a step of an asynchronous generator, an
            # object that does not tell which. The collector knows.
            inside = [
                thing
                for thing in gc.get_referents(awaited)
                if inspect.isasyncgen(thing) or inspect.iscoroutine(thing)
            ]
            if type(awaited).__module__ != "builtins" or not inside:
                break
            frame, inner = None, inside[0]
        if frame is not None:
            frames.append(frame)
        awaited = inner
    return frames, awaited
