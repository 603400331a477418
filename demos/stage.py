"""What a demo may call, and the recorder behind it.

This is the Python counterpart of `src/stage`. A demo is plain asyncio; on top
of it come only a handful of names: `lane` gives a coroutine its own row in
the trace, `say` prints a line on it, and `sleep`, `block` and `to_thread` are
the three ways to wait. `main` is the command line that every demo.py shares:

    python3 demos/gather/demo.py failure --b 700ms
    python3 demos/gather/demo.py failure --clock virtual --json
    python3 demos/gather/demo.py --all --clock virtual --json

With `--json` it prints the trace as NDJSON, in the format of `src/trace`, so
that the two worlds can be compared event by event. Only the standard library
is needed, Python 3.11 or later.

Truth is in whole nanoseconds, as in the trace. Seconds as floats, which is
what asyncio counts in, drift when they are added up: 0.4 + 0.4 + 0.4.
"""

import argparse
import asyncio
import contextvars
import functools
import heapq
import inspect
import itertools
import json
import math
import os
import re
import selectors
import sys
import threading
import time
import unicodedata
import warnings
from collections.abc import Coroutine
from decimal import Decimal
from pathlib import Path

# The version of the trace format; see `src/trace/mod.rs`.
VERSION = 1

SECOND = 1_000_000_000
MILLISECOND = 1_000_000

ROOT = Path(__file__).resolve().parents[1]


# What a demo may call.


def lane(coro, name):
    """Gives a coroutine its own row in the trace.

    The lane is spawned here and now, by the lane that is running. It ends
    finished, failed or cancelled, as the coroutine returns, raises, or lets a
    `CancelledError` through. If nobody ever awaits it, it ends cancelled when
    Python throws the coroutine away.
    """
    parent = _current()
    place = _place(inspect.currentframe().f_back)
    return _Laned(coro, Lane(parent.recorder, name, "task", parent, place))


def say(text):
    """Says a line on the current lane."""
    _current().note("say", text=text, **_place(inspect.currentframe().f_back))


def sleep(seconds):
    """`asyncio.sleep`: waits, and lets others run meanwhile."""
    recorder = _current().recorder
    length = _nanoseconds(seconds)
    due = recorder.clock.due(recorder.now() + length)
    place = _place(inspect.currentframe().f_back)
    on = f"sleep {describe(length)}"
    return _waiting(asyncio.sleep(seconds), on, due, place)


def block(seconds):
    """`time.sleep`: waits, and keeps the thread: nobody else can run."""
    current = _current()
    recorder = current.recorder
    length = _nanoseconds(seconds)
    due = recorder.now() + length
    place = _place(inspect.currentframe().f_back)
    wait = current.note_wait(f"block {describe(length)}", due, place)
    recorder.clock.block(length, current)
    current.note("wake", wait=wait)


def to_thread(name, function, *args):
    """`asyncio.to_thread`: calls a function on a thread, on its own lane.

    The thread starts when the call is awaited.
    """
    parent = _current()
    place = _place(inspect.currentframe().f_back)

    async def call():
        thread = Lane(parent.recorder, name, "thread", parent, place)
        return await parent.recorder.clock.in_thread(thread, function, args)

    return _waiting(call(), f"thread {name}", None, place)


async def _waiting(awaitable, on, due, place):
    """Awaits something, and shows it in the trace as a wait."""
    current = _current()
    wait = current.note_wait(on, due, place)
    over = "wake"
    try:
        return await awaitable
    except (asyncio.CancelledError, GeneratorExit):
        over = "drop"
        raise
    finally:
        current.note(over, wait=wait)


# Lanes, and the recorder that they report to.


class _Here(threading.local):
    """What the thread is working for.

    Not a `ContextVar`: a task inherits the context of whoever created it, and
    would believe that it runs inside of its parent.
    """

    lane = None
    # How far the lane's own time is ahead of the loop's: more than zero only
    # for a thread on the virtual clock.
    ahead = 0


_here = _Here()


def _current():
    if _here.lane is None:
        raise RuntimeError("no scene is being played; see stage.main")
    return _here.lane


