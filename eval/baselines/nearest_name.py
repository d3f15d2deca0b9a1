"""Every stretch between quotation marks is a quote of whoever's name stands nearest."""

from ...seeds.corpus import Pair
from ..speech import quoted_spans
from .text import Attribution, Segments, names

_WORDS = 3


def find(text: str) -> list[Segments]:
    """Find the quoted stretches of three words or more."""
    return [[(start, end)] for start, end in quoted_spans(text) if len(text[start:end].split()) >= _WORDS]


def attribute(text: str, segments: Segments) -> Attribution:
    """Take the nearest name outside the quote, for no cue.

    >>> text = "“No, we will not,” said Ali Nazary, and Omar left."
    >>> attribute(text, [(0, 18)])
    (None, (24, 34))
    """
    outside = [name for name in names(text) if not any(name[0] < end and start < name[1] for start, end in segments)]

    def distance(name: Pair) -> int:
        return min(max(start - name[1], name[0] - end) for start, end in segments)

    return None, min(outside, key=distance, default=None)
