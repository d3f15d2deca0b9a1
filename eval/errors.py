"""The errors of one article, each with the text around it, cut into pieces that a page can mark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ..model.records import Article, Quote
from ..seeds.corpus import GoldArticle, GoldQuote, Pair
from .verdicts import Verdict, judge

KINDS_OF_ERROR: Final = (
    "missed",
    "spurious",
    "boundary",
    "wrong speaker",
    "wrong name",
    "wrong target",
    "wrong stance",
)
AROUND: Final = 160
"""Characters of the article shown before and behind what is marked."""
_FAR = 400  # between marked spans, more is left out


@dataclass(frozen=True, slots=True)
class Side:
    """Gold's or the prediction's view: pieces of text, each with the roles it has, and the fields in words."""

    pieces: list[tuple[str, str]]
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Error:
    """A gold quote, a predicted one, or a pair of both, with all that is wrong with it."""

    article: str
    kinds: list[str]
    gold: Side | None
    predicted: Side | None


def article_errors(gold: GoldArticle, predicted: Article) -> list[Error]:
    """List an article's errors in the order of its text."""
    judgement = judge(gold, predicted)
    found: list[tuple[int, Error]] = []
    for verdict in judgement.verdicts:
        kinds = list(kinds_of(verdict))
        if kinds:
            answer = verdict.answer
            spans = [*_gold_spans(verdict.gold).values(), *(_spans(answer).values() if answer else ())]
            window = _window(gold.text, [pair for pairs in spans for pair in pairs])
            error = Error(
                gold.id,
                kinds,
                Side(_pieces(gold.text, _gold_spans(verdict.gold), window), _gold_fields(verdict.gold)),
                Side(_pieces(gold.text, _spans(answer), window), _fields(answer)) if answer else None,
            )
            found.append((min(verdict.gold.content)[0], error))
    for quote in judgement.spurious:
        window = _window(gold.text, [pair for pairs in _spans(quote).values() for pair in pairs])
        side = Side(_pieces(gold.text, _spans(quote), window), _fields(quote))
        found.append((quote.segments[0].start, Error(gold.id, ["spurious"], None, side)))
    return [error for _, error in sorted(found, key=lambda item: item[0])]


def kinds_of(verdict: Verdict) -> Iterator[str]:
    """Name what is wrong with the answer to a gold quote; nothing where all is right."""
    if verdict.answer is None:
        yield "missed"
        return
    if not verdict.exact:
        yield "boundary"
    if not verdict.attributed:
        yield "wrong speaker"
    if verdict.speaker_name is False:
        yield "wrong name"
    if verdict.target is False or (verdict.gold.stance and not verdict.gold.target and verdict.answer.target):
        yield "wrong target"
    if verdict.stance is False:
        yield "wrong stance"


def _gold_spans(quote: GoldQuote) -> dict[str, list[Pair]]:
    return {
        "content": list(quote.content),
        "cue": list(quote.cue),
        "speaker": list(quote.source),
        "target": [quote.target] if quote.target else [],
    }


def _spans(quote: Quote) -> dict[str, list[Pair]]:
    mentions = {"cue": quote.cue, "speaker": quote.speaker, "target": quote.target}
    return {
        "content": [(segment.start, segment.end) for segment in quote.segments],
        **{role: [(span.start, span.end)] if span else [] for role, span in mentions.items()},
    }


def _gold_fields(quote: GoldQuote) -> dict[str, str]:
    if quote.stance is None:
        return {"kind": quote.kind}
    return {
        "kind": quote.kind,
        "speaker": quote.speaker_name or "nobody",
        "stance": quote.stance,
        "target": quote.target_name or ("a mention without a name" if quote.target else "nobody"),
    }


def _fields(quote: Quote) -> dict[str, str]:
    return {
        "kind": quote.kind,
        "speaker": quote.speaker.name if quote.speaker else "nobody",
        "stance": f"{quote.stance.label} ({quote.stance.score:.2f})",
        "target": quote.target.name if quote.target else "nobody",
        "score": f"{quote.score:.2f}",
    }


def _window(text: str, spans: list[Pair]) -> list[Pair]:
    """Give the stretches of text to show: around the spans, one where they are near each other."""
    stretches: list[Pair] = []
    for start, end in sorted(_around(text, *span) for span in spans):
        if stretches and start - stretches[-1][1] <= _FAR - 2 * AROUND:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], end))
        else:
            stretches.append((start, end))
    return stretches


def _around(text: str, start: int, end: int) -> Pair:
    """Reach out to both sides, and on to the next blank."""
    last = text.find(" ", min(len(text), end + AROUND))
    return text.rfind(" ", 0, max(0, start - AROUND)) + 1, last if last >= 0 else len(text)


def _pieces(text: str, spans: Mapping[str, list[Pair]], window: list[Pair]) -> list[tuple[str, str]]:
    """Cut the shown text where a role begins or ends.

    >>> _pieces("He said no.", {"speaker": [(0, 2)], "content": [(8, 10)]}, [(0, 11)])
    [('He', 'speaker'), (' said ', ''), ('no', 'content'), ('.', '')]
    """
    pieces: list[tuple[str, str]] = []
    edges = {edge for pairs in spans.values() for pair in pairs for edge in pair}
    for first, last in window:
        if first > 0:
            pieces.append(("… ", "") if not pieces else (" … ", ""))
        cuts = sorted({first, last, *(edge for edge in edges if first < edge < last)})
        for start, end in pairwise(cuts):
            roles = [role for role, pairs in spans.items() if any(a <= start and end <= b for a, b in pairs)]
            pieces.append((text[start:end], " ".join(roles)))
    return [*pieces, (" …", "")] if window and window[-1][1] < len(text) else pieces
