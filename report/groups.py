"""The same quote across articles: quotes that report one utterance in other words get one number.

Two quotes are as near as their words are alike (`likeness`), times more where the speaker is one party, where the
stance is the same and where the articles tell the same story, times less where two different people are named. Quotes
of dates too far apart are never joined. scikit-learn's agglomerative clustering makes groups of what is near.
"""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..model.records import Article, Quote
from .likeness import Floats, Integers, LetterLikeness, Likeness, WordLikeness, row_products
from .names import parties
from .spelling import parse

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from ..model.extractor import Extractor

DAYS: Final = 7
"""Days between two articles' dates within which they can report the same utterance."""
NEIGHBOURS: Final = 30
"""Articles likest to an article whose quotes are compared with its own whoever speaks."""
LARGEST: Final = 2000
"""Quotes that are clustered at once; where more hang together, only closer ones count as hanging together."""
OUTLETS: Final = 8
"""Articles in which a party may speak as on one occasion."""
FEWEST: Final = 4
"""Words that a quote must have to be grouped: "the announcement" is said of many."""
ROWS: Final = 1024


@dataclass(frozen=True, slots=True)
class Weights:
    """How nearness is reckoned, and from which on quotes are one group; chosen by `quoth.eval.groups`.

    The quotes' likeness is multiplied by 1 and what applies of `speaker` (one party; less where it speaks in more than
    `OUTLETS` articles), `others` (two people; negative), `stance` (the same) and `story` (times the articles'
    likeness), so that circumstances alone make no group. `rough` is the least product of the quotes' vectors for a pair
    to be looked at.
    """

    speaker: float = 0.5
    others: float = -0.3
    stance: float = 0.2
    story: float = 1.0
    near: float = 0.675
    rough: float = 0.2
    linkage: Literal["average", "complete"] = "average"


WORDS: Final = Weights()
LETTERS: Final = Weights(near=0.475, rough=0.02)


def group_quotes(
    articles: Sequence[Article],
    extractor: "Extractor | None" = None,
    party_of: Mapping[tuple[str, str], str] | None = None,
    days: int = DAYS,
    weights: Weights | None = None,
) -> dict[tuple[str, int], int]:
    """Number the groups of quotes that report one utterance: keys are an article's id and the quote's index in it.

    Only groups of two or more articles are in it, numbered from 1 in reading order. `extractor` lends its word vectors;
    without one, letters are compared, which finds less. `party_of` is what `names.parties` gives, and made where it is
    None. Of an article without a date (`meta["date"]`, ISO), any date is near. 50,000 quotes take three minutes of one
    core and 1.5 GB; by letters, one minute.

    >>> group_quotes([])
    {}
    """
    keys = [(a, n) for a, article in enumerate(articles) for n, quote in enumerate(article.quotes) if _says(quote)]
    if len(keys) < 2:
        return {}
    quotes = [articles[a].quotes[n] for a, n in keys]
    texts = [quote.text for quote in quotes]
    like: Likeness = WordLikeness(texts, extractor) if extractor else LetterLikeness(texts)
    weights = weights or (WORDS if extractor else LETTERS)
    party_of = parties(articles) if party_of is None else party_of
    table = _Table(articles, keys, quotes, party_of, days)
    pairs = table.candidates(like.vectors, weights.rough)
    nearness = np.minimum(like(pairs) * table.circumstances(pairs, weights), 1)
    found = sorted(
        group
        for part in _parts(pairs, nearness, weights.near)
        for group in _cluster(*part, weights)
        if len({keys[row][0] for row in group}) > 1
    )
    return {(articles[keys[row][0]].id, keys[row][1]): n for n, group in enumerate(found, 1) for row in group}


