"""What a demo may call.

This is the Python counterpart of `src/stage`. A demo is plain asyncio; on top
of it come only a handful of names: `lane` gives a coroutine its own row in
the trace, `say` prints a line on it, and `sleep`, `block` and `to_thread` are
the three ways to wait. `main` is the command line that every demo.py shares:

    python3 demos/gather/demo.py failure --b 700ms
    python3 demos/gather/demo.py failure --clock virtual --json
    python3 demos/gather/demo.py --all --clock virtual --json

With `--json` it prints the trace as NDJSON, in the format of `src/trace`, so
that the two worlds can be compared event by event.

A program that is no demo is recorded by `record`, in place of `asyncio.run`.
Outside of a recorded run the same calls work and record nothing.

Only the standard library is needed, Python 3.11 or later. A map of the rest:

    calls       lane, say, sleep, block, to_thread
    run         record: a coroutine, recorded from its start to its end
    command     main: the command line of a demo.py
    knobs       a demo's own options
    lanes       a coroutine that records each of its steps
    waits       what a parked lane waits for
    causes      who woke whom, and who cancelled whom
    places      which line of the source a lane is at
    recorder    the events, in order
    ndjson      the trace as text
    clock, loop the two clocks, and asyncio's loop on the virtual one
    durations   times in words
    pools       processes beside this one
    stay        a Python that plays one demo after the other
"""

from .calls import block, lane, say, sleep, to_thread
from .command import main
from .durations import SECOND, describe
from .knobs import Count, SameAs, Text, Time
from .pools import SPAWN, end_with_parent
from .run import record

__all__ = [
    "SECOND",
    "SPAWN",
    "Count",
    "SameAs",
    "Text",
    "Time",
    "block",
    "describe",
    "end_with_parent",
    "lane",
    "main",
    "record",
    "say",
    "sleep",
    "to_thread",
]
