"""Articles through the model as a stream, in order, where one that fails becomes an error and the rest go on."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from math import isfinite
from typing import Protocol

from ..labels import KINDS
from ..records import Article
from .articles import ArticleInput, InputError


class Extracts(Protocol):
    """What this module asks of an `Extractor`."""

    def __call__(self, text: str, id: str = "") -> Article:
        """Extract one article's quotes."""

    def pipe(
        self, articles: Iterable[tuple[str, str]], *, batch_size: int = 16, kinds: Collection[str] = KINDS
    ) -> Iterator[Article]:
        """Extract the quotes of (id, text) pairs, in order."""


def extract_articles(
    load: Callable[[], Extracts],
    inputs: Iterable[ArticleInput | InputError],
    batch_size: int = 16,
    kinds: Collection[str] = KINDS,
) -> Iterator[Article | InputError]:
    """Give one result for every input, in its order; errors pass through, and a failing article becomes one.

    `load` is called when the first article has come, so that bad paths are named without waiting for a model;
    what it raises goes up.
    """
    stream = iter(inputs)
    waiting: deque[ArticleInput | InputError] = deque()  # taken from the stream, not yet answered
    broken: list[Exception] = []  # what the stream itself raised, which is no article's fault

    def pairs(first: ArticleInput) -> Iterator[tuple[str, str]]:
        yield first.id, first.text
        try:
            for item in stream:
                waiting.append(item)
                if isinstance(item, ArticleInput):
                    yield item.id, item.text
        except Exception as error:
            broken.append(error)

    extractor: Extracts | None = None
    for item in stream:
        if isinstance(item, InputError):
            yield item
            continue
        extractor = extractor or load()
        waiting.append(item)
        try:
            for result in extractor.pipe(pairs(item), batch_size=batch_size, kinds=kinds):
                while isinstance(head := waiting[0], InputError):
                    yield head
                    waiting.popleft()
                result = _checked(result, head)
                waiting.popleft()
                yield result
        except Exception:
            pass  # an article failed: each one that was taken is tried again alone, to find which
        while waiting:
            head = waiting.popleft()
            yield head if isinstance(head, InputError) else _alone(extractor, head, kinds)
        if broken:
            raise broken[0]


def _alone(extractor: Extracts, article: ArticleInput, kinds: Collection[str]) -> Article | InputError:
    """Extract one article, or say why it cannot be."""
    try:
        return _checked(extractor(article.text, article.id), article).only(kinds)
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        reason = f"the model failed on this article ({type(error).__name__}: {said})"
        remedy = "try a smaller --batch-size, or --device cpu" if "out of memory" in said.lower() else "report it"
        return InputError(article.file, article.row, article.id, f"{reason}; {remedy}")


def _checked(result: Article, article: ArticleInput) -> Article:
    """Let nothing out whose offsets do not fit the article it is said to be of, nor a score that is no number.

    What was carried through with the article goes into its record. Raises ValueError, which makes an error of it.
    """
    for quote in result.quotes:
        for span in (*quote.segments, quote.cue, quote.speaker, quote.target):
            if span is not None and article.text[span.start : span.end] != span.text:
                raise ValueError(f"the span [{span.start}, {span.end}] does not fit the text")
        if not all(map(isfinite, (quote.score, quote.stance.score, *quote.stance.scores.values()))):
            raise ValueError("a score is no number")
    if result.id != article.id:
        raise ValueError(f"the record has the id {result.id!r}")
    return replace(result, meta=article.meta, keeps_text=article.keep_text)
