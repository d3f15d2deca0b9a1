"""Scores of predicted against gold articles: an article's counts, and every score from summed counts.

`score` is the short way that training takes; `quoth.eval.run` goes the long one, with intervals.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from ..model.labels import KINDS, STANCES
from ..model.records import Article
from ..seeds.corpus import GoldArticle
from .match import characters
from .sums import Array, Sums, add, mean, number, ratio
from .verdicts import Judgement, content, judge, same_name

__all__ = ["f1", "same_name", "score", "scores", "tally"]

WATCHED = ("quotes", "quotes_speaker", "direct", "speaker", "speaker_name", "stance", "stance_given", "target")
_WORD = re.compile(r"\w+")


def f1(hits: float, predicted: float, gold: float) -> float | None:
    """Give the harmonic mean of precision and recall from counts; None where there is nothing to find or found."""
    return 2 * hits / (predicted + gold) if predicted + gold else None


def score(pairs: Iterable[tuple[GoldArticle, Article]], labels: Sequence[str] = STANCES) -> dict[str, float | None]:
    """Score articles end to end in the few numbers that training watches; `scores` defines them."""
    values = scores(add(tally(judge(gold, predicted)) for gold, predicted in pairs), labels)
    return {name: number(values[name]) for name in WATCHED}


def tally(judgement: Judgement) -> dict[str, float]:
    """Count one article: the whole corpus's counts are the sums of its articles'."""
    n: defaultdict[str, float] = defaultdict(float)
    article, predicted = judgement.article, judgement.predicted
    n["quotes.gold"] += len(judgement.verdicts)
    n["quotes.predicted"] += len(predicted)
    n["quotes.hit"] += len(judgement.answers)
    n["quotes.correct"] += judgement.correct
    n["quotes.partial"] += judgement.partial
    n["speaker.predicted"] += sum(quote.speaker is not None for quote in predicted)
    for quote in predicted:
        n[f"kind.{quote.kind}.predicted"] += 1
    if article.has_stance:
        n["target.predicted"] += sum(quote.target is not None for quote in predicted)
        n["record.predicted"] += len(predicted)
        for quote in judgement.spurious:
            n[f"stance.>{quote.stance.label}"] += 1
    for verdict in judgement.verdicts:
        gold, answer = verdict.gold, verdict.answer
        n["quotes.attributed"] += verdict.attributed
        n[f"kind.{gold.kind}.gold"] += 1
        n[f"kind.{gold.kind}.gold_hit"] += answer is not None
        n[f"kind.{gold.kind}.hit"] += answer is not None and answer.kind == gold.kind
        if verdict.speaker is not None:
            n["speaker.gold"] += 1
            n["speaker.hit"] += verdict.speaker
            n["speaker.exact"] += bool(verdict.speaker_exact)
            n["speaker.direct"] += gold.kind != "indirect"
            n["speaker.direct_hit"] += gold.kind != "indirect" and verdict.speaker
        if verdict.target is not None:
            n["target.gold"] += 1
            n["target.hit"] += verdict.target
            n["target.mention"] += bool(verdict.target_mention)
            n["target.exact"] += bool(verdict.target_exact)
        for name, right in (
            ("speaker_name", verdict.speaker_name),
            ("target_name", verdict.target_name),
            ("record", verdict.record),
        ):
            if right is not None:
                n[f"{name}.gold"] += 1
                n[f"{name}.hit"] += right
        if verdict.stance is not None:
            n[f"stance.{gold.stance}>{answer.stance.label if answer else ''}"] += 1
    _count_words(judgement, n)
    return {name: count for name, count in n.items() if count}


def _count_words(judgement: Judgement, n: defaultdict[str, float]) -> None:
    """Count the words of the article that gold, the predictions, and both have in a quote."""
    gold = characters(span for verdict in judgement.verdicts for span in verdict.gold.content)
    predicted = {position for quote in judgement.predicted for position in content(quote)}
    for word in _WORD.finditer(judgement.article.text):
        in_gold, in_predicted = word.start() in gold, word.start() in predicted
        n["words.gold"] += in_gold
        n["words.predicted"] += in_predicted
        n["words.hit"] += in_gold and in_predicted


def scores(n: Sums, labels: Sequence[str] = STANCES) -> dict[str, Array]:
    """Give every score from summed tallies; NaN where gold (or, for precision, the system) has nothing to measure.

    F1 is 2 hits / (predicted + gold). Quotes are matched one to one by the assignment of greatest total IoU of
    characters (Kuhn-Munkres; scipy's `linear_sum_assignment`), so that no score depends on an order.

    quotes: F1 of quotes at IoU of at least 0.5; quotes_precision, quotes_recall its parts (`attrib` of
        tools/score_polnear.py; Citron's "overlap" has no threshold). quotes_exact: the same at IoU 1. quotes_partial:
        F1 with half a point for any lesser overlap (MUC-5's and nervaluate's "partial"). quotes_words: F1 of the words
        in quotes, one by one, as CoNLL taggers are judged.
    quotes_direct, quotes_mixed, quotes_indirect: F1 of quotes found as the kind that they are, as of a type of named
        entity (CoNLL-2003). direct: recall of gold's direct and mixed quotes, as whatever kind (tools/score_full.py).
        kind: accuracy of the kind on found quotes.
    quotes_speaker: F1 of quotes whose speaker mention overlaps gold's, or that have none on both sides (`attrib+s`).
    speaker: F1 of speaker mentions that overlap gold's; speaker_exact: that are the same characters. direct_speaker:
        share of gold's direct and mixed quotes with a speaker that have it right. speaker_name: share of gold's named
        speakers whose party came out, by name or alias (tools/score_full.py).
    target: share of gold's targets that came out, by mention or by name (tools/score_full.py); target_mention,
        target_exact: F1 of target mentions, by overlap and exact; target_name: share of gold's target names.
    stance: macro F1 end to end of the labels that are acts, spurious and missed quotes counted as errors;
        stance_LABEL, stance_LABEL_precision, stance_LABEL_recall: the same for one label. stance_accuracy: share of
        gold's quotes that were found and have the right label. stance_given: macro F1 of all labels on found quotes,
        stance_given_accuracy: accuracy on them. Labels in neither gold nor predictions are left out of the mean, as
        scikit-learn's `f1_score(average="macro")` leaves them out.
    record: F1 of quotes found with speaker's name, stance and target right, all together.
    """

    def share(part: str, what: str = "hit") -> Array:
        return ratio(n[f"{part}.{what}"], n[f"{part}.gold"])

    def f(part: str, hits: Array) -> Array:
        return ratio(2 * hits, n[f"{part}.predicted"] + n[f"{part}.gold"])

    quoted = n["kind.direct.gold"] + n["kind.mixed.gold"]
    result = {
        "quotes": f("quotes", n["quotes.hit"]),
        "quotes_precision": ratio(n["quotes.hit"], n["quotes.predicted"]),
        "quotes_recall": share("quotes"),
        "quotes_exact": f("quotes", n["quotes.correct"]),
        "quotes_partial": f("quotes", n["quotes.correct"] + n["quotes.partial"] / 2),
        "quotes_words": f("words", n["words.hit"]),
        **{f"quotes_{kind}": f(f"kind.{kind}", n[f"kind.{kind}.hit"]) for kind in KINDS},
        "direct": ratio(n["kind.direct.gold_hit"] + n["kind.mixed.gold_hit"], quoted),
        "kind": ratio(n["kind.direct.hit"] + n["kind.mixed.hit"] + n["kind.indirect.hit"], n["quotes.hit"]),
        "quotes_speaker": f("quotes", n["quotes.attributed"]),
        "speaker": f("speaker", n["speaker.hit"]),
        "speaker_exact": f("speaker", n["speaker.exact"]),
        "direct_speaker": ratio(n["speaker.direct_hit"], n["speaker.direct"]),
        "speaker_name": share("speaker_name"),
        "target": share("target"),
        "target_mention": f("target", n["target.mention"]),
        "target_exact": f("target", n["target.exact"]),
        "target_name": share("target_name"),
        "record": f("record", n["record.hit"]),
    }
    return {**result, **_stances(n, labels)}


def confusion(n: Sums, labels: Sequence[str] = STANCES) -> Array:
    """Lay stances out as counts [L + 1, L + 1]: rows gold's labels and "spurious", columns predicted and "missed"."""
    names = (*labels, "")
    return np.array([[n[f"stance.{gold}>{predicted}"] for predicted in names] for gold in names], dtype=np.float64)


def _stances(n: Sums, labels: Sequence[str]) -> dict[str, Array]:
    """Give precision, recall and F1 of each label and their means, end to end and on found quotes."""
    result: dict[str, Array] = {}
    given: list[Array] = []
    for label in labels:
        hits = n[f"stance.{label}>{label}"]
        gold = sum((n[f"stance.{label}>{other}"] for other in labels), np.zeros(()))
        predicted = sum((n[f"stance.{other}>{label}"] for other in labels), np.zeros(()))
        given.append(ratio(2 * hits, gold + predicted))
        gold, predicted = gold + n[f"stance.{label}>"], predicted + n[f"stance.>{label}"]
        result[f"stance_{label}"] = ratio(2 * hits, gold + predicted)
        result[f"stance_{label}_precision"] = ratio(hits, predicted)
        result[f"stance_{label}_recall"] = ratio(hits, gold)
    right = sum((n[f"stance.{label}>{label}"] for label in labels), np.zeros(()))
    every = [(one, other) for one in labels for other in labels]
    found = sum((n[f"stance.{one}>{other}"] for one, other in every), np.zeros(()))
    missed = sum((n[f"stance.{label}>"] for label in labels), np.zeros(()))
    means = {
        "stance": mean([result[f"stance_{label}"] for label in labels if label != labels[-1]]),
        "stance_accuracy": ratio(right, found + missed),
        "stance_given": mean(given),
        "stance_given_accuracy": ratio(right, found),
    }
    return {**means, **result}