class Lane:
    """A row of the trace: `main`, a task, or a thread."""

    def __init__(self, recorder, name, kind, parent, place):
        self.recorder = recorder
        self.kind = kind
        self.id = recorder.add_lane(name)
        parent = None if parent is None else parent.id
        self.note("spawn", name=name, kind=kind, parent=parent, **place)

    def note(self, event, **fields):
        """Records something that happens on this lane now."""
        self.recorder.note(self.id, event, fields)

    def note_wait(self, on, due, place):
        """Records that a wait begins, and returns its number."""
        wait = next(self.recorder.waits)
        self.note("wait", wait=wait, on=on, due=due, **place)
        return wait

    def run(self, function, *args):
        """Gives the lane the thread for one call."""
        outer, _here.lane = _here.lane, self
        if outer is not None and self.kind == "task":
            # The thread is in the middle of another lane's turn, and the
            # outer lane does not hold it meanwhile.
            self.note("poll", within=outer.id)
        else:
            self.note("poll")
        try:
            return function(*args)
        finally:
            _here.lane = outer

    def run_to_end(self, function, *args):
        """Gives a thread's lane its only turn."""
        try:
            result = self.run(function, *args)
        except BaseException as error:
            self.fail(error)
            raise
        self.note("end", outcome="finished")
        return result

    def fail(self, error):
        """Records that the lane ends with an exception."""
        if isinstance(error, (asyncio.CancelledError, GeneratorExit)):
            self.note("end", outcome="cancelled")
        else:
            self.note("end", outcome="failed", detail=str(error))


class _Laned(Coroutine):
    """A coroutine that records each of its steps.

    A class rather than an `async def` around the coroutine, because a task
    that is cancelled before its first step throws into a coroutine that has
    not begun, and an `async def` would never hear of it.
    """

    begun = False

    def __init__(self, coro, lane):
        self.coro = coro
        self.lane = lane
        # What asyncio calls it in its messages.
        self.__qualname__ = coro.__qualname__

    def send(self, value):
        return self._step(self.coro.send, value)

    def throw(self, *error):
        return self._step(self.coro.throw, *error)

    def __del__(self):
        # Python warns of the coroutine itself, which goes right after this.
        if not self.begun:
            detail = "never awaited"
            self.lane.note("end", outcome="cancelled", detail=detail)

    def _step(self, resume, *args):
        self.begun = True
        try:
            awaited = self.lane.run(resume, *args)
        except StopIteration:
            # This is how a coroutine returns.
            self.lane.note("end", outcome="finished")
            raise
        except BaseException as error:
            self.lane.fail(error)
            raise
        self.lane.note("pend")
        return awaited

    # `await` asks for an iterator: the coroutine is its own.

    def __await__(self):
        return self

    def __next__(self):
        return self.send(None)


class Recorder:
    """Keeps what the lanes report, stamped by the scene's clock."""

    def __init__(self, clock, watch=None):
        self.clock = clock
        self.start = clock.now()
        # Is told each event as it happens, and the name of its lane.
        self.watch = watch
        self.names = []
        self.waits = itertools.count(1)
        self._events = []
        # Threads report too.
        self._lock = threading.Lock()

    def now(self):
        """Nanoseconds since the scene's start, as the current lane sees it."""
        return self.clock.now() - self.start + _here.ahead

    def add_lane(self, name):
        """Registers a lane, and returns its id: lanes count from 0."""
        with self._lock:
            self.names.append(name)
            return len(self.names) - 1

    def note(self, lane, event, fields):
        """Records an event now."""
        event = {"at": self.now(), "lane": lane, "event": event, **fields}
        with self._lock:
            self._events.append(event)
            if self.watch:
                self.watch(event, self.names[lane])

    def events(self):
        """Everything recorded so far, in time order."""
        # The sort is stable: what happened at one instant stays in the order
        # in which it was recorded. Only threads are recorded out of order, on
        # the virtual clock ahead of the loop, on the real one by a hair.
        return sorted(self._events, key=lambda event: event["at"])


def _place(frame):
    """The line of source code that a frame is at."""
    file = _relative(frame.f_code.co_filename)
    return {"file": file, "line": frame.f_lineno}


@functools.cache
def _relative(filename):
    """A file as the trace spells it: relative to the project's root."""
    path = Path(filename).resolve()
    if path.is_relative_to(ROOT):
        path = path.relative_to(ROOT)
    return path.as_posix()


# The two clocks.


