"""What a thread is working for at this moment, and why."""

import threading
from typing import NamedTuple


class Cause(NamedTuple):
    """Why something runs."""

    # As the trace has it: a lane, "timer", "io" or "runtime".
    by: object
    # The lane on whose behalf, if it is one's: for one, it set the timer.
    lane: object = None


class Here(threading.local):
    """One of these for each thread.

    Not a `ContextVar`: a task inherits the context of whoever created it, and
    would believe that it runs inside of its parent.
    """

    # Who keeps what happens on this thread, if a run is recorded.
    recorder = None
    # The lane that runs.
    lane = None
    # Why whatever runs here runs: a `Cause`. It outlives the lane's
    # step by a little, for what asyncio does because the step is over.
    cause = None
    # The task that is being cancelled, and cancels what it awaits.
    cancelling = None
    # How far the lane's own time is ahead of the loop's, in nanoseconds: more
    # than zero only for a thread on the virtual clock.
    ahead = 0


here = Here()
