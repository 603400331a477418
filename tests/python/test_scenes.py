"""Every scene of every chapter on both clocks: the trace keeps the rules, and
answers by itself what a reader asks of it."""

import unittest

import rules
from support import (
    CHAPTERS,
    DEMOS,
    VIRTUAL,
    article,
    demo,
    events,
    names,
    source,
    split,
    traces,
)

# Who ended whom, in every scene of every chapter, and how: all that is there.
CULPRITS = {
    ("pitfalls", "blocking-call"): [("heartbeat", "main", "abort")],
    ("pitfalls", "blocking-call-fixed"): [("heartbeat", "main", "abort")],
    ("pitfalls", "forgotten-await"): [("save", None, "unrun")],
    ("pitfalls", "lost-task"): [("save", "main", "shutdown")],
    ("parallel", "tasks"): [("heartbeat", "main", "abort")],
    ("parallel", "threads"): [("heartbeat", "main", "abort")],
    ("parallel", "workers"): [("heartbeat", "main", "abort")],
    ("shield", "article"): [("critical", "main", "abort")],
    ("shield", "unshielded"): [
        ("critical", "caller", "drop"),
        ("caller", "main", "abort"),
    ],
    ("shield", "shielded"): [("caller", "main", "abort")],
    ("shield", "dropped"): [("critical", "main", "abort")],
    ("taskgroup", "failure"): [("Task2", "main", "group")],
    ("tasks", "dropped"): [("World", "main", "shutdown")],
    ("timeout", "wait_for"): [("eternity", "main", "drop")],
    ("to_thread", "blocking"): [("heartbeat", "main", "abort")],
    ("to_thread", "to_thread"): [("heartbeat", "main", "abort")],
    ("wait", "first_completed"): [
        ("worker 2", "main", "shutdown"),
        ("worker 3", "main", "shutdown"),
        ("worker 4", "main", "shutdown"),
    ],
    ("wait", "all_completed"): [
        ("worker 3", "main", "shutdown"),
        ("worker 4", "main", "shutdown"),
    ],
    ("wait", "first_exception"): [
        ("worker 3", "main", "shutdown"),
        ("worker 4", "main", "shutdown"),
    ],
}

# Which line each lane is parked at, in three scenes: checked by hand.
PARKED = {
    ("gather", "gather"): {
        "main": ["a, b, c = await asyncio.gather("],
        "A": ["await sleep(delay)"],
        "B": ["await sleep(delay)"],
        "C": ["await sleep(delay)"],
    },
    ("shield", "unshielded"): {
        "main": ["await sleep(cancel_after)", "await caller"],
        "caller": ['await lane(critical(work, cleanup), "critical")'] * 2,
        "critical": ["await sleep(work)", "await sleep(cleanup)"],
    },
    ("wait", "first_completed"): {
        "main": ["done, pending = await asyncio.wait("],
        "worker 1": ["await sleep(second * i)"],
        "worker 2": ["await sleep(second * i)"],
        "worker 3": ["await sleep(second * i)"],
        "worker 4": ["await sleep(second * i)"],
    },
}

# Short enough for the real clock.
FAST = {
    "crawler": ["--pages=4", "--limit=2", "--latency=30ms"],
    "parallel": ["--work=60ms", "--heartbeat=20ms", "--workers=2"],
    "cashier": ["--speed=10"],
    "timeout": ["--limit=100ms", "--work=300ms"],
}


def culprits(trace):
    """Who was ended, by whom, and how."""
    known = names(trace)
    found = []
    for event in events(trace, "end"):
        cause = event.get("cause", {})
        by = known[cause["by"]] if "by" in cause else None
        if event["outcome"] == "cancelled":
            found.append((known[event["lane"]], by, cause["how"]))
        elif event["outcome"] == "unrun":
            found.append((known[event["lane"]], by, "unrun"))
    return found


