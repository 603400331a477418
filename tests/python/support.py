"""What the tests of the Python stage share: which chapters there are, and how
a demo is run."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEMOS = ROOT / "demos"

# By their folders. Some are for the real clock only.
CHAPTERS = sorted(demo.parent.name for demo in DEMOS.glob("*/demo.py"))
REAL_ONLY = ["crawler", "parallel"]
VIRTUAL = [chapter for chapter in CHAPTERS if chapter not in REAL_ONLY]


def demo(chapter, *arguments, **options):
    """Runs a demo.py, isolated and without leaving compiled files."""
    path = DEMOS / chapter / "demo.py"
    return subprocess.run(
        [sys.executable, "-I", "-B", path, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        **options,
    )


def article(chapter):
    """The option for scenes of the article's way, if a chapter has any."""
    source = (DEMOS / chapter / "demo.py").read_text(encoding="utf-8")
    return ["--article"] if "ARTICLE = " in source else []


def traces(chapter, *arguments):
    """The traces that a demo prints, by scene, each a list of its lines."""
    ran = demo(chapter, *arguments, "--json")
    assert ran.returncode == 0, ran.stderr
    assert not ran.stderr, ran.stderr
    scenes = {}
    for lines in split(ran.stdout):
        scenes[lines[0]["subject"]["scene"]] = lines
    return scenes


def split(text):
    """The traces in a text, each a list of its lines."""
    found = []
    for line in map(json.loads, text.splitlines()):
        if "asyncade" in line and "done" not in line:
            found.append([])
        found[-1].append(line)
    return found


def names(trace):
    """The lanes' names, by number."""
    spawns = [line for line in trace if line.get("event") == "spawn"]
    return [spawn["name"] for spawn in spawns]


def events(trace, kind, lane=None):
    """The events of a kind, of a lane."""
    known = names(trace)
    return [
        line
        for line in trace
        if line.get("event") == kind
        and (lane is None or known[line["lane"]] == lane)
    ]


def source(place):
    """The line of source code at a place."""
    lines = (ROOT / place["file"]).read_text(encoding="utf-8").splitlines()
    return lines[place["line"] - 1].strip()


def scenes_of(chapter):
    """The names of the scenes that a demo lists."""
    listed = demo(chapter).stdout
    return re.findall(r"^  (\S+)  ", listed, re.MULTILINE)
