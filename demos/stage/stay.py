"""A Python that stays: it plays one demo after the other, each in a copy of
itself.

Most of what a demo costs is that Python starts and imports asyncio, and that
what runs for the first time runs slowly. This program does the one once, and
the other ahead of time. It reads requests from its standard input, each a line
of JSON: `{"demo": "gather/demo.py", "arguments": ["--all"]}`. For each it has a
copy of itself, forked before anybody asked, which has rehearsed what was played
last: mostly that is what somebody asks for again, with other arguments. The
demo runs in the copy, as if it had been started alone, and nothing of it is
left for the next one. Only what a demo leaves behind in its own process, in
another module, is there from its rehearsal; ours leave nothing. When the copy
has played, or has ended otherwise, a line on each of the two streams ends the
answer: `END`, and on the standard output the copy's exit status after it. One
such answer, to nothing, says at the start that this program is there.

It ends when its standard input closes, in the middle of a demo too: whoever
started it is gone. It needs a system that can fork.
"""

import contextlib
import functools
import gc
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


def main():
    """Answers the requests, one after the other."""
    # What is here stays. Nobody needs to look through it in every copy.
    gc.collect()
    gc.freeze()
    end_answer(0)
    last = None
    while True:
        # The copy's standard input is a pipe that this process holds. By that
        # the copy gets its request, knows when this process is gone, and
        # cannot read what is meant for this one. By another one it says that
        # it has played.
        reader, holder = os.pipe()
        heard, tells = os.pipe()
        copy = os.fork()
        if copy == 0:
            os.dup2(reader, sys.stdin.fileno())
            for end in reader, holder, heard:
                os.close(end)
            return be_a_copy(last, tells)
        os.close(reader)
        os.close(tells)
        line = sys.stdin.buffer.readline() or sys.exit()
        os.write(holder, line)
        if has_played(copy, heard):
            end_answer(0)
            os.waitpid(copy, 0)
            last = json.loads(line)["demo"]
        else:
            _, status = os.waitpid(copy, 0)
            end_answer(os.waitstatus_to_exitcode(status))
            last = None
        os.close(holder)
        os.close(heard)


def has_played(copy, heard):
    """Waits until a copy says that it has played, or ends without a word."""
    # Nobody asks for more meanwhile. If there is something to read, it is the
    # end of the input.
    if sys.stdin in select.select([sys.stdin, heard], [], [])[0]:
        os.kill(copy, signal.SIGKILL)
        sys.exit(1)
    return os.read(heard, 1) != b""


def end_answer(status):
    """Ends an answer, on a line of its own whatever was printed before."""
    print(f"\n{END}", file=sys.stderr, flush=True)
    print(f"\n{END}{status}", flush=True)


def be_a_copy(last, tells):
    """Rehearses the demo that was played last, if there is one, and then plays
    what is asked for. If that raises, Python ends this process as it does."""
    if last is not None:
        rehearse(last)
    request = json.loads(sys.stdin.buffer.readline() or sys.exit())
    run(request["demo"], request["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(tells, b"!")
    # To take everything apart, as Python does at its end, would take about
    # half as long as the demo did.
    os._exit(0)


def rehearse(demo):
    """Plays a demo as the article has it, into the void. It is over in an
    instant: on the virtual clock."""
    with unheard(sys.stdout), unheard(sys.stderr):
        with contextlib.suppress(BaseException):
            run(demo, ["--all", "--clock=virtual", "--json"])


@contextlib.contextmanager
def unheard(stream):
    """Throws away what is printed, however that is done."""
    kept = os.dup(stream.fileno())
    with open(os.devnull, "wb") as void:
        os.dup2(void.fileno(), stream.fileno())
    try:
        yield
    finally:
        stream.flush()
        os.dup2(kept, stream.fileno())
        os.close(kept)


def run(demo, arguments):
    """Runs a demo as Python runs its main program."""
    path = str(DEMOS / demo)
    sys.argv = [path, *arguments]
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    module.__file__ = path
    exec(compiled(path), vars(module))


@functools.cache
def compiled(path):
    """The code of a demo."""
    return compile(Path(path).read_bytes(), path, "exec")


if __name__ == "__main__":
    main()
