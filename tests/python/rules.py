"""What a trace must be: the rules of src/trace/FORMAT.md, and what it must
answer by itself of every lane at every event. Knows nothing of the stage."""

KINDS = {"main", "task", "future", "thread"}
OUTCOMES = {"finished", "failed", "cancelled", "panicked", "unrun"}
HOWS = {"abort", "drop", "token", "group", "shutdown", "interrupt"}
SAID_BY_NAME = {"timer", "io", "itself", "runtime"}
# What `on` may be, and the fields of each.
ON = {
    "timer": {"length"},
    "blocking": {"length"},
    "join": {"lanes", "more"},
    "thread": {"lane"},
    "acquire": {"what"},
    "send": {"what"},
    "recv": {"what"},
    "io": {"what"},
    "other": {"what"},
}
# The fields of each event, besides `at`, `lane` and `event`; those that may be
# left out.
PLACE = {"file", "line"}
FIELDS = {
    "spawn": ({"name", "kind", "parent"} | PLACE, set()),
    "poll": (set(), {"within", "thread"}),
    "wait": ({"wait", "on"} | PLACE, {"due"}),
    "done": ({"wait"}, set()),
    "drop": ({"wait"}, set()),
    "pend": ({"waits"} | PLACE, {"stack"}),
    "wake": ({"by"}, set()),
    "say": ({"text"} | PLACE, set()),
    "cancel": ({"target", "how"}, PLACE),
    "resource": ({"name", "left"}, {"capacity", "waiting"}),
    "end": ({"outcome"}, {"detail", "cause"}),
}


class Wrong(AssertionError):
    """A rule is broken."""


class Lane:
    """What a reader knows of a lane so far."""

    def __init__(self, spawn):
        self.name = spawn["name"]
        self.kind = spawn["kind"]
        # not begun, running, parked, ready, dropped, ended
        self.state = "not begun"
        self.place = (spawn["file"], spawn["line"])
        self.open = set()
        # What it was parked for.
        self.pending = set()
        self.woken = True
        self.within = None
        self.thread = 0


