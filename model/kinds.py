"""What quotation marks say about a quote: its kind, and where its segments' edges lie.

`marks` is what `quotation.quotations` gave for the whole text: sorted by start, nested or disjoint.
"""

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from .labels import Kind
from .quotation import Quotation

# a blank line, or a line break before an opening mark; a mere line break may be a wrap
_PARAGRAPH = re.compile(r"\s*\n\s*\n\s*|\s*\n\s*(?=[“\"«„‘])")
GLYPHS = "“”„«»‘’\"'`‚ \u00a0"


def kind_of(text: str, segments: Sequence[tuple[int, int]], marks: Sequence[Quotation]) -> Kind:
    """Tell direct (all words between quotation marks), mixed (some) and indirect (none) quotes apart.

    >>> from .quotation import quotations
    >>> text = "He called it “a trap”."
    >>> kind_of(text, [(10, 21)], quotations(text))
    'mixed'
    """
    words = quoted = 0
    for start, end in segments:
        inside = [(mark.start, mark.end) for mark in _overlapping(marks, start, end) if mark.depth == 0]
        words += sum(letter.isalnum() for letter in text[start:end])
        quoted += sum(letter.isalnum() for a, b in inside for letter in text[max(a, start) : min(b, end)])
    if quoted == 0:
        return "indirect"
    return "direct" if quoted == words else "mixed"


def segment_spans(
    text: str, segments: Sequence[tuple[int, int]], marks: Sequence[Quotation], taken: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """Set segments' edges as the codebook has them: at paragraphs' ends, quotation marks inside, white space outside.

    `taken`: the article's other segments, sorted; no edge moves into one of them.

    >>> from .quotation import quotations
    >>> text = "“No,” he said.\\n\\n“Never.\\n\\n“Ever.”"
    >>> segment_spans(text, [(1, 4), (17, 31)], quotations(text))
    [(0, 5), (16, 23), (25, 32)]
    """
    spans: list[tuple[int, int]] = []
    for segment in segments:
        position = segment[0]
        for gap in [*_PARAGRAPH.finditer(text, *segment), None]:
            end = gap.start() if gap else segment[1]
            if position < end:
                floor, ceiling = _room(taken, position, end)
                start, end = trim(text, position, end, marks)
                start, end = max(start, floor, spans[-1][1] if spans else 0), min(end, ceiling)
                if start < end:  # segments that overlap, as given ones may, leave nothing of the second
                    spans.append((start, end))
            position = gap.end() if gap else segment[1]
    return spans or list(segments)


def trim(text: str, start: int, end: int, marks: Sequence[Quotation]) -> tuple[int, int]:
    """Take in a quotation mark that a segment stops short of, and give up white space at its edges.

    >>> from .quotation import quotations
    >>> text = "“No,” he said."
    >>> trim(text, 1, 4, quotations(text))
    (0, 5)
    """
    for mark in _overlapping(marks, start, end):
        if not text[mark.start : start].strip(GLYPHS):
            start = min(start, mark.start)
        if mark.closed and not text[end : mark.end].strip(GLYPHS):
            end = max(end, mark.end)
    while start < end - 1 and text[start].isspace():
        start += 1
    while start < end - 1 and text[end - 1].isspace():
        end -= 1
    return start, end


def _room(taken: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Give where the segment before start to end ends and where the one after it begins."""
    index = bisect_left(taken, (start, end))
    after = next((span[0] for span in taken[index : index + 2] if span[0] >= end), sys.maxsize)
    return (taken[index - 1][1] if index and taken[index - 1][1] <= start else 0), after


def _overlapping(marks: Sequence[Quotation], start: int, end: int) -> Iterator[Quotation]:
    """Give the quotations that share characters with start to end, outermost first."""
    index = bisect_left(marks, start, key=lambda mark: mark.start)
    while index > 0 and (marks[index - 1].depth > 0 or marks[index - 1].end > start):
        index -= 1  # back to an outermost quotation that ends before
        if marks[index].depth == 0:
            break
    while index < len(marks) and marks[index].start < end:
        if marks[index].end > start:
            yield marks[index]
        index += 1
