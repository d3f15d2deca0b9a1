"""Gold's annotations as a system would write them: what a perfect one predicts, and what a test starts from."""

from ..model.labels import NO_STANCE
from ..model.records import Article, Mention, Quote, Span, Stance
from ..seeds.corpus import GoldArticle, GoldQuote, Pair


def oracle(article: GoldArticle) -> Article:
    """Give gold as a record, all scores 1; a mention of several spans becomes one from the first to the last."""
    return Article(article.id, tuple(_quote(article.text, quote) for quote in article.quotes), "oracle", article.text)


def _quote(text: str, gold: GoldQuote) -> Quote:
    label = gold.stance or NO_STANCE
    return Quote(
        kind=gold.kind,
        segments=tuple(Span.of(text, *span) for span in gold.content),
        cue=Span.of(text, *gold.cue[0]) if gold.cue else None,
        speaker=_mention(text, gold.source, gold.speaker_name),
        target=_mention(text, (gold.target,), gold.target_name) if gold.target else None,
        stance=Stance(label, 1.0, {label: 1.0}),
        score=1.0,
    )


def _mention(text: str, spans: tuple[Pair, ...], name: str | None) -> Mention | None:
    if not spans:
        return None
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    return Mention(start, end, text[start:end], name or text[start:end])