class Reader:
    """Reads a trace, and stops at the first rule that is broken."""

    def __init__(self, lines, callbacks=False):
        # Whether lanes may be made by callbacks and by tasks that are no
        # lanes, on behalf of a lane that does not run.
        self.callbacks = callbacks
        self.header, *self.events, self.footer = lines
        self.lanes = []
        # Each wait: who waits, what for, and whether it is over.
        self.waits = {}
        self.position = 0

    def check(self):
        """Checks the whole of it."""
        self._check_frame()
        at = 0
        for self.position, event in enumerate(self.events):
            self._is(event["at"] >= at, "time fell")
            at = event["at"]
            self._check_fields(event)
            getattr(self, f"_{event['event']}")(event)
            self._check_everybody()
        self._is(self.footer["elapsed"] >= at, "elapsed before the last event")
        self._is(self.footer["events"] == len(self.events), "wrong number")
        return self

    def _is(self, true, what):
        if not true:
            event = self.events[self.position] if self.events else None
            raise Wrong(f"{what}, at event {self.position}: {event}")

    def _check_frame(self):
        header, footer = self.header, self.footer
        self._is(header["asyncade"] == 2 and "done" not in header, "header")
        self._is(footer["asyncade"] == 2 and footer["done"], "footer")
        world = header["world"]
        self._is({"name", "flavor"} <= set(world), "world")
        subject = set(header["subject"])
        self._is(
            {"chapter", "scene"} <= subject or {"program"} <= subject,
            "subject",
        )
        self._is(header["clock"] in ("real", "virtual"), "clock")
        first = self.events[0]
        self._is(
            first["event"] == "spawn"
            and first["lane"] == 0
            and first["kind"] == "main"
            and first["parent"] is None,
            "main is not the first",
        )

    def _check_fields(self, event):
        needed, allowed = FIELDS[event["event"]]
        fields = set(event) - {"at", "lane", "event"}
        self._is(needed <= fields <= needed | allowed, "fields")
        if event["event"] != "spawn":
            self._is(event["lane"] < len(self.lanes), "unknown lane")
            lane = self.lanes[event["lane"]]
            self._is(lane.state != "ended", "a lane acts after its end")
        for place in [event, *event.get("stack", [])]:
            if "file" in place:
                own = place["file"].startswith(("demos/", "tests/"))
                self._is(own and "stage/" not in place["file"], "place")
                self._is(place["line"] >= 1, "line")

    def _check_everybody(self):
        """What must be true of every lane at every event."""
        running = [lane for lane in self.lanes if lane.state == "running"]
        for lane in self.lanes:
            self._is(all(lane.place), f"{lane.name} is at no line")
            if lane.state in ("parked", "ready") and lane.pending:
                # A ready one has still to be told what has come of it.
                waits = lane.open & lane.pending
                self._is(
                    waits or lane.state == "ready",
                    f"{lane.name} is parked for nothing",
                )
        # On each thread one lane runs; around it are those that wait for it
        # in the middle of their own polls.
        for thread in {lane.thread for lane in running}:
            on_it = [lane for lane in running if lane.thread == thread]
            outer = {lane.within for lane in on_it}
            innermost = [
                lane for lane in on_it if self.lanes.index(lane) not in outer
            ]
            self._is(len(innermost) == 1, f"thread {thread} runs several")

    def _known(self, lane):
        self._is(0 <= lane < len(self.lanes), f"unknown lane {lane}")

    def _spawn(self, event):
        self._is(event["lane"] == len(self.lanes), "lanes are not in order")
        self._is(event["kind"] in KINDS, "kind")
        if event["lane"]:
            self._known(event["parent"])
            self._is(event["kind"] != "main", "two mains")
            parent = self.lanes[event["parent"]]
            self._is(
                parent.state == "running" or self.callbacks,
                "a parent that does not run",
            )
        self.lanes.append(Lane(event))

    def _poll(self, event):
        lane = self.lanes[event["lane"]]
        within = event.get("within")
        self._is(
            lane.state in ("not begun", "parked", "ready"), "polled twice"
        )
        self._is(lane.woken or within is not None, "polled for no cause")
        if within is not None:
            self._known(within)
            outer = self.lanes[within]
            self._is(outer.state == "running", "inside of one that is not")
            self._is(lane.kind == "future", "a task inside of another lane")
        else:
            self._is(lane.kind != "future", "a future by itself")
        lane.within = within
        lane.thread = event.get("thread", 0)
        lane.state = "running"

    def _wait(self, event):
        lane = self.lanes[event["lane"]]
        self._is(event["wait"] == len(self.waits) + 1, "waits not in order")
        self._is(lane.state == "running", "waits and does not run")
        on = event["on"]
        if on != "yield":
            [(kind, fields)] = on.items()
            optional = kind in ("timer", "blocking")
            self._is(
                set(fields) <= ON[kind] and (optional or set(fields)),
                "on",
            )
            for other in fields.get("lanes", []):
                self._known(other)
            if "lane" in fields:
                self._known(fields["lane"])
            self._is(fields.get("lanes") != [], "joins nobody")
        self.waits[event["wait"]] = event["lane"]
        lane.open.add(event["wait"])

    def _done(self, event):
        lane = self.lanes[event["lane"]]
        if event["event"] == "done":
            self._is(lane.state == "running", "goes on and does not run")
        self._is(event["wait"] in lane.open, "not open")
        lane.open.remove(event["wait"])

    def _drop(self, event):
        self._done(event)
        lane = self.lanes[event["lane"]]
        if lane.state == "parked":
            # It is thrown away where it is: it may still say something.
            lane.state = "dropped"

    def _pend(self, event):
        lane = self.lanes[event["lane"]]
        self._is(lane.state == "running", "pends and does not run")
        self._is(event["waits"], "pends for nothing")
        self._is(set(event["waits"]) <= lane.open, "pends for what is over")
        lane.state = "parked"
        lane.woken = False
        lane.pending = set(event["waits"])
        lane.place = (event["file"], event["line"])

    def _wake(self, event):
        lane = self.lanes[event["lane"]]
        self._is(lane.state == "parked", "woken and not parked")
        by = event["by"]
        if isinstance(by, dict):
            self._known(by["lane"])
            self._is(by["lane"] != event["lane"], "by itself, by name")
        else:
            self._is(by in SAID_BY_NAME, "by")
        lane.state = "ready"
        lane.woken = True

    def _say(self, event):
        lane = self.lanes[event["lane"]]
        speaks = lane.state in ("running", "dropped")
        self._is(speaks, "says and does not run")
        lane.place = (event["file"], event["line"])

    def _cancel(self, event):
        self._known(event["target"])
        self._is(event["how"] in HOWS, "how")
        target = self.lanes[event["target"]]
        self._is(target.state != "ended", "cancels what has ended")
        self._is(event["target"] != event["lane"], "cancels itself")

    def _resource(self, event):
        self._is(event["left"] >= 0, "less than nothing is left")

    def _end(self, event):
        lane = self.lanes[event["lane"]]
        outcome, cause = event["outcome"], event.get("cause")
        self._is(outcome in OUTCOMES, "outcome")
        self._is(not lane.open, "ends and still waits")
        never = lane.state == "not begun"
        self._is((outcome == "unrun") == never, "unrun and never polled")
        if outcome == "cancelled":
            self._is(cause is not None, "cancelled by nobody")
            self._is(cause["how"] in HOWS, "how")
            if cause["how"] not in ("interrupt",):
                self._is("by" in cause, "cancelled by nobody")
                self._known(cause["by"])
        else:
            self._is(cause is None, "a cause of no cancellation")
        lane.state = "ended"
