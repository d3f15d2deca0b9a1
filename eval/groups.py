"""How well quotes are grouped and names joined across articles: `python -m quoth.eval.groups [--seeds PATH]`.

Gold is `seeds/groups.jsonl` (which quotes report one utterance) and `seeds/parties.jsonl` (which names are one party),
stand-off: article and quote ids, no text. Pairs of quotes of different articles are counted, and pairs of names. The
thresholds of grouping were chosen on f01 to f09 alone; the rules for names were written with all these names in view.
Of the f articles of dev and test no two tell one event: whatever is grouped there is wrong.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model.labels import NO_STANCE
from ..model.records import Article, Mention, Quote, Stance
from ..report.groups import group_quotes
from ..report.names import parties
from ..seeds.corpus import SEEDS, CorpusError, GoldArticle, load_authored, load_gold
from .match import characters, match
from .oracle import oracle

if TYPE_CHECKING:
    from ..model.extractor import Extractor

GROUPS, PARTIES = SEEDS / "groups.jsonl", SEEDS / "parties.jsonl"
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs: found and right, found, in gold; precision and recall are None where there was nothing to count."""

    right: int
    found: int
    gold: int

    @property
    def precision(self) -> float | None:
        """The share of the pairs found that are gold's."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """The share of gold's pairs that were found."""
        return self.right / self.gold if self.gold else None


def count_pairs(
    gold: Mapping[Key, Hashable], found: Mapping[Key, Hashable], scored: Collection[str] | None = None
) -> Counts:
    """Count the pairs of (article, quote or name), of different articles, that are put into one group.

    `scored`: count only pairs in which one of these articles has a part.

    >>> gold = {("a", "q1"): "x", ("b", "q1"): "x", ("c", "q1"): "y"}
    >>> count_pairs(gold, {("a", "q1"): 1, ("b", "q1"): 1, ("c", "q1"): 1})
    Counts(right=1, found=3, gold=1)
    """
    wanted, got = _pairs(gold, scored), _pairs(found, scored)
    return Counts(len(wanted & got), len(got), len(wanted))


def _pairs(groups: Mapping[Key, Hashable], scored: Collection[str] | None) -> set[frozenset[Key]]:
    members: defaultdict[Hashable, list[Key]] = defaultdict(list)
    for member, group in groups.items():
        members[group].append(member)
    return {
        frozenset(pair)
        for group in members.values()
        for pair in combinations(group, 2)
        if pair[0][0] != pair[1][0] and (scored is None or any(key[0] in scored for key in pair))
    }


def read_groups(path: Path = GROUPS) -> dict[str, dict[str, str]]:
    """Read gold groups: by article, each grouped quote's group. Articles with none count too."""
    return {record["id"]: record["groups"] for record in _records(path)}


def read_parties(path: Path = PARTIES) -> dict[Key, str]:
    """Read gold parties: the party of (article, name)."""
    return {
        (id, name): record["party"]
        for record in _records(path)
        for id, names in record["names"].items()
        for name in names
    }


