"""The command line of a demo.py: what it refuses, how it is stopped, and that
it is bounded."""

import asyncio
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import rules
from support import CHAPTERS, DEMOS, demo, events, names, split

sys.path.insert(0, str(DEMOS))

import stage
from stage import clock, recorder, run


def started(chapter, *arguments, **options):
    """A demo that runs while the test goes on."""
    path = DEMOS / chapter / "demo.py"
    return subprocess.Popen(
        [sys.executable, "-I", "-B", path, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def interrupted(chapter, *arguments):
    """What a demo prints that Ctrl-C stops in the middle of its scene."""
    child = started(chapter, *arguments, "--json")
    time.sleep(0.7)
    child.send_signal(signal.SIGINT)
    said, complained = child.communicate(timeout=20)
    return child.returncode, said.decode(), complained.decode()


class Refused(unittest.TestCase):
    def refused(self, chapter, *arguments):
        """The message of a demo that does not run."""
        ran = demo(chapter, *arguments, "--json", "--clock=virtual")
        self.assertEqual(ran.returncode, 2, ran.stderr)
        self.assertEqual(ran.stdout, "")
        [line] = ran.stderr.splitlines()
        self.assertTrue(line.isprintable(), ascii(line))
        return line

    def test_more_ticks_than_anybody_reads(self):
        # Recorded ten gigabytes in two minutes.
        huge = ["--block=30days", "--heartbeat=1ms"]
        for chapter in "to_thread", "pitfalls":
            said = self.refused(chapter, "--all", *huge)
            self.assertIn("for at most 10000 ticks", said)
            self.assertIn("in 30days", said.replace(" 1s", ""))

    def test_just_as_many_ticks_as_are_allowed(self):
        at_most = ["--block=9990ms", "--async-part=10ms", "--heartbeat=1ms"]
        ran = demo("to_thread", "blocking", *at_most, "--clock=virtual")
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_a_bare_number_is_seconds(self):
        def printed(length):
            arguments = ["gather", f"--a={length}", "--clock=virtual", "--json"]
            ran = demo("gather", *arguments)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            return ran.stdout

        self.assertEqual(printed("5"), printed("5s"))
        self.assertEqual(printed("2.5"), printed("2500ms"))
        self.assertNotEqual(printed("2.5"), printed("5"))
        said = self.refused("gather", "--all", "--a=1 5")
        self.assertIn("give one such as 5, 2.5, 500ms or 1m", said)

    def test_a_worker_that_is_not_there(self):
        # Agreed with tokio, which refused it.
        said = self.refused("wait", "--all", "--fail=5", "--workers=4")
        self.assertIn("--fail 5: there is no such worker", said)

    def test_text_that_orders_a_terminal_about(self):
        for character in "\x1b\x07\t\n\x9b\u061c\u200e\u200f\u2028\u2029":
            self.text_refused(character)
        for character in [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]:
            self.text_refused(chr(character))

    def text_refused(self, character):
        with self.subTest(ascii(character)):
            self.refused("coroutines", "run", f"--url=a{character}b")

    def test_text_in_any_language(self):
        for text in "https://example.com", "日本語 עברית é", "a" * 200:
            ran = demo(
                "coroutines", "run", f"--url={text}", "--clock=virtual"
            )
            self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_numbers_that_are_none(self):
        for value in "0", "100001", "-1", "1.5", "٣", "9" * 5000:
            with self.subTest(value[:10]):
                self.refused("sync_vs_async", "sync", f"--tasks={value}")


class Stopped(unittest.TestCase):
    def test_by_ctrl_c(self):
        code, said, complained = interrupted(
            "shield", "unshielded", "--cancel-after=10s", "--work=20s"
        )
        self.assertEqual(code, 130, complained)
        self.assertEqual(complained, "")
        [trace] = split(said)
        rules.Reader(trace).check()
        self.assertTrue(trace[-1]["interrupted"])
        ends = {event["lane"]: event for event in events(trace, "end")}
        self.assertEqual(len(ends), len(names(trace)))
        self.assertEqual(ends[0]["cause"], {"how": "interrupt"})
        # main is at its own line, and not at one of the runner's.
        self.assertTrue(events(trace, "pend", "main"))

    def test_by_ctrl_c_that_main_takes_for_something_else(self):
        # main awaits a task that it has cancelled itself.
        code, said, complained = interrupted("shield", "article")
        self.assertEqual(code, 130, complained)
        [trace] = split(said)
        rules.Reader(trace).check()
        self.assertTrue(trace[-1]["interrupted"])

    def test_by_ctrl_c_while_a_thread_runs(self):
        code, said, complained = interrupted(
            "to_thread", "to_thread", "--async-part=1ms", "--block=1500ms"
        )
        self.assertEqual(code, 130, complained)
        [trace] = split(said)
        rules.Reader(trace).check()
        [end] = events(trace, "end", "heartbeat")
        self.assertEqual(end["cause"], {"how": "interrupt"})

    def test_with_whoever_started_it(self):
        arguments = ["no-limit", "--work=1h", "--end-with-stdin"]
        child = started("timeout", *arguments, stdin=subprocess.PIPE)
        with self.assertRaises(subprocess.TimeoutExpired):
            child.wait(timeout=1)
        child.stdin.close()
        self.assertEqual(child.wait(timeout=10), 1)
        child.stdout.close()
        child.stderr.close()

    def test_when_it_has_no_end(self):
        async def forever():
            while True:
                await asyncio.sleep(0.001)

        with mock.patch.object(recorder, "MOST", 1000):
            recording = run.run(forever(), clock.VirtualClock(), {})
        with self.assertRaises(recorder.TooMany):
            recording.result()
        self.assertLess(len(recording.events()), 1100)

    def test_when_it_has_no_end_and_gives_way(self):
        async def forever():
            while True:
                await asyncio.sleep(0)

        with mock.patch.object(recorder, "MOST", 1000):
            recording = run.run(forever(), clock.VirtualClock(), {})
        self.assertIsInstance(recording.error, recorder.TooMany)


class Alone(unittest.TestCase):
    def test_nothing_of_the_folder_that_one_is_in_is_run(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in "asyncio", "stage", "json":
                Path(folder, f"{name}.py").write_text("raise SystemExit(9)")
            for chapter in CHAPTERS:
                environment = {**os.environ, "PYTHONPATH": ":"}
                ran = demo(chapter, cwd=folder, env=environment)
                self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_places_are_the_same_wherever_one_is(self):
        arguments = ["gather", "--clock=virtual", "--json"]
        here = demo("gather", *arguments).stdout
        with tempfile.TemporaryDirectory() as folder:
            there = demo("gather", *arguments, cwd=folder).stdout
        self.assertEqual(here, there)

    def test_a_closed_output_ends_it_quietly(self):
        child = started("gather", "--all", "--speed=50")
        child.stdout.close()
        complained = child.stderr.read()
        child.stderr.close()
        self.assertEqual((child.wait(timeout=20), complained), (0, b""))

    def test_lines_as_a_person_reads_them(self):
        ran = demo("pitfalls", "forgotten-await", "--clock=virtual")
        self.assertIn("save         (never ran)", ran.stdout)
        ran = demo("gather", "failure", "--clock=virtual")
        self.assertIn("B            (failed: B failed)", ran.stdout)


class Clocks(unittest.TestCase):
    def test_threads_overlap_on_the_virtual_clock(self):
        async def main():
            await asyncio.gather(*(call(n) for n in (3, 1, 2)))
            await stage.to_thread("again", stage.block, 1)

        async def call(n):
            await stage.lane(thread(n), f"lane {n}")

        async def thread(n):
            await stage.to_thread(f"thread {n}", twice, n)

        def twice(n):
            stage.block(n)
            stage.block(n)

        recording = run.run(main(), clock.VirtualClock(), {"program": "test"})
        recording.result()
        trace = [{"asyncade": 2, **recording.header}, *recording.events()]
        trace.append(
            {
                "asyncade": 2,
                "done": True,
                "elapsed": recording.recorder.elapsed,
                "events": len(trace) - 1,
            }
        )
        rules.Reader(trace, callbacks=True).check()
        self.assertEqual(trace[-1]["elapsed"], 7 * stage.SECOND)
        polls = [event for event in trace if event.get("thread")]
        known = names(trace)
        self.assertEqual(
            {known[poll["lane"]]: poll["thread"] for poll in polls},
            {"thread 3": 1, "thread 1": 2, "thread 2": 3, "again": 1},
        )

    def test_an_error_on_a_thread_leaves_no_time_behind(self):
        async def main():
            with contextlib.suppress(ValueError):
                await stage.to_thread("thread", fail)

        def fail():
            stage.block(2)
            raise ValueError("no")

        for _ in range(2):
            recording = run.run(main(), clock.VirtualClock(), {})
            self.assertEqual(recording.events()[0]["at"], 0)
            self.assertEqual(recording.recorder.elapsed, 2 * stage.SECOND)


if __name__ == "__main__":
    unittest.main()
