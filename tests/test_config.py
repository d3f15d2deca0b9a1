"""The training config: what the file says is what is done, and a slip in it is named, never passed over."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from transformers import PreTrainedTokenizerBase

import quoth.configs
from quoth.model.network import QuoteModel
from quoth.model.tokens import tokenize
from quoth.model.windows import collate
from quoth.seeds.corpus import load_authored
from quoth.training.config import ConfigError, TrainingConfig, load_config
from quoth.training.loss import losses, weighted
from quoth.training.targets import collate_targets, encode

SHIPPED = sorted(Path(str(files(quoth.configs))).glob("*.yaml"))
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that writes base.yaml with some keys, given as a path with dots, set to something else."""

    def write_config(**changes: Any) -> Path:
        data = yaml.safe_load((SHIPPED[0].parent / "base.yaml").read_text(encoding="utf-8"))
        for key, value in changes.items():
            *folders, last = key.split(".")
            place = data
            for folder in folders:
                place = place[folder]
            place[last] = value
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(data), encoding="utf-8")
        return path

    return write_config


class TestShipped:
    def test_are_there(self) -> None:
        assert {path.name for path in SHIPPED} >= {"base.yaml", "tiny.yaml"}

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
    def test_load_and_say_what_they_mean(self, path: Path) -> None:
        config = load_config(path)
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert config.model_dump(exclude_unset=True) == said
        assert config.schedule.epochs >= 1

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
    def test_weigh_every_loss_and_nothing_else(
        self, path: Path, model: QuoteModel, tokenizer: PreTrainedTokenizerBase
    ) -> None:
        article = load_authored("train")[0]
        sections = encode(article, tokenize(article.text, tokenizer), model.config, 300)
        inputs = collate([section.tokens for section in sections], tokenizer, 64, 16)
        parts = losses(model, inputs, collate_targets(sections), on_found=True)
        weights = load_config(path).heads.weights.model_dump()
        assert parts.keys() == weights.keys()
        total = sum(weights[name] * part.item() for name, part in parts.items())
        assert weighted(parts, weights).item() == pytest.approx(total, rel=1e-4)
        with pytest.raises(KeyError, match="stance"):
            weighted(parts, {name: weight for name, weight in weights.items() if name != "stance"})

    def test_tiny_is_tiny_and_needs_nobody_elses_articles(self) -> None:
        tiny = load_config(SHIPPED[0].parent / "tiny.yaml")
        assert not tiny.data.polnear and tiny.data.limit == 12 and tiny.schedule.epochs == 1


class TestErrors:
    @pytest.mark.parametrize(
        "key", ["colour", "data.colour", "heads.colour", "schedule.colour", "heads.weights.colour"]
    )
    def test_an_unknown_key_is_named(self, write: Write, key: str) -> None:
        path = write(**{key: 1.0})
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        assert str(path) in str(caught.value) and key in str(caught.value)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("encoder", None),
            ("seed", "many"),
            ("data", []),
            ("data.train", "train"),
            ("data.polnear", "perhaps"),
            ("data.restyle", 1.5),
            ("data.section", 8),
            ("heads.weights", [1.0]),
            ("heads.stances", ["none"]),
            ("heads.stances", ["call", "call", "none"]),
            ("heads.weights.content", "heavy"),
            ("schedule.epochs", 0),
            ("schedule.batch", 2.5),
            ("schedule.average", 1.0),
        ],
    )
    def test_a_bad_value_is_named(self, write: Write, key: str, value: Any) -> None:
        path = write(**{key: value})
        with pytest.raises(ConfigError) as caught:
            load_config(path)
        assert str(path) in str(caught.value) and key in str(caught.value)

    def test_all_slips_are_told_at_once(self, write: Write) -> None:
        with pytest.raises(ConfigError, match=r"data\.limits.*schedule\.epochs|schedule\.epochs.*data\.limits"):
            load_config(write(**{"data.limits": 3, "schedule.epochs": -1}))

    def test_a_missing_key_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text("name: mine\n")
        with pytest.raises(ConfigError, match="encoder"):
            load_config(path)

    @pytest.mark.parametrize("content", ["", "- a\n", "just words", "name: [", "a: b: c", "\tname: x"])
    def test_what_is_no_mapping_is_refused(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text(content)
        with pytest.raises(ConfigError, match=str(path)):
            load_config(path)

    def test_what_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
            load_config(tmp_path / "nowhere.yaml")
        with pytest.raises(ConfigError, match=str(tmp_path)):
            load_config(tmp_path)

    def test_what_is_not_utf8_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "latin.yaml").write_bytes("name: caf\xe9\n".encode("latin-1"))
        with pytest.raises(ConfigError, match=r"latin\.yaml"):
            load_config(tmp_path / "latin.yaml")


def test_a_model_begins_in_one_place() -> None:
    assert TrainingConfig(start="shipped").encoder is None
    for places in ({}, {"encoder": "somewhere", "start": "shipped"}):
        with pytest.raises(ValueError, match="either encoder"):
            TrainingConfig(**places)


def test_defaults_are_enough_but_for_the_encoder() -> None:
    config = TrainingConfig(encoder="somewhere")
    assert config.data.train == ["train"] and config.heads.stances is None
