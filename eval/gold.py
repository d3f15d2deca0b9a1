"""Which gold articles: a shipped split by its name, PolNeAR joined with our labels, or an annotated file."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from ..model.labels import KINDS, STANCES
from ..seeds.corpus import SEEDS, CorpusError, GoldArticle, load_authored, load_gold, load_polnear

POLNEAR = "polnear-"


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold corpus: the name it was asked for by, which split it is, and its articles."""

    name: str
    split: str
    articles: list[GoldArticle]

    @property
    def sha256(self) -> str:
        """The hash of articles and annotations, whatever order or format they came in."""
        articles = sorted(self.articles, key=lambda article: article.id)
        return sha256(json.dumps([asdict(article) for article in articles], sort_keys=True).encode()).hexdigest()

    @property
    def counts(self) -> Counter[str]:
        """What is annotated: quotes, quotes by kind, named speakers, targets, and "stance LABEL"."""
        quotes = [quote for article in self.articles for quote in article.quotes]
        n: Counter[str] = Counter({kind: 0 for kind in KINDS})
        n.update(quotes=len(quotes), annotated_articles=sum(article.has_stance for article in self.articles))
        for quote in quotes:
            n[quote.kind] += 1
            n[f"stance {quote.stance}"] += quote.stance is not None
        del n["stance None"]
        n["speakers"] = sum(bool(quote.source) for quote in quotes)
        n["names"] = sum(bool(quote.speaker_name) for quote in quotes)
        n["targets"] = sum(bool(quote.target) for quote in quotes)
        return n


def load(name: str, polnear: Path | None = None, stances: Collection[str] = STANCES) -> Gold:
    """Load a corpus: "train", "dev", "test" or "tehran", "polnear-dev" or "polnear-train", or the path of a file.

    polnear: the folder with PolNeAR's articles. stances: what the quotes of a file may have. Raises CorpusError where
    it is missing, wrong or empty.
    """
    if name.startswith(POLNEAR) and not Path(name).is_file():
        split = name.removeprefix(POLNEAR)
        if polnear is None:
            raise CorpusError(f"{name}: its articles do not come with quoth; name their folder: --polnear DIR")
        gold = Gold(name, split, load_polnear(polnear, split))
    elif (SEEDS / f"{name}.jsonl").is_file():
        gold = Gold(name, name, load_authored(name))
    else:
        gold = Gold(Path(name).name, Path(name).stem, load_gold(Path(name), stances))
    if not gold.articles:
        raise CorpusError(f"{name}: no articles in it; give a corpus of one or more")
    return gold


def training(polnear: Path | None = None) -> list[GoldArticle]:
    """Load what a baseline may learn from: the train split, and PolNeAR's where there is a copy of it."""
    return load_authored("train") + (load_polnear(polnear, "train") if polnear else [])
