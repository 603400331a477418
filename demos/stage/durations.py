"""Durations, in the words of the trace and of the knobs.

Truth is in whole nanoseconds, as in the trace. Seconds as floats, which is
what asyncio counts in, drift when they are added up: 0.4 + 0.4 + 0.4.
"""

SECOND = 1_000_000_000
MILLISECOND = 1_000_000

UNITS = {
    "year": 31_557_600 * SECOND,
    "month": 2_630_016 * SECOND,
    "day": 86_400 * SECOND,
    "h": 3_600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": MILLISECOND,
    "us": 1_000,
    "ns": 1,
}


def nanoseconds(seconds):
    """What asyncio counts in seconds, in whole nanoseconds."""
    return round(seconds * SECOND)


def describe(length):
    """So many nanoseconds in words, such as `2s 500ms`."""
    words = []
    for unit, of in UNITS.items():
        count, length = divmod(length, of)
        if count:
            plural = "s" if count > 1 and of >= UNITS["day"] else ""
            words.append(f"{count}{unit}{plural}")
    return " ".join(words) or "0s"
