"""One article's counts of every sort, and every score from their sums; the counts are kept in articles.jsonl.

What result.json has can be had again from them: `every_score(add(read_tallies(path)["end_to_end"].values()))`.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from ..model.labels import STANCES
from ..model.records import Article
from ..seeds.corpus import GoldArticle
from . import calibration, scores, slices, speech
from .bootstrap import Scores
from .calibration import Temperatures
from .sums import Array, Sums, Tally
from .verdicts import judge

Tallies = dict[str, Tally]  # by article id, in gold's order


def count(
    gold: GoldArticle,
    predicted: Article,
    candidates: Article | None = None,
    temperatures: Temperatures | None = None,
) -> Tally:
    """Count one article. candidates: all quotes that were scored, also those below the threshold; else `predicted`."""
    judgement = judge(gold, predicted)
    tally = {
        **scores.tally(judgement),
        **slices.tally(judgement),
        **speech.tally(gold, predicted),
        **calibration.tally(gold, candidates or predicted, temperatures),
    }
    return {name: int(count) if count == int(count) else count for name, count in tally.items()}


def every_score(n: Sums, labels: Sequence[str] = STANCES) -> dict[str, Array]:
    """Give all scores of all modules by name; slices' as `slice/BY/VALUE/PART`."""
    return {**scores.scores(n, labels), **speech.scores(n), **calibration.scores(n), **slices.scores(n)}


def scorer(labels: Sequence[str] = STANCES) -> Scores:
    """Give `every_score` for a set of labels, as `bootstrap` wants it."""
    return partial(every_score, labels=tuple(labels))


def write_tallies(path: Path, parts: Mapping[str, Tallies]) -> None:
    """Write one line for each article: `id`, and its counts by part ("end_to_end", "given_gold")."""
    ids = next(iter(parts.values())).keys()
    rows = [{"id": name, **{part: tallies[name] for part, tallies in parts.items()}} for name in ids]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(lines, encoding="utf-8")


def read_tallies(path: Path) -> dict[str, Tallies]:
    """Read what `write_tallies` wrote, by part, then by article; raises OSError, and ValueError on anything else."""
    parts: dict[str, Tallies] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        try:
            row = json.loads(line) if line else {}
            name = row.pop("id", "")
            for part, tally in row.items():
                parts.setdefault(part, {})[name] = {str(key): float(value) for key, value in tally.items()}
        except (ValueError, AttributeError, TypeError):
            raise ValueError(f"{path}, line {number}: not an article's counts by `quoth evaluate`") from None
    return parts
