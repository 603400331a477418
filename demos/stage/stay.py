"""A Python that stays: it plays one demo after the other, each in a copy of
itself.

Most of what a demo costs is that Python starts and imports asyncio, and that
what runs for the first time runs slowly. This program does the one once, and
the other ahead of time. It reads requests from its standard input, each a line
of JSON: `{"demo": "gather/demo.py", "arguments": ["--all"]}`. For each it has a
copy of itself, forked before anybody asked, which has rehearsed. The demo runs
in the copy, as if it had been started alone, and nothing of it is left for the
next one. When the copy has ended, a line on each of the two streams ends the
answer: `END`, and on the standard output the copy's exit status after it. One
such answer, to nothing, says at the start that this program is there.

It ends when its standard input closes, in the middle of a demo too: whoever
started it is gone. It needs a system that can fork.
"""

import asyncio
import contextlib
import gc
import io
import json
import os
import select
import shutil  # argparse does so when it is first used
import signal
import sys
import types
from pathlib import Path

DEMOS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(DEMOS))  # where stage is

import stage  # so that every copy has it already

# Begins the line that ends an answer. No line of a trace begins so: JSON has
# no control characters.
END = "\x04"

# How often to see whether a copy has ended, in seconds.
LOOK = 0.001


def main():
    """Answers the requests. Returns only in a copy: its own request."""
    # What is here stays. Nobody needs to look through it in every copy.
    gc.collect()
    gc.freeze()
    end_answer(0)
    while True:
        # The copy's standard input is a pipe that this process holds. By that
        # the copy gets its request, knows when this process is gone, and
        # cannot read what is meant for this one.
        reader, holder = os.pipe()
        copy = os.fork()
        if copy == 0:
            os.dup2(reader, sys.stdin.fileno())
            os.close(reader)
            os.close(holder)
            rehearse()
            return json.loads(sys.stdin.buffer.readline() or sys.exit())
        os.close(reader)
        line = sys.stdin.buffer.readline() or sys.exit()
        os.write(holder, line)
        end_answer(wait_for(copy))
        os.close(holder)


async def turns():
    """Does once what demos do."""

    async def turn():
        stage.say("a line")
        await stage.sleep(1.0)

    task = asyncio.create_task(stage.lane(turn(), "task"))
    await asyncio.gather(stage.lane(turn(), "future"), task)
    try:
        async with asyncio.timeout(0.5), asyncio.TaskGroup() as group:
            group.create_task(stage.lane(turn(), "late"))
    except TimeoutError:
        pass


def rehearse():
    """Plays and prints a scene, into the void. It is over in an instant: on
    the virtual clock."""
    sys.argv = ["rehearsal", "--all", "--clock=virtual", "--json", "--knob=1s"]
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        stage.main("rehearsal", [stage.Time("knob", "2s")], {"turns": (turns,)})


def wait_for(copy):
    """Waits until a copy has ended, and returns its exit status."""
    while True:
        ended, status = os.waitpid(copy, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        # Nobody asks for more meanwhile. If there is something to read, it is
        # the end of the input.
        if select.select([sys.stdin], [], [], LOOK)[0]:
            os.kill(copy, signal.SIGKILL)
            sys.exit(1)


def end_answer(status):
    """Ends an answer, on a line of its own whatever was printed before."""
    print(f"\n{END}", file=sys.stderr, flush=True)
    print(f"\n{END}{status}", flush=True)


def play(demo, arguments):
    """Runs a demo as Python runs its main program, and ends this process."""
    path = str(DEMOS / demo)
    sys.argv = [path, *arguments]
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    module.__file__ = path
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    exec(code, vars(module))
    # It has ended well. To take everything apart, as Python does at its end,
    # would take about half as long as the demo did.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    # However a demo ends otherwise, Python ends this process in that way.
    play(**main())
