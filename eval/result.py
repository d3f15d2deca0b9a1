"""The record of an evaluation: what was scored on what, every score with its interval, and under which conditions.

`result.json` is one `Result`; the report, the plots and the model card are rendered from it alone.

    result = read_result(Path("scored/result.json"))
    result.end_to_end.scores["quotes"].value
    result.given_gold.scores["stance"].low
"""

from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Record = TypeVar("Record", bound=BaseModel)


class ResultError(ValueError):
    """A result file that is missing or not one: names the file, the field and what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(_Strict):
    """A score and its 95% interval; None where gold says nothing, the bounds also on a single article."""

    value: float | None
    low: float | None
    high: float | None


Scores = dict[str, Value]  # by the names that `quoth.eval.scores.scores` and its neighbours define


class System(_Strict):
    """What was scored. sha256: of the checkpoint's or predictions' bytes. threshold, temperatures: a model's own."""

    kind: Literal["model", "predictions", "baseline"]
    name: str
    source: str
    sha256: str | None = None
    threshold: float | None = None
    score_temperature: float | None = None
    stance_temperature: float | None = None


class Corpus(_Strict):
    """What it was scored on. sha256: of articles and annotations. counts: what gold holds (`quoth.eval.gold.Gold`)."""

    name: str
    split: str
    sha256: str
    articles: int
    counts: dict[str, int]


class Outcomes(_Strict):
    """Quotes as nervaluate counts them: correct + partial + missed are gold, correct + partial + spurious predicted."""

    correct: int
    partial: int
    missed: int
    spurious: int


class Confusion(_Strict):
    """Stances. rows[i][j]: quotes of gold label i predicted as j; the last row is spurious, the last column missed."""

    labels: list[str]
    rows: list[list[int]]


class Slice(_Strict):
    """Gold quotes with something in common: how many they are, and the share of them with each part right."""

    quotes: int
    scores: Scores


class Part(_Strict):
    """End to end, or with gold quotes given. slices: by what, then by value ("kind", "direct")."""

    scores: Scores
    confusion: Confusion | None
    slices: dict[str, dict[str, Slice]]


class Bin(_Strict):
    """A tenth of the scores' range: how many were scored so, their mean score, and the share that was right."""

    count: int
    score: float | None
    right: float | None


class Point(_Strict):
    """Quotes that score `threshold` or more."""

    threshold: float
    precision: float | None
    recall: float | None
    f1: float | None


class Calibration(_Strict):
    """Reliability of the scores of quotes and stances; with `_raw`, before temperature, where there was one."""

    quote: list[Bin]
    stance: list[Bin]
    quote_raw: list[Bin] | None
    stance_raw: list[Bin] | None
    curve: list[Point]


class Compared(_Strict):
    """Another system on the same articles, scores only."""

    end_to_end: Scores
    given_gold: Scores | None


class Conditions(_Strict):
    """How it was measured. seconds: of predicting (None for predictions from a file) and of scoring."""

    date: str
    quoth: str
    commit: str | None
    seed: int
    resamples: int
    seconds_predicting: float | None
    seconds_scoring: float
    device: str | None
    processor: str
    cores: int
    platform: str
    versions: dict[str, str]


class Result(_Strict):
    """All of one evaluation. outcomes: of quotes, end to end. baselines: by name, where they were asked for."""

    format: Literal[1] = 1
    system: System
    corpus: Corpus
    end_to_end: Part
    given_gold: Part | None
    outcomes: Outcomes
    calibration: Calibration
    baselines: dict[str, Compared]
    conditions: Conditions


def write_result(path: Path, result: Result) -> None:
    """Write result.json; raises OSError."""
    path.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_result(path: Path) -> Result:
    """Read what `write_result` wrote; raises ResultError that names the file and the field."""
    return read_record(path, Result)


def read_record(path: Path, record: type[Record]) -> Record:
    """Read a record from its JSON; raises ResultError that names the file and the field."""
    try:
        return record.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultError(f"{path}: {error.strerror or error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise ResultError(f"{path}: field {field!r}: {first['msg']} ({error.error_count()} in all)") from None