class RealClock:
    """The machine's monotonic clock: what it shows was measured."""

    name = "real"
    # Asks for the event loop that asyncio.run would use.
    loop_factory = None

    def now(self):
        """Nanoseconds since some moment."""
        return time.perf_counter_ns()

    def due(self, deadline):
        """When a timer set for a deadline fires at the earliest."""
        return deadline

    def block(self, nanoseconds, lane):
        """Keeps the lane's thread for so long."""
        time.sleep(nanoseconds / SECOND)

    async def in_thread(self, lane, function, args):
        """Calls a function on a thread's lane."""
        return await asyncio.to_thread(lane.run_to_end, function, *args)


class VirtualClock:
    """A clock that stands still while there is work, and jumps when there is
    none: exact, instant, and the same in every run.

    It does what tokio's paused clock does, so that the times of both worlds
    are the same to the nanosecond.
    """

    name = "virtual"

    def __init__(self):
        self.nanoseconds = 0

    def loop_factory(self):
        """The event loop that lives by this clock."""
        return VirtualLoop(self)

    def now(self):
        """Nanoseconds since the scene's start."""
        return self.nanoseconds

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
        if lane.kind == "thread":
            _here.ahead += nanoseconds
        else:
            self.nanoseconds += nanoseconds

    async def in_thread(self, lane, function, args):
        """Calls a function on a thread's lane.

        A real thread would take real time. So the function runs here and now,
        stamped ahead of the loop, which then sleeps until it has caught up.
        """
        try:
            return lane.run_to_end(function, *args)
        finally:
            ahead, _here.ahead = _here.ahead, 0
            await asyncio.sleep(ahead / SECOND)


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own event loop on a virtual clock.

    It keeps its timers itself, for two reasons: deadlines are exact integers,
    and timers for one deadline fire in the order of their registration, which
    asyncio leaves open. Everything else is asyncio.
    """

    def __init__(self, clock):
        self.clock = clock
        self.timers = []
        self.registrations = itertools.count()
        super().__init__(_JumpingSelector(self))

    def time(self):
        return self.clock.nanoseconds / SECOND

    def call_later(self, delay, callback, *args, context=None):
        deadline = self.clock.nanoseconds + _nanoseconds(delay)
        return self._add_timer(deadline, callback, args, context)

    def call_at(self, when, callback, *args, context=None):
        return self._add_timer(_nanoseconds(when), callback, args, context)

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


def _nanoseconds(seconds):
    return round(seconds * SECOND)


# Playing a scene.


def play(function, args, clock, watch=None):
    """Plays a scene as `asyncio.run` would.

    Returns its recorder, and whether it came to its end: Ctrl-C stops it.
    """
    code = function.__code__
    place = {"file": _relative(code.co_filename), "line": code.co_firstlineno}
    whole = True
    with asyncio.Runner(loop_factory=clock.loop_factory) as runner:
        # Making the loop takes time, and is no part of the scene.
        loop = runner.get_loop()
        recorder = Recorder(clock, watch)
        main = Lane(recorder, "main", "task", None, place)
        try:
            runner.run(_Laned(function(*args), main))
        except KeyboardInterrupt:
            whole = False
        finally:
            _cancel_tasks(loop)
    return recorder, whole


def _cancel_tasks(loop):
    """Cancels what `main` has left behind in the order in which it began.

    The runner is about to do the same, in whatever order a set has.
    """
    lanes = {}
    for task in asyncio.all_tasks(loop):
        coro = task.get_coro()
        if isinstance(coro, _Laned):
            lanes[coro.lane.id] = task
    for _, task in sorted(lanes.items()):
        task.cancel()


def write_ndjson(header, events, whole):
    """Prints a trace: a header, the events in time order, a footer."""
    footer = {"done": True, "elapsed": events[-1]["at"], "events": len(events)}
    if not whole:
        footer["interrupted"] = True
    version = {"asyncade": VERSION}
    for line in [version | header, *events, version | footer]:
        print(json.dumps(line, ensure_ascii=False, separators=(",", ":")))


def write_line(event, name):
    """Prints an event as a line, if it is one that a person wants to read."""
    if event["event"] == "say":
        text = event["text"]
    elif event["event"] == "end" and event["outcome"] != "finished":
        detail = event.get("detail")
        text = event["outcome"]
        text = f"({text}: {detail})" if detail else f"({text})"
    else:
        return
    moment = f"{event['at'] / SECOND:.3f}s"
    print(f"{moment:>9}  {name:<11}  {text}", flush=True)


def write_live(event, name):
    """Prints an event while the scene runs, which must not notice it."""
    try:
        write_line(event, name)
    except BrokenPipeError:
        _drop_output()


def _drop_output():
    """Goes on without an output: nobody reads it any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# Durations, in the words of the trace and of the knobs.

