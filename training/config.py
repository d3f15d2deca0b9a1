"""What a training run is told, in one YAML file; an unknown key is an error.

The file's keys are the fields below; `configs/base.yaml` makes a new model, `configs/own.yaml` goes on from one.
"""

from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator


class ConfigError(ValueError):
    """A config file that cannot be read or says something unknown."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(_Strict):
    """Which articles: `train` and `dev` name shipped splits or files; PolNeAR is read where a path to it is given."""

    train: list[str] = ["train"]
    dev: list[str] = ["dev"]
    polnear: bool = True
    repeat: int = Field(1, ge=1)  # times that each of `train` is read in an epoch; PolNeAR is six times as long
    section: int = Field(1536, ge=64)  # tokens; the longest stretch trained on at once
    restyle: float = Field(0.3, ge=0, le=1)  # share of articles whose quotation marks are retyped, each epoch
    relayout: float = Field(0.1, ge=0, le=1)  # lists and transcripts made of an epoch's quotes, as a share of articles
    limit: int | None = None  # read only so many articles of each source


class Weights(_Strict):
    """What each head's loss counts for in the sum, see `training.loss`."""

    content: float = 1.0
    tags: float = 1.0
    link: float = 1.0
    score: float = 1.0
    stance: float = 1.0
    cue: float = 1.0
    cue_end: float = 1.0
    speaker: float = 1.0
    speaker_end: float = 1.0
    target: float = 1.0
    target_end: float = 1.0
    name: float = 1.0
    name_end: float = 1.0


class Heads(_Strict):
    """The heads' sizes and dropout, see `QuoteConfig`, and the weight of each one's loss."""

    window: int = 512
    overlap: int = 96
    mention_tokens: int = 32
    pointer_size: int = 192
    dropout: float = 0.1
    stances: list[str] | None = Field(None, min_length=2)  # the last means "no act"; default: the codebook's
    weights: Weights = Weights()

    @field_validator("stances")
    @classmethod
    def _differ(cls, stances: list[str] | None) -> list[str] | None:
        if stances is not None and len({*stances}) < len(stances):
            raise ValueError("a label is there twice")
        return stances


class Schedule(_Strict):
    """The optimiser's settings: AdamW, linear warm-up and decay, an exponential moving average of the weights."""

    epochs: int = Field(8, ge=1)
    batch: int = Field(4, ge=1)  # articles
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    table_rate: float = 2e-2  # distances' and lengths' biases, tags' transitions: single numbers, with far to go
    warmup: float = Field(0.06, ge=0, lt=1)
    weight_decay: float = 0.01
    average: float = Field(0.998, ge=0, lt=1)  # decay of the moving average; 0: none
    found_after: float = Field(1.0, ge=0)  # epochs before the heads are also trained on the model's own quotes
    smoothing: float = Field(0.0, ge=0, lt=1)
    act_weight: float = Field(1.0, gt=0)  # of a quote with an act in the stance's loss; most have none
    scores_share: float = Field(0.0, ge=0, le=1)  # of `stance-scores.jsonl` in the stance to learn; the rest is gold's
    freeze_embeddings: bool = True


class TrainingConfig(_Strict):
    """A whole training run."""

    name: str = "quoth"
    encoder: str | None = None  # hub id, folder, or "package:" and an installed package with one in its folder `model`
    start: str | None = None  # instead of an encoder: a checkpoint's folder or hub id, or "shipped", to go on from
    seed: int = 17
    data: Data = Data()
    heads: Heads = Heads()
    schedule: Schedule = Schedule()

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if (self.encoder is None) == (self.start is None):
            raise ValueError("give either encoder, for a new model, or start, to go on from a checkpoint")
        return self


def load_config(path: Path) -> TrainingConfig:
    """Read a YAML file; raises ConfigError that names the file, the key and what is wrong with it."""
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TrainingConfig.model_validate(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"{path}: {problems}") from error
