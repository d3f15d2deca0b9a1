"""Stance by logistic regression on the words of the quote and of its cue, weighted by TF-IDF."""

from collections.abc import Callable, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ...model.labels import STANCES
from ...seeds.corpus import GoldArticle, Pair
from .text import Segments


def train(articles: Sequence[GoldArticle]) -> Callable[[str, Segments, Pair | None], dict[str, float]]:
    """Fit on the articles' quotes that have a stance; raises ValueError where they have fewer than two labels."""
    quotes = [(article.text, quote) for article in articles for quote in article.quotes if quote.stance]
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000),  # PolNeAR has few acts
    )
    words = [_words(text, quote.content, quote.cue[0] if quote.cue else None) for text, quote in quotes]
    model.fit(words, [quote.stance for _, quote in quotes])

    def stance(text: str, segments: Segments, cue: Pair | None) -> dict[str, float]:
        found = dict(zip(model.classes_, model.predict_proba([_words(text, segments, cue)])[0], strict=True))
        return {label: round(float(found.get(label, 0.0)), 4) for label in STANCES}

    return stance


def _words(text: str, segments: Segments, cue: Pair | None) -> str:
    """Give the quote's words, and the cue's marked as such: "said" within a quote is another word."""
    reporting = text[slice(*cue)].split() if cue else []
    return " ".join([*(text[start:end] for start, end in segments), *(f"cue_{word}" for word in reporting)])
