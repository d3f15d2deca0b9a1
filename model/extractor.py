"""The way through the house: texts in, `Article` records out.

extractor = Extractor.from_pretrained()
article = extractor("“We rejected his offer,” Ali Maisam Nazary said.")
for article in extractor.pipe([("a1", text1), ("a2", text2)]):
    ...
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any, Self, cast

import torch
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils import logging

from .checkpoint import FOLDER
from .compose import Section, compose
from .config import QuoteConfig
from .decode import FoundQuote, find_quotes, read_quotes, tag_segments
from .labels import KINDS
from .memory import keep_few_kernels
from .nearby import has_marks, near_marks
from .network import QuoteModel, States
from .precision import choose
from .records import Article
from .tokens import Tokens, tokenize_all
from .windows import Batch, collate, round_up, sections

POOLED = 65_536  # tokens, or some more, that pass through the encoder together
SECTIONS = 512  # the same: what is laid out holds the longest one's length for each
TOKENS = 8192  # in a batch, its longest section's for each: it is tagged and read together, which bounds its memory
LENGTH_STEP = 128  # tokens; a batch's sections are padded to a multiple of it
BLOCK = 8  # batches whose articles are sorted by length together
CHARACTERS = 2_000_000  # of text in a block, unless it is one article alone


class Extractor:
    """Finds the quotes of news articles with one model, on one device."""

    def __init__(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase) -> None:
        keep_few_kernels()
        self.model = model
        torch.nn.Module.eval(model)
        self.tokenizer = tokenizer
        self.name = model.config.name

    @classmethod
    def from_pretrained(
        cls, model: str | Path | None = None, *, device: str | None = None, precision: str = "auto"
    ) -> Self:
        """Load the shipped checkpoint, or another from a folder or a hub id.

        device: "cpu", "cuda", … ; by default a GPU where there is one. precision: "fp32", "bf16", or by default
        bf16 where the hardware has it. Raises OSError where the checkpoint is missing or incomplete, ValueError where
        it is not Quoth's or there is no such device or precision.
        """
        source = str(FOLDER if model is None else model)
        if source.count("/") != 1 and not Path(source).is_dir():  # with one, it may be a hub id
            raise OSError(f"{source}: no such folder; give one that Quoth saved, or a hub id")
        where = _device(device)
        dtype = choose(precision, where)
        network = torch.nn.Module.to(load_network(source), where)
        return cls(network.with_precision(dtype), AutoTokenizer.from_pretrained(source))

    def __call__(self, text: str, id: str = "") -> Article:
        """Find the quotes of one text; an empty or blank one has none."""
        return next(self.pipe([(id, text)]))

    def pipe(
        self, articles: Iterable[tuple[str, str]], *, batch_size: int = 16, kinds: Collection[str] = KINDS
    ) -> Iterator[Article]:
        """Stream (id, text) pairs to articles, in order; inside, batches of similar length are read together.

        kinds: give only quotes of these kinds. Without "indirect", text with no quotation mark in reach is not read.
        """
        marked_only = "indirect" not in kinds
        for block in _blocks(articles, BLOCK * batch_size):
            found = self.find([text for _, text in block], batch_size, marked_only)
            for (id, text), parts in zip(block, found, strict=True):
                article = compose(id, text, parts, self.model.config)
                yield article.only(kinds) if set(kinds) != set(KINDS) else article

    def find(self, texts: Sequence[str], batch_size: int = 16, marked_only: bool = False) -> list[list[Section]]:
        """Give each text's sections with the quotes found in them, whatever their score.

        marked_only: pass over text with no quotation mark in reach, and over quotes that hold none.
        """
        pieces = [
            (number, tokens.slice(start, end))
            for number, tokens in enumerate(self._tokens(texts, marked_only))
            for start, end in sections(tokens, self.model.config.section)
            if end > start
        ]
        lengths = [len(tokens) for _, tokens in pieces]
        quotes: dict[int, list[FoundQuote]] = {}
        for pool in _pools(lengths, POOLED, SECTIONS):
            parts = [pieces[place][1] for place in pool]
            for start, end, states in self._states(parts, batch_size):
                marked = parts[start:end] if marked_only else None
                quotes.update(zip(pool[start:end], self.decode(states, marked), strict=True))
        found: list[list[Section]] = [[] for _ in texts]
        for index, (number, tokens) in enumerate(pieces):
            found[number].append((tokens, quotes[index]))
        return found

    def _tokens(self, texts: Sequence[str], marked_only: bool) -> list[Tokens]:
        """Tokenise texts, and leave out what has no quotation mark in reach where only what has one is asked for."""
        tokens = tokenize_all(texts, self.tokenizer)
        return [near_marks(one, self.tokenizer) for one in tokens] if marked_only else tokens

    @torch.inference_mode()
    def encode(self, batch: Sequence[Tokens]) -> States:
        """Pass a batch of sections through the encoder."""
        states: States = self.model(**self._laid_out(batch))
        return states

    @torch.inference_mode()
    def _states(self, pool: Sequence[Tokens], batch_size: int) -> Iterator[tuple[int, int, States]]:
        """Pass sections, the longest first, through the encoder together; give the states of runs, start to end."""
        inputs = self._laid_out(pool)
        gather, features_of = inputs.pop("gather"), inputs.pop("features_of")
        windows = self.model.encode(**inputs)
        for start, end in _batches([len(tokens) for tokens in pool], batch_size, TOKENS):
            length = round_up(len(pool[start]), LENGTH_STEP)
            run = slice(start, end), slice(length)
            yield start, end, self.model.states(windows, gather[run], features_of[run])

    def _laid_out(self, batch: Sequence[Tokens]) -> Batch:
        """Lay sections out for the network, on its device."""
        config = self.model.config
        inputs = collate(batch, self.tokenizer, config.window, config.overlap, step=LENGTH_STEP)
        return {name: tensor.to(self.model.device) for name, tensor in inputs.items()}

    @torch.inference_mode()
    def decode(self, states: States, marked: Sequence[Tokens] | None = None) -> list[list[FoundQuote]]:
        """Find and read each section's quotes; of sections given as `marked`, only those that hold a quotation mark."""
        found = find_quotes(self.model, states, tag_segments(self.model, states))
        if marked is not None:
            found = [
                [quote for quote in quotes if any(has_marks(tokens.slice(*segment)) for segment in quote)]
                for tokens, quotes in zip(marked, found, strict=True)
            ]
        return read_quotes(self.model, states, found)


