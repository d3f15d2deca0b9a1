"""The tables: every part of a quote is there, in any width, and nothing steers the terminal."""

from io import StringIO

import pytest
from rich.console import Console

from quoth.model.records import Article, Mention, Quote, Span, Stance
from quoth.model.view import article_view, printable

TEXT = "“We rejected\n\nhis offer,” Ali Nazary told them. " + "Then came lunch. " * 9 + "“They own nothing.”"
QUOTE = Quote(
    "direct",
    (Span.of(TEXT, 0, 25), Span.of(TEXT, TEXT.rindex("“"), len(TEXT))),
    Span.of(TEXT, 37, 41),
    Mention(26, 36, "Ali Nazary", "Ali Maisam Nazary"),
    Mention(42, 46, "them", "Taliban"),
    Stance("rejection", 0.97, {"rejection": 0.97}),
    0.99,
)


@pytest.mark.parametrize("width", [30, 80, 160])
@pytest.mark.parametrize("with_text", [True, False])
def test_shows_every_part_of_a_quote_within_the_width(width: int, with_text: bool) -> None:
    console = Console(width=width, record=True, file=StringIO())
    console.print(article_view(Article("a1", (QUOTE,), "m", TEXT if with_text else ""), width))
    lines = console.export_text().splitlines()
    shown = " ".join(" ".join(lines).split())
    assert all(len(line) <= width for line in lines)
    assert all(part in shown for part in ["a1", "1 quote ", "Ali Maisam Nazary", "→ Taliban", "rejection", "0.97"])
    assert all(part in shown for part in ["direct", "0.99", "“We rejected", "…", "nothing.”"])
    assert "lunch" not in shown and ("told" in shown) is with_text


def test_an_article_without_quotes_says_so() -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(article_view(Article("[b]x[/b]", (), "m", ""), 80))
    assert console.export_text().startswith("[b]x[/b]  0 quotes")


def test_nothing_in_a_text_steers_the_terminal() -> None:
    assert printable("a\x1b[2J\x9b\0\u202eb\r\n\tc\ud800") == "a�[2J���b c�"
