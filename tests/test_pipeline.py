"""The Hugging Face pipeline gives the extractor's quotes, whatever the texts come in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from transformers.pipelines.pt_utils import KeyDataset

from quoth.model.checkpoint import FOLDER
from quoth.model.extractor import Extractor
from quoth.model.network import QuoteModel
from quoth.model.pipeline import TASK, QuotePipeline, quote_features
from quoth.seeds.corpus import load_authored

pipeline: Any = transformers.pipeline  # its types know no task but its own
TEXTS = [
    "“We rejected the offer,” the minister said.",
    "",
    "The president denied that talks had begun. “No,” he said, “it will not be.”\n\n" * 4,
    "The government promised the offer.",
    "They said they would not.",
]


@pytest.fixture(scope="module")
def folder(extractor: Extractor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model")
    extractor.model.save_pretrained(path)
    extractor.tokenizer.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def quotes(folder: Path) -> Any:
    return pipeline(TASK, model=str(folder), device="cpu", dtype=torch.float32)


@pytest.fixture(scope="module")
def gold(extractor: Extractor) -> list[Any]:
    found = expected(extractor)
    assert sum(map(len, found)) > 5 and found[1] == []
    return found


def expected(extractor: Extractor, texts: list[str] = TEXTS, **settings: Any) -> list[Any]:
    return [[q.to_dict() for q in a.quotes] for a in extractor.pipe([("", text) for text in texts], **settings)]


def places(found: Any) -> list[Any]:
    """Leave the scores out: with other batches, their last digit may be another."""
    return [[(q["kind"], q["segments"], q["speaker"], q["stance"]["label"]) for q in of] for of in found]


def test_gives_what_the_extractor_gives_in_any_container(quotes: Any, gold: list[Any]) -> None:
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict({"text": TEXTS})
    assert quotes(TEXTS) == gold and quotes(tuple(TEXTS)) == gold
    assert places(quotes(text) for text in TEXTS) == places(gold)
    assert quotes([]) == [] and list(quotes(iter([]))) == []
    for stream in (iter(TEXTS), (text for text in TEXTS), KeyDataset(rows, "text"), rows["text"]):
        assert list(quotes(stream)) == gold
    json.dumps(gold)


def test_streams(quotes: Any, gold: list[Any]) -> None:
    taken = []

    def texts() -> Any:
        for number in range(10_000):
            taken.append(number)
            yield TEXTS[0]

    assert places([next(quotes(texts(), batch_size=2))]) == places(gold[:1])
    assert len(taken) < 40


@pytest.mark.parametrize("batch_size", [1, 3])
def test_batches_change_nothing(quotes: Any, gold: list[Any], batch_size: int) -> None:
    assert places(quotes(TEXTS, batch_size=batch_size)) == places(gold)


def test_filters(folder: Path, extractor: Extractor, quotes: Any, gold: list[Any]) -> None:
    sure = sorted(q["score"] for of in gold for q in of)[3]
    assert quotes(TEXTS, min_score=sure) == [[q for q in of if q["score"] >= sure] for of in gold]
    assert quotes(TEXTS, kinds=["direct", "mixed"]) == expected(extractor, kinds=["direct", "mixed"])
    assert {q["kind"] for of in quotes(TEXTS, kinds="indirect") for q in of} == {"indirect"}
    set_once = pipeline(TASK, model=str(folder), device="cpu", dtype=torch.float32, min_score=sure, kinds=["indirect"])
    assert set_once(TEXTS) == quotes(TEXTS, min_score=sure, kinds=["indirect"])
    assert set_once(TEXTS, min_score=0.0, kinds=["direct", "mixed", "indirect"]) == gold


def test_says_what_is_wrong(quotes: Any) -> None:
    with pytest.raises(TypeError, match=r'must be a string, not dict; give dataset\["text"\]'):
        quotes([{"text": TEXTS[0]}])
    with pytest.raises(ValueError, match="no kind 'spoken'; give some of direct, mixed, indirect"):
        quotes(TEXTS, kinds=["spoken"])
    with pytest.raises(ValueError, match="min_score is 7"):
        quotes(TEXTS, min_score=7)
    with pytest.raises(TypeError, match="threshold"):
        quotes(TEXTS, threshold=0.5)


def test_number_format(folder: Path, make_model: Callable[[int], QuoteModel], extractor: Extractor) -> None:
    usual = Extractor.from_pretrained(folder, device="cpu")
    found = pipeline(TASK, model=str(folder), device="cpu")
    assert found.model.dtype == usual.model.dtype and found(TEXTS) == expected(usual)
    half = pipeline(TASK, model=str(folder), device="cpu", dtype=torch.bfloat16).model
    assert half.dtype == torch.bfloat16 and half.crf.transitions.dtype == torch.float32
    own = make_model(5)  # one that is given is left as it is
    given = pipeline(TASK, model=own, tokenizer=extractor.tokenizer, device="cpu")
    assert isinstance(given, QuotePipeline) and given.model is own and own.dtype == torch.float32


def test_saved_folder_holds_no_code(quotes: Any, gold: list[Any], tmp_path: Path) -> None:
    quotes.save_pretrained(tmp_path)
    assert not list(tmp_path.rglob("*.py"))
    assert "custom_pipelines" not in json.loads((tmp_path / "config.json").read_text())
    assert pipeline(TASK, model=str(tmp_path), device="cpu", dtype=torch.float32)(TEXTS) == gold


def test_maps_a_dataset(quotes: Any, gold: list[Any]) -> None:
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict({"text": ["", "", *TEXTS]})
    features = datasets.Features({**rows.features, "quotes": quote_features()})

    def read(batch: Any) -> Any:
        return {"quotes": quotes(batch["text"])}

    untold = rows.map(read, batched=True)
    told = rows.map(read, batched=True, batch_size=2, features=features)  # the first batch has no quotes
    assert list(untold["quotes"]) == [[], [], *gold] and places(told["quotes"]) == places(untold["quotes"])
    assert untold.cast(features)[:] == untold[:]


@pytest.mark.skipif(not (FOLDER / "model.safetensors").is_file(), reason="no shipped checkpoint")
def test_shipped_checkpoint() -> None:
    texts = [article.text for article in load_authored("tehran")][:2]
    found = pipeline(TASK, model=str(FOLDER), device="cpu")(texts)
    assert found == expected(Extractor.from_pretrained(device="cpu"), texts)
    assert any(quote["speaker"]["name"] == "Amir Khan Muttaqi" for of in found for quote in of if quote["speaker"])
