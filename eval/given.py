"""The model's reading of quotes that are given: speaker, target and stance without the errors of finding quotes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import torch

from ..model.compose import compose
from ..model.decode import FoundQuote, TokenSpan, read_quotes
from ..model.extractor import Extractor
from ..model.records import Article, Quote, Span
from ..model.tokens import Tokens, token_span, tokenize
from ..model.windows import sections
from ..seeds.corpus import GoldArticle, GoldQuote

Located = tuple[GoldQuote, list[TokenSpan]]


def read_given(extractor: Extractor, articles: Iterable[GoldArticle], batch_size: int = 4) -> Iterator[Article]:
    """Read the gold quotes of each article; segments and kind are gold's, all else is the model's.

    Of an article longer than a section, a quote is read in the section where it begins. A quote of characters that the
    tokenizer drops is left out.
    """
    stream = iter(articles)
    while batch := list(islice(stream, batch_size)):
        parts = [(article, *section) for article in batch for section in _sections(extractor, article)]
        wanted = [[spans for _, spans in quotes] for *_, quotes in parts]
        read = _read(extractor, [tokens for _, tokens, _ in parts], wanted)
        for article in batch:
            own = [(part, found) for part, found in zip(parts, read, strict=True) if part[0] is article]
            sections = [(tokens, found) for (_, tokens, _), found in own]
            whole = compose(article.id, article.text, sections, extractor.model.config, threshold=0.0)
            given = [quote for (*_, quotes), _ in own for quote, _ in quotes]
            quotes = (_as_given(article.text, *pair) for pair in zip(given, whole.quotes, strict=True))
            yield replace(whole, quotes=tuple(quotes))


def _sections(extractor: Extractor, article: GoldArticle) -> Iterator[tuple[Tokens, list[Located]]]:
    """Cut an article as the extractor does; give each section with the gold quotes that begin in it, in its tokens."""
    whole = tokenize(article.text, extractor.tokenizer)
    for start, end in sections(whole, extractor.model.config.section):
        if end == start:
            continue
        tokens = whole.slice(start, end)
        first, last = int(tokens.offsets[0, 0]), int(tokens.offsets[-1, 1])
        begun = [quote for quote in article.quotes if first <= min(quote.content)[0] < last]
        located = [(quote, _locate(tokens, quote)) for quote in begun]
        yield tokens, [(quote, spans) for quote, spans in located if spans]


def _locate(tokens: Tokens, quote: GoldQuote) -> list[TokenSpan]:
    spans = (token_span(tokens.offsets, start, end) for start, end in sorted(quote.content))
    return [span for span in spans if span]


@torch.inference_mode()
def _read(
    extractor: Extractor, batch: Sequence[Tokens], quotes: Sequence[Sequence[Sequence[TokenSpan]]]
) -> list[list[FoundQuote]]:
    if not batch:
        return []
    model = extractor.model
    return read_quotes(model, extractor.encode(batch), quotes)


def _as_given(text: str, gold: GoldQuote, quote: Quote) -> Quote:
    return replace(quote, kind=gold.kind, segments=tuple(Span.of(text, *span) for span in gold.content))
