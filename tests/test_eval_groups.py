"""Measuring groups and names: pairs are counted right, the gold fits the corpus, and what was measured stays so."""

import pytest

pytest.importorskip("sklearn", reason="needs the extra: pip install 'quoth[report]'")
pytest.importorskip("rapidfuzz", reason="needs the extra: pip install 'quoth[report]'")

from quoth.eval.groups import Counts, count_pairs, read_groups, read_parties, score_groups, score_names, series
from quoth.seeds.corpus import load_authored


def test_pairs_within_an_article_and_outside_the_scored_do_not_count() -> None:
    same = {("a", "1"): 1, ("a", "2"): 1, ("b", "1"): 1, ("c", "1"): 1}
    assert count_pairs(same, same) == Counts(5, 5, 5)
    assert count_pairs(same, same, {"b"}) == Counts(3, 3, 3)
    nothing = count_pairs({}, {})
    assert nothing.precision is None and nothing.recall is None


def test_the_gold_fits_the_articles() -> None:
    articles = {a.id: a for split in ("train", "dev", "test") for a in load_authored(split) if a.id.startswith("f")}
    gold = read_groups()
    assert articles.keys() <= gold.keys()
    for id, found in gold.items():
        if id in articles:
            assert found.keys() <= {quote.id for quote in articles[id].quotes}, id
    members: dict[str, set[str]] = {}
    for id, found in gold.items():
        for group in found.values():
            members.setdefault(group, set()).add(id)
    assert all(len(ids) > 1 for ids in members.values())
    for id, name in read_parties():
        if id in articles:
            assert name.removeprefix("the ").removeprefix("The ") in articles[id].text


def test_names_are_joined_as_measured() -> None:
    gold = {key: party for key, party in read_parties().items() if key[0].startswith("f")}
    texts = {a.id: a.text for split in ("train", "dev", "test") for a in load_authored(split)}
    counts = score_names(gold, texts)
    assert counts.precision == 1
    assert (
        counts.recall is not None and counts.recall > 0.9
    )  # what is left: Tskhinval(i), and EPG, of other words in its own language


def test_quotes_are_grouped_by_letters_as_measured() -> None:
    articles = [article for article in load_authored("train") if article.id.startswith("f")]
    counts = score_groups(articles, read_groups(), None, series(articles, 1, 17))
    assert counts.precision is not None and counts.precision > 0.6
    assert counts.recall is not None and counts.recall > 0.3