UNITS = {
    "year": 31_557_600 * SECOND,
    "month": 2_630_016 * SECOND,
    "day": 86_400 * SECOND,
    "h": 3_600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": MILLISECOND,
    "us": 1_000,
    "ns": 1,
}


def describe(nanoseconds):
    """A duration in words, such as `2s 500ms`."""
    words = []
    for unit, length in UNITS.items():
        count, nanoseconds = divmod(nanoseconds, length)
        if count:
            plural = "s" if count > 1 and length >= UNITS["day"] else ""
            words.append(f"{count}{unit}{plural}")
    return " ".join(words) or "0s"


# The knobs, and the command line.

LONGEST = 30 * UNITS["day"]


class Time:
    """A knob that takes a duration, and hands it to a scene in seconds."""

    def __init__(self, name, default):
        self.name = name
        self.default = default

    @staticmethod
    def parse(text):
        """Reads what the user typed, as nanoseconds."""
        number = r"(\d+(?:\.\d+)?)\s*"
        unit = r"(days?|h|min|ms|m|sec|s|us|ns)\s*"
        if not re.fullmatch(rf"\s*(?:{number}{unit})+", text):
            raise _wrong(text, "not a time; give one such as 500ms, 2s or 1m")
        names = {"days": "day", "min": "m", "sec": "s"}
        length = sum(
            Decimal(count) * UNITS[names.get(name, name)]
            for count, name in re.findall(number + unit, text)
        )
        if not length:
            raise _wrong(text, "zero shows nothing; give at least 1ms")
        if length > LONGEST:
            raise _wrong(text, f"too long; give at most {describe(LONGEST)}")
        if length % MILLISECOND:
            raise _wrong(text, "give whole milliseconds")
        return int(length)

    def argument(self, nanoseconds, speed):
        """The value as a scene takes it."""
        return _seconds(nanoseconds, speed)

    describe = staticmethod(describe)


class SameAs(Time):
    """A duration that follows another knob unless it is set."""

    def __init__(self, name, other):
        super().__init__(name, None)
        self.other = other


class Count:
    """A knob that takes a whole number within bounds."""

    def __init__(self, name, default, least, most):
        self.name = name
        self.default = default
        self.bounds = range(least, most + 1)

    def parse(self, text):
        """Reads what the user typed."""
        if not text.isdecimal() or int(text) not in self.bounds:
            least, most = self.bounds[0], self.bounds[-1]
            raise _wrong(text, f"give a whole number from {least} to {most}")
        return int(text)

    def argument(self, count, speed):
        """The value as a scene takes it: no speed makes a count smaller."""
        return count

    describe = staticmethod(str)


class Text:
    """A knob that takes a text of one line, such as a label."""

    longest = 200

    def __init__(self, name, default):
        self.name = name
        self.default = default

    def parse(self, text):
        """Reads what the user typed."""
        if not text.strip():
            raise _wrong(text, "give at least one letter")
        # Controls are orders to the terminal; a surrogate is a byte that was
        # no UTF-8.
        if {"Cc", "Cs"}.intersection(map(unicodedata.category, text)):
            raise _wrong(text, "give one line, without control characters")
        if len(text) > self.longest:
            most = f"at most {self.longest} characters"
            raise _wrong(f"{text[:60]}...", f"too long; give {most}")
        return text

    def argument(self, text, speed):
        """The value as a scene takes it: as it is."""
        return text

    describe = staticmethod(str)


def _seconds(nanoseconds, speed):
    return round(nanoseconds / speed) / SECOND


def _wrong(text, why):
    return argparse.ArgumentTypeError(f"{text!r}: {why}")


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        # One line, where argparse prints the usage too.
        self.exit(2, f"{self.prog}: {message}\n")


