"""Articles through the model as a stream, in order, where one that fails becomes an error and the rest go on."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from math import isfinite
from typing import Final, Protocol

from .inputs import ArticleInput, InputError
from .records import Article

# Articles held at a time, in batches and in characters: enough to sort them by length, little enough to stay small.
BATCHES_AT_A_TIME: Final = 4
CHARACTERS_AT_A_TIME: Final = 4_000_000


class Extracts(Protocol):
    """What this module asks of an `Extractor`."""

    def __call__(self, text: str, id: str = "") -> Article:
        """Extract one article's quotes."""

    def pipe(self, articles: Iterable[tuple[str, str]], *, batch_size: int = 16) -> Iterator[Article]:
        """Extract the quotes of (id, text) pairs, in order."""


def select(article: Article, kinds: Collection[str], min_score: float = 0.0) -> Article:
    """Keep the quotes of these kinds that are at least this certain.

    >>> select(Article("a1", (), "quoth-base 0.1.0"), {"direct"}, 0.5).quotes
    ()
    """
    return replace(article, quotes=tuple(q for q in article.quotes if q.kind in kinds and q.score >= min_score))


def extract_articles(
    load: Callable[[], Extracts], inputs: Iterable[ArticleInput | InputError], batch_size: int = 16
) -> Iterator[Article | InputError]:
    """Give one result for every input, in its order; errors pass through, and a failing article becomes one.

    `load` is called when the first article has come, so that bad paths are named without waiting for a model;
    what it raises goes up.
    """
    extractor: Extracts | None = None
    for chunk in _chunks(inputs, batch_size * BATCHES_AT_A_TIME):
        articles = [item for item in chunk if isinstance(item, ArticleInput)]
        if articles and extractor is None:
            extractor = load()
        results = _extract(extractor, articles, batch_size) if extractor is not None else iter(())
        for item in chunk:
            yield item if isinstance(item, InputError) else next(results)


def _chunks(inputs: Iterable[ArticleInput | InputError], articles: int) -> Iterator[list[ArticleInput | InputError]]:
    chunk: list[ArticleInput | InputError] = []
    characters = 0
    for item in inputs:
        chunk.append(item)
        characters += len(item.text) if isinstance(item, ArticleInput) else 0
        if len(chunk) >= articles or characters >= CHARACTERS_AT_A_TIME:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _extract(extractor: Extracts, articles: list[ArticleInput], batch_size: int) -> Iterator[Article | InputError]:
    """Extract in batches; where one fails, go on one article at a time to find which it was."""
    piped: Iterator[Article] | None = None
    done = 0
    while done < len(articles):
        try:
            if piped is None:
                piped = iter(
                    extractor.pipe([(article.id, article.text) for article in articles], batch_size=batch_size)
                )
            result = _checked(next(piped), articles[done])
        except Exception:
            break
        yield result
        done += 1
    for article in articles[done:]:
        try:
            one = _checked(extractor(article.text, article.id), article)
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            reason = f"the model failed on this article ({type(error).__name__}: {said})"
            remedy = "try a smaller --batch-size, or --device cpu" if "out of memory" in said.lower() else "report it"
            yield InputError(article.file, article.row, article.id, f"{reason}; {remedy}")
        else:
            yield one


def _checked(result: Article, article: ArticleInput) -> Article:
    """Let nothing out whose offsets do not fit the article it is said to be of, nor a score that is no number.

    Raises ValueError, which makes an error of this article.
    """
    for quote in result.quotes:
        for span in (*quote.segments, quote.cue, quote.speaker, quote.target):
            if span is not None and article.text[span.start : span.end] != span.text:
                raise ValueError(f"the span [{span.start}, {span.end}] does not fit the text")
        if not all(map(isfinite, (quote.score, quote.stance.score, *quote.stance.scores.values()))):
            raise ValueError("a score is no number")
    if result.id != article.id:
        raise ValueError(f"the record has the id {result.id!r}")
    return result
