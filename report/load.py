"""Records in, as `quoth extract` writes them, each checked, so that what follows needs not ask again.

>>> list(read_records(["missing.jsonl"]))[0].reason
'does not exist; check the path'
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..model.batch.articles import InputError, place
from ..model.batch.files import open_bytes, why
from ..model.batch.rows import json_rows
from ..model.records import Article, Mention, Quote, Span


def read_records(paths: Iterable[str | Path]) -> Iterator[Article | InputError]:
    """Read every record of JSON lines files, in order; a row or a file that cannot be used comes as an `InputError`.

    An id that an earlier row had is an error too, in whichever file that was: everything else refers to articles by
    their ids. Raises nothing.
    """
    first: dict[str, str] = {}
    for path in map(str, paths):
        try:
            with open_bytes(path) as file:
                for row, record in json_rows(file):
                    article = _article(record, path, row)
                    if isinstance(article, Article):
                        if article.id in first:
                            reason = f"id already used by {first[article.id]}; give every article an id of its own"
                            article = InputError(path, row, article.id, reason)
                        else:
                            first[article.id] = place(path, row)
                    yield article
        except OSError as error:
            yield InputError(path, None, None, why(path, error))
        except (ValueError, EOFError) as error:
            yield InputError(path, None, None, str(error))


def spans(quote: Quote) -> Iterator[Span]:
    """Give every span of a quote: segments, cue, speaker, target."""
    yield from (span for span in (*quote.segments, quote.cue, quote.speaker, quote.target) if span is not None)


def fits(article: Article, text: str) -> bool:
    """Tell whether a text is the one that the article's offsets count in: every span has its words there.

    >>> fits(Article("a1", (), "quoth-base 0.1.0"), "any text")
    True
    """
    return all(text[span.start : span.end] == span.text for quote in article.quotes for span in spans(quote))


def fitting_text(article: Article, texts: Mapping[str, str]) -> str | None:
    """Give the article's text, its own or that of the same id in `texts`: the first that fits, None where none does."""
    candidates = (article.text or None, texts.get(article.id))
    return next((text for text in candidates if text is not None and fits(article, text)), None)


def _article(data: dict[str, Any] | str, path: str, row: int) -> Article | InputError:
    """Make a row the record of an article, or say why it is none; a string is what is wrong with the row already."""
    try:
        if isinstance(data, str):
            raise ValueError(data)
        if "quotes" not in data:
            raise ValueError("no record with `quotes`; give what `quoth extract` wrote, and articles with --articles")
        article = Article.from_dict(data)
        _check(article)
    except KeyError as error:
        return InputError(path, row, None, f"a field is missing, {error}; give what `quoth extract` wrote")
    except (TypeError, AttributeError) as error:
        return InputError(path, row, None, f"not as `quoth extract` writes it: {error}")
    except ValueError as error:
        return InputError(path, row, None, str(error))
    return article


def _check(article: Article) -> None:
    """Raise ValueError where a field has another type than its class says, or a score is no probability."""
    _typed("id", article.id, str)
    _typed("model", article.model, str)
    _typed("text", article.text, str)
    _typed("meta", article.meta, dict)
    for number, quote in enumerate(article.quotes):
        field = f"quotes[{number}]"
        if not quote.segments:
            raise ValueError(f"`{field}.segments` is empty")
        for span in spans(quote):
            _typed(f"{field}: text of a span", span.text, str)
            for offset in (span.start, span.end):
                _typed(f"{field}: offset", offset, int)
            if not 0 <= span.start < span.end:
                raise ValueError(f"`{field}`: the span [{span.start}, {span.end}] is empty or negative")
            if isinstance(span, Mention):
                _typed(f"{field}: name", span.name, str)
        _typed(f"{field}.stance.label", quote.stance.label, str)
        for score in (quote.score, quote.stance.score, *quote.stance.scores.values()):
            if type(score) not in (int, float) or not 0 <= score <= 1:  # NaN is not, either
                raise ValueError(f"`{field}`: the score {score!r} is no number between 0 and 1")


def _typed(field: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"`{field}` is {str(value)[:40]!r}, but must be of type {kind.__name__}")
