"""Intervals and tests by resampling articles: quotes of one article share its faults, so they are not drawn alone.

A resampled corpus is how often each article was drawn; its counts are these numbers times the table of tallies, so
that a thousand corpora cost one matrix product.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .sums import Array, Sums, Tally, add, matrix, number

RESAMPLES, SEED, LEVEL = 2000, 17, 0.95
Scores = Callable[[Sums], Mapping[str, Array]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score and its interval; `value` is None where there is nothing to measure, the bounds also with one article."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How much B's score is above A's, with the interval of the difference and a two-sided p-value."""

    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None


def intervals(
    tallies: Sequence[Tally], scores: Scores, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Estimate]:
    """Estimate every score on A articles, with the percentile interval of `resamples` bootstrap corpora (Efron, 1979).

    >>> counts = [{"hit": 1, "gold": 1}] * 3 + [{"gold": 1}]
    >>> intervals(counts, lambda n: {"recall": n["hit"] / n["gold"]})["recall"]
    Estimate(value=0.75, low=0.25, high=1.0)
    """
    values = scores(add(tallies))
    drawn = scores(_resample(tallies, _draw(len(tallies), resamples, seed)))
    return {
        name: Estimate(number(value), *_bounds(number(value), drawn[name], len(tallies)))
        for name, value in values.items()
    }


def paired(
    a: Sequence[Tally], b: Sequence[Tally], scores: Scores, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Difference]:
    """Compare two systems' tallies of the same articles in the same order, on the same resampled corpora.

    The p-value is twice the share of resampled differences on the other side of zero, the observed one counted in
    (Efron and Tibshirani, 1993, chapter 15). Raises ValueError where the articles are not as many.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} articles against {len(b)}: a paired comparison needs the same ones")
    weights = _draw(len(a), resamples, seed)
    value_a, value_b = scores(add(a)), scores(add(b))
    drawn_a, drawn_b = scores(_resample(a, weights)), scores(_resample(b, weights))
    result = {}
    for name in value_a.keys() & value_b.keys():
        difference = number(value_b[name] - value_a[name])
        drawn = drawn_b[name] - drawn_a[name]
        low, high = _bounds(difference, drawn, len(a))
        p = _p_value(drawn) if low is not None else None
        result[name] = Difference(number(value_a[name]), number(value_b[name]), difference, low, high, p)
    return {name: result[name] for name in value_a if name in result}


def _draw(articles: int, resamples: int, seed: int) -> Array:
    """Draw [R, A]: how often each article is in each resampled corpus of as many articles."""
    random = np.random.default_rng(seed)
    return random.multinomial(articles, np.full(articles, 1 / articles), size=resamples).astype(np.float64)


def _resample(tallies: Sequence[Tally], weights: Array) -> Sums:
    names, table = matrix(tallies)
    return Sums(zip(names, np.ascontiguousarray((weights @ table).T), strict=True))


def _bounds(value: float | None, drawn: Array, articles: int) -> tuple[float | None, float | None]:
    """Give the percentile interval of resampled values [R]; corpora with nothing to measure are left out."""
    drawn = drawn[~np.isnan(drawn)] if drawn.ndim else drawn[None]
    if value is None or articles < 2 or not len(drawn):
        return None, None
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _p_value(drawn: Array) -> float:
    drawn = drawn[~np.isnan(drawn)] if drawn.ndim else drawn[None]
    side = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return min(1.0, 2 * (side + 1) / (len(drawn) + 1))