class _Table:
    """What is known of each quote beside its words, in arrays of Q rows."""

    def __init__(
        self,
        articles: Sequence[Article],
        keys: Sequence[tuple[int, int]],
        quotes: Sequence[Quote],
        party_of: Mapping[tuple[str, str], str],
        days: int,
    ) -> None:
        self.article = np.array([a for a, _ in keys])
        speakers = [_speaker(articles[a].id, quote, party_of) for (a, _), quote in zip(keys, quotes, strict=True)]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(speakers))}
        self.speaker = np.array([numbers[name] if name else -1 for name in speakers])
        heard = np.unique(np.stack([self.speaker, self.article]), axis=1)[0]
        articles_of = np.maximum(np.bincount(heard + 1)[self.speaker + 1], OUTLETS)
        self.telling = 1 / (1 + np.log2(articles_of / OUTLETS))  # who speaks in all the news may say anything
        self.person = np.array([parse(name).kind in ("person", "word") for name in speakers])
        self.stance = np.array([quote.stance.label for quote in quotes])
        self.days = days
        self.date = np.array([_day(article) for article in articles])
        self.stories = _stories(articles)
        self.articles = len(articles)

    def candidates(self, vectors: Floats, rough: float) -> Integers:
        """Give the pairs [P, 2] worth comparing, each once, the earlier quote first."""
        found = [
            np.stack([rows[left], columns[right]], 1)
            for rows, columns in self._blocks()
            for left, right in [np.nonzero(vectors[rows] @ vectors[columns].T >= rough)]
        ]
        pairs = np.concatenate([np.zeros((0, 2), dtype=np.int64), *found])
        pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
        return pairs[self._near_in_time(*(self.date[self.article[side]] for side in pairs.T))]

    def _blocks(self) -> Iterator[tuple[Integers, Integers]]:
        """Give rows to compare with rows: those of one speaker, and those of articles that tell one story."""
        by_speaker, by_article = _rows_by(self.speaker), _rows_by(self.article)
        for speaker, rows in by_speaker.items():
            if speaker >= 0:
                yield from ((rows[start : start + ROWS], rows) for start in range(0, len(rows), ROWS))
        for article, others in enumerate(self._neighbours()):
            told = [by_article[other] for other in others if other in by_article and other != article]
            if article in by_article and told:
                yield by_article[article], np.concatenate(told)

    def _neighbours(self) -> Iterator[list[int]]:
        """Give the likest articles of each article, those with nothing in common left out."""
        from sklearn.neighbors import NearestNeighbors

        count = min(NEIGHBOURS + 1, self.articles)
        distances, places = (
            NearestNeighbors(n_neighbors=count, metric="cosine").fit(self.stories).kneighbors(self.stories)
        )
        for far, others in zip(distances, places, strict=True):
            yield others[far < 1 - 1e-6].tolist()

    def _near_in_time(self, one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
        return ~(np.abs(one - other) > self.days)  # not a number where a date is missing: near

    def circumstances(self, pairs: Integers, weights: Weights) -> Floats:
        """Give the factors by which the quotes of each pair are nearer than their words: [P, 2] -> [P]."""
        a, b = pairs.T
        same = (self.speaker[a] == self.speaker[b]) & (self.speaker[a] >= 0)
        others = self.person[a] & self.person[b] & ~same
        articles = self.article[a], self.article[b]
        story = np.where(articles[0] == articles[1], 0, row_products(self.stories, np.stack(articles, 1)))
        result = 1 + weights.speaker * same * self.telling[a] + weights.others * others + weights.story * story
        return np.asarray(result + weights.stance * (self.stance[a] == self.stance[b]), dtype=np.float32)


def _says(quote: Quote) -> bool:
    """Tell whether a quote has words enough to be known again."""
    return len(re.findall(r"\w+", quote.text)) >= FEWEST


def _rows_by(values: Integers) -> dict[int, Integers]:
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for row, value in enumerate(values.tolist()):
        rows[value].append(row)
    return {value: np.array(found) for value, found in rows.items()}


def _speaker(id: str, quote: Quote, party_of: Mapping[tuple[str, str], str]) -> str:
    if quote.speaker is None:
        return ""
    name = quote.speaker.name or quote.speaker.text
    return party_of.get((id, name), name)


def _day(article: Article) -> float:
    """Give the day of an article's date as a number; not a number where it has none that can be read."""
    try:
        return float(datetime.date.fromisoformat(str(article.meta.get("date", ""))[:10]).toordinal())
    except ValueError:
        return float("nan")


def _stories(articles: Sequence[Article]) -> "csr_matrix":
    """Give the words of each article's quotes and names as TF-IDF, rows of length 1 or 0."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    told = [" ".join([*(quote.text for quote in article.quotes), *_mentioned(article)]) for article in articles]
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True, dtype=np.float32)
    try:
        return csr_matrix(words.fit_transform(told))
    except ValueError:  # not one word in them
        return csr_matrix((len(articles), 1), dtype=np.float32)


def _mentioned(article: Article) -> Iterator[str]:
    for quote in article.quotes:
        yield from (mention.name for mention in (quote.speaker, quote.target) if mention)


def _parts(pairs: Integers, nearness: Floats, near: float) -> Iterator[tuple[Integers, Floats]]:
    """Give the pairs, with their nearness, of rows that hang together by near ones, part by part."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    close = pairs[nearness >= near]
    size = int(pairs.max(initial=0)) + 1
    graph = coo_matrix((np.ones(len(close)), tuple(close.T)), shape=(size, size))
    _, part_of = connected_components(graph, directed=False)
    within = part_of[pairs[:, 0]] == part_of[pairs[:, 1]]
    pairs, nearness = pairs[within], nearness[within]
    for rows in _rows_by(part_of[pairs[:, 0]]).values():
        part, its_nearness = pairs[rows], nearness[rows]
        if len(np.unique(part)) <= LARGEST or near >= 1:
            yield part, its_nearness
        else:
            yield from _parts(part, its_nearness, near + 0.05)


def _cluster(pairs: Integers, nearness: Floats, weights: Weights) -> Iterator[list[int]]:
    """Cluster the rows of a part's pairs; those that were not compared are as far apart as can be."""
    from sklearn.cluster import AgglomerativeClustering

    part, places = np.unique(pairs, return_inverse=True)
    left, right = places.reshape(-1, 2).T
    distance = np.ones((len(part), len(part)), dtype=np.float32)
    distance[left, right] = distance[right, left] = 1 - nearness
    np.fill_diagonal(distance, 0)
    clustering = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage=weights.linkage, distance_threshold=1 - weights.near
    )
    for rows in _rows_by(clustering.fit_predict(distance)).values():
        yield part[rows].tolist()
