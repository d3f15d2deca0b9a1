"""The way through the house: texts in, `Article` records out.

    extractor = Extractor.from_pretrained()
    article = extractor("“We rejected his offer,” Ali Maisam Nazary said.")
    for article in extractor.pipe([("a1", text1), ("a2", text2)]):
        ...
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Self

import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from .decode import FoundQuote, TokenSpan, find_quotes, read_quotes, tag_segments
from .kinds import kind_of, trim
from .network import QuoteModel
from .parties import Names
from .quotation import Quotation, quotations
from .records import Article, Mention, Quote, Span, Stance
from .windows import Tokens, char_span, collate, sections, tokenize

CHECKPOINT = Path(__file__).parent / "checkpoint"
DIGITS = 4  # of a score; below that, sums depend on how articles were batched


class Extractor:
    """Finds the quotes of news articles with one model, on one device."""

    def __init__(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.name = f"{model.config.name_or_path or 'quoth'}"

    @classmethod
    def from_pretrained(cls, model: str | Path | None = None, *, device: str | None = None) -> Self:
        """Load the shipped checkpoint, or another from a folder or a hub id.

        device: "cpu", "cuda", … ; by default a GPU where there is one. Raises OSError where the checkpoint is missing
        or incomplete, ValueError where it is not Quoth's or the device is none.
        """
        where = Path(model) if model is not None else CHECKPOINT
        source = str(where if where.exists() else model)
        network = QuoteModel.from_pretrained(source, dtype=torch.float32)
        network.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        return cls(network, AutoTokenizer.from_pretrained(source))

    def __call__(self, text: str, id: str = "") -> Article:
        """Find the quotes of one text; an empty or blank one has none."""
        return next(self.pipe([(id, text)]))

    def pipe(self, articles: Iterable[tuple[str, str]], *, batch_size: int = 16) -> Iterator[Article]:
        """Stream (id, text) pairs to articles, in order; inside, batches of similar length are read together."""
        stream = iter(articles)
        while block := list(islice(stream, 8 * batch_size)):
            yield from self._block(block, batch_size)

    def _block(self, block: Sequence[tuple[str, str]], batch_size: int) -> list[Article]:
        tokens = [tokenize(text, self.tokenizer) for _, text in block]
        pieces = [
            (article, tokens[article].slice(start, end))
            for article in range(len(block))
            for start, end in sections(tokens[article], self.model.config.section)
            if end > start
        ]
        found: list[list[tuple[Tokens, list[FoundQuote]]]] = [[] for _ in block]
        order = sorted(range(len(pieces)), key=lambda index: len(pieces[index][1]))
        results: dict[int, list[FoundQuote]] = {}
        for first in range(0, len(order), batch_size):
            batch = order[first : first + batch_size]
            results.update(zip(batch, self.read([pieces[index][1] for index in batch]), strict=True))
        for index, (article, section) in enumerate(pieces):
            found[article].append((section, results[index]))
        return [self._article(id, text, parts) for (id, text), parts in zip(block, found, strict=True)]

    @torch.inference_mode()
    def read(self, batch: Sequence[Tokens]) -> list[list[FoundQuote]]:
        """Read a batch of sections; quotes scored below the threshold are left out."""
        config = self.model.config
        inputs = collate(batch, self.tokenizer, config.window, config.overlap)
        states = self.model(**{name: tensor.to(self.model.device) for name, tensor in inputs.items()})
        quotes = find_quotes(self.model, states, tag_segments(self.model, states))
        read = read_quotes(self.model, states, quotes)
        return [[quote for quote in article if quote.score >= config.threshold] for article in read]

    def _article(self, id: str, text: str, parts: Sequence[tuple[Tokens, Sequence[FoundQuote]]]) -> Article:
        marks = quotations(text) if parts else []
        names = Names(text)
        quotes = [self._quote(text, section, quote, marks, names) for section, found in parts for quote in found]
        return Article(id, tuple(quote for quote in quotes if quote), self.name, text)

    def _quote(
        self, text: str, section: Tokens, found: FoundQuote, marks: Sequence[Quotation], names: Names
    ) -> Quote | None:
        def chars(span: TokenSpan) -> tuple[int, int]:
            return char_span(text, section.offsets, *span)

        def mention(span: TokenSpan | None, name: TokenSpan | None) -> Mention | None:
            if span is None:
                return None
            start, end = chars(span)
            place = chars(name) if name else None
            return Mention(start, end, text[start:end], names.fullest((start, end), place))

        spans = [trim(text, *chars(segment), marks) for segment in found.segments]
        segments = tuple(Span.of(text, start, end) for start, end in spans)
        labels = self.model.config.stances
        scores = {label: round(score, DIGITS) for label, score in zip(labels, found.stance, strict=True)}
        best = max(range(len(labels)), key=found.stance.__getitem__)
        act = labels[best] != labels[-1]
        cue = Span.of(text, *chars(found.cue)) if found.cue else None
        return Quote(
            kind=kind_of(text, spans, marks),
            segments=segments,
            cue=cue,
            speaker=mention(found.speaker, found.speaker_name),
            target=mention(found.target, found.target_name) if act else None,
            stance=Stance(labels[best], scores[labels[best]], scores),
            score=round(found.score, DIGITS),
        )
