"""Programs of plain asyncio, recorded without a scene: what each wait is for,
who woke whom, and who ended whom."""

import asyncio
import contextlib
import gc
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import rules
from support import DEMOS, ROOT, events, names

sys.path.insert(0, str(DEMOS))

import stage
from stage import waits as waits_of_stage

TICK = 0.01


def record(function, *arguments):
    """Records a program, and returns its trace and the recording."""
    recording = stage.record(function(*arguments), "test", *arguments)
    trace = [json.loads(line) for line in recording.lines()]
    rules.Reader(trace, callbacks=True).check()
    return trace, recording


def waits(trace, lane):
    """What a lane waits for, with the lanes' names."""
    known = names(trace)
    found = []
    for event in events(trace, "wait", lane):
        on = event["on"]
        if isinstance(on, dict) and "join" in on:
            on = {"join": [known[lane] for lane in on["join"]["lanes"]]}
        found.append(on)
    return found


def wakes(trace, lane):
    """By whom a lane is woken."""
    known = names(trace)
    found = []
    for event in events(trace, "wake", lane):
        by = event["by"]
        found.append(known[by["lane"]] if isinstance(by, dict) else by)
    return found


def end(trace, lane):
    """How a lane ended, and by whom."""
    known = names(trace)
    [event] = events(trace, "end", lane)
    cause = event.get("cause")
    if cause is None:
        return event["outcome"]
    by = known[cause["by"]] if "by" in cause else None
    return event["outcome"], by, cause["how"]


def named(coro, name):
    return asyncio.create_task(coro, name=name)


async def nap(length=TICK):
    await asyncio.sleep(length)


