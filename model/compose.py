"""From quotes in tokens to the article's record: characters, kinds, names, and which quotes are sure enough."""

from collections.abc import Sequence
from dataclasses import replace

from .config import QuoteConfig
from .decode import FoundQuote, TokenSpan
from .kinds import kind_of, segment_spans
from .parties import Names
from .quotation import Quotation, quotations
from .records import Article, Mention, Quote, Span, Stance
from .tokens import Tokens, char_span

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
    quotes: list[Quote] = []
    spoke_last: str | None = None
    for tokens, found in kept:
        quote = _quote(text, tokens, found, marks, taken, names, config.stances, spoke_last)
        quotes.append(quote)
        if quote.speaker:
            spoke_last = quote.speaker.name
    return Article(id, tuple(quotes), config.name, text)


def _quote(
    text: str,
    tokens: Tokens,
    found: FoundQuote,
    marks: Sequence[Quotation],
    taken: Sequence[tuple[int, int]],
    names: Names,
    labels: Sequence[str],
    spoke_last: str | None,
) -> Quote:
    def chars(span: TokenSpan) -> tuple[int, int]:
        return char_span(text, tokens.offsets, *span)

    def mention(span: tuple[int, int], name: str) -> Mention:
        return Mention(*span, text[slice(*span)], name)

    spans = segment_spans(text, [chars(segment) for segment in found.segments], marks, taken)
    segments = tuple(Span.of(text, start, end) for start, end in spans)
    scores = {label: round(score, DIGITS) for label, score in zip(labels, found.stance, strict=True)}
    label = labels[found.label]
    speaker = None
    if found.speaker:
        place = chars(found.speaker)
        pointed = [(chars(name), probability) for name, probability in found.speaker_names]
        speaker = mention(place, names.speaker(place, pointed, spoke_last))
    aimed = [(chars(span), chars(name)) for span, name in found.targets]
    targets = [mention(span, names.fullest(span, name)) for span, name in aimed]
    return Quote(
        kind=kind_of(text, spans, marks),
        segments=segments,
        cue=Span.of(text, *chars(found.cue)) if found.cue else None,
        speaker=speaker,
        target=_other_party(targets, speaker),
        stance=Stance(label, scores[label], scores),
        score=round(found.score, DIGITS),
    )


def _other_party(candidates: Sequence[Mention], speaker: Mention | None) -> Mention | None:
    """Give the first candidate that does not bear the speaker's own name: nobody speaks toward himself.

    Where all do, the first, which was named wrongly, keeps only its own words for a name.
    """
    name = speaker.name.casefold() if speaker else ""
    others = (one for one in candidates if one.name.casefold() != name)
    first = next(iter(candidates), None)
    return next(others, replace(first, name=first.text) if first else None)
