"""A crawler: every page of a site, one after another and then together."""

import asyncio
import re
import select
import sys
import threading
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer

sys.path.insert(0, str(Path(__file__).parents[1]))  # where stage is

import stage
from stage import lane, say


async def sync(pages, latency, timeout):
    """A blocking client fetches one page after another.

    It is an `async def` because every scene is run by the same loop. But what
    it awaits never gives the thread back, and so it runs as plain functions
    would.
    """
    with Site(pages, latency) as site:
        with closing(BlockingClient(site, timeout)) as client:
            fetched = []
            for n, page in site.pages():
                work = fetch_and_block(page, client, timeout)
                fetched.append(await settled(lane(work, f"page {n}")))
        summary(fetched, site)


async def fetch_and_block(page, client, timeout):
    """Keeps the thread until the page is there: nothing else can run."""
    say(f"GET {page}")
    try:
        status, size = client.get(page)
        say(f"{status} {page} ({size} bytes)")
    except FAULTS as error:
        raise failed(page, error, timeout) from error


async def concurrent(pages, latency, limit, timeout):
    """A task for each page, at most --limit at a time."""
    with Site(pages, latency) as site:
        async with Client(site) as client:
            permits = asyncio.Semaphore(limit)
            tasks = []
            async with asyncio.TaskGroup() as group:
                for n, page in site.pages():
                    work = fetch(page, client, timeout, permits)
                    work = settled(lane(work, f"page {n}"))
                    tasks.append(group.create_task(work))
        summary([task.result() for task in tasks], site)


async def fetch(page, client, timeout, permits):
    """Fetches one page, once there is a permit for it."""
    async with permits:
        say(f"GET {page}")
        try:
            async with asyncio.timeout(timeout):
                status, size = await client.get(page)
            say(f"{status} {page} ({size} bytes)")
        except FAULTS as error:
            raise failed(page, error, timeout) from error


async def settled(work):
    """Whether a page was fetched. If it failed, the others go on."""
    try:
        await work
        return True
    except Fault:
        return False


def summary(fetched, site):
    say(f"Fetched: {fetched.count(True)}; failed: {fetched.count(False)}")
    say(site.counted())


# Why a page could not be fetched.


class Fault(Exception):
    """The reason, in plain words."""


# What the clients raise. TimeoutError is an OSError.
FAULTS = (OSError, EOFError, HTTPException, Fault)


def failed(page, error, timeout):
    """Says that a page failed, and why."""
    reason = str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        length = stage.describe(round(timeout * stage.SECOND))
        reason = f"timed out after {length}"
    say(f"failed {page}: {reason}")
    return Fault(reason)


# The clients. They know as much of HTTP as the site below speaks, and keep
# connections open to use them again.


class BlockingClient:
    """http.client, which keeps the thread until a page is there."""

    def __init__(self, site, timeout):
        host, port = site.server_address
        # For each wait for the socket, not for the page: this site makes one
        # wait of a page. No socket waits for longer than 24 days.
        timeout = min(timeout, 24 * 24 * 60 * 60)
        self.connection = HTTPConnection(host, port, timeout=timeout)

    def get(self, page):
        """Fetches a page: its status, and the size of its body."""
        try:
            self.connection.request("GET", page)
            response = self.connection.getresponse()
            return checked(response.status), len(response.read())
        except BaseException:
            # In the middle of an answer it is of no more use. The next
            # request opens it anew.
            self.connection.close()
            raise

    def close(self):
        self.connection.close()


class Client:
    """HTTP/1.1 over asyncio's streams."""

    def __init__(self, site):
        self.address = site.server_address
        self.idle = []
        self.opened = []

    async def get(self, page):
        """Fetches a page: its status, and the size of its body."""
        if self.idle:
            reader, writer = self.idle.pop()
        else:
            reader, writer = await asyncio.open_connection(*self.address)
            self.opened.append(writer)
        try:
            request = f"GET {page} HTTP/1.1\r\nHost: localhost\r\n\r\n"
            writer.write(request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(re.match(rb"HTTP/1\.1 (\d+)", head)[1])
            length = int(re.search(rb"\r\nContent-Length: (\d+)", head)[1])
            body = await reader.readexactly(length)
        except BaseException:
            # In the middle of an answer it is of no more use.
            writer.close()
            raise
        self.idle.append((reader, writer))
        return checked(status), len(body)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        for writer in self.opened:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def checked(status):
    """The status, if it is one of success."""
    if not 200 <= status < 300:
        raise Fault(f"status {status}")
    return status


# The embedded site: a real HTTP/1.1 server on a loopback port that the system
# picks, on threads of its own, so that a crawler that blocks its thread does
# not block the site. It answers each page after a set latency, and counts.


class Site(ThreadingTCPServer):
    """A server that runs until its `with` ends."""

    # How many clients may knock at once.
    request_queue_size = 128

    def __init__(self, pages, latency):
        super().__init__(("127.0.0.1", 0), Answer)
        self.bodies = {f"/page/{n}": body(n) for n in range(1, pages + 1)}
        self.latency = latency
        self.lock = threading.Lock()
        self.requests = 0
        self.asked = set()
        self.in_flight = 0
        self.most_in_flight = 0

    def __enter__(self):
        # It looks every 10 ms whether it shall stop.
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.thread.join()
        # Waits for the threads of the connections too. The clients are gone.
        self.server_close()

    def pages(self):
        """The number and the path of every page."""
        return enumerate(self.bodies, 1)

    def begin(self, path):
        """Counts a request."""
        with self.lock:
            self.requests += 1
            self.asked.add(path)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def end(self):
        """Counts a request that is over."""
        with self.lock:
            self.in_flight -= 1

    def counted(self):
        """What it has seen, in a sentence."""
        requests, pages = self.requests, len(self.asked)
        most = self.most_in_flight
        return f"Site: {requests} requests for {pages} pages, {most} at once"

    def handle_error(self, request, client_address):
        # Whoever hangs up in the middle of an answer misses nothing.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Answer(BaseHTTPRequestHandler):
    """Serves one connection, request by request."""

    protocol_version = "HTTP/1.1"
    # Without this the system may hold back what is small for 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self):
        self.server.begin(self.path)
        # There is something to read if the client hangs up.
        connection = [self.connection]
        hung_up, _, _ = select.select(connection, [], [], self.server.latency)
        self.server.end()
        if hung_up:
            self.close_connection = True
            return
        page = self.server.bodies.get(self.path, b"")
        self.send_response(200 if page else 404)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args):
        """Says nothing: the scene does."""


def body(n):
    """A page: no two neighbours are of the same size."""
    line = "<p>A page of the embedded site.</p>\n"
    lines = line * (10 + n * 7 % 13)
    return f"<!doctype html>\n<title>Page {n}</title>\n{lines}".encode()


KNOBS = [
    stage.Count("pages", 12, 1, 1000),
    stage.Time("latency", "200ms"),
    stage.Count("limit", 6, 1, 100),
    stage.Time("timeout", "10s"),
]

SCENES = {
    "sync": (sync, "pages", "latency", "timeout"),
    "async": (concurrent, "pages", "latency", "limit", "timeout"),
}

if __name__ == "__main__":
    stage.main("crawler", KNOBS, SCENES, real_only="wait for real sockets")