def _records(path: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def score_groups(
    articles: Sequence[GoldArticle],
    gold: Mapping[str, Mapping[str, str]],
    extractor: "Extractor | None",
    scored: Collection[str],
    read: Sequence[Article] | None = None,
) -> Counts:
    """Group all articles' quotes and count the pairs in which a scored article has a part.

    `read`: the extractor's own records of the articles, in order; else gold's quotes are grouped. Of those, a quote
    that answers no gold quote counts for nothing, for gold may lack it.
    """
    records = list(read) if read is not None else [oracle(article) for article in articles]
    ids: dict[tuple[str, int], str] = {}
    for article, record in zip(articles, records, strict=True):
        given = [characters(quote.content) for quote in article.quotes]
        spans = [characters((segment.start, segment.end) for segment in quote.segments) for quote in record.quotes]
        pairs = match(given, spans) if read is not None else {n: n for n in range(len(given))}
        ids |= {(article.id, there): article.quotes[here].id for here, there in pairs.items()}
    found = {(key[0], ids[key]): group for key, group in group_quotes(records, extractor).items() if key in ids}
    wanted = {(id, quote): group for id, groups in gold.items() for quote, group in groups.items()}
    return count_pairs(wanted, found, set(scored))


def score_names(gold: Mapping[Key, str], texts: Mapping[str, str]) -> Counts:
    """Join the gold's names as if each had said something in its article, and count pairs across articles."""
    said: defaultdict[str, list[Quote]] = defaultdict(list)
    stance = Stance(NO_STANCE, 1.0, {NO_STANCE: 1.0})
    for id, name in gold:
        said[id].append(Quote("direct", (), None, Mention(0, 1, "", name), None, stance, 1.0))
    articles = [Article(id, tuple(quotes), "gold", texts.get(id, "")) for id, quotes in said.items()]
    return count_pairs(gold, parties(articles))


def series(articles: Iterable[GoldArticle], first: int, last: int) -> list[str]:
    """Give the ids of the f articles from number `first` to `last`."""
    return [a.id for a in articles if a.id[:1] == "f" and a.id[1:].isdigit() and first <= int(a.id[1:]) <= last]


def table(rows: Iterable[tuple[str, Counts]]) -> str:
    """Set counts as a table of text.

    >>> print(table([("f01 to f09", Counts(1, 2, 4))]))
                                                              right found gold  precision recall
    f01 to f09                                                    1     2    4       .500   .250
    """

    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.3f}".removeprefix("0")

    lines = [f"{'':<56} {'right':>6} {'found':>5} {'gold':>4} {'precision':>10} {'recall':>6}"]
    lines += [
        f"{name:<56} {c.right:>6} {c.found:>5} {c.gold:>4} {share(c.precision):>10} {share(c.recall):>6}"
        for name, c in rows
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure groups and names across articles, and print a table; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m quoth.eval.groups", description=main.__doc__)
    parser.add_argument(
        "--seeds", type=Path, metavar="PATH", help="the five news reports, which do not come with quoth"
    )
    parser.add_argument("--letters", action="store_true", help="compare letters: needs no model")
    parser.add_argument("--end-to-end", action="store_true", help="group what the model finds in the texts, too")
    options = parser.parse_args(arguments)
    try:
        train, rest = load_authored("train"), load_authored("dev") + load_authored("test")
        reports = load_gold(options.seeds) if options.seeds else []
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 2
    extractor = None
    if options.end_to_end or not options.letters:
        from ..model.extractor import Extractor

        extractor = Extractor.from_pretrained(device="cpu")
    gold = read_groups()
    sets = [
        ("f01 to f09 (chosen on)", train, series(train, 1, 9)),
        ("f10 to f17", train, series(train, 10, 17)),
        ("f of dev and test, one outlet an event", rest, series(rest, 18, 28)),
        *([("five news reports", reports, [article.id for article in reports])] if reports else []),
    ]
    rows = [
        (f"quotes, {name}", score_groups(articles, gold, None if options.letters else extractor, scored))
        for name, articles, scored in sets
    ]
    if options.end_to_end and extractor:
        for name, articles, scored in sets:
            pool = [article for article in articles if article.id in gold]
            read = list(extractor.pipe((article.id, article.text) for article in pool))
            rows.append((f"found quotes, {name}", score_groups(pool, gold, extractor, scored, read)))
    texts = {article.id: article.text for article in [*train, *rest, *reports]}
    names = read_parties()
    authored = {key: party for key, party in names.items() if key[0][0] == "f"}
    of_reports = {key: party for key, party in names.items() if key not in authored}
    rows.append(("names, f articles", score_names(authored, texts)))
    rows.append(
        (f"names, five news reports{'' if reports else ' (without their texts)'}", score_names(of_reports, texts))
    )
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
