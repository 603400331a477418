"""Runs a script, and ends with whoever runs it.

    python3 watched.py SCRIPT [ARGUMENT...]

Standard input is a pipe whose other end our parent holds. It closes when the
parent ends, whatever ended it, and then nobody waits for the script any more.
"""

import os
import runpy
import signal
import sys
import threading


def end_with_the_parent():
    # Not through sys.stdin, whose lock the interpreter needs at its exit.
    while os.read(0, 1024):
        pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        # We were started as a process group of our own: what the script has
        # started goes with it.
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


threading.Thread(target=end_with_the_parent, daemon=True).start()
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