class Waits(unittest.TestCase):
    def test_sleeps_and_yields(self):
        async def main():
            await asyncio.sleep(TICK)
            await asyncio.sleep(0)

        trace, _ = record(main)
        length = round(TICK * stage.SECOND)
        self.assertEqual(
            waits(trace, "main"), [{"timer": {"length": length}}, "yield"]
        )
        self.assertEqual(wakes(trace, "main"), ["timer", "itself"])

    def test_joins(self):
        async def main():
            a, b = named(nap(), "a"), named(nap(2 * TICK), "b")
            await a
            await asyncio.gather(a, b)
            c, d = named(nap(), "c"), named(nap(2 * TICK), "d")
            await asyncio.wait([c, d])
            await asyncio.shield(named(nap(), "e"))
            async with asyncio.TaskGroup() as group:
                group.create_task(nap(), name="f")
            tasks = [named(nap(TICK * n), f"g{n}") for n in (2, 1)]
            for ready in asyncio.as_completed(tasks):
                await ready

        trace, _ = record(main)
        self.assertEqual(
            [on["join"] for on in waits(trace, "main")],
            [["a"], ["b"], ["c", "d"], ["e"], ["f"], ["g2", "g1"], ["g2"]],
        )
        self.assertEqual(
            wakes(trace, "main"), ["a", "b", "d", "e", "f", "g1", "g2"]
        )

    def test_a_crowd_is_counted(self):
        async def main():
            await asyncio.gather(*(named(nap(), f"n{n}") for n in range(40)))

        trace, _ = record(main)
        [wait] = events(trace, "wait", "main")
        self.assertEqual(wait["on"]["join"]["more"], 24)
        self.assertEqual(wait["on"]["join"]["lanes"], [*range(1, 17)])

    def test_limits(self):
        async def main():
            task = named(nap(10), "task")
            await asyncio.wait([task], timeout=TICK)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await asyncio.shield(task)
            with contextlib.suppress(TimeoutError):
                for ready in asyncio.as_completed([task], timeout=TICK):
                    await ready
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(task, TICK)

        trace, _ = record(main)
        pends = events(trace, "pend", "main")
        known = {event["wait"]: event for event in events(trace, "wait")}
        for pend in pends[:4]:
            on = [known[wait]["on"] for wait in pend["waits"]]
            self.assertEqual(on[0], {"join": {"lanes": [1]}}, on)
            self.assertEqual([*on[1]], ["timer"], on)
            self.assertGreater(known[pend["waits"][1]]["due"], 0)
        self.assertEqual(end(trace, "task"), ("cancelled", "main", "drop"))

    def test_a_limit_over_several_awaits_is_one_wait(self):
        async def main():
            async with asyncio.timeout(1):
                await nap()
                await nap()
            await nap()

        trace, _ = record(main)
        limit = events(trace, "wait", "main")[1]
        pends = [pend["waits"] for pend in events(trace, "pend", "main")]
        self.assertEqual(
            [limit["wait"] in pend for pend in pends], [True, True, False]
        )
        # It is where the limit was set, and it is given up when it is left.
        self.assertEqual(limit["line"], main.__code__.co_firstlineno + 1)
        self.assertEqual(len(events(trace, "drop")), 1)

    def test_no_two_semaphores_have_one_name(self):
        async def contend():
            permits = asyncio.Semaphore(1)

            async def use():
                async with permits:
                    await nap()

            await asyncio.gather(use(), use())
            return permits

        async def main():
            first = await contend()
            second = await contend()
            del first
            gc.collect()
            third = await contend()
            return second, third

        trace, _ = record(main)
        known = {event["name"] for event in events(trace, "resource")}
        expected = {"semaphore", "semaphore 2", "semaphore 3"}
        self.assertEqual(known, expected)

    def test_shared_things(self):
        async def main():
            permits, lock = asyncio.Semaphore(1), asyncio.Lock()
            queue, event = asyncio.Queue(1), asyncio.Event()

            async def hold():
                async with permits, lock:
                    await nap()

            async def use():
                await permits.acquire()
                await lock.acquire()
                await queue.get()
                await queue.get()
                event.set()

            async def fill():
                await queue.put(1)
                await queue.put(2)
                await queue.put(3)

            async def listen():
                await event.wait()

            async with asyncio.TaskGroup() as group:
                for work in hold, use, fill, listen:
                    group.create_task(work(), name=work.__name__)

        trace, _ = record(main)
        semaphore = {"acquire": {"what": "semaphore"}}
        recv = {"recv": {"what": "queue"}}
        self.assertEqual(waits(trace, "use"), [semaphore, recv])
        self.assertEqual(wakes(trace, "use"), ["hold", "fill"])
        send = {"send": {"what": "queue"}}
        self.assertEqual(waits(trace, "fill"), [send, send])
        self.assertEqual(wakes(trace, "fill"), ["use", "use"])
        event = {"other": {"what": "event"}}
        self.assertEqual(waits(trace, "listen"), [event])
        self.assertEqual(wakes(trace, "listen"), ["use"])

    def test_a_lock_and_an_empty_queue(self):
        async def main():
            lock, queue = asyncio.Lock(), asyncio.Queue()

            async def use():
                async with lock:
                    await nap()

            async def take():
                await queue.get()

            a, b = named(use(), "a"), named(use(), "b")
            c = named(take(), "c")
            await a
            queue.put_nowait(1)
            await b
            await c

        trace, _ = record(main)
        lock = {"acquire": {"what": "lock"}}
        self.assertEqual(waits(trace, "b")[0], lock)
        self.assertEqual(wakes(trace, "b")[0], "a")
        self.assertEqual(waits(trace, "c"), [{"recv": {"what": "queue"}}])
        self.assertEqual(wakes(trace, "c"), ["main"])

    def test_threads(self):
        async def main():
            await stage.to_thread("thread", stage.block, TICK)
            await asyncio.to_thread(stage.block, TICK)

        trace, _ = record(main)
        self.assertEqual(
            waits(trace, "main"),
            [{"thread": {"lane": 1}}, {"other": {"what": "a thread"}}],
        )
        self.assertEqual(wakes(trace, "main"), ["thread", "runtime"])
        [poll] = events(trace, "poll", "thread")
        self.assertEqual(poll["thread"], 1)
        [wait] = events(trace, "wait", "thread")
        self.assertIn("blocking", wait["on"])

    def test_the_network(self):
        async def main():
            async def answer(reader, writer):
                await reader.readline()
                await nap()
                writer.write(b"hello\n")
                writer.close()

            server = await asyncio.start_server(answer, "127.0.0.1", 0)
            address = server.sockets[0].getsockname()
            async with server:
                await named(ask(address), "client")

        async def ask(address):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"hello\n")
            await reader.readline()
            writer.close()

        trace, _ = record(main)
        kinds = [on for on in waits(trace, "client")]
        self.assertEqual(kinds[-1], {"io": {"what": "readline"}})
        self.assertTrue(all("io" in on for on in kinds), kinds)
        self.assertEqual(wakes(trace, "client")[-1], "io")

    def test_futures_of_ones_own(self):
        async def main():
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            named(complete(future), "completes")
            await future
            alarm = loop.create_future()
            loop.call_later(TICK, alarm.set_result, None)
            await alarm
            unknown = loop.create_future()
            loop.call_soon(unknown.set_result, None)
            await unknown

        async def complete(future):
            await nap()
            future.set_result(None)

        trace, _ = record(main)
        first, second, third = waits(trace, "main")
        self.assertEqual(first, {"other": {"what": "a future"}})
        self.assertEqual([*second], ["timer"])
        self.assertEqual(third, {"other": {"what": "a future"}})
        self.assertEqual(
            wakes(trace, "main"), ["completes", "timer", "itself"]
        )

    def test_an_asyncio_that_is_built_otherwise_breaks_nothing(self):
        async def main():
            await asyncio.wait([named(nap(), "a")])
            async with asyncio.TaskGroup() as group:
                group.create_task(nap(), name="b")

        def look(frame, awaited, recorder):
            return frame.f_locals["gone"]

        looks = dict.fromkeys(waits_of_stage.LOOKS, look)
        with mock.patch.dict(waits_of_stage.LOOKS, looks):
            trace, _ = record(main)
        unknown = {"other": {"what": "a future"}}
        self.assertEqual(waits(trace, "main"), [unknown, unknown])
        self.assertEqual(wakes(trace, "main"), ["a", "b"])

    def test_through_generators(self):
        async def main():
            async for _ in count():
                pass

        async def count():
            for n in range(2):
                await asyncio.sleep(TICK)
                yield n

        trace, _ = record(main)
        pend = events(trace, "pend", "main")[0]
        self.assertEqual(pend["line"], count.__code__.co_firstlineno + 2)
        [outer] = pend["stack"]
        self.assertEqual(outer["line"], main.__code__.co_firstlineno + 1)

    def test_lanes_inside_of_lanes(self):
        async def main():
            await stage.lane(outer(), "outer")

        async def outer():
            await stage.lane(nap(), "inner")

        trace, _ = record(main)
        self.assertEqual(waits(trace, "main"), [{"join": ["outer"]}])
        self.assertEqual(waits(trace, "outer"), [{"join": ["inner"]}])
        self.assertEqual(wakes(trace, "inner"), ["timer"])
        self.assertEqual(wakes(trace, "outer"), ["inner"])
        self.assertEqual(wakes(trace, "main"), ["outer"])
        kinds = [event["kind"] for event in events(trace, "spawn")]
        self.assertEqual(kinds, ["main", "future", "future"])


