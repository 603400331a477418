"""Recording a run: what `asyncio.run` does, with a recorder beside it."""

import asyncio

from . import ndjson, places
from .causes import Causes, cancel_left
from .clock import RealClock
from .here import here
from .laned import Laned
from .lanes import Lane
from .recorder import Recorder


def record(coro, name, *args):
    """Runs a coroutine as `asyncio.run` does, and returns its `Recording`.

    Every task is a lane of its own, and is called as asyncio calls it. `name`
    says in the trace what program this is, and `args` what it was called
    with.

        recording = stage.record(main(), "crawler")
        recording.save("crawler.ndjson")
        recording.result()
    """
    subject = {"program": name, "args": list(map(str, args))}
    if not args:
        del subject["args"]
    return run(coro, RealClock(), subject, every_task=True)


class Recording:
    """A run that is over, and its trace."""

    def __init__(self, recorder, header):
        self.recorder = recorder
        self.header = header
        # What the coroutine returned, or raised.
        self.value = None
        self.error = None

    def result(self):
        """What the coroutine returned. If it raised, raises that."""
        if self.error is not None:
            raise self.error
        return self.value

    def events(self):
        """Everything that happened, in order."""
        return self.recorder.events()

    def lines(self):
        """The trace as lines of NDJSON."""
        return ndjson.lines(self)

    def save(self, path):
        """Writes the trace to a file."""
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            for line in self.lines():
                print(line, file=file)


def run(coro, clock, subject, every_task=False, watch=None, **header):
    """Runs a coroutine on a clock, and returns its `Recording`.

    Ctrl-C stops it, and leaves a `KeyboardInterrupt` as its error. `watch` is
    told each event as it happens, with the name of its lane.
    """
    here.recorder = recorder = Recorder(clock, watch)
    recording = Recording(recorder, ndjson.header(subject, clock, **header))
    loop_factory = clock.loop_factory(recorder)
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            # Making the loop takes time, and is no part of the run.
            loop = runner.get_loop()
            recorder.start = clock.now()
            causes = Causes(loop, recorder, every_task)
            place = places.place_of(coro.cr_code, coro.cr_code.co_firstlineno)
            main = recorder.main = Lane(recorder, "main", None, place, "main")
            try:
                recording.value = runner.run(Laned(coro, main))
            except KeyboardInterrupt as error:
                recorder.interrupted = True
                recording.error = error
            except (Exception, asyncio.CancelledError) as error:
                recording.error = error
            finally:
                # What tidies up the loop is no part of the program.
                causes.every_task = False
                cancel_left(loop, recorder)
    finally:
        recorder.close()
        here.recorder = here.cause = None
    return recording
