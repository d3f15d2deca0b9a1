"""Quotes for reading in a terminal: one coloured table an article, the speech standing out from its sentence."""

import re
from itertools import pairwise
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from .labels import NO_STANCE
from .records import Article, Mention, Quote, Span

STANCE_STYLES: Final = {
    "rejection": "red",
    "denial": "yellow",
    "assurance": "bright_blue",
    "offer": "green",
    NO_STANCE: "dim",
}
OTHER_STANCE: Final = "magenta"  # a model may have been trained on labels of its own
SPEAKER_STYLE: Final = "bold cyan"
TARGET_STYLE: Final = "underline"
CUE_STYLE: Final = "italic"
WIDE: Final = 110
"""Terminal columns from which speaker and target stand side by side."""
NARROW: Final = 64
"""Terminal columns below which everything stands one below the other."""
NEAR: Final = 60
"""Characters of the article shown between a quote's parts; where there are more, an ellipsis stands for them."""


def printable(text: str) -> str:
    r"""Put text on one line, with what would steer a terminal (escapes, text direction) made visible.

    >>> printable("He said:\n\x1b[2J“No.”")
    'He said: �[2J“No.”'
    """
    return re.sub(
        r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
        "\N{REPLACEMENT CHARACTER}",
        re.sub(r"\s+", " ", text),
    )


def article_view(article: Article, width: int) -> RenderableType:
    """Show an article's quotes for a terminal of `width` columns."""
    count = f"{len(article.quotes)} quote{'' if len(article.quotes) == 1 else 's'}"
    title = Text.assemble((printable(article.id) or "(no id)", "bold"), ("  " + count, "dim"))
    if not article.quotes:
        return Group(Rule(title, style="dim", align="left"), Text())
    table = Table(
        box=box.SIMPLE_HEAD, expand=True, padding=(0, 1), collapse_padding=True, pad_edge=False, show_edge=False
    )
    for header, columns in _columns(width):
        table.add_column(header, width=columns, ratio=None if columns else 1, overflow="fold", header_style="dim")
    for row, quote in enumerate(article.quotes):
        if row:
            table.add_row()  # air between quotes that take several lines
        speaker, target = _name(quote.speaker, ""), _name(quote.target, "→ ")
        stance = _scored(quote.stance.label, quote.stance.score, _stance_style(quote))
        kind = _scored(quote.kind, quote.score, "")
        if width >= WIDE:
            table.add_row(speaker, target, stance, kind, passage(article, quote))
        elif width >= NARROW:
            table.add_row(_stack(speaker, target), _stack(stance, kind), passage(article, quote))
        else:
            table.add_row(_stack(speaker, target, stance, kind, passage(article, quote)))
    return Group(Rule(title, style="dim", align="left"), table, Text())


def _columns(width: int) -> list[tuple[str, int | None]]:
    """Give headers and widths of the table's columns; None takes what is left."""
    if width >= WIDE:
        return [("speaker", 28), ("→ target", 26), ("stance", 14), ("kind", 14), ("quote", None)]
    if width >= NARROW:
        return [("speaker → target", 22), ("stance, kind", 14), ("quote", None)]
    return [("speaker → target, stance, kind, quote", None)]


def passage(article: Article, quote: Quote) -> Text:
    """Give the quote in its sentence: content, cue and speaker marked, the words between them dim, gaps left out."""
    content = _stance_style(quote) if quote.stance.label != NO_STANCE else "default"
    if not article.text:  # a record that was read back has no article to show it in
        return Text(" … ").join(Text(printable(segment.text), style=content) for segment in quote.segments)
    marked: list[tuple[Span, str]] = [(segment, content) for segment in quote.segments]
    marked += [(quote.cue, CUE_STYLE)] if quote.cue else []
    marked += [(quote.speaker, "cyan")] if quote.speaker else []
    ranges: list[tuple[int, int]] = []
    for span, _ in sorted(marked, key=lambda mark: mark[0].start):
        if ranges and span.start - ranges[-1][1] <= NEAR:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], span.end))
        else:
            ranges.append((span.start, span.end))
    marked += [(quote.target, TARGET_STYLE)] if quote.target else []
    return Text.assemble((" … ", "dim")).join(_marked(article.text, start, end, marked) for start, end in ranges)


def _marked(text: str, start: int, end: int, marked: list[tuple[Span, str]]) -> Text:
    """Cut a range out of the article, every stretch in the styles of the spans that cover it."""
    edges = {edge for span, _ in marked for edge in (span.start, span.end) if start < edge < end}
    result = Text()
    for left, right in pairwise(sorted({start, end} | edges)):
        styles = [style for span, style in marked if span.start <= left and right <= span.end]
        result.append(printable(text[left:right]), " ".join(styles) or "dim")
    return result


def _stance_style(quote: Quote) -> str:
    return STANCE_STYLES.get(quote.stance.label, OTHER_STANCE)


def _scored(label: str, score: float, style: str) -> Text:
    return Text.assemble((f"{label:<9}", style), (f" {score:.2f}", "dim"))


def _stack(*lines: Text) -> Text:
    return Text("\n").join(line for line in lines if line)


def _name(mention: Mention | None, before: str) -> Text:
    if mention is None:
        return Text("" if before else "—", style="dim")
    return Text.assemble((before, "dim"), (printable(mention.name or mention.text), "" if before else SPEAKER_STYLE))
