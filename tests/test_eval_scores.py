"""Scores: the perfect system, the silent one, order, sums, what gold does not say, and the independent scorers."""

import importlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, precision_recall_fscore_support

from quoth.eval.calibration import Temperatures, reheat
from quoth.eval.match import characters
from quoth.eval.oracle import oracle
from quoth.eval.scores import score
from quoth.eval.slices import speaker_form
from quoth.eval.sums import add, number
from quoth.eval.tallies import count, every_score, read_tallies, write_tallies
from quoth.eval.verdicts import judge
from quoth.model.labels import KINDS, STANCES
from quoth.model.records import Article, Mention, Quote, Span, Stance
from quoth.seeds.corpus import GoldArticle, GoldQuote, load_authored, load_polnear

TOOLS = Path(__file__).parents[1] / "../shared/tools"
POLNEAR = Path(__file__).parents[1] / "../shared/data/polnear"
needs_tools = pytest.mark.skipif(not TOOLS.is_dir(), reason="../shared/tools, the independent scorers, is not there")
needs_polnear = pytest.mark.skipif(not POLNEAR.is_dir(), reason="../shared/data/polnear is not there")

TEXT = "Ali Nazary said: “We will not talk to them.” Omar Khan denied it all. “Come home,” he told the exiles. " * 3
spans = st.tuples(st.integers(0, len(TEXT) - 30), st.integers(1, 30)).map(lambda pair: (pair[0], sum(pair)))
names = st.sampled_from(["Ali Nazary", "Omar Khan", "he", "Mr Nazary"])


