"""A Python that stays: it answers, and nothing of it outlives who started it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from support import DEMOS, demo

STAY = DEMOS / "stage" / "stay.py"
COMMAND = [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(STAY)]
PLAY = ["--all", "--clock=virtual", "--json", "--end-with-stdin"]

# Starts what it is given, asks it, and waits.
HOLDER = """
import subprocess, sys, time
child = subprocess.Popen(
    sys.argv[2:], stdin=subprocess.PIPE, start_new_session=True
)
child.stdin.write(sys.argv[1].encode())
child.stdin.flush()
time.sleep(1000)
"""


def stat(process):
    """The state of a process, its parent's number, and so on."""
    text = Path(f"/proc/{process}/stat").read_text()
    return text.rpartition(") ")[2].split()


def is_there(process):
    """Whether a process runs."""
    try:
        return stat(process)[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def request(demo, *arguments):
    return json.dumps({"demo": str(demo), "arguments": arguments}) + "\n"


def answer(stream):
    """What is printed until the end of an answer, and what that says."""
    lines = []
    for line in stream:
        if line.startswith("\x04"):
            # An end of line before it is no part of the answer.
            return "".join(lines)[:-1], line[1:-1]
        lines.append(line)
    raise EOFError(lines)


@unittest.skipUnless(Path("/proc/self/stat").exists(), "needs /proc")
class Stay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, command=COMMAND):
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.addCleanup(child.__exit__, None, None, None)
        self.addCleanup(child.kill)
        self.assertEqual(answer(child.stdout), ("", "0"))
        self.assertEqual(answer(child.stderr), ("", ""))
        return child

    def ask(self, child, demo, *arguments):
        child.stdin.write(request(demo, *arguments))
        child.stdin.flush()
        (said, status), (complained, _) = map(
            answer, (child.stdout, child.stderr)
        )
        return said, complained, int(status)

    def endless(self):
        """A demo without an end, and the file of its process's number."""
        number = self.folder / "number"
        path = self.folder / "endless.py"
        path.write_text(
            "import os, pathlib, signal\n"
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
            f"number = pathlib.Path({str(number)!r})\n"
            "number.with_suffix('.new').write_text(f'{os.getpid()}')\n"
            "number.with_suffix('.new').rename(number)\n"
            "while True: pass\n"
        )
        return path, number

    def wait_for(self, is_so, seconds=20):
        start = time.monotonic()
        while not is_so():
            self.assertLess(time.monotonic() - start, seconds)
            time.sleep(0.01)

    def number(self, file):
        self.wait_for(file.exists)
        number = int(file.read_text())
        self.addCleanup(kill, number)
        self.assertTrue(is_there(number))
        return number

    def test_it_prints_what_a_demo_prints(self):
        stay = self.start()
        for extra in [], ["--a=1s"], ["--clock=nobody"], ["--b=0"], []:
            ran = demo("gather", *PLAY[:-1], *extra)
            said, complained, status = self.ask(
                stay, "gather/demo.py", *PLAY, *extra
            )
            self.assertEqual(said, ran.stdout)
            self.assertEqual(complained, ran.stderr)
            self.assertEqual(status, ran.returncode)

    def test_no_demo_knows_that_something_was_played_before(self):
        stay = self.start()
        for folder in sorted(DEMOS.glob("*/cpython.ndjson")):
            chapter = folder.parent.name
            ran = demo(chapter, *PLAY[:-1])
            said, _, _ = self.ask(stay, f"{chapter}/demo.py", *PLAY)
            self.assertEqual(said, ran.stdout, chapter)

    def test_what_was_played_last_is_rehearsed_unheard(self):
        played = self.folder / "played"
        path = self.folder / "demo.py"
        path.write_text(
            "import asyncio, os, sys\n"
            f"with open({str(played)!r}, 'a') as file:\n"
            "    print(*sys.argv[1:], file=file)\n"
            "print('heard')\n"
            "os.write(1, b'heard')\n"
            "if '--end-with-stdin' not in sys.argv:\n"
            "    raise asyncio.CancelledError\n"
        )
        stay = self.start()
        rehearsal = " ".join(PLAY[:-1])
        count = 0
        for _ in range(2):
            said, complained, status = self.ask(stay, path, *PLAY, "--a=1s")
            self.assertEqual((said, status), ("heardheard\n", 0))
            self.assertEqual(complained, "")
            count += 2
            self.wait_for(
                lambda: len(played.read_text().splitlines()) == count
            )
            *_, own, last = played.read_text().splitlines()
            self.assertEqual(own, " ".join([*PLAY, "--a=1s"]))
            self.assertEqual(last, rehearsal)
        # What went wrong once would do so again.
        self.ask(stay, path, "--all")
        time.sleep(0.5)
        lines = played.read_text().splitlines()
        self.assertEqual(lines[count:], ["--all"])

    def test_a_copy_that_waits_ends_with_the_one_that_stays(self):
        stay = self.start()
        children = Path(f"/proc/{stay.pid}/task/{stay.pid}/children")
        self.wait_for(lambda: children.read_text().split())
        [copy] = map(int, children.read_text().split())
        self.addCleanup(kill, copy)
        stay.kill()
        self.wait_for(lambda: not is_there(copy), seconds=2)

    def test_a_signal_that_ended_a_demo_is_its_status(self):
        path = self.folder / "demo.py"
        path.write_text("import os\nprint(1, flush=True)\nos.abort()")
        said, _, status = self.ask(self.start(), path)
        self.assertEqual((said, status), ("1\n", -signal.SIGABRT))

    def test_it_ends_when_nobody_asks_any_more(self):
        stay = self.start()
        stay.stdin.close()
        self.assertEqual(stay.wait(timeout=10), 0)

    def test_it_ends_in_the_middle_of_a_demo(self):
        stay = self.start()
        path, number = self.endless()
        stay.stdin.write(request(path))
        stay.stdin.flush()
        copy = self.number(number)
        stay.stdin.close()
        start = time.monotonic()
        self.assertEqual(stay.wait(timeout=10), 1)
        self.wait_for(lambda: not is_there(copy))
        self.assertLess(time.monotonic() - start, 1)

    def test_it_ends_when_its_holder_is_killed(self):
        path, number = self.endless()
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, request(path), *COMMAND],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        copy = self.number(number)
        stay = int(stat(copy)[1])
        self.assertTrue(is_there(stay))
        holder.kill()
        holder.wait()
        start = time.monotonic()
        self.wait_for(lambda: not is_there(copy) and not is_there(stay))
        self.assertLess(time.monotonic() - start, 1)

    def test_a_demo_ends_when_the_one_that_stays_is_killed(self):
        stay = self.start()
        slow = [*PLAY[2:], "no-limit", "--work=1h"]
        stay.stdin.write(request("timeout/demo.py", *slow))
        stay.stdin.flush()
        children = Path(f"/proc/{stay.pid}/task/{stay.pid}/children")
        self.wait_for(lambda: children.read_text().split())
        [copy] = map(int, children.read_text().split())
        self.addCleanup(kill, copy)
        # It has to have begun to listen.
        time.sleep(0.5)
        self.assertTrue(is_there(copy))
        stay.kill()
        self.wait_for(lambda: not is_there(copy), seconds=2)


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
