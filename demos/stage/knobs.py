"""Knobs: a demo's own options, and what may be typed for each."""

import argparse
import re
import unicodedata
from decimal import Decimal

from .durations import MILLISECOND, SECOND, UNITS, describe

LONGEST = 30 * UNITS["day"]

# Characters that turn the rest of a line around, or end it, where a terminal
# or a browser shows it.
UNSEEN = set("\u061c\u200e\u200f\u2028\u2029")
UNSEEN.update(map(chr, range(0x202A, 0x202F)), map(chr, range(0x2066, 0x206A)))


class Time:
    """A knob that takes a duration, and hands it to a scene in seconds."""

    def __init__(self, name, default):
        self.name = name
        self.default = default

    @staticmethod
    def parse(text):
        """Reads what the user typed, as nanoseconds."""
        number = r"([0-9]+(?:\.[0-9]+)?)\s*"
        if re.fullmatch(rf"\s*{number}", text):
            text += "s"
        unit = r"(days?|h|min|ms|m|sec|s|us|ns)\s*"
        if not re.fullmatch(rf"\s*(?:{number}{unit})+", text):
            raise wrong(text, "not a time; give one such as 5, 2.5, 500ms or 1m")
        names = {"days": "day", "min": "m", "sec": "s"}
        length = sum(
            Decimal(count) * UNITS[names.get(name, name)]
            for count, name in re.findall(number + unit, text)
        )
        if not length:
            raise wrong(text, "zero shows nothing; give at least 1ms")
        if length > LONGEST:
            raise wrong(text, f"too long; give at most {describe(LONGEST)}")
        if length % MILLISECOND:
            raise wrong(text, "give whole milliseconds")
        return int(length)

    def argument(self, length, speed):
        """The value as a scene takes it."""
        return in_seconds(length, speed)

    describe = staticmethod(describe)


class SameAs(Time):
    """A duration that follows another knob unless it is set."""

    def __init__(self, name, other):
        super().__init__(name, None)
        self.other = other


class Count:
    """A knob that takes a whole number within bounds."""

    def __init__(self, name, default, least, most):
        self.name = name
        self.default = default
        self.bounds = range(least, most + 1)

    def parse(self, text):
        """Reads what the user typed."""
        # No number within bounds has more digits than this.
        if not re.fullmatch("[0-9]{1,18}", text) or (
            int(text) not in self.bounds
        ):
            least, most = self.bounds[0], self.bounds[-1]
            raise wrong(text, f"give a whole number from {least} to {most}")
        return int(text)

    def argument(self, count, speed):
        """The value as a scene takes it: no speed makes a count smaller."""
        return count

    describe = staticmethod(str)


class Text:
    """A knob that takes a text of one line, such as a label."""

    longest = 200

    def __init__(self, name, default):
        self.name = name
        self.default = default

    def parse(self, text):
        """Reads what the user typed."""
        if not text.strip():
            raise wrong(text, "give at least one letter")
        # Controls are orders to the terminal; a surrogate is a byte that was
        # no UTF-8.
        if {"Cc", "Cs"}.intersection(map(unicodedata.category, text)):
            raise wrong(text, "give one line, without control characters")
        if UNSEEN.intersection(text):
            why = "without characters that turn around or break a line"
            raise wrong(text, f"give one line, {why}")
        if len(text) > self.longest:
            most = f"at most {self.longest} characters"
            raise wrong(f"{text[:60]}...", f"too long; give {most}")
        return text

    def argument(self, text, speed):
        """The value as a scene takes it: as it is."""
        return text

    describe = staticmethod(str)


def in_seconds(length, speed):
    """So many nanoseconds, at a speed, as asyncio counts."""
    return round(length / speed) / SECOND


def wrong(text, why):
    """What is wrong with something that the user typed."""
    # `ascii` where the text could do something to the terminal.
    shown = repr(text) if text.isprintable() else ascii(text)
    return argparse.ArgumentTypeError(f"{shown}: {why}")
