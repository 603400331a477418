"""Processes of a pool, beside the one that plays the scenes."""

import multiprocessing
import os
import signal
import threading

# The same on every system, and safe beside threads: a process of its own, and
# not a copy of this one.
SPAWN = multiprocessing.get_context("spawn")


def end_with_parent():
    """What a process of a pool does first: from here on it ends when the one
    that made it ends, whatever ended that. Ctrl-C is for that one alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent():
    multiprocessing.parent_process().join()
    os._exit(1)
