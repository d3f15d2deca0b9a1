"""The operating point and the temperatures of a trained model, fitted on dev.

First the tagger's `content_bias` and the quote scorer's `threshold` with the best F1 of quotes; at that point,
temperatures that make the scores mean what they say (Guo et al., 2017). "Best" is the mean over the dev corpora.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from ..eval.match import characters, match
from ..eval.scores import f1
from ..model.config import QuoteConfig
from ..model.decode import FoundQuote
from ..model.extractor import Extractor
from ..model.tokens import Tokens, char_span, tokenize
from ..model.windows import sections
from ..seeds.corpus import GoldArticle

BIASES = (0.0, 0.5, 1.0, 1.5, 2.0)
THRESHOLDS = tuple(step / 50 for step in range(5, 40))
UNKNOWN = -1  # the stance label of a found quote that is no gold one, or whose gold has none


@dataclass
class Outcome:
    """What a corpus gave: of N found quotes the scores, whether each is real, stances [N, C] and gold labels.

    gold: how many gold quotes there are.
    """

    score: NDArray[np.float64]
    real: NDArray[np.bool_]
    stance: NDArray[np.float64]
    label: NDArray[np.int64]
    gold: int


def calibrate(extractor: Extractor, dev: Mapping[str, Sequence[GoldArticle]]) -> None:
    """Set the operating point and the temperatures in the model's config."""
    config = extractor.model.config
    config.score_temperature = config.stance_temperature = 1.0
    by_bias = [outcomes(extractor, articles) for articles in dev.values()]
    choices = [
        (float(np.mean([quotes_f1(corpus[bias], threshold) for corpus in by_bias])), bias, threshold)
        for bias in BIASES
        for threshold in THRESHOLDS
    ]
    _, config.content_bias, threshold = max(choices)
    corpora = [corpus[config.content_bias] for corpus in by_bias]
    if any(len(corpus.score) for corpus in corpora):  # a model that finds nothing has nothing to calibrate
        _fit(config, corpora, threshold)


def _fit(config: QuoteConfig, corpora: Sequence[Outcome], threshold: float) -> None:
    score, real = (np.concatenate([getattr(corpus, name) for corpus in corpora]) for name in ("score", "real"))
    config.score_temperature = temperature(np.stack([logit(score), np.zeros_like(score)], 1), (~real).astype(np.int64))
    config.threshold = round(float(1 / (1 + np.exp(-logit(np.array(threshold)) / config.score_temperature))), 4)
    stance, label = (np.concatenate([getattr(corpus, name) for corpus in corpora]) for name in ("stance", "label"))
    known = label != UNKNOWN
    if known.any():
        config.stance_temperature = temperature(np.log(stance[known]), label[known])


def outcomes(extractor: Extractor, articles: Sequence[GoldArticle]) -> dict[float, Outcome]:
    """Find quotes in gold articles at every content bias, below any threshold, and match them."""
    config = extractor.model.config
    rows: dict[float, list[tuple[float, bool, tuple[float, ...], int]]] = {bias: [] for bias in BIASES}
    for article in articles:
        whole = tokenize(article.text, extractor.tokenizer)
        parts = [whole.slice(start, end) for start, end in sections(whole, config.section) if end > start]
        states = [extractor.encode([part]) for part in parts]
        for bias in BIASES:
            config.content_bias = bias
            found = [
                (part, quote) for part, one in zip(parts, states, strict=True) for quote in extractor.decode(one)[0]
            ]
            rows[bias] += _judged(article, found, config.stances)
    return {
        bias: _outcome(found, sum(len(a.quotes) for a in articles), len(config.stances)) for bias, found in rows.items()
    }


def _judged(
    article: GoldArticle, found: Sequence[tuple[Tokens, FoundQuote]], labels: Sequence[str]
) -> Iterator[tuple[float, bool, tuple[float, ...], int]]:
    spans = [
        characters(char_span(article.text, tokens.offsets, *segment) for segment in quote.segments)
        for tokens, quote in found
    ]
    matched = {j: i for i, j in match([characters(quote.content) for quote in article.quotes], spans).items()}
    for j, (_, quote) in enumerate(found):
        stance = article.quotes[matched[j]].stance if j in matched else None
        label = UNKNOWN if stance is None else labels.index(stance)
        yield quote.score, j in matched, quote.stance, label


def _outcome(rows: Sequence[tuple[float, bool, tuple[float, ...], int]], gold: int, labels: int) -> Outcome:
    return Outcome(
        score=np.array([row[0] for row in rows]),
        real=np.array([row[1] for row in rows], dtype=bool),
        stance=np.clip(np.array([row[2] for row in rows], dtype=np.float64).reshape(-1, labels), 1e-7, 1.0),
        label=np.array([row[3] for row in rows], dtype=np.int64),
        gold=gold,
    )


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
