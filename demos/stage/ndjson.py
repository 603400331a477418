"""The trace as text, in the format of `src/trace/FORMAT.md`: a header, the
events in order, a footer, each a line of JSON."""

import json
import platform

# The version of the trace format.
VERSION = 2

# The version of the program that this belongs to.
PROGRAM = "0.1.0"

in_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def header(subject, clock, speed=1.0, knobs=None):
    """What was run, and how."""
    world = {
        "name": "asyncio",
        "version": platform.python_version(),
        "flavor": "asyncio",
        "workers": 1,
    }
    return {
        "subject": subject,
        "world": world,
        "clock": clock.name,
        "speed": speed,
        "knobs": knobs or {},
        "program": PROGRAM,
    }


def lines(recording):
    """A recording as lines of text."""
    recorder = recording.recorder
    events = recording.events()
    footer = {
        "done": True,
        "elapsed": recorder.elapsed,
        "events": len(events),
    }
    if recorder.interrupted:
        footer["interrupted"] = True
    version = {"asyncade": VERSION}
    for line in [version | recording.header, *events, version | footer]:
        yield in_json(line)
