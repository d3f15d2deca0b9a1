"""Corrected records as training articles: the authored format of `seeds/README.md`, which `load_gold` reads.

>>> list(gold_record(Article("a1", (), "", "Nothing was said.", {"title": "Silence"})))
['id', 'title', 'text', 'quotes']
"""

from typing import Any

from ..model.batch.outputs import plain_line
from ..model.records import Article, Mention, Quote, Span


def gold_line(article: Article) -> bytes:
    """Give the article as a line of UTF-8."""
    return plain_line(gold_record(article))


def gold_record(article: Article) -> dict[str, Any]:
    """Give the article as JSON has it in gold files: the title where its record has one, its text, its quotes."""
    title = {"title": article.meta["title"]} if isinstance(article.meta.get("title"), str) else {}
    quotes = [{"id": f"q{number}", **_quote(quote)} for number, quote in enumerate(article.quotes, 1)]
    return {"id": article.id, **title, "text": article.text, "quotes": quotes}


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "kind": quote.kind,
        "content": [_pair(segment) for segment in quote.segments],
        "cue": [_pair(quote.cue)] if quote.cue else [],
        "source": _pair(quote.speaker) if quote.speaker else None,
        "speaker_name": _name(quote.speaker),
        "stance": quote.stance.label,
        "target": _pair(quote.target) if quote.target else None,
        "target_name": _name(quote.target),
    }


def _pair(span: Span) -> list[int]:
    return [span.start, span.end]


def _name(mention: Mention | None) -> str | None:
    """Give the party's fullest name: its mention, on one line, where nobody wrote another."""
    return (mention.name or " ".join(mention.text.split())) if mention else None
