"""The command from end to end: the files it writes, what they hold, and that an article cannot write into the page."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner
from typer.testing import Result as CliResult

from quoth.cli import app
from quoth.eval import systems
from quoth.eval.baselines import NAMES
from quoth.eval.compare import ComparisonError, compare, read_side
from quoth.eval.errors import KINDS_OF_ERROR, article_errors
from quoth.eval.given import read_given
from quoth.eval.gold import Gold, load
from quoth.eval.oracle import oracle
from quoth.eval.report import peers
from quoth.eval.result import ResultError, System, read_result, write_result
from quoth.eval.run import evaluate
from quoth.eval.sums import add, number
from quoth.eval.systems import Predicted
from quoth.eval.tallies import every_score, read_tallies
from quoth.model.records import Article, Mention, Span
from quoth.seeds.corpus import GoldArticle, GoldQuote, load_authored

if TYPE_CHECKING:
    from quoth.model.extractor import Extractor

PLOTS = ("confusion", "reliability", "precision_recall", "by_kind")
EVIL = "“We will <script>alert('no')</script> not,” Ali <b>Nazary</b> & Co said. “Come \"home\",” he said."


def run(*arguments: object) -> CliResult:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def predict(path: Path, articles: list[GoldArticle], random: Random) -> Path:
    """Write gold as predictions, with quotes lost and speakers and stances changed."""
    lines = []
    for gold in articles:
        record = oracle(gold)
        quotes = [replace(q, speaker=q.speaker if random.random() < 0.8 else None) for q in record.quotes]
        kept = tuple(quote for quote in quotes if random.random() < 0.8)
        lines.append(json.dumps(replace(record, quotes=kept, model="lossy").to_dict()) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_writes_all_its_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    predictions = predict(tmp_path / "p.jsonl", load_authored("dev"), Random(1))
    called = run("dev", "--predictions", predictions, "-o", out, "--baselines", "--resamples", 50)
    assert called.exit_code == 0, called.output
    assert "lossy on dev: 38 articles, 412 quotes" in called.stdout and "majority" in called.stdout
    plots = {f"{plot}.{suffix}" for plot in PLOTS for suffix in ("png", "svg")}
    assert {path.name for path in out.iterdir()} == {
        "result.json",
        "report.md",
        "articles.jsonl",
        "errors.html",
    } | plots
    for plot in PLOTS:
        assert (out / f"{plot}.png").read_bytes().startswith(b"\x89PNG")
    result = read_result(out / "result.json")
    assert set(result.baselines) == set(NAMES)
    assert result.system.name == "lossy" and result.given_gold is None
    assert result.corpus.counts["quotes"] == 412
    gold_quotes = result.outcomes.correct + result.outcomes.partial + result.outcomes.missed
    assert gold_quotes == 412
    report = (out / "report.md").read_text(encoding="utf-8")
    assert all(f"({plot}.png)" in report for plot in PLOTS)
    assert not re.search(r"None|nan|Undefined|More Information", report.split("## What they mean")[0])


def test_scores_can_be_added_up_again_from_the_articles(tmp_path: Path) -> None:
    gold = load("dev")
    predicted = systems.from_baseline("reporting_verb", gold.articles, [])
    result = evaluate(gold, predicted, tmp_path, resamples=20)
    parts = read_tallies(tmp_path / "articles.jsonl")
    assert result.given_gold is not None
    for part, scores in (("end_to_end", result.end_to_end.scores), ("given_gold", result.given_gold.scores)):
        again = every_score(add(parts[part].values()))
        assert {name: value.value for name, value in scores.items()} == {name: number(again[name]) for name in scores}


def test_the_result_reads_back_and_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    gold = load("tehran")
    result = evaluate(gold, systems.from_baseline("majority", gold.articles, gold.articles), tmp_path, resamples=20)
    write_result(tmp_path / "again.json", result)
    assert read_result(tmp_path / "again.json") == read_result(tmp_path / "result.json") == result
    data = json.loads((tmp_path / "again.json").read_text())
    data["end_to_end"]["scores"]["quotes"]["value"] = "high"
    (tmp_path / "again.json").write_text(json.dumps(data))
    with pytest.raises(ResultError, match=r"field 'end_to_end\.scores\.quotes\.value'"):
        read_result(tmp_path / "again.json")


def test_given_quotes_only_lose_what_is_read_wrong(extractor: "Extractor") -> None:
    gold = load_authored("tehran")
    read = list(read_given(extractor, gold))
    assert [article.id for article in read] == [article.id for article in gold]
    for article, found in zip(gold, read, strict=True):
        spans = sorted(tuple((s.start, s.end) for s in quote.segments) for quote in found.quotes)
        assert spans == sorted(quote.content for quote in article.quotes)
        assert sorted(q.kind for q in found.quotes) == sorted(q.kind for q in article.quotes)
        texts = [s for q in found.quotes for s in (*q.segments, q.speaker, q.target, q.cue) if s]
        assert all(article.text[s.start : s.end] == s.text for s in texts)
    blank = GoldArticle("blank", " \n", (), True, "other")
    assert [len(article.quotes) for article in read_given(extractor, [blank, gold[0]])] == [0, len(gold[0].quotes)]


def test_a_model_is_scored_below_its_threshold_too(extractor: "Extractor", tmp_path: Path) -> None:
    config = extractor.model.config
    before = config.threshold, config.score_temperature
    gold = load("tehran")
    texts = [(article.id, article.text) for article in gold.articles]
    config.threshold, config.score_temperature = 0.0, 2.0
    try:
        every = list(extractor.pipe(texts))
        config.threshold = middle = sorted(quote.score for article in every for quote in article.quotes)[20]
        steps: list[int] = []
        predicted = systems.from_model(extractor, gold.articles, advance=lambda: steps.append(1))
        assert config.threshold == middle and len(steps) == 2 * len(texts)
        assert predicted.articles == list(extractor.pipe(texts)) and predicted.candidates == every
    finally:
        config.threshold, config.score_temperature = before
    assert sum(len(a.quotes) for a in every) > sum(len(a.quotes) for a in predicted.articles) > 0
    result = evaluate(gold, predicted, tmp_path, resamples=20)
    assert result.system.threshold == middle and result.given_gold is not None
    assert result.calibration.quote_raw is not None
    assert "quotes" not in result.given_gold.scores and "speaker" in result.given_gold.scores
    assert sum(b.count for b in result.calibration.quote) == sum(len(a.quotes) for a in predicted.candidates)


def test_compares_folders_and_files(tmp_path: Path) -> None:
    articles = load_authored("dev")
    files = [predict(tmp_path / f"{seed}.jsonl", articles, Random(seed)) for seed in (1, 2)]
    run("dev", "--predictions", files[0], "-o", tmp_path / "a", "--resamples", 20)
    called = run("dev", "--compare", tmp_path / "a", files[1], "-o", tmp_path / "c")
    assert called.exit_code == 0, called.output
    assert "A lossy, B lossy: 38 articles" in called.stdout and "where they differ most" in called.stdout
    both = run("dev", "--compare", files[0], files[1], "-o", tmp_path / "d")
    assert both.exit_code == 0
    assert (tmp_path / "c/compare.json").read_text() == (tmp_path / "d/compare.json").read_text()
    wrong = run("tehran", "--compare", tmp_path / "a", tmp_path / "a")
    assert wrong.exit_code == 2 and "scored on dev (38 articles" in wrong.stderr
    side = read_side(files[0], load("dev"))
    assert compare(side, side, 50).scores["quotes"].p == 1.0
    with pytest.raises(ComparisonError, match="nothing to compare"):
        compare(side, replace(side, labels=("yes", "no")))


def test_stances_of_ones_own(tmp_path: Path) -> None:
    own = {"rejection": "threat", "denial": "threat", "assurance": "praise", "offer": "call", "none": "none"}

    def renamed(lines: str) -> str:
        for label, other in own.items():
            lines = re.sub(rf'("stance": |"label": ){json.dumps(label)}', rf"\g<1>{json.dumps(other)}", lines)
        scores = {"call": 0.0, "threat": 0.0, "praise": 0.0, "none": 1.0}
        return re.sub(r'"scores": \{[^}]*\}', f'"scores": {json.dumps(scores)}', lines)

    articles = load_authored("dev")[:4]
    wanted = {article.id for article in articles}
    rows = (Path(__file__).parents[1] / "seeds/dev.jsonl").read_text(encoding="utf-8").split("\n")
    gold = tmp_path / "mine.jsonl"
    gold.write_text(renamed("\n".join(row for row in rows if row and json.loads(row)["id"] in wanted) + "\n"))
    found = predict(tmp_path / "p.jsonl", articles, Random(2))
    found.write_text(renamed(found.read_text()))
    call = (gold, "--predictions", found, "-o", tmp_path / "own", "--resamples", 20)
    assert "rejection" in run(*call).stderr  # what a stance could have been
    called = run(*call, "--stances", "call, threat,praise,none")
    assert called.exit_code == 0, called.output
    result = read_result(tmp_path / "own/result.json")
    assert result.end_to_end.confusion and result.end_to_end.confusion.labels == ["call", "threat", "praise", "none"]
    value = result.end_to_end.scores["stance_threat"].value
    assert value is not None and 0.5 < value < 1
    both = run(gold, "--compare", tmp_path / "own", found, "--stances", "call,threat,praise,none", "--resamples", 20)
    assert both.exit_code == 0 and "+0.000" in both.stdout, both.output
    assert run(*call, "--stances", "call,threat,praise,none", "--baselines").exit_code == 2
    assert run(*call, "--stances", "call,call").exit_code == 2


def article_of(text: str, *, name: str = "a1") -> tuple[GoldArticle, Article]:
    end = text.index("”") + 1
    source = (text.index("Ali"), text.index("Ali") + 10)
    quote = GoldQuote("q1", "direct", ((0, end),), (), (source,), "Ali <i>N</i>", "offer")
    gold = GoldArticle(name, text, (quote,), True, "other")
    answer = oracle(gold).quotes[0]
    start = text.index("“", 1)
    spurious = replace(answer, segments=(Span.of(text, start, start + 10),))
    speaker = Mention(0, 5, text[:5], "<img src=x onerror=alert(1)>")
    return gold, Article(name, (replace(answer, speaker=speaker), spurious), "<u>evil</u>", text)


class Reader(HTMLParser):
    """Collects a page's tags and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_an_article_is_shown_as_text(tmp_path: Path) -> None:
    gold, predicted = article_of(EVIL, name="<script>id</script>")
    system = System(kind="predictions", name="<u>evil</u>", source="x")
    evaluate(Gold("<svg>", "dev", [gold]), Predicted(system, [predicted], [predicted]), tmp_path, resamples=20)
    page = Reader()
    page.feed((tmp_path / "errors.html").read_text(encoding="utf-8"))
    assert page.tags.count("script") == 1 and not {"b", "u", "i", "img", "svg"} & set(page.tags)
    assert "alert('no')</script> not" in page.text and "<script>id</script>" in page.text
    assert "<img src=x onerror=alert(1)>" in page.text and "<u>evil</u>" in page.text


