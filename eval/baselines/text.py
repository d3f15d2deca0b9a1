"""What the rules look for in a text: names, speakers, reporting verbs, paragraphs."""

import re
from collections.abc import Sequence
from typing import Final

from ...seeds.corpus import Pair

Segments = Sequence[Pair]  # of one quote, in characters, end exclusive
Attribution = tuple[Pair | None, Pair | None]  # its cue and its speaker

VERBS: Final = (
    r"(?:(?:has|have|had|was|were|would|also|later|then|repeatedly|flatly|again)\s){0,2}"
    r"(?:sa(?:id|ys?|ying)|t(?:old|ells?)|add(?:ed|s)|ask(?:ed|s)|repl(?:ied|ies)|wr(?:ote|ites)|tweet(?:ed|s)|"
    r"insist(?:ed|s)?|warn(?:ed|s)?|announc(?:ed|es)|argu(?:ed|es)|claim(?:ed|s)|stat(?:ed|es)|declar(?:ed|es)|"
    r"suggest(?:ed|s)|explain(?:ed|s)|not(?:ed|es)|point(?:ed|s) out|recall(?:ed|s)|remark(?:ed|s)|respond(?:ed|s)|"
    r"admit(?:ted|s)|acknowledg(?:ed|es)|concede[sd]?|report(?:ed|s)|urg(?:ed|es)|call(?:ed|s) (?:on|for)|"
    r"(?:re)?assur(?:ed|es)|promis(?:ed|es)|pledg(?:ed|es)|vow(?:ed|s)|guarantee[sd]|"
    r"offer(?:ed|s)|invit(?:ed|es)|propos(?:ed|es)|"
    r"reject(?:ed|s)|refus(?:ed|es)|declin(?:ed|es)|oppos(?:ed|es)|rul(?:ed|es) out|"
    r"den(?:ied|ies)|disput(?:ed|es)|dismiss(?:ed|es)|contradict(?:ed|s))"
)
_WORD = r"(?:(?:[A-Z]|Mr|Mrs|Ms|Dr|Sen|Gov|Rep|Gen)\.|[A-Z][\w’'-]*)"
NAME: Final = rf"{_WORD}(?:\s(?:(?:al|de|van|von|bin|of)[\s-])?{_WORD})*"
SPEAKER: Final = (
    r"(?:\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ww]e|I|[Ii]t)\b|"
    r"\b(?:[Tt]he|[Aa]n?|[Oo]ne|[Hh]is|[Hh]er)\s(?:[\w’'-]+\s){0,3}?[\w’'-]+|"
    rf"\b{NAME})"
)
_NAME = re.compile(rf"\b{NAME}")
_FIRST = re.compile(
    r"(?:The|An?|In|On|At|But|And|For|As|If|When|While|After|Before|He|She|It|They|We|I|You|This|That|These|Those|There|"
    r"His|Her|Their|Our|My|No|Yes|Not|What|Who|Why|How|Where|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|"
    r"March|April|May|June|July|August|September|October|November|December)"
)


def names(text: str) -> list[Pair]:
    """Find runs of capitalised words that are no mere beginnings of sentences, weekdays or months.

    >>> [("On Monday Ali Nazary left.")[start:end] for start, end in names("On Monday Ali Nazary left.")]
    ['Ali Nazary']
    """
    spans = []
    for found in _NAME.finditer(text):
        start, words = found.start(), found[0].split()
        while words and _FIRST.fullmatch(words[0]):
            start += len(words.pop(0)) + 1
        if words:
            spans.append((start, found.end() - 2 * found[0].endswith(("’s", "'s"))))
    return [(start, end) for start, end in spans if start < end]


def paragraph(text: str, position: int) -> Pair:
    """Give the line that a position is in."""
    end = text.find("\n", position)
    return text.rfind("\n", 0, position) + 1, end if end >= 0 else len(text)