def main(chapter, knobs, scenes, article=None, real_only=False):
    """The command line of a demo.py.

    `scenes` maps each name to its function and the function's arguments: the
    names of knobs, or numbers, which are seconds of the article. So does
    `article`, with scenes that tokio has no counterpart of: they do what the
    article does, and show where it is wrong. Scenes that wait for real
    sockets are `real_only`.
    """
    article = article or {}
    both = scenes | article
    parser = _Parser(
        description=f"Plays scenes of the chapter {chapter}.",
        allow_abbrev=False,
    )
    names = ", ".join(both)
    add = parser.add_argument
    add("scenes", nargs="*", metavar="SCENE", help=names)
    add("--all", action="store_true", help="play all that tokio plays too")
    if article:
        add("--article", action="store_true", help="play the article's way")
    add("--clock", choices=["real", "virtual"], default="real")
    add("--speed", type=_speed, default=1.0, help="divide all times by this")
    add("--json", action="store_true", help="print the trace as NDJSON")
    for knob in knobs:
        add(
            f"--{knob.name}",
            dest=knob.name,
            type=knob.parse,
            default=knob.default,
            help=f"default: {knob.default or f'as --{knob.other}'}",
        )
    arguments = [_with_dashes(argument) for argument in sys.argv[1:]]
    options = vars(parser.parse_intermixed_args(arguments))

    if real_only and options["clock"] == "virtual":
        parser.error(
            f"the scenes of {chapter} wait for real sockets, which no virtual"
            " clock can hurry; leave '--clock virtual' out"
        )
    chosen = list(scenes) if options["all"] else []
    if options.get("article"):
        chosen += article
    if chosen and options["scenes"]:
        parser.error("give either names of scenes, or --all")
    for asked in options["scenes"]:
        same = [name for name in both if _dashes(name) == _dashes(asked)]
        if not same:
            parser.error(f"there is no scene {asked!r}; give one of: {names}")
        chosen += same
    if options["json"] and not chosen:
        parser.error(f"--json needs --all or a scene; give one of: {names}")
    for knob in knobs:
        if options[knob.name] is None:
            options[knob.name] = options[knob.other]

    if options["json"]:
        # Whatever the terminal's encoding, the trace's is this.
        sys.stdout.reconfigure(encoding="utf-8")
    else:
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if not chosen:
            _list("Scenes, of which you can name one or more:", scenes)
            if article:
                _list("The article's way, which only Python has:", article)
        for name in chosen:
            if len(chosen) > 1 and not options["json"]:
                print(f"{name}:")
            _play_and_print(chapter, name, both[name], knobs, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Without this, Python would complain once more at its exit.
        _drop_output()


def _list(title, scenes):
    print(title)
    for name, (function, *_) in scenes.items():
        print(f"  {name:<21}  {inspect.getdoc(function).splitlines()[0]}")


def _play_and_print(chapter, name, scene, knobs, options):
    """Plays one scene, and prints it as the options say."""
    function, *wanted = scene
    speed = options["speed"]
    knobs = {knob.name: knob for knob in knobs}
    arguments = []
    for want in wanted:
        if want in knobs:
            arguments.append(knobs[want].argument(options[want], speed))
        else:
            arguments.append(_seconds(want * SECOND, speed))
    clock = RealClock() if options["clock"] == "real" else VirtualClock()
    # Live on the real clock. On the virtual one there is nothing to wait for,
    # and a thread reports ahead of its time.
    live = clock.name == "real" and not options["json"]
    watch = write_live if live else None

    with warnings.catch_warnings():
        if options["json"]:
            # The trace says it: the lane ends cancelled, "never awaited".
            never = "coroutine '.*' was never awaited"
            warnings.filterwarnings("ignore", never, RuntimeWarning)
        recorder, whole = play(function, arguments, clock, watch)

    if options["json"]:
        values = {}
        for key in sorted(knobs):
            values[key] = knobs[key].describe(options[key])
        header = {
            "chapter": chapter,
            "scene": name,
            "clock": clock.name,
            "runtime": "asyncio",
            "speed": speed,
            "knobs": values,
        }
        write_ndjson(header, recorder.events(), whole)
    elif not live:
        for event in recorder.events():
            write_line(event, recorder.names[event["lane"]])
    if not whole:
        # What a shell expects of a program that Ctrl-C ended.
        sys.exit(130)


def _speed(text):
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 < speed < math.inf:
        raise _wrong(text, "give a number above zero, such as 10")
    return speed


def _with_dashes(argument):
    """`--fail_at` is `--fail-at`; values stay as they are."""
    if not argument.startswith("--"):
        return argument
    option, equals, value = argument.partition("=")
    return _dashes(option) + equals + value


def _dashes(name):
    return name.replace("_", "-")