class Ends(unittest.TestCase):
    def test_a_cancelled_caller_drops_the_task_that_it_awaits(self):
        async def main():
            task = named(nap(10), "task")

            async def call():
                await task

            caller = named(call(), "caller")
            await nap()
            caller.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await caller

        trace, _ = record(main)
        self.assertEqual(end(trace, "task"), ("cancelled", "caller", "drop"))
        self.assertEqual(end(trace, "caller"), ("cancelled", "main", "abort"))

    def test_a_cancelled_gather_drops_what_it_gathers(self):
        async def main():
            async def call():
                await asyncio.gather(named(nap(10), "a"), named(nap(10), "b"))

            caller = named(call(), "caller")
            await nap()
            caller.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await caller

        trace, _ = record(main)
        for lane in "a", "b":
            self.assertEqual(end(trace, lane), ("cancelled", "caller", "drop"))

    def test_who_awaits_a_cancelled_task_ends_with_it(self):
        async def main():
            async def call():
                # Nobody else holds it when this one ends.
                await named(nap(10), "task")

            caller = named(call(), "caller")
            await nap()
            [task] = asyncio.all_tasks() - {asyncio.current_task(), caller}
            task.cancel()
            del task
            with contextlib.suppress(asyncio.CancelledError):
                await caller

        trace, _ = record(main)
        for lane in "task", "caller":
            self.assertEqual(end(trace, lane), ("cancelled", "main", "abort"))

    def test_a_failing_task_ends_its_group(self):
        async def main():
            async def fail():
                await nap()
                raise ValueError("no")

            async def inner():
                async with asyncio.TaskGroup() as group:
                    group.create_task(nap(10), name="a")
                    group.create_task(nap(10), name="b")
                    group.create_task(fail(), name="fails")
                    await nap(5)

            with contextlib.suppress(ExceptionGroup):
                await stage.lane(inner(), "owner")

        trace, _ = record(main)
        for lane in "a", "b":
            self.assertEqual(end(trace, lane), ("cancelled", "owner", "group"))
        self.assertEqual(end(trace, "fails"), "failed")
        self.assertEqual(end(trace, "owner"), "failed")

    def test_an_error_in_a_groups_body_ends_the_group(self):
        async def main():
            with contextlib.suppress(ExceptionGroup):
                async with asyncio.TaskGroup() as group:
                    group.create_task(nap(10), name="a")
                    await nap()
                    raise ValueError("no")

        trace, _ = record(main)
        self.assertEqual(end(trace, "a"), ("cancelled", "main", "group"))

    def test_a_limit_drops_what_is_inside_of_it_and_nothing_else(self):
        async def main():
            await stage.lane(outer(), "outer")

        async def outer():
            await stage.lane(limited(), "limited")

        async def limited():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await stage.lane(nap(10), "inside")

        trace, _ = record(main)
        self.assertEqual(
            end(trace, "inside"), ("cancelled", "limited", "drop")
        )
        [cancel] = events(trace, "cancel")
        self.assertEqual(names(trace)[cancel["lane"]], "limited")
        for lane in "limited", "outer", "main":
            self.assertEqual(end(trace, lane), "finished")

    def test_a_callback_cancels_for_whoever_set_it(self):
        async def main():
            task = named(nap(10), "task")
            named(sets(task), "sets")
            with contextlib.suppress(asyncio.CancelledError):
                await task

        async def sets(task):
            asyncio.get_running_loop().call_later(TICK, task.cancel)

        trace, _ = record(main)
        self.assertEqual(end(trace, "task"), ("cancelled", "sets", "abort"))

    def test_main_ends_before_its_tasks(self):
        async def main():
            named(nap(10), "left")
            await nap()

        trace, _ = record(main)
        self.assertEqual(end(trace, "left"), ("cancelled", "main", "shutdown"))
        # Nothing more happens on main itself.
        self.assertEqual(events(trace, "cancel"), [])

    def test_a_task_that_gives_up_by_itself(self):
        async def main():
            async def give_up():
                raise asyncio.CancelledError

            with contextlib.suppress(asyncio.CancelledError):
                await named(give_up(), "task")

        trace, _ = record(main)
        self.assertEqual(end(trace, "task"), ("cancelled", "task", "token"))

    def test_a_request_that_was_ignored_is_forgotten(self):
        async def main():
            async def stubborn():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK):
                        await nap(10)
                await nap(10)

            task = named(stubborn(), "task")
            await nap(3 * TICK)
            named(cancel(task), "canceller")
            with contextlib.suppress(asyncio.CancelledError):
                await task

        async def cancel(task):
            task.cancel()

        trace, _ = record(main)
        self.assertEqual(
            end(trace, "task"), ("cancelled", "canceller", "abort")
        )

    def test_a_coroutine_that_is_thrown_away(self):
        async def main():
            stage.lane(nap(), "unrun")
            for name in "closed", "left":
                begun = stage.lane(waits_for_nobody(name), name)
                begun.send(None)
                if name == "closed":
                    begun.close()
            del begun
            await nap()

        async def waits_for_nobody(name):
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                if name == "closed":
                    stage.say("closing")

        with self.assertWarns(RuntimeWarning):
            trace, _ = record(main)
        self.assertEqual(end(trace, "unrun"), "unrun")
        for lane in "closed", "left":
            self.assertEqual(end(trace, lane), ("cancelled", "main", "drop"))
        [said] = events(trace, "say")
        self.assertEqual(said["text"], "closing")

    def test_a_task_that_nobody_holds_can_vanish(self):
        async def main():
            async def waits_for_nobody():
                await asyncio.get_running_loop().create_future()

            named(waits_for_nobody(), "lost")
            asyncio.get_running_loop().set_exception_handler(lambda *_: None)
            await nap()
            gc.collect()
            await nap()

        recording = stage.record(main(), "test")
        trace = [json.loads(line) for line in recording.lines()]
        self.assertEqual(end(trace, "lost"), ("cancelled", None, "drop"))


