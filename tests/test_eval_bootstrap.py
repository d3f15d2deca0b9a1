"""Intervals and paired tests: coverage on a simulated corpus, identical systems, better ones, one article."""

import numpy as np
import pytest

from quoth.eval.bootstrap import Estimate, intervals, paired
from quoth.eval.sums import Array, Sums, ratio


def recall(n: Sums) -> dict[str, Array]:
    return {"recall": ratio(n["hit"], n["gold"]), "nothing": ratio(n["absent"], n["absent"])}


def corpus(random: np.random.Generator, articles: int, mean: float = 0.7) -> list[dict[str, float]]:
    """Simulate articles of unlike length and difficulty, whose quotes are found with probability `mean`."""
    tallies = []
    for _ in range(articles):
        gold = int(random.poisson(9)) + 1
        ease = random.beta(6 * mean, 6 * (1 - mean))
        tallies.append({"gold": float(gold), "hit": float(random.binomial(gold, ease))})
    return tallies


@pytest.mark.slow
def test_the_interval_covers_the_true_score_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    covered = 0
    for trial in range(600):
        low, high = (lambda e: (e.low, e.high))(intervals(corpus(random, 60), recall, 500, trial)["recall"])
        assert low is not None and high is not None
        covered += low <= 0.7 <= high
    assert 0.92 <= covered / 600 <= 0.97  # 95% less what a percentile interval on 60 articles loses


@pytest.mark.slow
def test_the_p_value_is_as_often_small_as_chance_has_it() -> None:
    random = np.random.default_rng(4)
    small = 0
    for trial in range(400):
        p = paired(corpus(random, 60), corpus(random, 60), recall, 500, trial)["recall"].p
        small += p is not None and p < 0.05
    assert 0.02 <= small / 400 <= 0.09


def test_same_seed_same_interval() -> None:
    tallies = corpus(np.random.default_rng(1), 20)
    assert intervals(tallies, recall, 200, 5) == intervals(tallies, recall, 200, 5)
    assert intervals(tallies, recall, 200, 5)["recall"] != intervals(tallies, recall, 200, 6)["recall"]
    assert intervals(tallies, recall)["nothing"] == Estimate(None, None, None)


def test_one_article_has_no_interval() -> None:
    assert intervals([{"gold": 4, "hit": 1}], recall)["recall"] == Estimate(0.25, None, None)
    only = paired([{"gold": 4, "hit": 1}], [{"gold": 4, "hit": 2}], recall)["recall"]
    assert (only.difference, only.low, only.p) == (0.25, None, None)


def test_a_system_against_itself_and_a_better_one() -> None:
    tallies = corpus(np.random.default_rng(1), 40)
    same = paired(tallies, tallies, recall)["recall"]
    assert (same.difference, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)
    better = [{**tally, "hit": tally["gold"]} for tally in tallies]
    one, other = paired(tallies, better, recall)["recall"], paired(better, tallies, recall)["recall"]
    assert one.p is not None and one.p < 0.01 and one.low is not None and one.low > 0
    assert one.difference == pytest.approx(-(other.difference or 0)) and one.p == other.p
    assert paired(tallies, tallies, recall)["nothing"].p is None
    with pytest.raises(ValueError, match="40 articles against 39"):
        paired(tallies, tallies[1:], recall)
