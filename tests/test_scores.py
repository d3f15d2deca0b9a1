"""Scores: matched by the best assignment, blind to order, and the same that the project's scorers give."""

import importlib
import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.eval.match import match
from quoth.eval.scores import same_name, score
from quoth.model.labels import STANCES
from quoth.model.records import Article, Mention, Quote, Span, Stance
from quoth.seeds.corpus import GoldArticle, GoldQuote, load_authored, load_gold

SHARED = Path(__file__).parents[2] / "shared"
DEV = load_authored("dev")
SPANS = st.lists(
    st.builds(lambda start, size: set(range(start, start + size)), st.integers(0, 9), st.integers(1, 9)), max_size=4
)
NAMES = ("quotes", "quotes_speaker", "direct", "speaker", "speaker_name", "stance", "stance_given", "target")


def stance(label: str) -> Stance:
    return Stance(label, 0.6, {other: 0.6 if other == label else 0.1 for other in STANCES})


def answer(text: str, quote: GoldQuote) -> Quote:
    """Give the record that a system would that makes no mistake."""
    speaker = (
        Mention(*quote.source[0], text[slice(*quote.source[0])], quote.speaker_name or "") if quote.source else None
    )
    target = Mention(*quote.target, text[slice(*quote.target)], quote.target_name or "") if quote.target else None
    segments = tuple(Span.of(text, *span) for span in quote.content)
    return Quote(quote.kind, segments, None, speaker, target, stance(quote.stance or "none"), 0.9)


def oracle(article: GoldArticle) -> Article:
    return Article(article.id, tuple(answer(article.text, quote) for quote in article.quotes), "oracle", article.text)


def damaged(article: GoldArticle, random: Random) -> Article:
    """Give an answer with every kind of mistake: edges, misses, inventions, other speakers, names, stances, targets."""
    text, quotes = article.text, []
    mentions = [m for quote in oracle(article).quotes for m in (quote.speaker, quote.target) if m]
    for quote in oracle(article).quotes:
        if random.random() < 0.15:
            continue
        start, end = quote.segments[0].start, quote.segments[-1].end
        if end - start > 50:  # over all that stands between the segments, too
            segments = (Span.of(text, max(0, start - random.randint(0, 40)), end - random.randint(0, 9)),)
            quote = replace(quote, segments=segments)
        if random.random() < 0.3:
            quote = replace(quote, speaker=random.choice([None, *mentions]))
        if random.random() < 0.3:
            quote = replace(quote, target=random.choice([None, *mentions]))
        if random.random() < 0.3:
            quote = replace(quote, stance=stance(random.choice(STANCES)))
        quotes.append(quote)
    for _ in range(random.randint(0, 3)):
        start = random.randint(0, len(text) - 60)
        span = Span.of(text, start, start + random.randint(20, 60))
        made = Quote(
            "indirect", (span,), None, random.choice([None, *mentions]), None, stance(random.choice(STANCES)), 0.5
        )
        quotes.append(made)
    random.shuffle(quotes)
    return Article(article.id, tuple(quotes), "damaged", text)


class TestMatch:
    def test_takes_the_best_whole_and_not_the_best_pair(self) -> None:
        gold = [set(range(0, 20)), set(range(6, 22))]
        predicted = [set(range(2, 22)), set(range(0, 14))]
        # the best pair, 0 with 0, would leave 1 without an answer
        assert match(gold, predicted) == {0: 1, 1: 0}
        assert match(gold[:1], predicted) == {0: 0}

    def test_needs_enough_overlap(self) -> None:
        assert match([set(range(4))], [set(range(2, 6))]) == {}
        assert match([set(range(4))], [set(range(1, 5))]) == {0: 0}
        assert match([set(range(4))], [set(range(2, 6))], least=0.3) == {0: 0}

    @pytest.mark.parametrize(("gold", "predicted"), [([], []), ([{1}], []), ([], [{1}]), ([set()], [set()])])
    def test_of_nothing_is_nothing(self, gold: list[set[int]], predicted: list[set[int]]) -> None:
        assert match(gold, predicted) == {}

    @given(gold=SPANS, predicted=SPANS)
    def test_no_other_assignment_is_better(self, gold: list[set[int]], predicted: list[set[int]]) -> None:
        def total(pairs: dict[int, int]) -> float:
            shares = [len(gold[i] & predicted[j]) / len(gold[i] | predicted[j]) for i, j in pairs.items()]
            return sum(share for share in shares if share >= 0.5)

        found = match(gold, predicted)
        assert len(set(found.values())) == len(found)
        longest = max(len(gold), len(predicted))
        ways = (dict(enumerate(way)) for way in permutations(range(longest)))
        within = ({i: j for i, j in way.items() if i < len(gold) and j < len(predicted)} for way in ways)
        assert total(found) == pytest.approx(max(map(total, within)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mr Nazary", "Ali Maisam Nazary", True),
        ("President Joe Biden", "Biden", True),
        ("the Taliban", "Taliban", True),
        ("KHAN", "Imran Khan", True),
        ("Ismail Khan", "Imran Khan", False),
        ("Khanov", "Khan", False),
        ("", "Khan", False),
        (None, None, False),
        ("the President", "the Minister", False),  # titles name nobody
    ],
)
def test_same_name(one: str | None, other: str | None, same: bool) -> None:
    assert same_name(one, other) is same_name(other, one) is same


