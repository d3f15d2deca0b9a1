"""What quotation marks say about a quote: its kind, and where its segments' edges lie."""

from collections.abc import Sequence

from .labels import Kind
from .quotation import Quotation


def kind_of(text: str, segments: Sequence[tuple[int, int]], marks: Sequence[Quotation]) -> Kind:
    """Tell direct (all words between quotation marks), mixed (some) and indirect (none) quotes apart.

    >>> from .quotation import quotations
    >>> text = "He called it “a trap”."
    >>> kind_of(text, [(10, 21)], quotations(text))
    'mixed'
    """
    quoted = total = 0
    for start, end in segments:
        words = [position for position in range(start, end) if text[position].isalnum()]
        total += len(words)
        for mark in marks:
            if mark.depth == 0 and mark.start < end and mark.end > start:
                quoted += sum(mark.start < position < mark.end for position in words)
    if quoted == 0:
        return "indirect"
    return "direct" if quoted >= total else "mixed"


def trim(text: str, start: int, end: int, marks: Sequence[Quotation]) -> tuple[int, int]:
    """Take in the quotation marks that stand at a segment's edges, and give up white space.

    >>> from .quotation import quotations
    >>> text = "“No,” he said."
    >>> trim(text, 1, 4, quotations(text))
    (0, 5)
    """
    for mark in marks:
        if mark.start < start <= mark.start + 2 <= mark.end and mark.end - 2 <= end <= mark.end and text[mark.start : start].strip("“”„«»‘’'\"` ") == "":
            start = mark.start
        if mark.closed and start <= mark.start and mark.end - 2 <= end < mark.end:
            end = mark.end
    while start < end - 1 and text[start].isspace():
        start += 1
    while end - 1 > start and text[end - 1].isspace():
        end -= 1
    return start, end
