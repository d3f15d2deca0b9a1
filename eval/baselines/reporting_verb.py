"""Speech is what stands by a reporting verb: `“…,” said X`, `X said: “…”`, `X said that …`."""

import re

from ...seeds.corpus import Pair
from .nearest_name import find as quoted
from .text import SPEAKER, VERBS, Attribution, Segments, paragraph

_ASIDE = r"(?:,[^,“”\"]{3,60},)?"  # "Ali Nazary, its spokesman, said"
_SAID = rf"{_ASIDE}\s(?P<verb>{VERBS})"
_AFTER = re.compile(rf"[\s,]*(?P<who>{SPEAKER}){_SAID}\b")
_INVERTED = re.compile(rf"[\s,]*(?P<verb>{VERBS})\s(?P<who>{SPEAKER})")
_BEFORE = re.compile(rf"(?P<who>{SPEAKER}){_SAID}(?:\s[\w’'-]+){{0,6}}?[\s,:]*$")
_REPORTED = re.compile(rf"{SPEAKER}\s{VERBS}\s(?:\w+\s){{0,2}}?(?P<content>that\s[^.“”\"\n]+)")
_REACH = 160  # characters in which a cue may stand before or behind a quote


def find(text: str) -> list[Segments]:
    """Find quoted stretches with a cue, those around one cue joined, and clauses that begin with "that" after one."""
    quotes: list[list[Pair]] = []
    cues: list[Pair] = []
    for segments in quoted(text):
        segment = segments[0]
        cue, _ = attribute(text, [segment])
        again = quotes and paragraph(text, quotes[-1][-1][0]) == paragraph(text, segment[0])
        if again and (cue is None or cue == cues[-1]):
            quotes[-1].append(segment)
        elif cue:
            quotes.append([segment])
            cues.append(cue)
    reported = [found.span("content") for found in _REPORTED.finditer(text)]
    return [*quotes, *([span] for span in reported)]


def attribute(text: str, segments: Segments) -> Attribution:
    """Find the reporting verb right behind the first segment, or else right before it, and its subject.

    >>> text = "“No, we will not,” said Ali Nazary."
    >>> attribute(text, [(0, 18)])
    ((19, 23), (24, 34))
    """
    start, end = segments[0]
    first, last = paragraph(text, start)[0], paragraph(text, end - 1)[1]
    behind = (text, end, min(last, end + _REACH))
    if found := _INVERTED.match(*behind) or _AFTER.match(*behind):
        return found.span("verb"), found.span("who")
    before = text[max(first, start - _REACH) : start]
    if matched := _BEFORE.search(before):
        shift = start - len(before)
        (a, b), (c, d) = matched.span("verb"), matched.span("who")
        return (a + shift, b + shift), (c + shift, d + shift)
    return None, None