def load_network(source: str, **hub: Any) -> QuoteModel:
    """Load a checkpoint's network in fp32; `hub` are arguments of `from_pretrained`, such as a revision.

    Raises OSError where it is missing or its weights do not fit its config, ValueError where it is not Quoth's.
    """
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # loading takes a second
    try:
        config = AutoConfig.from_pretrained(source, **hub)
        if not isinstance(config, QuoteConfig):
            raise ValueError(f"{source} holds a model of type {config.model_type!r}; give a folder that Quoth saved")
        loaded: Any = QuoteModel.from_pretrained(source, dtype=torch.float32, output_loading_info=True, **hub)
    except RuntimeError as error:
        raise OSError(f"{source}: the weights do not fit the config: {error}") from error
    finally:
        if bars:
            logging.enable_progress_bar()
    network, report = loaded
    if report["missing_keys"] or report["mismatched_keys"]:
        lacks = sorted(report["missing_keys"]) or sorted(key for key, *_ in report["mismatched_keys"])
        raise OSError(f"{source}: the weights do not fit the config ({lacks[0]} for one); save it again")
    return cast(QuoteModel, network)


def _device(name: str | None) -> torch.device:
    """Find a device: the named one, or a GPU where there is one, or the CPU; raises ValueError."""
    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        said = str(error).split("\n", 1)[0].rstrip(".")
        raise ValueError(f"no device {name!r} here ({said}); leave it out to take the best there is") from None


def _blocks(articles: Iterable[tuple[str, str]], count: int) -> Iterator[list[tuple[str, str]]]:
    """Give (id, text) pairs in runs of `count`, fewer where they are long."""
    block: list[tuple[str, str]] = []
    characters = 0
    for pair in articles:
        if block and (len(block) == count or characters + len(pair[1]) > CHARACTERS):
            yield block
            block, characters = [], 0
        block.append(pair)
        characters += len(pair[1])
    if block:
        yield block


def _pools(lengths: Sequence[int], tokens: int, count: int) -> Iterator[list[int]]:
    """Give indices, the longest first, in runs of evenly many tokens: `tokens` and some at most, and `count`."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    until = list(accumulate(lengths[index] for index in order))
    share = until[-1] / -(-until[-1] // tokens) if order else 0
    places = groupby(range(len(order)), key=lambda place: ((until[place] - 1) // share, place // count))
    yield from ([order[place] for place in run] for _, run in places)


def _batches(lengths: Sequence[int], batch_size: int, tokens: int) -> Iterator[tuple[int, int]]:
    """Cut lengths, the longest first, into runs: a power of two, `batch_size` and, unless 1, so many tokens at most."""
    start = 0
    while start < len(lengths):
        most = max(1, min(len(lengths) - start, batch_size, tokens // lengths[start]))
        end = start + (1 << (most.bit_length() - 1))
        yield start, end
        start = end
