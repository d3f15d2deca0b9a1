"""Markdown from data: texts that show as they are, and tables that can be read unrendered, too."""

import html
import re
from collections.abc import Sequence


class Markdown(str):
    """Text that is Markdown already, to be written as it stands."""

    __slots__ = ()


def escape(text: str) -> Markdown:
    r"""Give a text that Markdown shows as it is, on one line, also in a table; `Markdown` stays as it is.

    >>> print(escape("<i>A_b</i> | *c*"))
    &lt;i&gt;A\_b&lt;/i&gt; \| \*c\*
    """
    if isinstance(text, Markdown):
        return text
    line = html.escape(" ".join(text.split()), quote=False)
    return Markdown(re.sub(r"([\\`*_\[\]|~#])", r"\\\1", line))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> Markdown:
    """Lay out a table of `texts` columns of text and, right of them, numbers; cells are escaped.

    >>> print(table(["score", "value"], [["quotes", ".873"], ["a|b", "–"]]))
    | score  | value |
    | ------ | ----: |
    | quotes |  .873 |
    | a\\|b   |     – |
    """
    cells = [[escape(cell) for cell in row] for row in (header, *rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
    rule = ["-" * width if i < texts else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    lines = [
        [c.ljust(w) if i < texts else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        for row in cells
    ]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:])))