@st.composite
def gold_articles(draw: st.DrawFn) -> GoldArticle:
    """Draw an article with any quotes at all, overlapping and repeated ones too."""
    stances = draw(st.booleans())
    quotes = [
        GoldQuote(
            id=f"q{number}",
            kind=draw(st.sampled_from(KINDS)),
            content=tuple(sorted(draw(st.lists(spans, min_size=1, max_size=2, unique=True)))),
            cue=(),
            source=tuple(draw(st.lists(spans, max_size=1))),
            speaker_name=draw(names) if stances and draw(st.booleans()) else None,
            stance=draw(st.sampled_from(STANCES)) if stances else None,
            target=draw(st.none() | spans) if stances else None,
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    return GoldArticle("a1", TEXT, tuple(quotes), stances, "other")


@st.composite
def predictions(draw: st.DrawFn, gold: GoldArticle) -> Article:
    """Draw records: some of gold's own quotes, some invented."""
    kept = [quote for quote in oracle(gold).quotes if draw(st.booleans())]
    for start, end in draw(st.lists(spans, max_size=3)):
        mention = Mention(start, end, TEXT[start:end], draw(names)) if draw(st.booleans()) else None
        label = draw(st.sampled_from(STANCES))
        stance = Stance(label, 0.7, {label: 0.7, "none" if label != "none" else "offer": 0.3})
        kind = draw(st.sampled_from(KINDS))
        kept.append(Quote(kind, (Span.of(TEXT, start, end),), None, mention, mention, stance, draw(st.floats(0, 1))))
    return Article(gold.id, tuple(kept), "drawn", TEXT)


pairs = gold_articles().flatmap(lambda gold: st.tuples(st.just(gold), predictions(gold)))


def values(gold: Sequence[GoldArticle], predicted: Sequence[Article]) -> dict[str, float | None]:
    n = add(count(g, p) for g, p in zip(gold, predicted, strict=True))
    return {name: number(value) for name, value in every_score(n).items()}


def below_one(found: dict[str, float | None]) -> dict[str, float | None]:
    """Give the scores that fall short of 1, those of calibration aside: they are errors."""
    return {
        name: v for name, v in found.items() if v not in (None, 1.0) and "_ece" not in name and "_brier" not in name
    }


def empty(gold: GoldArticle) -> Article:
    return Article(gold.id, (), "silent", gold.text)


def perturbed(gold: GoldArticle, random: Random) -> Article:
    """Give gold's record with quotes lost and invented, edges moved, labels and mentions changed."""
    text, quotes = gold.text, []

    def moved(span: Span, chance: float) -> tuple[int, int]:
        start, end = span.start, span.end
        if random.random() < chance:
            start, end = max(0, start + random.randint(-20, 20)), min(len(text), end + random.randint(-20, 20))
        return (start, end) if start < end else (span.start, span.end)

    def mention(found: Mention | None) -> Mention | None:
        if found is None or random.random() < 0.1:
            return None
        start, end = moved(found, 0.4)
        return Mention(start, end, text[start:end], found.name if random.random() < 0.8 else text[start:end])

    for quote in oracle(gold).quotes:
        if random.random() < 0.15:
            continue
        label = quote.stance.label if random.random() < 0.8 else random.choice(STANCES)
        scores = {other: round(0.8 if other == label else 0.05, 4) for other in STANCES}
        segments = tuple(Span.of(text, *moved(segment, 0.3)) for segment in quote.segments)
        quotes.append(
            Quote(
                random.choice((quote.kind, quote.kind, "mixed")),
                segments,
                quote.cue,
                mention(quote.speaker),
                mention(quote.target),
                Stance(label, 0.8, scores),
                round(random.random(), 4),
            )
        )
    for _ in range(random.randint(0, 4)):
        start = random.randrange(max(1, len(text) - 60))
        stance = Stance("denial", 0.6, {"denial": 0.6, "none": 0.4})
        quotes.append(Quote("indirect", (Span.of(text, start, start + 50),), None, None, None, stance, 0.3))
    return Article(gold.id, tuple(quotes), "perturbed", text)


@given(gold_articles())
@settings(max_examples=40, deadline=None)
def test_the_oracle_scores_one(gold: GoldArticle) -> None:
    # A record cannot name a speaker with no mention, and quotes of the very same words cannot be told apart.
    quotes = [replace(q, speaker_name=q.speaker_name if q.source else None) for q in gold.quotes]
    unique = {frozenset(characters(quote.content)): quote for quote in quotes}
    gold = replace(gold, quotes=tuple(unique.values()))
    found = values([gold], [oracle(gold)])
    assert below_one(found) == {}
    assert found["quotes"] == (1.0 if gold.quotes else None)
    assert found["quote_brier"] == (0.0 if gold.quotes else None)


def test_the_oracle_scores_one_on_the_shipped_articles() -> None:
    gold = load_authored("dev")
    found = values(gold, [oracle(article) for article in gold])
    assert below_one(found) == {}
    assert found["record"] == found["stance"] == found["target_name"] == 1.0
    assert found["quote_ece"] == found["stance_brier"] == 0.0


@given(gold_articles())
@settings(max_examples=40, deadline=None)
def test_the_silent_system_scores_zero_or_nothing(gold: GoldArticle) -> None:
    found = values([gold], [empty(gold)])
    assert {value for value in found.values()} <= {0.0, None}
    assert found["quotes_precision"] is None
    assert found["quotes"] == (0.0 if gold.quotes else None)


def test_what_gold_does_not_say_is_none() -> None:
    gold = GoldArticle("a1", TEXT, (GoldQuote("q1", "direct", ((17, 44),), (), ()),), False, "polnear")
    answer = oracle(gold).quotes[0]
    denial = Stance("denial", 1.0, {"denial": 1.0})
    answer = replace(answer, speaker=Mention(0, 10, "Ali Nazary", "Ali Nazary"), stance=denial)
    found = values([gold], [Article("a1", (answer,), "x", TEXT)])
    silent = [name for name in found if name.startswith(("stance", "target", "record", "speaker_name"))]
    assert silent and all(found[name] is None for name in silent)
    assert found["speaker"] == 0.0  # a speaker where gold has none is wrong
    assert found["quotes"] == 1.0 and found["quotes_speaker"] == 0.0


@given(pairs, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_changes_nothing(pair: tuple[GoldArticle, Article], random: Random) -> None:
    gold, predicted = pair
    shuffled_gold = random.sample(gold.quotes, len(gold.quotes))
    shuffled = random.sample(predicted.quotes, len(predicted.quotes))
    again = count(replace(gold, quotes=tuple(shuffled_gold)), replace(predicted, quotes=tuple(shuffled)))
    assert again == pytest.approx(count(gold, predicted))


def test_order_of_articles_changes_nothing() -> None:
    gold = load_authored("dev")
    predicted = [perturbed(article, Random(article.id)) for article in gold]
    assert values(gold[::-1], predicted[::-1]) == pytest.approx(values(gold, predicted))


@given(st.lists(pairs, min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_parts_add_up_to_the_whole(articles: list[tuple[GoldArticle, Article]]) -> None:
    for gold, predicted in articles:
        judgement = judge(gold, predicted)
        assert len(judgement.answers) + len(judgement.spurious) == len(predicted.quotes)
        assert judgement.correct + judgement.partial <= min(len(gold.quotes), len(predicted.quotes))
        assert all(answer in predicted.quotes for answer in judgement.predicted)
    n = add(count(gold, predicted) for gold, predicted in articles)
    for side in ("gold", "predicted", "hit"):
        kinds = sum(float(n[f"kind.{kind}.{side}"]) for kind in KINDS)
        assert kinds <= n["quotes.hit"] if side == "hit" else kinds == n[f"quotes.{side}"]
    for by in ("outlet", "kind", "length", "speaker"):
        parts = [name for name in n if name.startswith(f"slice/{by}/") and name.endswith("/found.gold")]
        assert sum(float(n[name]) for name in parts) == n["quotes.gold"]
    bins = sum(float(n[f"bin/quote/{place}/count"]) for place in range(10))
    assert bins == n["quotes.predicted"] == n["curve/0.00/predicted"]
    first, rest = add(count(*pair) for pair in articles[:1]), add(count(*pair) for pair in articles[1:])
    assert {name: float(first[name] + rest[name]) for name in n} == pytest.approx({k: float(v) for k, v in n.items()})


def test_tallies_can_be_read_back_and_added_up(tmp_path: Path) -> None:
    gold = load_authored("dev")[:5]
    tallies = {article.id: count(article, perturbed(article, Random(1))) for article in gold}
    write_tallies(tmp_path / "articles.jsonl", {"end_to_end": tallies})
    assert read_tallies(tmp_path / "articles.jsonl") == {"end_to_end": tallies}
    (tmp_path / "articles.jsonl").write_text('{"id": "a", "end_to_end": 3}\n')
    with pytest.raises(ValueError, match=r"articles.jsonl, line 1"):
        read_tallies(tmp_path / "articles.jsonl")


def test_training_is_shown_the_same_numbers() -> None:
    gold = load_authored("dev")
    predicted = [perturbed(article, Random(article.id)) for article in gold]
    full = values(gold, predicted)
    short = score(zip(gold, predicted, strict=True))
    assert short == {name: full[name] for name in short} and len(short) == 8


def test_stances_and_calibration_agree_with_scikit_learn() -> None:
    gold = load_authored("dev")
    predicted = [perturbed(article, Random(article.id)) for article in gold]
    verdicts = [verdict for pair in zip(gold, predicted, strict=True) for verdict in judge(*pair).verdicts]
    found = [(v.gold.stance, v.answer.stance.label) for v in verdicts if v.answer and v.gold.stance]
    true, label = zip(*found, strict=True)
    scores = values(gold, predicted)
    assert scores["stance_given"] == pytest.approx(f1_score(true, label, average="macro"))
    assert scores["stance_given_accuracy"] == pytest.approx(accuracy_score(true, label))
    end_true = [v.gold.stance for v in verdicts]
    end_label = [v.answer.stance.label if v.answer else "missed" for v in verdicts]
    for p in (quote for pair in zip(gold, predicted, strict=True) for quote in judge(*pair).spurious):
        end_true.append("spurious")
        end_label.append(p.stance.label)
    precision, recall, f, _ = precision_recall_fscore_support(end_true, end_label, labels=STANCES, zero_division=0)
    for place, stance in enumerate(STANCES):
        assert scores[f"stance_{stance}_precision"] == pytest.approx(precision[place])
        assert scores[f"stance_{stance}_recall"] == pytest.approx(recall[place])
        assert scores[f"stance_{stance}"] == pytest.approx(f[place])
    assert scores["stance"] == pytest.approx(np.mean(f[:-1]))
    hits = [q.score for pair in zip(gold, predicted, strict=True) for q in judge(*pair).answers]
    misses = [q.score for pair in zip(gold, predicted, strict=True) for q in judge(*pair).spurious]
    real = [1] * len(hits) + [0] * len(misses)
    assert scores["quote_brier"] == pytest.approx(brier_score_loss(real, hits + misses))


def test_temperatures_are_taken_out_again() -> None:
    logits = np.array([2.0, 0.5, -1.0])
    after = np.exp(logits / 1.7) / np.exp(logits / 1.7).sum()
    before = np.exp(logits) / np.exp(logits).sum()
    assert list(reheat(dict(zip("abc", after, strict=True)), 1.7).values()) == pytest.approx(list(before))
    gold = load_authored("dev")[:3]
    n = add(count(g, perturbed(g, Random(1)), None, Temperatures(2.0, 2.0)) for g in gold)
    assert number(every_score(n)["quote_ece_raw"]) != number(every_score(n)["quote_ece"])


def test_speakers_come_in_forms() -> None:
    quote = GoldQuote("q1", "direct", ((17, 44),), (), ((0, 10),))
    assert speaker_form(TEXT, quote) == "name"
    assert speaker_form("He said: no", replace(quote, source=((0, 2),))) == "pronoun"
    assert speaker_form("The officials said: no", replace(quote, source=((0, 13),))) == "description"
    assert speaker_form(TEXT, replace(quote, source=())) == "nobody"


@pytest.fixture(scope="module")
def tools() -> dict[str, ModuleType]:
    sys.path.insert(0, str(TOOLS.resolve()))
    try:
        return {name: importlib.import_module(name) for name in ("score_polnear", "score_full")}
    finally:
        sys.path.pop(0)


def as_full(gold: Sequence[GoldArticle]) -> list[dict[str, Any]]:
    return json.loads(json.dumps([asdict(article) for article in gold]))


def check_full(tools: dict[str, ModuleType], gold: Sequence[GoldArticle], predicted: Sequence[Article]) -> None:
    theirs, _ = tools["score_full"].score(as_full(gold), {a.id: a.to_dict()["quotes"] for a in predicted})
    ours = values(gold, predicted)
    shared = [name for name in theirs if name not in ("gold", "pred", "span_lies")]
    assert {name: ours[name] for name in shared} == pytest.approx({name: theirs[name] for name in shared}, abs=5e-4)
    assert len(shared) == 12


@needs_tools
@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_score_full(tools: dict[str, ModuleType], seed: int) -> None:
    gold, random = load_authored("dev"), Random(seed)
    check_full(tools, gold, [perturbed(article, random) for article in gold])


@needs_tools
@needs_polnear
@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_score_polnear(tools: dict[str, ModuleType], seed: int) -> None:
    gold, random = load_polnear(POLNEAR, "dev"), Random(seed)
    predicted = [perturbed(article, random) for article in gold]
    with (POLNEAR / "dev.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    theirs = tools["score_polnear"].score(rows, {a.id: a.to_dict()["quotes"] for a in predicted})
    ours = values(gold, predicted)
    same = {"speech": "speech", "speaker": "speech_speaker", "attrib": "quotes", "attrib+s": "quotes_speaker"}
    assert {name: ours[same[name]] for name in theirs} == pytest.approx({k: v[2] for k, v in theirs.items()}, abs=5e-4)
    check_full(tools, gold, predicted)
