"""What is scored: a model, somebody's predictions, or a baseline, each brought to records of the gold articles."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.labels import STANCES
from ..model.records import Article
from ..seeds.corpus import GoldArticle
from .baselines import NAMES as BASELINES
from .baselines import Baseline
from .calibration import Temperatures
from .predictions import read_predictions
from .result import System

if TYPE_CHECKING:
    from ..model.extractor import Extractor

__all__ = ["BASELINES", "Predicted", "from_baseline", "from_file", "from_model"]
Advance = Callable[[], None]  # called after each article, for a progress bar
_BLOCK = 16  # articles between two steps of the bar


@dataclass(frozen=True, slots=True)
class Predicted:
    """A system's records of the gold articles, in gold's order.

    articles: as the system reports them. candidates: with the quotes below its threshold, too. given: its reading of
    gold's quotes; None where it cannot be asked. seconds: of predicting end to end; None for a file.
    """

    system: System
    articles: Sequence[Article]
    candidates: Sequence[Article]
    given: Sequence[Article] | None = None
    temperatures: Temperatures | None = None
    seconds: float | None = None
    device: str | None = None
    labels: Sequence[str] = field(default=STANCES)


def from_model(
    extractor: "Extractor", gold: Sequence[GoldArticle], source: str | None = None, advance: Advance = lambda: None
) -> Predicted:
    """Run a model twice: end to end, and on gold's quotes. `source` is where it was loaded from, None for our own."""
    from ..model.checkpoint import FOLDER
    from ..model.compose import compose
    from .given import read_given

    config = extractor.model.config
    began = time.perf_counter()
    articles: list[Article] = []
    candidates: list[Article] = []
    for start in range(0, len(gold), _BLOCK):
        block = gold[start : start + _BLOCK]
        for article, parts in zip(block, extractor.find([article.text for article in block]), strict=True):
            articles.append(compose(article.id, article.text, parts, config))
            # calibration and the curve look below the threshold
            candidates.append(compose(article.id, article.text, parts, config, threshold=0.0))
            advance()
    seconds = time.perf_counter() - began
    given = []
    for reading in read_given(extractor, gold):
        given.append(reading)
        advance()
    folder = FOLDER if source is None else Path(source)
    system = System(
        kind="model",
        name=extractor.name,
        source=source or "the model that comes with quoth",
        sha256=_hash(folder / "config.json", folder / "model.safetensors"),
        threshold=config.threshold,
        score_temperature=config.score_temperature,
        stance_temperature=config.stance_temperature,
    )
    return Predicted(
        system,
        articles,
        candidates,
        given,
        Temperatures(config.score_temperature, config.stance_temperature),
        seconds,
        _device(extractor),
        config.stances,
    )


def from_file(
    path: Path, gold: Sequence[GoldArticle], missing_are_empty: bool = False, labels: Sequence[str] = STANCES
) -> Predicted:
    """Read predictions in the record's format, with stances of `labels`; raises PredictionError."""
    articles = read_predictions(path, gold, labels, missing_are_empty)
    name = next((article.model for article in articles if article.model), path.stem)
    system = System(kind="predictions", name=name, source=str(path), sha256=_hash(path))
    return Predicted(system, articles, articles, labels=labels)


def from_baseline(
    name: str, gold: Sequence[GoldArticle], training: Sequence[GoldArticle], advance: Advance = lambda: None
) -> Predicted:
    """Run a baseline end to end and on gold's quotes; raises ValueError on a name that is none."""
    baseline = Baseline(name, training)
    began, articles, given = time.perf_counter(), [], []
    for article in gold:
        articles.append(baseline(article.text, article.id))
        advance()
    seconds = time.perf_counter() - began
    for article in gold:
        given.append(baseline.read_given(article))
        advance()
    system = System(kind="baseline", name=name, source="quoth.eval.baselines")
    return Predicted(system, articles, articles, given, seconds=seconds)


def _device(extractor: "Extractor") -> str:
    import torch

    device = extractor.model.device
    return f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)


def _hash(*paths: Path) -> str | None:
    """Hash files' bytes one after the other; None where they are not here, as of a model from a hub."""
    if not all(path.is_file() for path in paths):
        return None
    digest = sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
