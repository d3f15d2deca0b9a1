"""Scores of predicted against gold articles, end to end; what training watches and picks its best epoch by."""

import re
from collections import Counter
from collections.abc import Iterable

from ..model.labels import NO_STANCE, STANCES
from ..model.records import Article, Mention
from ..seeds.corpus import GoldArticle
from .match import characters, match

ACTS = tuple(stance for stance in STANCES if stance != NO_STANCE)
_TITLES = frozenset("mr mrs ms dr the a an president minister senator sen gov rep secretary foreign prime former acting".split())


def f1(hits: float, predicted: float, gold: float) -> float | None:
    """Give the harmonic mean of precision and recall from counts; None where there is nothing to find or found."""
    return 2 * hits / (predicted + gold) if predicted + gold else None


def same_name(one: str | None, other: str | None) -> bool:
    """Tell whether two names can be one party's: the words of one, titles aside, are among the words of the other.

    >>> same_name("Mr Nazary", "Ali Maisam Nazary"), same_name("Ismail Khan", "Imran Khan")
    (True, False)
    """
    a, b = ({word for word in re.findall(r"\w+", (name or "").casefold()) if word not in _TITLES} for name in (one, other))
    return bool(a and b) and (a <= b or b <= a)


def _hits(mention: Mention | None, spans: Iterable[tuple[int, int]]) -> bool:
    return mention is not None and any(start < mention.end and mention.start < end for start, end in spans)


def score(pairs: Iterable[tuple[GoldArticle, Article]]) -> dict[str, float | None]:
    """Score articles end to end.

    quotes: F1 at IoU of at least 0.5. quotes_speaker: the same with an overlapping speaker mention (or none on both
    sides). direct: recall of direct and mixed quotes. speaker: F1 of the mention. speaker_name, target: share of the
    gold's that came out right. stance: macro F1 of the four acts end to end. stance_given: macro F1 of the five labels
    on matched quotes.
    """
    n: Counter[str] = Counter()
    confusion: Counter[tuple[str, str]] = Counter()
    given: Counter[tuple[str, str]] = Counter()
    for gold, predicted in pairs:
        matched = match(
            [characters(quote.content) for quote in gold.quotes],
            [characters((s.start, s.end) for s in quote.segments) for quote in predicted.quotes],
        )
        n["gold"] += len(gold.quotes)
        n["predicted"] += len(predicted.quotes)
        n["hit"] += len(matched)
        n["predicted_speaker"] += sum(quote.speaker is not None for quote in predicted.quotes)
        for j in set(range(len(predicted.quotes))) - set(matched.values()):
            confusion["", predicted.quotes[j].stance.label] += gold.has_stance
        for i, quote in enumerate(gold.quotes):
            answer = predicted.quotes[matched[i]] if i in matched else None
            hit = answer is not None and _hits(answer.speaker, quote.source)
            n["hit_speaker"] += hit or (answer is not None and not quote.source and answer.speaker is None)
            n["speaker"] += bool(quote.source)
            n["speaker_hit"] += hit
            n["direct"] += quote.kind != "indirect"
            n["direct_hit"] += quote.kind != "indirect" and answer is not None
            if not gold.has_stance or quote.stance is None:
                continue
            confusion[quote.stance, answer.stance.label if answer else ""] += 1
            if answer:
                given[quote.stance, answer.stance.label] += 1
            if quote.speaker_name:
                names = (quote.speaker_name, *quote.speaker_aliases)
                n["named"] += 1
                n["named_hit"] += bool(answer and answer.speaker and any(same_name(answer.speaker.name, a) for a in names))
            if quote.target:
                names = tuple(name for name in (quote.target_name, *quote.target_aliases) if name)
                target = answer.target if answer else None
                n["target"] += 1
                n["target_hit"] += target is not None and (
                    _hits(target, [quote.target]) or any(same_name(target.name, name) for name in names)
                )
    return {
        "quotes": f1(n["hit"], n["predicted"], n["gold"]),
        "quotes_speaker": f1(n["hit_speaker"], n["predicted"], n["gold"]),
        "direct": n["direct_hit"] / n["direct"] if n["direct"] else None,
        "speaker": f1(n["speaker_hit"], n["predicted_speaker"], n["speaker"]),
        "speaker_name": n["named_hit"] / n["named"] if n["named"] else None,
        "stance": _macro(confusion, ACTS),
        "stance_given": _macro(given, STANCES),
        "target": n["target_hit"] / n["target"] if n["target"] else None,
    }


def _macro(confusion: Counter[tuple[str, str]], labels: tuple[str, ...]) -> float | None:
    if not confusion:
        return None
    values = []
    for label in labels:
        gold = sum(count for (g, _), count in confusion.items() if g == label)
        predicted = sum(count for (_, p), count in confusion.items() if p == label)
        values.append(f1(confusion[label, label], predicted, gold) or 0.0)
    return sum(values) / len(values)
