"""The results of the shipped checkpoint, `eval/results/*.json`: which rows of them count, and what made them.

`make results` writes them; the README's table (`quoth.eval.table`) and the model card (`quoth.eval.card`) show them.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..seeds.corpus import SEEDS
from .bootstrap import RESAMPLES, SEED
from .report import shown
from .result import Result, ResultError, Scores, System, read_result

RESULTS: Final = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """A score that counts: what to call it, and the name in `Corpus.counts` of what it is a share of, if it is one."""

    score: str
    label: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A corpus: what to call it, and its rows. recall: of what is found beside its gold nothing is known."""

    title: str
    rows: tuple[Row, ...]
    recall: bool = False


_AUTHORED: Final = (
    Row("quotes", "quotes, F1"),
    Row("speaker", "speaker mention, F1"),
    Row("speaker_name", "speaker's name, recall"),
    Row("stance_given", "stance of found quotes, macro F1 of 5"),
    Row("stance", "stance end to end, macro F1 of 4 acts"),
    Row("target", "target, recall"),
)
SECTIONS: Final = {
    "seeds-quoted.jsonl": Section(
        "five news reports of the Tehran meeting, words in quotation marks",
        (
            Row("direct", "direct and mixed quotes found", "quotes"),
            Row("direct_speaker", "with the right speaker mention", "speakers"),
            Row("speaker_name", "with the right name", "names"),
            Row("stance_accuracy", "with the right stance", "quotes"),
            Row("target", "with the right target", "targets"),
        ),
        recall=True,
    ),
    "polnear-dev": Section(
        "PolNeAR dev, US political news",
        (
            Row("speech", "quoted stretches that are speech, F1"),
            Row("speech_speaker", "their speaker, F1"),
            Row("quotes", "attributions of all kinds, F1"),
            Row("quotes_speaker", "attributions with speaker, F1"),
            Row("speaker_name", "speaker's name (our labels), recall"),
            Row("stance", "stance (our labels), macro F1 of 4 acts"),
        ),
    ),
    "dev": Section("authored dev, written by language models", _AUTHORED),
    "test": Section("authored test, written by language models", _AUTHORED),
}


def section(result: Result) -> Section:
    """Give a result's title and rows; a corpus of the user's own has the rows of authored articles."""
    return SECTIONS.get(result.corpus.name) or Section(result.corpus.name, _AUTHORED)


def in_order(results: Sequence[Result]) -> list[Result]:
    """Sort results as `SECTIONS` has them, others behind by name."""
    order = list(SECTIONS)
    return sorted(results, key=lambda r: (order.index(r.corpus.name) if r.corpus.name in order else 99, r.corpus.name))


def shipped_results() -> list[Result]:
    """Read the shipped results; none before `make results` has run. Raises ResultError."""
    return in_order([read_result(path) for path in sorted(RESULTS.glob("*.json"))])


def one_system(results: Sequence[Result]) -> System:
    """Give the system that all results are of; raises ResultError where there are none, or more systems than one."""
    if not results:
        raise ResultError("no results to show; make some with quoth evaluate")
    for result in results:
        if (result.system.name, result.system.sha256) != (results[0].system.name, results[0].system.sha256):
            both = (
                f"{r.system.name} (sha256 {str(r.system.sha256)[:12]}, on {r.corpus.name})"
                for r in (results[0], result)
            )
            raise ResultError(f"results of two systems: {' and '.join(both)}; evaluate one on all corpora")
    names = [result.corpus.name for result in results]
    if len(set(names)) < len(names):
        raise ResultError(f"two results on one corpus: {', '.join(sorted(names))}; give one of each")
    return results[0].system


def cell(result: Result, scores: Scores, row: Row, interval: bool = True) -> str:
    """Print a row's value: ".873 (.850-.894)", or of a count "11 of 12 (.750-1.000)"."""
    value = scores.get(row.score)
    if value is None or value.value is None or row.of is None:
        return shown(value, interval)
    of = result.corpus.counts[row.of]
    bounds = f" ({shown(value.low)}-{shown(value.high)})" if interval and value.low is not None else ""
    return f"{round(value.value * of)} of {of}{bounds}"


def command(result: Result) -> str:
    """Give the command that measured a result, with DIR for folders of the reader's."""
    name, system = result.corpus.name, result.system
    words = ["quoth", "evaluate", name]
    if system.kind != "model":
        words += [f"--{system.kind}", system.name if system.kind == "baseline" else system.source]
    elif system.source != "the model that comes with quoth":
        words += ["--model", system.source]
    if result.baselines:
        words.append("--baselines")
    line = shlex.join(words)
    if name.startswith("polnear-") or (result.baselines and (SEEDS / f"{name}.jsonl").is_file()):
        line += " --polnear DIR"  # for baselines to learn from what the model has learnt from, too
    for option, value, usual in (
        ("resamples", result.conditions.resamples, RESAMPLES),
        ("seed", result.conditions.seed, SEED),
    ):
        line += f" --{option} {value}" if value != usual else ""
    if name == "seeds-quoted.jsonl":
        line = f"python -m quoth.eval.quoted SEEDS.jsonl {name}\n{line} --polnear DIR"
    return f"{line} -o DIR"
