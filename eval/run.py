"""One evaluation: gold and predictions in; result.json, report.md, articles.jsonl, errors.html and plots out."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from .. import __version__
from ..model.labels import KINDS
from ..seeds.corpus import GoldArticle
from . import calibration, machine, result
from .bootstrap import RESAMPLES, SEED, Estimate, intervals
from .gold import Gold
from .report import write_errors, write_report
from .scores import confusion
from .sums import Sums, Tally, add
from .systems import Predicted
from .tallies import Tallies, count, scorer, write_tallies

END_TO_END, GIVEN_GOLD = "end_to_end", "given_gold"
_PACKAGES = ("torch", "transformers", "numpy", "scipy", "scikit-learn")


def evaluate(
    gold: Gold,
    predicted: Predicted,
    output: Path,
    baselines: Mapping[str, Predicted] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> result.Result:
    """Score a system, and baselines beside it, and write all files into the folder `output`; raises OSError."""
    from .plots import write_plots

    began = time.perf_counter()
    parts = tally(gold.articles, predicted)
    others = {name: tally(gold.articles, other) for name, other in (baselines or {}).items()}
    record = measure(gold, predicted, parts, others, resamples, seed, began)
    output.mkdir(parents=True, exist_ok=True)
    result.write_result(output / "result.json", record)
    write_tallies(output / "articles.jsonl", parts)
    write_plots(output, record)
    write_report(output / "report.md", record)
    write_errors(output / "errors.html", record, gold.articles, predicted.articles)
    return record


def tally(gold: Sequence[GoldArticle], predicted: Predicted) -> dict[str, Tallies]:
    """Count every article, by part: end to end, and on given quotes where the system can read those."""
    parts: dict[str, Tallies] = {END_TO_END: {}}
    for article, found, candidates in zip(gold, predicted.articles, predicted.candidates, strict=True):
        parts[END_TO_END][article.id] = count(article, found, candidates, predicted.temperatures)
    if predicted.given is not None:
        pairs = zip(gold, predicted.given, strict=True)
        parts[GIVEN_GOLD] = {article.id: count(article, read, None, predicted.temperatures) for article, read in pairs}
    return parts


def measure(
    gold: Gold,
    predicted: Predicted,
    parts: Mapping[str, Tallies],
    others: Mapping[str, Mapping[str, Tallies]],
    resamples: int,
    seed: int,
    began: float,
) -> result.Result:
    """Make the record of an evaluation from tallies; `began` is when scoring did, by `time.perf_counter`."""
    estimates = {part: _estimate(list(tallies.values()), predicted, resamples, seed) for part, tallies in parts.items()}
    sums = {part: add(tallies.values()) for part, tallies in parts.items()}
    whole = sums[END_TO_END]
    compared = {
        name: result.Compared(
            end_to_end=_scores(_estimate(list(tallies[END_TO_END].values()), predicted, resamples, seed)),
            given_gold=_given(_estimate(list(tallies[GIVEN_GOLD].values()), predicted, resamples, seed))
            if GIVEN_GOLD in tallies
            else None,
        )
        for name, tallies in others.items()
    }
    correct, partial = int(whole["quotes.correct"]), int(whole["quotes.partial"])
    return result.Result(
        system=predicted.system,
        corpus=result.Corpus(
            name=gold.name, split=gold.split, sha256=gold.sha256, articles=len(gold.articles), counts=dict(gold.counts)
        ),
        end_to_end=_part(_scores(estimates[END_TO_END]), estimates[END_TO_END], whole, predicted.labels),
        given_gold=_part(_given(estimates[GIVEN_GOLD]), estimates[GIVEN_GOLD], sums[GIVEN_GOLD], predicted.labels)
        if GIVEN_GOLD in estimates
        else None,
        outcomes=result.Outcomes(
            correct=correct,
            partial=partial,
            missed=int(whole["quotes.gold"]) - correct - partial,
            spurious=int(whole["quotes.predicted"]) - correct - partial,
        ),
        calibration=_calibration(whole, raw=predicted.temperatures is not None),
        baselines=compared,
        conditions=_conditions(predicted, time.perf_counter() - began, resamples, seed),
    )


def _estimate(tallies: Sequence[Tally], predicted: Predicted, resamples: int, seed: int) -> dict[str, Estimate]:
    return intervals(tallies, scorer(predicted.labels), resamples, seed)


def _scores(estimates: Mapping[str, Estimate]) -> result.Scores:
    return {name: result.Value(**asdict(value)) for name, value in estimates.items() if not name.startswith("slice/")}


def _given(estimates: Mapping[str, Estimate]) -> result.Scores:
    """Keep what is of interest where the quotes are given: not whether they were found."""
    kept = ("speaker", "target", "stance", "record")
    return {name: value for name, value in _scores(estimates).items() if name.startswith(kept)}


def _part(scores: result.Scores, estimates: Mapping[str, Estimate], sums: Sums, labels: Sequence[str]) -> result.Part:
    slices: dict[str, dict[str, dict[str, result.Value]]] = {}
    for name, estimate in estimates.items():
        if name.startswith("slice/"):
            _, by, value, score = name.split("/")
            slices.setdefault(by, {}).setdefault(value, {})[score] = result.Value(**asdict(estimate))
    rows = confusion(sums, labels).astype(int).tolist()
    return result.Part(
        scores=scores,
        confusion=result.Confusion(labels=list(labels), rows=rows) if any(map(any, rows)) else None,
        slices={
            by: {
                value: result.Slice(quotes=int(sums[f"slice/{by}/{value}/found.gold"]), scores=values)
                for value, values in sorted(of.items(), key=lambda item: _in_order(item[0]))
            }
            for by, of in slices.items()
        },
    )


def _in_order(value: str) -> tuple[int, str]:
    """Sort kinds as always, "6-15 words" by its number, and all else by the alphabet."""
    if value in KINDS:
        return KINDS.index(value), value
    number = value.split("-")[0].split()[0]
    return (int(number), value) if number.isdigit() else (0, value)


def _calibration(sums: Sums, raw: bool) -> result.Calibration:
    def bins(name: str) -> list[result.Bin]:
        return [result.Bin.model_validate(row) for row in calibration.reliability(sums, name)]

    return result.Calibration(
        quote=bins("quote"),
        stance=bins("stance"),
        quote_raw=bins("quote_raw") if raw else None,
        stance_raw=bins("stance_raw") if raw else None,
        curve=[result.Point.model_validate(row) for row in calibration.curve(sums)],
    )


def _conditions(predicted: Predicted, scoring: float, resamples: int, seed: int) -> result.Conditions:
    return result.Conditions(
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        quoth=__version__,
        commit=_commit(),
        seed=seed,
        resamples=resamples,
        seconds_predicting=round(predicted.seconds, 1) if predicted.seconds is not None else None,
        seconds_scoring=round(scoring, 1),
        device=predicted.device,
        processor=machine.processor(),
        cores=os.cpu_count() or 1,
        platform=machine.system(),
        versions=machine.versions(_PACKAGES),
    )


def _commit() -> str | None:
    """Give the commit of the source tree that this runs in, "+" where it has changes; None for an installed package."""
    here = Path(__file__).resolve().parent.parent

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(here), *arguments], capture_output=True, text=True, check=True, timeout=10
        ).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != here:
            return None
        return git("rev-parse", "HEAD") + ("+" if git("--no-optional-locks", "status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.SubprocessError):
        return None
