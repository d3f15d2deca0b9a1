"""Whether scores mean what they say: reliability bins, expected calibration error, Brier score, the threshold's curve.

All from counts and sums in ten bins of equal width, which add up over articles. They are taken on everything that a
system scored, also below its threshold where that is at hand. Where the temperatures are known that the scores went
through, they are taken out again and the same is measured before (`_raw`).
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..model.records import Article, Stance
from ..seeds.corpus import GoldArticle
from .match import assign, characters, overlaps
from .sums import Array, Sums, number, ratio
from .verdicts import HALF, content

BINS: Final = 10
THRESHOLDS: Final = tuple(step / 20 for step in range(20))
_LEAST = 5e-5  # scores are written with four digits


@dataclass(frozen=True, slots=True)
class Temperatures:
    """What a system's log odds were divided by: of its quotes' scores, and of its stances'."""

    quote: float
    stance: float


def tally(gold: GoldArticle, candidates: Article, temperatures: Temperatures | None = None) -> dict[str, float]:
    """Count and sum one article's scored quotes by bin, and those at or above each threshold."""
    n: defaultdict[str, float] = defaultdict(float)
    quotes = sorted(candidates.quotes, key=lambda q: ([(s.start, s.end) for s in q.segments], -q.score, str(q)))
    gold_quotes = sorted(gold.quotes, key=lambda quote: (quote.content, str(quote)))
    overlap = overlaps([characters(quote.content) for quote in gold_quotes], [content(quote) for quote in quotes])
    answered = {j: i for i, j in assign(overlap, HALF).items()}
    for j, quote in enumerate(quotes):
        _measure(n, "quote", quote.score, j in answered)
        if temperatures:
            before = reheat({"yes": quote.score, "no": 1 - quote.score}, temperatures.quote)["yes"]
            _measure(n, "quote_raw", before, j in answered)
        label = gold_quotes[answered[j]].stance if j in answered else None
        if label:
            _measure_stance(n, "stance", quote.stance, quote.stance.scores, label)
            if temperatures:
                _measure_stance(n, "stance_raw", quote.stance, reheat(quote.stance.scores, temperatures.stance), label)
    for threshold in THRESHOLDS:
        kept = [j for j, quote in enumerate(quotes) if quote.score >= threshold]
        n[f"curve/{threshold:.2f}/gold"] += len(gold_quotes)
        n[f"curve/{threshold:.2f}/predicted"] += len(kept)
        n[f"curve/{threshold:.2f}/hit"] += len(assign(overlap[:, kept], HALF))
    return {name: count for name, count in n.items() if count}


def reheat(probabilities: Mapping[str, float], temperature: float) -> dict[str, float]:
    """Give probabilities as they were before their log odds were divided by a temperature.

    >>> reheat({"yes": 0.75, "no": 0.25}, 2.0)
    {'yes': 0.9, 'no': 0.1}
    """
    powers = {label: max(p, _LEAST) ** temperature for label, p in probabilities.items()}
    return {label: power / sum(powers.values()) for label, power in powers.items()}


def scores(n: Sums) -> dict[str, Array]:
    """Give calibration errors; NaN where nothing was scored.

    quote_ece, stance_ece: expected calibration error, the mean distance of score and share right over ten bins of equal
        width (Naeini et al., 2015; Guo et al., 2017); of a stance, the likeliest label's score. quote_brier: mean
        squared distance of a quote's score from 1 (it is one of gold's) or 0 (Brier, 1950). stance_brier: the same
        summed over the labels, on found quotes: 0 best, 2 worst. With `_raw`: before temperature.
    """
    result: dict[str, Array] = {}
    for what in ("quote", "stance"):
        for name in (what, f"{what}_raw"):
            ending = name.removeprefix(what)
            places = [f"bin/{name}/{place}" for place in range(BINS)]
            total = sum((n[f"{place}/count"] for place in places), np.zeros(()))
            gaps = sum((abs(n[f"{place}/score"] - n[f"{place}/right"]) for place in places), np.zeros(()))
            result[f"{what}_ece{ending}"] = ratio(gaps, total)
            result[f"{what}_brier{ending}"] = ratio(n[f"brier/{name}"], total)
    return result


def reliability(n: Sums, name: str) -> list[dict[str, float | None]]:
    """List the bins of "quote", "stance" or either with "_raw": `count`, mean `score`, share `right`."""
    rows = []
    for place in range(BINS):
        count, score, right = (n[f"bin/{name}/{place}/{what}"] for what in ("count", "score", "right"))
        rows.append({"count": float(count), "score": number(ratio(score, count)), "right": number(ratio(right, count))})
    return rows


def curve(n: Sums) -> list[dict[str, float | None]]:
    """List `threshold`, `precision`, `recall` and `f1` of quotes that score at least so much."""
    rows: list[dict[str, float | None]] = []
    for threshold in THRESHOLDS:
        hit, predicted, gold = (n[f"curve/{threshold:.2f}/{what}"] for what in ("hit", "predicted", "gold"))
        row = {
            "precision": number(ratio(hit, predicted)),
            "recall": number(ratio(hit, gold)),
            "f1": number(ratio(2 * hit, predicted + gold)),
        }
        rows.append({"threshold": threshold, **row})
    return rows


def _measure(n: defaultdict[str, float], name: str, score: float, right: bool) -> None:
    place = min(BINS - 1, math.floor(score * BINS))
    n[f"bin/{name}/{place}/count"] += 1
    n[f"bin/{name}/{place}/score"] += score
    n[f"bin/{name}/{place}/right"] += right
    if name.startswith("quote"):
        n[f"brier/{name}"] += (score - right) ** 2


def _measure_stance(
    n: defaultdict[str, float], name: str, stance: Stance, probabilities: Mapping[str, float], gold: str
) -> None:
    _measure(n, name, probabilities[stance.label], stance.label == gold)
    labels = {gold, *probabilities}
    n[f"brier/{name}"] += sum((probabilities.get(label, 0.0) - (label == gold)) ** 2 for label in labels)
