"""The recorder: everything that the lanes report, in order."""

import itertools
import threading
import weakref

from .here import here

# Several times what the largest scene needs, and few enough to keep: on the
# virtual clock a run without end makes events as fast as the machine can.
MOST = 300_000


class TooMany(RuntimeError):
    """More events than anybody can look at."""


class Recorder:
    """Keeps what the lanes of one run report, stamped by the run's clock."""

    def __init__(self, clock, watch=None):
        self.clock = clock
        self.start = clock.now()
        # Is told each event as it happens, and the name of its lane.
        self.watch = watch
        # What `main` is, once it is there.
        self.main = None
        # Whether the user stopped it.
        self.interrupted = False
        # The lanes that are parked in each task, the innermost first; those
        # that ran in a task which is no lane itself.
        self.parked = weakref.WeakKeyDictionary()
        self.inside = weakref.WeakKeyDictionary()
        # The semaphores that somebody had to wait for: the name of each, and
        # what was left of it when a lane gave its thread back.
        self.shared = weakref.WeakKeyDictionary()
        self._semaphores = itertools.count(1)
        self.elapsed = None
        self._events = []
        self._names = []
        self._waits = itertools.count(1)
        self._too_many = False
        self._threads = {threading.get_ident(): 0}
        # Threads report too. A signal, or a lane that is collected as
        # garbage, may report in the middle of a report.
        self._lock = threading.RLock()

    def now(self):
        """Nanoseconds since the run's start, as the current lane sees it."""
        return self.clock.now() - self.start + here.ahead

    def thread(self):
        """The number of the thread that this runs on: the loop's is 0."""
        with self._lock:
            number = len(self._threads)
            return self._threads.setdefault(threading.get_ident(), number)

    def spawn(self, lane, **fields):
        """Records a new lane. Returns its number, and the event."""
        with self._lock:
            lane.id = len(self._names)
            self._names.append(fields["name"])
            return self.note(lane, "spawn", **fields)

    def rename(self, lane, name):
        """A lane's name has become another one."""
        self._names[lane.id] = name

    def wait(self, lane, on, due, place):
        """Records that a wait begins, and returns its number."""
        with self._lock:
            number = next(self._waits)
            if due is not None:
                due = {"due": due}
            self.note(lane, "wait", wait=number, on=on, **due or {}, **place)
            return number

    def share(self, semaphore):
        """Watches a semaphore from here on, and returns its name."""
        if semaphore not in self.shared:
            number = next(self._semaphores)
            name = "semaphore" if number == 1 else f"semaphore {number}"
            self.shared[semaphore] = (name, None)
        return self.shared[semaphore][0]

    def note_shared(self, lane):
        """Records what a lane that gives its thread back has taken from what
        lanes share, or given back to it."""
        for semaphore, (name, before) in list(self.shared.items()):
            # How asyncio counts is its own affair.
            left = getattr(semaphore, "_value", before)
            if left != before:
                self.shared[semaphore] = (name, left)
                self.note(lane, "resource", name=name, left=left)

    def note(self, lane, event, **fields):
        """Records that something happens on a lane now."""
        with self._lock:
            # Stamped under the lock: the order of the events is the order of
            # their times.
            event = {"at": self.now(), "lane": lane.id, "event": event}
            event |= fields
            if self.elapsed is None:
                self._events.append(event)
                if self.watch:
                    self.watch(event, self._names[lane.id])
            return event

    def name(self, lane):
        """The name of the lane of that number."""
        return self._names[lane]

    def check_length(self):
        """Stops a run that goes on without end: raises `TooMany`, once."""
        if len(self._events) > MOST and not self._too_many:
            self._too_many = True
            raise TooMany(f"the run has more than {MOST:,} events, and stops")

    def close(self):
        """Stops recording: what happens later is no part of the run."""
        with self._lock:
            last = max((event["at"] for event in self._events), default=0)
            if self.elapsed is None:
                self.elapsed = max(self.now(), last)

    def events(self):
        """Everything recorded so far, in order. Who asks before the end may
        see it change."""
        # The sort is stable: what happened at one moment stays in the order
        # in which it was recorded. Only a thread on the virtual clock is
        # recorded out of order, ahead of the loop.
        events = sorted(self._events, key=lambda event: event["at"])
        return events if events == self._events else _numbered(events)


def _numbered(events):
    """The same events with lanes and waits numbered in order."""
    lanes, waits = {}, {}
    for event in events:
        if event["event"] == "spawn":
            lanes[event["lane"]] = len(lanes)
        elif event["event"] == "wait":
            waits[event["wait"]] = len(waits) + 1

    def lane(number):
        return None if number is None else lanes[number]

    change = {
        "lane": lane,
        "parent": lane,
        "within": lane,
        "target": lane,
        "lanes": lambda numbers: [lanes[number] for number in numbers],
        "wait": lambda number: waits[number],
        "waits": lambda numbers: [waits[number] for number in numbers],
        # A lane, or what else it was.
        "by": lambda by: lanes[by] if isinstance(by, int) else by,
    }

    def renumbered(fields):
        new = {}
        for key, value in fields.items():
            if isinstance(value, dict):
                value = renumbered(value)
            elif key in change:
                value = change[key](value)
            new[key] = value
        return new

    return [renumbered(event) for event in events]
