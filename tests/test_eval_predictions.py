"""Predictions that cannot be scored: each gets one error that names line and field, and the command ends with 2."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from quoth.cli import app
from quoth.eval.oracle import oracle
from quoth.eval.predictions import PredictionError, read_predictions
from quoth.seeds.corpus import GoldArticle, GoldQuote

TEXTS = {"a1": "“We will not,” Ali Nazary said on Friday.", "a2": "Nobody spoke."}
QUOTE = GoldQuote("q1", "direct", ((0, 14),), ((26, 30),), ((15, 25),), "Ali Nazary", "rejection", None, None)
GOLD = [
    GoldArticle("a1", TEXTS["a1"], (QUOTE,), True, "other"),
    GoldArticle("a2", TEXTS["a2"], (), True, "other"),
]
Change = Callable[[list[dict[str, Any]]], object]


def rows() -> list[dict[str, Any]]:
    return [oracle(article).to_dict() for article in GOLD]


def write(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(r if isinstance(r, str) else json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


@pytest.fixture
def gold_file(tmp_path: Path) -> Path:
    quote: dict[str, Any] = {"id": "q1", "kind": "direct", "content": [[0, 14]], "cue": [[26, 30]], "source": [15, 25]}
    quote |= {"speaker_name": "Ali Nazary", "stance": "rejection", "target": None, "target_name": None}
    articles: list[dict[str, Any]] = [{"id": name, "text": text, "quotes": []} for name, text in TEXTS.items()]
    articles[0]["quotes"] = [quote]
    return write(tmp_path / "gold.jsonl", articles)


def test_reads_in_the_order_of_gold(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", [*rows()[::-1], "\n"])
    assert read_predictions(path, GOLD) == [oracle(article) for article in GOLD]
    assert read_predictions(path, GOLD)[0].text == TEXTS["a1"]


def at(*path: str | int) -> Callable[[Any], Change]:
    """Give a change that puts a value at a place in the first record's first quote."""

    def put(value: Any) -> Change:
        def change(records: list[dict[str, Any]]) -> None:
            place = records[0]["quotes"][0]
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value

        return change

    return put


BAD: dict[str, tuple[Change, str]] = {
    "unknown article": (lambda r: r[1].update(id="a9"), "line 2: field 'id': no article 'a9' in the gold corpus"),
    "article twice": (lambda r: r.append(r[0]), "line 3: field 'id': 'a1' was already on line 1"),
    "article missing": (lambda r: r.pop(0), "field 'id': 1 of 2 articles are missing, 'a1' for one"),
    "nothing": (lambda r: r.clear(), "field 'id': 2 of 2 articles are missing"),
    "no JSON": (lambda r: r.insert(0, "{"), "line 1: not JSON"),  # type: ignore[arg-type]
    "no object": (lambda r: r.insert(0, [1]), "line 1: [1] is no JSON object"),  # type: ignore[arg-type]
    "no id": (lambda r: r[0].pop("id"), "line 1: field 'id': is missing"),
    "no quotes": (lambda r: r[0].pop("quotes"), "line 1: article 'a1', field 'quotes': is missing"),
    "no model": (lambda r: r[0].pop("model"), "line 1: article 'a1', field 'model': is missing"),
    "kind": (at("kind")("spoken"), "article 'a1', field 'quotes[0].kind': 'spoken' is none of direct, mixed, indirect"),
    "no segments": (at("segments")([]), "field 'quotes[0].segments': empty"),
    "out of range": (
        at("segments", 0, "end")(999),
        "field 'quotes[0].segments[0]': [0, 999] is outside the text",
    ),
    "negative": (at("segments", 0, "start")(-1), "field 'quotes[0].segments[0]': [-1, 14] is outside"),
    "empty span": (at("speaker", "end")(15), "field 'quotes[0].speaker': [15, 15] is empty"),
    "half an offset": (at("cue", "start")(1.5), "field 'quotes[0].cue': offsets 1.5, 30 are no whole numbers"),
    "true as an offset": (at("cue", "start")(True), "offsets True, 30 are no whole numbers"),
    "text that lies": (at("speaker", "text")("Omar Khan"), "field 'quotes[0].speaker.text': 'Omar Khan' is not what"),
    "no name": (at("speaker", "name")(""), "field 'quotes[0].speaker.name': '' is no string with something in it"),
    "no target": (lambda r: r[0]["quotes"][0].pop("target"), "field 'quotes[0].target': is missing"),
    "label": (at("stance", "label")("threat"), "field 'quotes[0].stance': 'threat' is none of rejection, denial"),
    "label in scores": (at("stance", "scores", "threat")(0.5), "field 'quotes[0].stance': 'threat' is none of"),
    "label without score": (
        at("stance", "scores")({"none": 1.0}),
        "'quotes[0].stance.scores.rejection': is missing",
    ),
    "score above 1": (at("score")(1.5), "field 'quotes[0].score': 1.5 is no number between 0 and 1"),
    "NaN": (at("stance", "score")(float("nan")), "field 'quotes[0].stance.score': nan is no number between 0 and 1"),
    "score in words": (at("score")("high"), "field 'quotes[0].score': 'high' is no number"),
    "quote as text": (lambda r: r[0].update(quotes=["no"]), "field 'quotes[0]': 'no' is no JSON object"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_predictions_are_named(case: str, tmp_path: Path, gold_file: Path) -> None:
    change, message = BAD[case]
    records = rows()
    change(records)
    path = write(tmp_path / "p.jsonl", records)
    with pytest.raises(PredictionError) as error:
        read_predictions(path, GOLD)
    assert message in str(error.value) and str(error.value).startswith(str(path))
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["evaluate", str(gold_file), "--predictions", str(path), "-o", str(out)])
    assert result.exit_code == 2
    assert message in result.stderr and "Traceback" not in result.output
    assert not out.exists()


def test_missing_articles_can_be_counted_as_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", rows()[1:])
    assert [len(article.quotes) for article in read_predictions(path, GOLD, missing_are_empty=True)] == [0, 0]


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(PredictionError, match="No such file"):
        read_predictions(tmp_path / "p.jsonl", GOLD)
    (tmp_path / "p.jsonl").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(PredictionError, match="not UTF-8"):
        read_predictions(tmp_path / "p.jsonl", GOLD)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["empty.jsonl", "-o", "out"], "no articles in it"),
        (["nowhere.jsonl", "-o", "out"], "no such file"),
        (["polnear-dev", "-o", "out"], "--polnear DIR"),
        (["dev"], "into which folder"),
        (["dev", "--baseline", "magic", "-o", "out"], "'magic' is none of the baselines nearest_name"),
        (["dev", "--baseline", "tfidf", "--model", "x", "-o", "out"], "only one of --model"),
        (["dev", "--compare", "a", "b"], "a: No such file"),
    ],
)
def test_bad_calls_end_with_2(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.jsonl").write_text("\n")
    result = CliRunner().invoke(app, ["evaluate", *arguments])
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "out").exists()
