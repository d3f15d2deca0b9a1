"""The model's reading of quotes that are given: speaker, target and stance without the errors of finding quotes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import torch

from ..model.decode import FoundQuote, TokenSpan, read_quotes
from ..model.extractor import Extractor
from ..model.parties import Names
from ..model.quotation import quotations
from ..model.records import Article, Quote, Span
from ..model.windows import Tokens, collate, sections, token_span, tokenize
from ..seeds.corpus import GoldArticle, GoldQuote


def read_given(extractor: Extractor, articles: Iterable[GoldArticle], batch_size: int = 4) -> Iterator[Article]:
    """Read the gold quotes of each article, in order; segments and kind are gold's, all else is the model's.

    Of an article longer than a section, a quote is read in the section where it begins.
    """
    stream = iter(articles)
    while batch := list(islice(stream, batch_size)):
        parts = [
            (article, tokens, given)
            for article in batch
            for whole in [tokenize(article.text, extractor.tokenizer)]
            for start, end in sections(whole, extractor.model.config.section)
            if end > start
            for tokens in [whole.slice(start, end)]
            for given in [_locate(tokens, article.quotes)]
        ]
        wanted = [[spans for _, spans in given] for *_, given in parts]
        read = _read(extractor, [tokens for _, tokens, _ in parts], wanted)
        for article in batch:
            marks, names = quotations(article.text), Names(article.text)
            quotes = [
                _as_given(article.text, gold, extractor._quote(article.text, tokens, found, marks, names))
                for (owner, tokens, given), readings in zip(parts, read, strict=True)
                if owner is article
                for (gold, _), found in zip(given, readings, strict=True)
            ]
            yield Article(article.id, tuple(quotes), extractor.name, article.text)


def _locate(tokens: Tokens, quotes: Sequence[GoldQuote]) -> list[tuple[GoldQuote, list[TokenSpan]]]:
    """Find the quotes that begin in a section, with their segments as tokens of it."""
    located = []
    for quote in quotes:
        first, last = int(tokens.offsets[0, 0]), int(tokens.offsets[-1, 1])
        if first <= min(quote.content)[0] < last:
            spans = [span for start, end in sorted(quote.content) if (span := token_span(tokens.offsets, start, end))]
            if spans:
                located.append((quote, spans))
    return located


@torch.inference_mode()
def _read(
    extractor: Extractor, batch: Sequence[Tokens], quotes: Sequence[Sequence[Sequence[TokenSpan]]]
) -> list[list[FoundQuote]]:
    if not batch:
        return []
    model = extractor.model
    inputs = collate(batch, extractor.tokenizer, model.config.window, model.config.overlap)
    states = model(**{name: tensor.to(model.device) for name, tensor in inputs.items()})
    return read_quotes(model, states, quotes)


def _as_given(text: str, gold: GoldQuote, quote: Quote) -> Quote:
    return replace(quote, kind=gold.kind, segments=tuple(Span.of(text, *span) for span in gold.content))
