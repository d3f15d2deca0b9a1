"""The operating point and the temperatures of a trained model, fitted on dev.

First the tagger's `content_bias` and the quote scorer's `threshold` with the best F1 of quotes, averaged over the dev
corpora; then, at that point, temperatures that make the scores mean what they say (Guo et al., 2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from ..eval.match import characters, match
from ..eval.scores import f1
from ..model.extractor import Extractor
from ..model.windows import char_span
from ..seeds.corpus import GoldArticle

BIASES = (0.0, 0.5, 1.0, 1.5, 2.0)
THRESHOLDS = tuple(step / 50 for step in range(5, 36))


@dataclass
class Outcome:
    """What a corpus gave: scores [N] of found quotes, whether each is real; stances [M, C] with gold labels."""

    score: NDArray[np.float64]
    real: NDArray[np.bool_]
    gold: int
    stance: NDArray[np.float64]
    label: NDArray[np.int64]


def calibrate(extractor: Extractor, dev: Mapping[str, Sequence[GoldArticle]]) -> None:
    """Set `content_bias`, `threshold`, `score_temperature` and `stance_temperature` in the model's config."""
    config = extractor.model.config
    config.score_temperature = config.stance_temperature = 1.0
    best = -1.0
    for bias in BIASES:
        config.content_bias = bias
        outcomes = [outcome(extractor, articles) for articles in dev.values()]
        for threshold in THRESHOLDS:
            value = float(np.mean([quotes_f1(found, threshold) for found in outcomes]))
            if value > best:
                best, chosen = value, (bias, threshold, outcomes)
    config.content_bias, threshold, outcomes = chosen
    if not any(len(found.score) for found in outcomes):
        return  # a model that finds nothing has nothing to calibrate
    score, real = (np.concatenate([getattr(found, name) for found in outcomes]) for name in ("score", "real"))
    config.score_temperature = temperature(np.stack([logit(score), np.zeros_like(score)], 1), (~real).astype(np.int64))
    config.threshold = round(float(1 / (1 + np.exp(-logit(np.array(threshold)) / config.score_temperature))), 4)
    stance, label = (np.concatenate([getattr(found, name) for found in outcomes]) for name in ("stance", "label"))
    if len(label):
        config.stance_temperature = temperature(np.log(stance), label)


def outcome(extractor: Extractor, articles: Sequence[GoldArticle]) -> Outcome:
    """Find quotes in gold articles and match them, below any threshold."""
    labels = extractor.model.config.stances
    score: list[float] = []
    real: list[bool] = []
    stance: list[tuple[float, ...]] = []
    label: list[int] = []
    for article, parts in zip(articles, extractor.find([article.text for article in articles]), strict=True):
        found = [(tokens, quote) for tokens, quotes in parts for quote in quotes]
        spans = [
            characters(char_span(article.text, tokens.offsets, *segment) for segment in quote.segments)
            for tokens, quote in found
        ]
        matched = {j: i for i, j in match([characters(quote.content) for quote in article.quotes], spans).items()}
        for j, (_, quote) in enumerate(found):
            score.append(quote.score)
            real.append(j in matched)
            gold = article.quotes[matched[j]].stance if j in matched else None
            if gold is not None:
                stance.append(quote.stance)
                label.append(labels.index(gold))
    total = sum(len(article.quotes) for article in articles)
    probabilities = np.clip(np.array(stance, dtype=np.float64).reshape(-1, len(labels)), 1e-7, 1.0)
    return Outcome(np.array(score), np.array(real, dtype=bool), total, probabilities, np.array(label, dtype=np.int64))


def quotes_f1(found: Outcome, threshold: float) -> float:
    """F1 of the quotes that score at least `threshold`."""
    kept = found.score >= threshold
    return f1(float(found.real[kept].sum()), float(kept.sum()), found.gold) or 0.0


def logit(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn probabilities into log odds, clipped away from certainty."""
    clipped = np.clip(probability, 1e-7, 1 - 1e-7)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Find the divisor of logits [N, C] that makes the labels [N] likeliest, between 1/4 and 4."""
    scores, gold = torch.from_numpy(logits), torch.from_numpy(labels)

    def loss(log_temperature: float) -> float:
        return float(torch.nn.functional.cross_entropy(scores / np.exp(log_temperature), gold))

    fitted = minimize_scalar(loss, bounds=(-np.log(4), np.log(4)), method="bounded")
    return round(float(np.exp(fitted.x)), 4)
