"""Where the scores come from: recall of gold quotes, and of their parts, by outlet, kind, length, speaker and distance.

A slice is a set of *gold* quotes; so it has no precision, and spurious quotes are in none.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from ..seeds.corpus import GoldArticle, GoldQuote
from .sums import Array, Sums, ratio
from .verdicts import Judgement, Verdict

PARTS: Final = ("found", "speaker", "speaker_name", "stance", "target")
_PRONOUNS = frozenset(
    "i me we us you he him she her it they them this that these those who himself herself themselves one".split()  # noqa: SIM905
)
_LENGTHS: Final = ((5, "1-5 words"), (15, "6-15 words"), (40, "16-40 words"))
_DISTANCES: Final = ((3, "0-3 words"), (10, "4-10 words"), (40, "11-40 words"))


def tally(judgement: Judgement) -> dict[str, float]:
    """Count one article's gold quotes, and those with each part right, in every slice that they are in."""
    n: defaultdict[str, float] = defaultdict(float)
    for verdict in judgement.verdicts:
        parts = _parts(verdict)
        for name in slices_of(judgement.article, verdict.gold):
            for part, right in parts.items():
                if right is not None:
                    n[f"slice/{name}/{part}.gold"] += 1
                    n[f"slice/{name}/{part}.hit"] += right
    return {name: count for name, count in n.items() if count}


def scores(n: Sums) -> dict[str, Array]:
    """Give the share that came out right as `slice/BY/VALUE/PART`, for every part and slice with gold in it.

    found: quotes found at IoU of at least 0.5. speaker, speaker_name, stance, target: of gold quotes that have one, the
    share that were found with it right, as `quoth.eval.verdicts` defines right.
    """
    names = sorted(name.removesuffix(".gold") for name in n if name.startswith("slice/") and name.endswith(".gold"))
    return {name: ratio(n[f"{name}.hit"], n[f"{name}.gold"]) for name in names}


def slices_of(article: GoldArticle, quote: GoldQuote) -> Iterator[str]:
    """Name the slices, as BY/VALUE, that a gold quote is in."""
    yield f"outlet/{outlet(article)}"
    yield f"kind/{quote.kind}"
    words = sum(len(article.text[start:end].split()) for start, end in quote.content)
    yield f"length/{_bin(words, _LENGTHS, '41 words and more')}"
    yield f"speaker/{speaker_form(article.text, quote)}"
    if quote.source:
        yield f"distance/{_bin(distance(article.text, quote), _DISTANCES, '41 words and more')}"


def outlet(article: GoldArticle) -> str:
    """Tell the publisher of a PolNeAR article, or the set of an authored one: the letters that its id begins with."""
    start = re.match(r"[a-z]+", article.id)
    return start[0] if start and article.source != "other" else "all"


def speaker_form(text: str, quote: GoldQuote) -> str:
    """Tell how gold's mention names the speaker: "pronoun", "name", "description" (no capitals) or "nobody"."""
    if not quote.source:
        return "nobody"
    words = [word for start, end in quote.source for word in re.findall(r"\w+", text[start:end])]
    if len(words) == 1 and words[0].casefold() in _PRONOUNS:
        return "pronoun"
    return "name" if any(word[0].isupper() for word in words[1:] or words) else "description"


def distance(text: str, quote: GoldQuote) -> int:
    """Count the words between the nearest of a quote's segments and the speaker's mention, 0 where they touch."""
    gaps = [
        (min(one[1], other[1]), max(one[0], other[0])) for one in quote.content for other in quote.source
    ]  # from the end of the first to the beginning of the second; the other way round where they overlap
    return min(len(text[start:end].split()) for start, end in gaps)


def _bin(value: int, bins: tuple[tuple[int, str], ...], beyond: str) -> str:
    return next((name for most, name in bins if value <= most), beyond)


def _parts(verdict: Verdict) -> dict[str, bool | None]:
    return {
        "found": verdict.answer is not None,
        "speaker": verdict.speaker,
        "speaker_name": verdict.speaker_name,
        "stance": verdict.stance,
        "target": verdict.target,
    }
