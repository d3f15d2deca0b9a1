"""The record of a training run, training.json beside a checkpoint, as the model card reads it.

`quoth.training.run` writes it; nothing of training is imported here, so that a card needs no training package.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class TrainingRecordError(ValueError):
    """A training record that is missing or not one: names the file, the field and what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reach(_Strict):
    """What the network's limits make unreachable: `lost` of `of` annotated quotes, mentions or names."""

    lost: int = Field(ge=0)
    of: int = Field(ge=0)


class TrainingRecord(_Strict):
    """How a checkpoint came about.

    config: what `quoth train` was told, defaults filled in. minutes: of training, on `device` ("cpu", "cuda:0") of
    `hardware` ("2 CPU cores, …"). articles: how many by use ("train", "dev polnear"). best_epoch: the checkpoint that
    was kept. dev: its scores by corpus, calibrated. reach: by what limit, as the run prints before it starts.
    """

    config: dict[str, Any]
    minutes: float = Field(ge=0)
    device: str = Field(min_length=1)
    hardware: str = Field(min_length=1)
    articles: dict[str, int] = Field(min_length=1)
    best_epoch: str = Field(min_length=1)
    dev: dict[str, dict[str, float | None]]
    reach: dict[str, Reach] = Field(min_length=1)


def parse_training(data: Mapping[str, Any], source: str = "training record") -> TrainingRecord:
    """Read a training record from its JSON; raises TrainingRecordError.

    >>> parse_training({"minutes": 5})
    Traceback (most recent call last):
    quoth.eval.trained.TrainingRecordError: training record: field 'config': Field required (7 in all)
    """
    try:
        return TrainingRecord.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise TrainingRecordError(f"{source}: field {field!r}: {first['msg']} ({error.error_count()} in all)") from None


def read_training(path: Path) -> dict[str, Any]:
    """Read training.json and check it; raises TrainingRecordError that names the file and the field."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingRecordError(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise TrainingRecordError(f"{path}: not JSON ({error})") from None
    if not isinstance(data, dict):
        raise TrainingRecordError(f"{path}: not a JSON object, as quoth train writes it")
    return parse_training(data, str(path)).model_dump()
