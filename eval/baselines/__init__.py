"""Simple systems to beat, in the record's format: rules and counts, no network.

Each finds quotes in a text, attributes a quote to a speaker, and labels its stance; on gold quotes the first step is
left out. `nearest_name`: every quoted span, the nearest name. `reporting_verb`: quoted and reported speech around a
verb such as "said". `cue_lexicon`, `tfidf`: the same quotes, with a stance by the cue's verb, or by logistic regression
on words. `majority`: quoted spans, the article's most frequent name, the most frequent stance.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ...model.kinds import kind_of
from ...model.parties import Names
from ...model.quotation import quotations
from ...model.records import Article, Mention, Quote, Span, Stance
from ...seeds.corpus import GoldArticle, Pair
from . import cue_lexicon, majority, nearest_name, reporting_verb, tfidf
from .text import Segments

NAMES: Final = ("nearest_name", "reporting_verb", "cue_lexicon", "tfidf", "majority")
Label = Callable[[str, Segments, Pair | None], dict[str, float]]


class Baseline:
    """One of `NAMES`, fitted on `training` where it learns anything; raises ValueError on another name."""

    def __init__(self, name: str, training: Sequence[GoldArticle]) -> None:
        if name not in NAMES:
            raise ValueError(f"{name!r} is none of the baselines {', '.join(NAMES)}")
        self.name = f"baseline {name}"
        quoted = name in ("nearest_name", "majority")
        self._find = nearest_name.find if quoted else reporting_verb.find
        self._attribute = {"nearest_name": nearest_name.attribute, "majority": majority.attribute}.get(
            name, reporting_verb.attribute
        )
        none: Label = majority.stance(training)
        self._stance: Label = none
        if name == "cue_lexicon":
            self._stance = cue_lexicon.stance
        elif name == "tfidf":
            self._stance = tfidf.train(training)

    def __call__(self, text: str, id: str = "") -> Article:
        """Find the quotes of one text."""
        return self._article(id, text, self._find(text))

    def read_given(self, article: GoldArticle) -> Article:
        """Attribute and label gold's quotes."""
        return self._article(article.id, article.text, [quote.content for quote in article.quotes])

    def _article(self, id: str, text: str, found: Iterable[Segments]) -> Article:
        names, marks = Names(text), quotations(text)
        quotes = []
        for segments in found:
            cue, speaker = self._attribute(text, segments)
            scores = self._stance(text, segments, cue)
            label = max(scores, key=scores.__getitem__)
            mention = Mention(*speaker, text[slice(*speaker)], names.fullest(speaker, None)) if speaker else None
            quotes.append(
                Quote(
                    kind=kind_of(text, segments, marks),
                    segments=tuple(Span.of(text, *segment) for segment in segments),
                    cue=Span.of(text, *cue) if cue else None,
                    speaker=mention,
                    target=None,
                    stance=Stance(label, scores[label], scores),
                    score=1.0,
                )
            )
        return Article(id, tuple(quotes), self.name, text)
