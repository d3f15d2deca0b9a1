"""Two systems on the same articles: the difference of every score, whether it is chance, and where it comes from."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from ..model.labels import STANCES
from .bootstrap import RESAMPLES, SEED, Difference, paired
from .gold import Gold
from .report import HEADLINES, plain_table, shown
from .result import read_result
from .run import END_TO_END, tally
from .sums import Tally, add, number, ratio
from .systems import from_file
from .tallies import Tallies, read_tallies, scorer


class ComparisonError(ValueError):
    """Two evaluations that cannot be compared: says what differs."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its name and its counts by article."""

    name: str
    tallies: Tallies
    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences B - A by score, without the slices, and by article: F1 of quotes with their speakers, A's and B's."""

    a: str
    b: str
    articles: int
    resamples: int
    seed: int
    scores: dict[str, Difference]
    by_article: dict[str, tuple[float | None, float | None]]

    def to_dict(self) -> dict[str, object]:
        """Give the comparison as compare.json has it."""
        return asdict(self)


def read_side(path: Path, gold: Gold, missing_are_empty: bool = False, labels: Sequence[str] = STANCES) -> Side:
    """Read a folder that `quoth evaluate` wrote, or score a file of predictions with stances of `labels`.

    Raises ResultError, PredictionError, or ComparisonError where the folder's corpus is not this gold.
    """
    if not path.is_dir():
        predicted = from_file(path, gold.articles, missing_are_empty, labels)
        return Side(predicted.system.name, tally(gold.articles, predicted)[END_TO_END], predicted.labels)
    result = read_result(path / "result.json")
    if result.corpus.sha256 != gold.sha256:
        raise ComparisonError(
            f"{path / 'result.json'}: field 'corpus.sha256': scored on {result.corpus.name} ({result.corpus.articles} "
            f"articles, {result.corpus.sha256[:12]}), which is not {gold.name} ({gold.sha256[:12]}); evaluate it anew"
        )
    tallies = read_tallies(path / "articles.jsonl").get(END_TO_END, {})
    ids = [article.id for article in gold.articles]
    if tallies.keys() != set(ids):
        raise ComparisonError(f"{path / 'articles.jsonl'}: its articles are not those of {gold.name}; evaluate it anew")
    labels = result.end_to_end.confusion.labels if result.end_to_end.confusion else labels
    return Side(result.system.name, {name: tallies[name] for name in ids}, labels)


def compare(a: Side, b: Side, resamples: int = RESAMPLES, seed: int = SEED) -> Comparison:
    """Compare two sides article by article; raises ComparisonError where they know different stances."""
    if list(a.labels) != list(b.labels):
        raise ComparisonError(f"stances {', '.join(a.labels)} against {', '.join(b.labels)}: nothing to compare")
    differences = paired(list(a.tallies.values()), list(b.tallies.values()), scorer(a.labels), resamples, seed)
    return Comparison(
        a=a.name,
        b=b.name,
        articles=len(a.tallies),
        resamples=resamples,
        seed=seed,
        scores={name: value for name, value in differences.items() if not name.startswith("slice/")},
        by_article={name: (_article(a.tallies[name]), _article(b.tallies[name])) for name in a.tallies},
    )


def summary(comparison: Comparison, most: int = 5) -> Group:
    """Lay the main differences out for a terminal, and the `most` articles in which the two differ most."""
    scores = plain_table("score", ("A", "B", "B - A", "95%", "p"))
    for name, label in HEADLINES:
        scores.add_row(label, *_row(comparison.scores[name]))
    title = f"A {comparison.a}, B {comparison.b}: {comparison.articles} articles"
    parts: list[RenderableType] = [Text(title, style="bold"), scores]
    both = [(name, a, b) for name, (a, b) in comparison.by_article.items() if a is not None and b is not None]
    unlike = sorted(((name, a, b) for name, a, b in both if a != b), key=lambda row: (-abs(row[2] - row[1]), row[0]))
    if unlike:
        articles = plain_table("article", ("A", "B", "B - A"))
        for name, a, b in unlike[:most]:
            articles.add_row(Text(name), shown(a), shown(b), f"{b - a:+.3f}")
        parts += [Text("where they differ most: F1 of quotes with speaker", style="bold"), articles]
    return Group(*parts)


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write compare.json into a folder; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1) + "\n"
    (folder / "compare.json").write_text(text, encoding="utf-8")


def _row(difference: Difference) -> list[str]:
    def signed(value: float | None) -> str:
        return "–" if value is None else f"{value:+.3f}"

    interval = f"{signed(difference.low)} to {signed(difference.high)}"
    p = "–" if difference.p is None else f"{difference.p:.3f}"
    return [shown(difference.a), shown(difference.b), signed(difference.difference), interval, p]


def _article(counts: Tally) -> float | None:
    n = add([counts])
    return number(ratio(2 * n["quotes.attributed"], n["quotes.predicted"] + n["quotes.gold"]))
