"""The ruler that was put to other systems: every stretch between quotation marks is speech or not, and by whom.

It is the count of tools/score_polnear.py, so that docs/peers.md can be compared. The stretches are read off the marks
by the crudest of rules and not by `quoth.model.quotation`: no system is to be measured with its own eyes.
"""

import re
from collections import defaultdict

from ..model.records import Article
from ..seeds.corpus import GoldArticle
from .match import Pair, characters
from .sums import Array, Sums, ratio
from .verdicts import content

_WORDS = 3  # shorter stretches are names and scare quotes more often than speech


def quoted_spans(text: str) -> list[Pair]:
    """Find the stretches between double quotation marks, marks included, paragraph by paragraph.

    >>> quoted_spans("“No,” he said. “Never.")
    [(0, 5), (15, 22)]
    """
    spans: list[Pair] = []
    position = 0
    for paragraph in re.split(r"(\n+)", text):
        start = None
        for i, mark in enumerate(paragraph):
            if mark == "“" or (mark == '"' and start is None):
                start = i if start is None else start
            elif mark in '”"' and start is not None:
                spans.append((position + start, position + i + 1))
                start = None
        if start is not None and len(paragraph) - start > 3:
            spans.append((position + start, position + len(paragraph)))
        position += len(paragraph)
    return spans


def tally(gold: GoldArticle, predicted: Article) -> dict[str, float]:
    """Count one article's quoted stretches of three words or more: speech in gold, in the predictions, in both.

    A stretch is speech where a quote covers half of it; its speaker is right where one of those quotes' has a speaker
    that overlaps the source of one of gold's.
    """
    n: defaultdict[str, float] = defaultdict(float)
    gold_quotes = [(characters(quote.content), characters(quote.source)) for quote in gold.quotes]
    answers = [(content(quote), quote.speaker) for quote in predicted.quotes]
    for start, end in quoted_spans(gold.text):
        if len(gold.text[start:end].split()) < _WORDS:
            continue
        inner = set(range(start + 1, end - 1))
        sources = [source for covered, source in gold_quotes if 2 * len(covered & inner) >= len(inner)]
        speakers = [speaker for covered, speaker in answers if 2 * len(covered & inner) >= len(inner)]
        n["speech.gold"] += bool(sources)
        n["speech.predicted"] += bool(speakers)
        n["speech.hit"] += bool(sources and speakers)
        if sources and not any(sources):
            continue  # gold names no source
        hit = any(s and source & set(range(s.start, s.end)) for source in sources for s in speakers)
        n["speech_speaker.gold"] += bool(sources)
        n["speech_speaker.predicted"] += bool(speakers)
        n["speech_speaker.hit"] += hit
    return {name: count for name, count in n.items() if count}


def scores(n: Sums) -> dict[str, Array]:
    """Give the two scores of quoted stretches; NaN where there is nothing to measure.

    speech: F1 of quoted stretches that are attributed speech. speech_speaker: F1 of those whose speaker mention
    overlaps gold's (`speech` and `speaker` of tools/score_polnear.py).
    """
    return {
        part: ratio(2 * n[f"{part}.hit"], n[f"{part}.predicted"] + n[f"{part}.gold"])
        for part in ("speech", "speech_speaker")
    }