def test_every_error_has_its_kind() -> None:
    text = "“We will go,” Ali Nazary told them. “Stay,” said Omar Khan, who was there with all of his brothers."
    base = GoldQuote("q1", "direct", ((0, 13),), ((25, 29),), ((14, 24),), "Ali Nazary", "offer", (30, 34), "them")
    gold = GoldArticle("a1", text, (base,), True, "other")
    right = oracle(gold).quotes[0]
    omar = Mention(49, 58, "Omar Khan", "Omar Khan")
    cases = {
        "boundary": replace(right, segments=(Span.of(text, 1, 12),)),
        "wrong speaker": replace(right, speaker=replace(omar, name="Ali Nazary")),
        "wrong name": replace(right, speaker=replace(right.speaker, name="Omar Khan")) if right.speaker else right,
        "wrong target": replace(right, target=omar),
        "wrong stance": replace(right, stance=replace(right.stance, label="none")),
    }
    assert article_errors(gold, Article("a1", (right,), "x", text)) == []
    for kind, answer in cases.items():
        (error,) = article_errors(gold, Article("a1", (answer,), "x", text))
        assert error.kinds == [kind] and error.gold and error.predicted
        assert "".join(piece for piece, _ in error.gold.pieces) == text
    both = article_errors(gold, Article("a1", (replace(right, segments=(Span.of(text, 36, 43),)),), "x", text))
    assert [error.kinds for error in both] == [["missed"], ["spurious"]]
    assert {kind for error in both for kind in error.kinds} | set(cases) == set(KINDS_OF_ERROR)


@pytest.mark.parametrize("name", NAMES)
def test_baselines_write_records_of_the_text(name: str) -> None:
    gold = load_authored("tehran")
    predicted = systems.from_baseline(name, gold, load_authored("dev"))
    for article in (*predicted.articles, *(predicted.given or ())):
        for quote in article.quotes:
            for span in (*quote.segments, quote.cue, quote.speaker):
                assert span is None or article.text[span.start : span.end] == span.text
            assert max(quote.stance.scores.values()) == quote.stance.score
    assert any(article.quotes for article in predicted.articles)
    assert [len(a.quotes) for a in predicted.given or ()] == [len(a.quotes) for a in gold]


def test_peers_are_shown_on_their_own_articles_only(tmp_path: Path) -> None:
    gold = load("tehran")
    result = evaluate(gold, systems.from_baseline("majority", gold.articles, []), tmp_path, resamples=20)
    assert peers(result) == []
    there = result.model_copy(update={"corpus": result.corpus.model_copy(update={"name": "polnear-dev"})})
    assert len(peers(there)) == 10 and peers(there)[0]["system"] == "the last four stacked"