class TestScore:
    def test_of_the_gold_itself_is_one(self) -> None:
        assert score((article, oracle(article)) for article in DEV) == dict.fromkeys(NAMES, 1.0)

    def test_of_no_answer_is_zero_or_none(self) -> None:
        result = score((article, Article(article.id, (), "silent")) for article in DEV)
        assert set(result) == set(NAMES)
        assert all(value in (0, None) for value in result.values())
        assert [result[name] for name in ("quotes", "direct", "speaker_name", "target")] == [0, 0, 0, 0]
        assert result["stance_given"] is None

    def test_of_nothing_is_none(self) -> None:
        assert set(score([]).values()) == {None}

    def test_where_nobody_annotated_stance_there_is_no_score_of_it(self) -> None:
        bare = [
            replace(quote, stance=None, target=None, target_name=None, speaker_name=None) for quote in DEV[0].quotes
        ]
        article = replace(DEV[0], quotes=tuple(bare), has_stance=False)
        result = score([(article, damaged(DEV[0], Random(seed))) for seed in range(5)])
        assert [result[name] for name in ("stance", "stance_given", "target", "speaker_name")] == [None] * 4
        assert result["quotes"] is not None and result["speaker"] is not None

    @pytest.mark.parametrize("seed", range(3))
    def test_does_not_depend_on_any_order(self, seed: int) -> None:
        random = Random(seed)
        pairs = [(article, damaged(article, random)) for article in DEV]
        shuffled = [
            (
                replace(gold, quotes=tuple(random.sample(gold.quotes, len(gold.quotes)))),
                replace(found, quotes=tuple(random.sample(found.quotes, len(found.quotes)))),
            )
            for gold, found in random.sample(pairs, len(pairs))
        ]
        assert score(shuffled) == pytest.approx(score(pairs))
        assert all(0 < (value or 0) < 1 for value in score(pairs).values())


def tool(monkeypatch: pytest.MonkeyPatch, name: str) -> ModuleType:
    if not (SHARED / "tools" / f"{name}.py").is_file():
        pytest.skip(f"no {SHARED}/tools/{name}.py: the project's scorers are not part of the repository")
    monkeypatch.syspath_prepend(str(SHARED / "tools"))
    return importlib.import_module(name)


def raw(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


class TestTools:
    @pytest.mark.parametrize("seed", range(3))
    def test_score_full_agrees(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        module, random = tool(monkeypatch, "score_full"), Random(seed)
        found = [damaged(article, random) for article in DEV]
        theirs, _ = module.score(
            raw(SHARED / "data" / "authored" / "dev.jsonl"), {a.id: a.to_dict()["quotes"] for a in found}
        )
        ours = score(zip(DEV, found, strict=True))
        for name in ("quotes", "direct", "speaker", "speaker_name", "stance", "stance_given", "target"):
            assert ours[name] == pytest.approx(theirs[name], abs=5e-4), name
        assert theirs["span_lies"] == 0

    @pytest.mark.parametrize("seed", range(2))
    def test_score_polnear_agrees(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        module, random = tool(monkeypatch, "score_polnear"), Random(seed)
        path = SHARED / "data" / "polnear" / "dev.jsonl"
        gold = load_gold(path)[:40]
        found = [damaged(article, random) for article in gold]
        theirs = module.score(raw(path)[:40], {a.id: a.to_dict()["quotes"] for a in found})
        ours = score(zip(gold, found, strict=True))
        assert ours["quotes"] == pytest.approx(theirs["attrib"][2], abs=5e-4)
        assert ours["quotes_speaker"] == pytest.approx(theirs["attrib+s"][2], abs=5e-4)
