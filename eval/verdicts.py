"""What became of every gold quote of one article: found or not, and which of its parts came out right.

Scores, slices and the list of errors are all read off these verdicts, so that they cannot disagree.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..model.records import Article, Mention, Quote
from ..seeds.corpus import GoldArticle, GoldQuote, Pair
from .match import assign, characters, overlaps

HALF = 0.5  # the least IoU of a quote that counts as found
_TITLES = frozenset(
    "mr mrs ms dr the a an president minister senator sen gov rep secretary foreign prime former acting s".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One gold quote and the predicted one that answers it, None where it was missed.

    The parts are None where the gold has nothing to compare with, and False where the quote was missed.
    `speaker`, `target_mention`: the mention overlaps gold's; with `_exact` it is the same characters. `speaker_name`,
    `target_name`: the same party by name (`same_name`), aliases included. `target`: by mention or by name.
    `attributed`: found, with the right mention or with none on both sides. `record`: found, and speaker, stance and
    target right together.
    """

    gold: GoldQuote
    answer: Quote | None
    exact: bool
    attributed: bool
    speaker: bool | None
    speaker_exact: bool | None
    speaker_name: bool | None
    stance: bool | None
    target: bool | None
    target_mention: bool | None
    target_exact: bool | None
    target_name: bool | None
    record: bool | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One article: a verdict for each gold quote, and the predicted quotes that answer none.

    `correct` and `partial` count as nervaluate does: quotes met exactly, and others that overlap at all; the rest of
    gold is missed, the rest of the predictions spurious.
    """

    article: GoldArticle
    verdicts: tuple[Verdict, ...]
    spurious: tuple[Quote, ...]
    correct: int
    partial: int

    @property
    def answers(self) -> list[Quote]:
        """The predicted quotes that answer a gold one."""
        return [verdict.answer for verdict in self.verdicts if verdict.answer]

    @property
    def predicted(self) -> list[Quote]:
        """All predicted quotes."""
        return [*self.answers, *self.spurious]


def judge(gold: GoldArticle, predicted: Article) -> Judgement:
    """Match one article's quotes one to one and judge each part; the order of quotes on either side changes nothing."""
    # Assignments of equal overlap are told apart by position: so put both sides into an order of their own.
    quotes = sorted(gold.quotes, key=lambda quote: (quote.content, quote.source, str(quote)))
    answers = sorted(predicted.quotes, key=_order)
    overlap = overlaps([characters(quote.content) for quote in quotes], [content(quote) for quote in answers])
    found, met = assign(overlap, HALF), assign(overlap, 1.0)
    overlap[list(met)] = 0.0
    overlap[:, list(met.values())] = 0.0
    return Judgement(
        article=gold,
        verdicts=tuple(_verdict(quote, answers[found[i]] if i in found else None) for i, quote in enumerate(quotes)),
        spurious=tuple(answer for j, answer in enumerate(answers) if j not in set(found.values())),
        correct=len(met),
        partial=len(assign(overlap, 0.0)),
    )


def content(quote: Quote) -> set[int]:
    """Give the character positions of a predicted quote."""
    return characters((segment.start, segment.end) for segment in quote.segments)


def same_name(one: str | None, other: str | None) -> bool:
    """Tell whether two names can be one party's: the words of one, titles aside, are among the words of the other.

    >>> same_name("Mr Nazary", "Ali Maisam Nazary"), same_name("Ismail Khan", "Imran Khan")
    (True, False)
    """
    a, b = ({w for w in re.findall(r"\w+", (name or "").casefold()) if w not in _TITLES} for name in (one, other))
    return bool(a and b) and (a <= b or b <= a)


def _order(quote: Quote) -> tuple[list[Pair], float, str]:
    spans = [(segment.start, segment.end) for segment in quote.segments]
    return spans, -quote.score, json.dumps(quote.to_dict(), sort_keys=True)


def _verdict(gold: GoldQuote, answer: Quote | None) -> Verdict:
    speaker, target = (answer.speaker, answer.target) if answer else (None, None)
    target_spans = [gold.target] if gold.target else []
    target_names = [name for name in (gold.target_name, *gold.target_aliases) if name]
    speaker_names = [name for name in (gold.speaker_name, *gold.speaker_aliases) if name]
    right_speaker = _overlaps(speaker, gold.source)
    named = _is_named(speaker, speaker_names)
    right_target = _overlaps(target, target_spans) or _is_named(target, target_names)
    right_stance = answer is not None and answer.stance.label == gold.stance
    whole = (
        (named if gold.speaker_name else right_speaker if gold.source else speaker is None)
        and right_stance
        and (right_target if gold.target else target is None)
    )
    return Verdict(
        gold=gold,
        answer=answer,
        exact=answer is not None and content(answer) == characters(gold.content),
        attributed=right_speaker or (answer is not None and not gold.source and speaker is None),
        speaker=right_speaker if gold.source else None,
        speaker_exact=_covers(speaker, gold.source) if gold.source else None,
        speaker_name=named if gold.speaker_name else None,
        stance=right_stance if gold.stance else None,
        target=right_target if gold.target else None,
        target_mention=_overlaps(target, target_spans) if gold.target else None,
        target_exact=_covers(target, target_spans) if gold.target else None,
        target_name=_is_named(target, target_names) if gold.target and target_names else None,
        record=(answer is not None and whole) if gold.stance else None,
    )


def _overlaps(mention: Mention | None, spans: Iterable[Pair]) -> bool:
    return mention is not None and any(start < mention.end and mention.start < end for start, end in spans)


def _covers(mention: Mention | None, spans: Sequence[Pair]) -> bool:
    """Tell whether a mention reaches from the beginning of the first span to the end of the last one."""
    edges = (min(start for start, _ in spans), max(end for _, end in spans))
    return mention is not None and (mention.start, mention.end) == edges


def _is_named(mention: Mention | None, names: Iterable[str]) -> bool:
    return mention is not None and any(same_name(mention.name, name) for name in names)