class Recordings(unittest.TestCase):
    def test_a_subject_of_its_own(self):
        async def main(limit):
            return limit + 1

        trace, recording = record(main, 41)
        self.assertEqual(recording.result(), 42)
        subject = trace[0]["subject"]
        self.assertEqual(subject, {"program": "test", "args": ["41"]})
        world = trace[0]["world"]
        version = ".".join(map(str, sys.version_info[:3]))
        self.assertEqual(world["version"].rstrip("+"), version)

    def test_an_error_is_kept_and_raised(self):
        async def main():
            raise ValueError("no")

        trace, recording = record(main)
        self.assertEqual(end(trace, "main"), "failed")
        with self.assertRaisesRegex(ValueError, "no"):
            recording.result()

    def test_it_is_saved(self):
        _, recording = record(nap)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "trace.ndjson")
            recording.save(path)
            lines = path.read_bytes().decode().split("\n")
        self.assertEqual(lines, [*recording.lines(), ""])

    def test_nothing_is_left_behind(self):
        record(nap)
        self.assertEqual(asyncio.run(stage.lane(self.two(), "x")), 2)
        record(nap)

    async def two(self):
        return 2

    def test_outside_of_a_run_all_calls_work(self):
        async def main():
            stage.say("a line")
            stage.block(TICK)
            await stage.sleep(TICK)
            return await stage.to_thread("thread", max, 1, 2)

        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.assertEqual(asyncio.run(stage.lane(main(), "main")), 2)
        self.assertEqual(said.getvalue(), "a line\n")

    def test_the_program_has_the_version_of_the_crate(self):
        manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
        trace, _ = record(nap)
        self.assertIn(f'\nversion = "{trace[0]["program"]}"\n', manifest)


if __name__ == "__main__":
    unittest.main()
