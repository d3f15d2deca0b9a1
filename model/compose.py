"""From quotes in tokens to the article's record: characters, kinds, names, and which quotes are sure enough."""

from collections.abc import Sequence
from dataclasses import replace

from .config import QuoteConfig
from .decode import FoundQuote, TokenSpan
from .kinds import kind_of, segment_spans
from .parties import Names
from .quotation import Quotation, quotations
from .records import Article, Mention, Quote, Span, Stance
from .windows import Tokens, char_span

Section = tuple[Tokens, list[FoundQuote]]
DIGITS = 3  # of a score; below that, sums depend on how articles were batched


def compose(
    id: str, text: str, parts: Sequence[Section], config: QuoteConfig, threshold: float | None = None
) -> Article:
    """Write the record of what was found in a text's sections, without quotes below the threshold (the config's)."""
    marks, names = quotations(text), Names(text)
    least = config.threshold if threshold is None else threshold
    kept = [(tokens, quote) for tokens, found in parts for quote in found if quote.score >= least]
    taken = sorted(char_span(text, tokens.offsets, *span) for tokens, quote in kept for span in quote.segments)
    quotes = [_quote(text, tokens, quote, marks, taken, names, config.stances) for tokens, quote in kept]
    return Article(id, tuple(quotes), config.name, text)


def _quote(
    text: str,
    tokens: Tokens,
    found: FoundQuote,
    marks: Sequence[Quotation],
    taken: Sequence[tuple[int, int]],
    names: Names,
    labels: Sequence[str],
) -> Quote:
    def chars(span: TokenSpan) -> tuple[int, int]:
        return char_span(text, tokens.offsets, *span)

    def mention(span: TokenSpan | None, name: TokenSpan | None) -> Mention | None:
        if span is None:
            return None
        start, end = chars(span)
        place = chars(name) if name else None
        return Mention(start, end, text[start:end], names.fullest((start, end), place))

    spans = segment_spans(text, [chars(segment) for segment in found.segments], marks, taken)
    segments = tuple(Span.of(text, start, end) for start, end in spans)
    scores = {label: round(score, DIGITS) for label, score in zip(labels, found.stance, strict=True)}
    label = labels[found.label]
    speaker = mention(found.speaker, found.speaker_name)
    targets = [mention(*candidate) for candidate in found.targets]
    return Quote(
        kind=kind_of(text, spans, marks),
        segments=segments,
        cue=Span.of(text, *chars(found.cue)) if found.cue else None,
        speaker=speaker,
        target=_other_party(targets, speaker),
        stance=Stance(label, scores[label], scores),
        score=round(found.score, DIGITS),
    )


def _other_party(candidates: Sequence[Mention | None], speaker: Mention | None) -> Mention | None:
    """Give the first candidate that does not bear the speaker's own name: nobody speaks toward himself.

    Where all do, the first, which was named wrongly, keeps only its own words for a name.
    """
    name = speaker.name.casefold() if speaker else ""
    others = (one for one in candidates if one and one.name.casefold() != name)
    first = next(iter(candidates), None)
    return next(others, replace(first, name=first.text) if first else None)
