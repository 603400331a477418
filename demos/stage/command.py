"""The command line of a demo.py."""

import argparse
import inspect
import math
import os
import sys
import threading
import warnings

from .clock import RealClock, VirtualClock
from .durations import SECOND
from .knobs import in_seconds, wrong
from .recorder import TooMany
from .run import run


def main(chapter, knobs, scenes, article=None, check=None, real_only=None):
    """The command line of a demo.py.

    `scenes` maps each name to its function and the function's arguments: the
    names of knobs, or numbers, which are seconds of the article. So does
    `article`, with scenes that tokio has no counterpart of: they do what the
    article does, and show where it is wrong. `check` is told what the knobs
    are set to, times in nanoseconds, and returns what is wrong with that, if
    anything is. `real_only` says of scenes that no virtual clock will do for
    what they do: "wait for real sockets".
    """
    article = article or {}
    both = scenes | article
    parser = _Parser(
        description=f"Plays scenes of the chapter {chapter}.",
        allow_abbrev=False,
    )
    names = ", ".join(both)
    add = parser.add_argument
    add("scenes", nargs="*", metavar="SCENE", help=names)
    add("--all", action="store_true", help="play all that tokio plays too")
    if article:
        add("--article", action="store_true", help="play the article's way")
    add("--clock", choices=["real", "virtual"], default="real")
    add("--speed", type=_speed, default=1.0, help="divide all times by this")
    add("--json", action="store_true", help="print the trace as NDJSON")
    # For a program that starts this one.
    add("--end-with-stdin", action="store_true", help=argparse.SUPPRESS)
    for knob in knobs:
        add(
            f"--{knob.name}",
            dest=knob.name,
            type=knob.parse,
            default=knob.default,
            help=f"default: {knob.default or f'as --{knob.other}'}",
        )
    arguments = [_with_dashes(argument) for argument in sys.argv[1:]]
    options = vars(parser.parse_intermixed_args(arguments))

    if options["end_with_stdin"]:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    if real_only and options["clock"] == "virtual":
        parser.error(
            f"the scenes of {chapter} {real_only}, which no virtual clock can"
            " hurry; leave '--clock virtual' out"
        )
    chosen = list(scenes) if options["all"] else []
    if options.get("article"):
        chosen += article
    if chosen and options["scenes"]:
        parser.error("give either names of scenes, or --all")
    for asked in options["scenes"]:
        same = [name for name in both if _dashes(name) == _dashes(asked)]
        if not same:
            parser.error(f"there is no scene {asked!r}; give one of: {names}")
        chosen += same
    if options["json"] and not chosen:
        parser.error(f"--json needs --all or a scene; give one of: {names}")
    for knob in knobs:
        if options[knob.name] is None:
            options[knob.name] = options[knob.other]
    if check is not None:
        refused = check({knob.name: options[knob.name] for knob in knobs})
        if refused:
            parser.error(refused)

    if options["json"]:
        # Whatever the terminal's encoding, the trace's is this.
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    else:
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if not chosen:
            _list("Scenes, of which you can name one or more:", scenes)
            if article:
                _list("The article's way, which only Python has:", article)
        for name in chosen:
            if len(chosen) > 1 and not options["json"]:
                print(f"{name}:")
            _play_and_print(chapter, name, both[name], knobs, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Without this, Python would complain once more at its exit.
        _drop_output()


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        # One line, where argparse prints the usage too.
        self.exit(2, f"{self.prog}: {message}\n")


def _end_with_stdin():
    """Ends this program when nobody holds the other end of its input: that
    was the program that started it."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(1)


def _list(title, scenes):
    print(title)
    for name, (function, *_) in scenes.items():
        print(f"  {name:<21}  {_about(function)}")


def _about(function):
    """What is special about a scene, in half a line."""
    return inspect.getdoc(function).splitlines()[0]


def _play_and_print(chapter, name, scene, knobs, options):
    """Plays one scene, and prints it as the options say."""
    function, *wanted = scene
    speed = options["speed"]
    arguments = []
    for want in wanted:
        knob = next((knob for knob in knobs if knob.name == want), None)
        if knob is None:
            arguments.append(in_seconds(want * SECOND, speed))
        else:
            arguments.append(knob.argument(options[want], speed))
    clock = RealClock() if options["clock"] == "real" else VirtualClock()
    # Live on the real clock. On the virtual one there is nothing to wait for,
    # and a thread reports ahead of its time.
    live = clock.name == "real" and not options["json"]
    subject = {
        "chapter": chapter,
        "scene": name,
        "about": _about(function),
    }
    values = {knob.name: knob.describe(options[knob.name]) for knob in knobs}

    with warnings.catch_warnings():
        if options["json"]:
            # The trace says it: the lane ends unrun.
            never = "coroutine '.*' was never awaited"
            warnings.filterwarnings("ignore", never, RuntimeWarning)
        recording = run(
            function(*arguments),
            clock,
            subject,
            watch=_write_live if live else None,
            speed=speed,
            knobs=dict(sorted(values.items())),
        )

    if isinstance(recording.error, TooMany):
        sys.exit(f"{os.path.basename(sys.argv[0])}: {recording.error}")
    if options["json"]:
        sys.stdout.writelines(f"{line}\n" for line in recording.lines())
    elif not live:
        for event in recording.events():
            _write(event, recording.recorder.name(event["lane"]))
    if recording.recorder.interrupted:
        # What a shell expects of a program that Ctrl-C ended.
        sys.exit(130)
    recording.result()


def _write(event, name):
    """Prints an event as a line, if it is one that a person wants to read."""
    if event["event"] == "say":
        text = event["text"]
    elif event["event"] == "end" and event["outcome"] != "finished":
        outcome = {"unrun": "never ran"}.get(
            event["outcome"], event["outcome"]
        )
        detail = event.get("detail")
        text = f"({outcome}: {detail})" if detail else f"({outcome})"
    else:
        return
    moment = f"{event['at'] / SECOND:.3f}s"
    print(f"{moment:>9}  {name:<11}  {text}", flush=True)


def _write_live(event, name):
    """Prints an event while the scene runs, which must not notice it."""
    try:
        _write(event, name)
    except BrokenPipeError:
        _drop_output()


def _drop_output():
    """Goes on without an output: nobody reads it any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _speed(text):
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 < speed < math.inf:
        raise wrong(text, "give a number above zero, such as 10")
    return speed


def _with_dashes(argument):
    """`--fail_at` is `--fail-at`; values stay as they are."""
    if not argument.startswith("--"):
        return argument
    option, equals, value = argument.partition("=")
    return _dashes(option) + equals + value


def _dashes(name):
    return name.replace("_", "-")
