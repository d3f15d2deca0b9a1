"""The stance that the cue's verb names: "denied" a denial, "promised" an assurance, "said" none."""

import re
from typing import Final

from ...model.labels import NO_STANCE, STANCES
from ...seeds.corpus import Pair
from .text import Segments

LEXICON: Final = {
    "rejection": r"reject|refus|declin|oppos|rul\w+ out|turn\w+ down|rebuff|veto",
    "denial": r"den(?:y|ie)|disput|dismiss|contradict|refut|rebut",
    "assurance": r"assur|reassur|promis|guarant|pledg|vow",
    "offer": r"offer|invit|propos",
}
_PATTERNS: Final = {label: re.compile(rf"\b(?:{words})") for label, words in LEXICON.items()}


def stance(text: str, segments: Segments, cue: Pair | None) -> dict[str, float]:
    """Give the label that the cue's verb stands for, with a probability of 1; none without a cue.

    >>> stance("He denied it.", [(10, 12)], (3, 9))["denial"]
    1.0
    """
    verb = text[slice(*cue)].casefold() if cue else ""
    chosen = next((label for label, pattern in _PATTERNS.items() if pattern.search(verb)), NO_STANCE)
    return {label: float(label == chosen) for label in STANCES}
