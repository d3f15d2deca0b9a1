"""The way through the house: texts in, `Article` records out.

extractor = Extractor.from_pretrained()
article = extractor("“We rejected his offer,” Ali Maisam Nazary said.")
for article in extractor.pipe([("a1", text1), ("a2", text2)]):
    ...
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Self

import torch
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils import logging

from .config import QuoteConfig
from .decode import FoundQuote, TokenSpan, find_quotes, read_quotes, tag_segments
from .kinds import kind_of, segment_spans
from .network import QuoteModel, States
from .parties import Names
from .quotation import Quotation, quotations
from .records import Article, Mention, Quote, Span, Stance
from .windows import Tokens, char_span, collate, sections, tokenize

CHECKPOINT = Path(__file__).parent / "checkpoint"
Section = tuple[Tokens, list[FoundQuote]]
TOKENS = 16384  # in a batch, padding counted: bounds its memory
DIGITS = 3  # of a score; below that, sums depend on how articles were batched


class Extractor:
    """Finds the quotes of news articles with one model, on one device."""

    def __init__(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model
        torch.nn.Module.eval(model)
        self.tokenizer = tokenizer
        self.name = model.config.name

    @classmethod
    def from_pretrained(cls, model: str | Path | None = None, *, device: str | None = None) -> Self:
        """Load the shipped checkpoint, or another from a folder or a hub id.

        device: "cpu", "cuda", … ; by default a GPU where there is one. Raises OSError where the checkpoint is missing
        or incomplete, ValueError where it is not Quoth's or there is no such device.
        """
        source = str(CHECKPOINT if model is None else model)
        if source.count("/") != 1 and not Path(source).is_dir():  # with one, it may be a hub id
            raise OSError(f"{source}: no such folder; give one that Quoth saved, or a hub id")
        where = _device(device)
        bars = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()  # loading takes a second
        try:
            config = AutoConfig.from_pretrained(source)
            if not isinstance(config, QuoteConfig):
                raise ValueError(
                    f"{source} holds a model of type {config.model_type!r}; give a folder that Quoth saved"
                )
            loaded: Any = QuoteModel.from_pretrained(source, dtype=torch.float32, output_loading_info=True)
            network, report = loaded
            if report["missing_keys"] or report["mismatched_keys"]:
                lacks = sorted(report["missing_keys"]) or sorted(key for key, *_ in report["mismatched_keys"])
                raise OSError(f"{source}: the weights do not fit the config ({lacks[0]} for one); save it again")
            tokenizer = AutoTokenizer.from_pretrained(source)
        except RuntimeError as error:
            raise OSError(f"{source}: the weights do not fit the config: {error}") from error
        finally:
            if bars:
                logging.enable_progress_bar()
        return cls(torch.nn.Module.to(network, where), tokenizer)

    def __call__(self, text: str, id: str = "") -> Article:
        """Find the quotes of one text; an empty or blank one has none."""
        return next(self.pipe([(id, text)]))

    def pipe(self, articles: Iterable[tuple[str, str]], *, batch_size: int = 16) -> Iterator[Article]:
        """Stream (id, text) pairs to articles, in order; inside, batches of similar length are read together."""
        stream = iter(articles)
        while block := list(islice(stream, 8 * batch_size)):
            found = self.find([text for _, text in block], batch_size)
            for (id, text), parts in zip(block, found, strict=True):
                yield self.article(id, text, parts)

    def find(self, texts: Sequence[str], batch_size: int = 16) -> list[list[Section]]:
        """Give each text's sections with the quotes found in them, whatever their score."""
        pieces = [
            (number, tokens.slice(start, end))
            for number, text in enumerate(texts)
            for tokens in [tokenize(text, self.tokenizer)]
            for start, end in sections(tokens, self.model.config.section)
            if end > start
        ]
        found: list[list[Section]] = [[] for _ in texts]
        read: dict[int, list[FoundQuote]] = {}
        for batch in _batches([len(tokens) for _, tokens in pieces], batch_size):
            states = self.encode([pieces[index][1] for index in batch])
            read.update(zip(batch, self.decode(states), strict=True))
        for index, (number, tokens) in enumerate(pieces):
            found[number].append((tokens, read[index]))
        return found

    @torch.inference_mode()
    def encode(self, batch: Sequence[Tokens]) -> States:
        """Pass a batch of sections through the encoder."""
        config = self.model.config
        inputs = collate(batch, self.tokenizer, config.window, config.overlap)
        states: States = self.model(**{name: tensor.to(self.model.device) for name, tensor in inputs.items()})
        return states

    @torch.inference_mode()
    def decode(self, states: States) -> list[list[FoundQuote]]:
        """Find and read each section's quotes."""
        return read_quotes(self.model, states, find_quotes(self.model, states, tag_segments(self.model, states)))

    def article(self, id: str, text: str, parts: Sequence[Section]) -> Article:
        """Write the record of what `find` gave for a text; quotes scored below the config's threshold are left out."""
        marks, names, threshold = quotations(text), Names(text), self.model.config.threshold
        kept = [(tokens, quote) for tokens, found in parts for quote in found if quote.score >= threshold]
        taken = sorted(char_span(text, tokens.offsets, *span) for tokens, quote in kept for span in quote.segments)
        quotes = [self._quote(text, tokens, quote, marks, taken, names) for tokens, quote in kept]
        return Article(id, tuple(quotes), self.name, text)

    def _quote(
        self,
        text: str,
        tokens: Tokens,
        found: FoundQuote,
        marks: Sequence[Quotation],
        taken: Sequence[tuple[int, int]],
        names: Names,
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
        labels = self.model.config.stances
        scores = {label: round(score, DIGITS) for label, score in zip(labels, found.stance, strict=True)}
        label = labels[found.label]
        cue = Span.of(text, *chars(found.cue)) if found.cue else None
        return Quote(
            kind=kind_of(text, spans, marks),
            segments=segments,
            cue=cue,
            speaker=mention(found.speaker, found.speaker_name),
            target=mention(found.target, found.target_name),
            stance=Stance(label, scores[label], scores),
            score=round(found.score, DIGITS),
        )


def _device(name: str | None) -> torch.device:
    """Find a device: the named one, or a GPU where there is one, or the CPU; raises ValueError."""
    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        said = str(error).split("\n", 1)[0].rstrip(".")
        raise ValueError(f"no device {name!r} here ({said}); leave it out to take the best there is") from None


def _batches(lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Give indices in batches of like length, of at most `batch_size` and, unless it is one alone, `TOKENS` tokens."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == batch_size or lengths[index] * (len(batch) + 1) > TOKENS):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
