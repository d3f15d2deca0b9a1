"""Whatever is most frequent: the article's most frequent name, the training quotes' most frequent stance."""

from collections import Counter
from collections.abc import Callable, Sequence

from ...model.labels import NO_STANCE, STANCES
from ...seeds.corpus import GoldArticle, Pair
from .text import Attribution, Segments, names


def attribute(text: str, segments: Segments) -> Attribution:
    """Take the first mention of the name that the article has most often, for no cue."""
    found = names(text)
    counts = Counter(text[start:end] for start, end in found)
    best = max(counts.values(), default=0)
    return None, next(((start, end) for start, end in found if counts[text[start:end]] == best), None)


def stance(articles: Sequence[GoldArticle]) -> Callable[[str, Segments, Pair | None], dict[str, float]]:
    """Give a function that answers every quote with the shares of the labels in the articles."""
    counts = Counter(quote.stance for article in articles for quote in article.quotes if quote.stance)
    total = counts.total()
    shares = {label: round(counts[label] / total, 4) if total else float(label == NO_STANCE) for label in STANCES}
    return lambda text, segments, cue: dict(shares)