class Scenes(unittest.TestCase):
    def check(self, chapters, *arguments):
        """Every scene keeps the rules, and every end has its cause."""
        for chapter in chapters:
            own = article(chapter) + FAST.get(chapter, [])
            if "--clock=virtual" in arguments:
                own = article(chapter)
            found = traces(chapter, "--all", *own, *arguments)
            self.assertGreaterEqual(len(found), 2)
            for scene, trace in found.items():
                with self.subTest(f"{chapter} {scene}"):
                    rules.Reader(trace).check()
                    expected = CULPRITS.get((chapter, scene), [])
                    self.assertEqual(culprits(trace), expected)

    def test_virtual_clock(self):
        self.check(VIRTUAL, "--clock=virtual")

    def test_real_clock(self):
        self.check([c for c in VIRTUAL if c not in FAST], "--speed=20")
        self.check(FAST)

    def test_lanes_are_parked_where_a_reader_would_point(self):
        for (chapter, scene), expected in PARKED.items():
            found = traces(chapter, scene, "--clock=virtual")
            for lane, lines in expected.items():
                with self.subTest(f"{scene} {lane}"):
                    pends = events(found[scene], "pend", lane)
                    self.assertEqual(list(map(source, pends)), lines)

    def test_callers_are_listed_the_innermost_first(self):
        trace = traces("wait", "left-running", "--clock=virtual")
        pend = events(trace["left-running"], "pend", "main")[0]
        self.assertEqual(
            [source(place) for place in [pend, *pend["stack"]]],
            [
                "done, pending = await asyncio.wait(",
                "await until_first(tasks, limit)",
            ],
        )

    def test_a_limit_is_a_wait_that_is_due(self):
        found = traces("timeout", "--all", "--clock=virtual")
        for scene in "wait_for", "timeout-block", "in-time":
            waits = events(found[scene], "wait", "main")
            limits = [wait for wait in waits if wait.get("due") == 10**9]
            with self.subTest(scene):
                self.assertEqual(len(limits), 1)
                self.assertIn("timer", limits[0]["on"])

    def test_recordings_are_what_python_says(self):
        for chapter in VIRTUAL:
            path = DEMOS / chapter / "cpython.ndjson"
            recorded = split(path.read_text(encoding="utf-8"))
            found = traces(
                chapter, "--all", *article(chapter), "--clock=virtual"
            )
            found = list(found.values())
            if recorded[0][0]["world"] != found[0][0]["world"]:
                self.skipTest("recorded by another version of Python")
            with self.subTest(chapter):
                self.assertEqual(recorded, found)

    def test_every_run_is_the_same_on_the_virtual_clock(self):
        for chapter in VIRTUAL:
            arguments = ["--all", *article(chapter), "--clock=virtual"]
            first, second = (
                demo(chapter, *arguments, "--json").stdout for _ in range(2)
            )
            self.assertEqual(first, second)


class Rules(unittest.TestCase):
    """The rules tell a broken trace from a good one."""

    def setUp(self):
        found = traces("shield", "unshielded", "--clock=virtual")
        self.trace = found["unshielded"]

    def position(self, event, lane, number=0):
        lane = names(self.trace).index(lane)
        found = [
            position
            for position, line in enumerate(self.trace)
            if line.get("event") == event and line["lane"] == lane
        ]
        return found[number]

    def breaks(self, what):
        with self.assertRaisesRegex((rules.Wrong, KeyError), what):
            rules.Reader(self.trace).check()

    def test_a_good_one(self):
        rules.Reader(self.trace).check()

    def test_missing_events(self):
        good = self.trace
        for event, lane, number, what in [
            ("wake", "critical", 0, "parked|within|cause|woken"),
            ("wake", "main", 0, "polled for no cause"),
            ("poll", "main", 1, "not run|parked|pends|says|waits|ends"),
            ("pend", "critical", 0, "runs several"),
            ("pend", "main", 0, "runs several"),
            ("wait", "main", 0, "not in order|what is over"),
            ("done", "main", 0, "still waits"),
            ("end", "critical", 0, "runs several"),
            ("end", "main", 0, "wrong number"),
            ("spawn", "critical", 0, "unknown lane|not in order"),
        ]:
            with self.subTest(f"{event} of {lane}"):
                self.trace = list(good)
                if event == "wake" and lane == "critical":
                    # A poll of the lane around it comes to it by the way.
                    self.trace[-1] = {
                        **good[-1],
                        "events": good[-1]["events"] - 1,
                    }
                    del self.trace[self.position(event, lane, number)]
                    rules.Reader(self.trace).check()
                    continue
                del self.trace[self.position(event, lane, number)]
                self.breaks(what)

    def test_changed_events(self):
        good = self.trace
        for event, lane, field, value, what in [
            ("end", "critical", "cause", None, "by nobody"),
            ("end", "critical", "cause", {"how": "drop"}, "by nobody"),
            ("end", "critical", "cause", {"by": 0, "how": "luck"}, "how"),
            ("end", "main", "cause", {"by": 0, "how": "drop"}, "no cancel"),
            ("end", "main", "outcome", "unrun", "never polled"),
            ("pend", "main", "waits", [], "for nothing"),
            ("pend", "main", "waits", [9], "what is over"),
            ("pend", "main", "file", "demos/stage/lanes.py", "place"),
            ("pend", "main", "line", 0, "line"),
            ("poll", "critical", "within", None, "unknown|'<=' not|future"),
            ("poll", "critical", "within", 0, "inside of one that is not"),
            ("spawn", "caller", "kind", "future", "a future by itself"),
            ("spawn", "critical", "kind", "task", "inside of another lane"),
            ("spawn", "critical", "parent", 0, "parent that does not run"),
            ("wake", "caller", "by", {"lane": 7}, "unknown lane"),
            ("wake", "caller", "by", "luck", "by"),
            ("cancel", "main", "target", 0, "cancels itself"),
            ("wait", "main", "wait", 2, "not in order"),
            ("say", "critical", "at", 0, "time fell"),
        ]:
            with self.subTest(f"{event} of {lane}: {field}"):
                self.trace = list(good)
                position = self.position(event, lane)
                changed = {**good[position], field: value}
                if value is None:
                    del changed[field]
                self.trace[position] = changed
                self.breaks(what)


if __name__ == "__main__":
    unittest.main()
