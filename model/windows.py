"""From text to the encoder's windows: tokens with character offsets, layout features, overlapping windows, batches.

An article is tokenised once. What the tokenizer drops and a reader sees - quotation marks' roles, capitals, line
breaks - goes along as small integers. A long article is cut into *sections* at paragraph breaks; a section's tokens
are covered by windows of even length, and each token's state is later taken from the window in which it is most
central, so that every head after the encoder sees one sequence of states and nothing has to be merged.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from .quotation import mark_states

CASES, CAPITAL = 4, 2  # no letters, lower, Capitalised, UPPER; the first with a capital
WIDTH_STEP = 16  # tokens; windows fill a multiple of it, by sharing more or by padding
# Tokens before and behind a quotation that are read with it where nothing else is, at least and at most.
BEFORE, AFTER = (8, 96), (8, 32)
BREAKS = 3  # before the token: no line break, one, a blank line

Batch = dict[str, torch.Tensor]
Count = TypeVar("Count", int, torch.Tensor)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A section of an article as T tokens.

    ids: int64 [T], without special tokens. offsets: int64 [T, 2], characters of the article's text, end exclusive.
    features: int64 [T, 3], the state of quotation marks, the letters' case, the line breaks before the token.
    """

    ids: NDArray[np.int64]
    offsets: NDArray[np.int64]
    features: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def slice(self, start: int, end: int) -> "Tokens":
        """Give tokens start to end, end exclusive."""
        return Tokens(self.ids[start:end], self.offsets[start:end], self.features[start:end])


def letter_case(word: str) -> int:
    """Tell how a token is capitalised.

    >>> [letter_case(word) for word in ("42", "said", "Nazary", "EFE")]
    [0, 1, 2, 3]
    """
    if word.islower():
        return 1
    if not any(map(str.isalpha, word)):
        return 0
    return 3 if word.isupper() and len(word) > 1 else 2


_JOINER = "\u200d"
_SURROGATES = re.compile("[\ud800-\udfff]")


def tokenize(text: str, tokenizer: PreTrainedTokenizerBase) -> Tokens:
    """Tokenise a text once; zero tokens for a blank one."""
    text = _SURROGATES.sub("\ufffd", text)  # not Unicode: tokenizers refuse them
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False)
    pairs = [
        (token, start, end)
        for token, (start, end) in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
        if end > start
    ]
    ids = np.array([pair[0] for pair in pairs], dtype=np.int64)
    offsets = np.array([pair[1:] for pair in pairs], dtype=np.int64).reshape(-1, 2)
    features = np.zeros((len(ids), 3), dtype=np.int64)
    if len(ids):
        features[:, 0] = mark_states(text)[offsets[:, 0]]
        features[:, 1] = [letter_case(text[start:end]) for _, start, end in pairs]
        newlines = np.cumsum(np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32) == ord("\n"))
        features[:, 2] = np.minimum(np.diff(newlines[offsets[:, 0]], prepend=0), BREAKS - 1)
        features[0, 2] = BREAKS - 1
    return Tokens(ids, offsets, features)


def has_marks(tokens: Tokens) -> bool:
    """Tell whether a quotation mark, or what stands between two, is among the tokens."""
    return bool(tokens.features[:, 0].any())


def sentence_starts(tokens: Tokens, tokenizer: PreTrainedTokenizerBase) -> NDArray[np.int64]:
    """Guess where sentences begin: at line breaks, and at capitals behind a full stop; int64 positions, in order."""
    stops = np.isin(tokens.ids, tokenizer.convert_tokens_to_ids([".", "!", "?"]))
    begins = tokens.features[:, 2] > 0
    begins[1:] |= stops[:-1] & (tokens.features[1:, 1] >= CAPITAL)
    begins[:1] = True
    return np.flatnonzero(begins)


def near_marks(tokens: Tokens, tokenizer: PreTrainedTokenizerBase) -> Tokens:
    """Keep what stands in quotation marks, the rest of its sentence and the sentence before.

    These are bounded by `BEFORE` and `AFTER`. The first token of a gap becomes a separator, without characters; other
    tokens that are left out go. Without quotation marks, nothing is kept.
    """
    kept = tokens.features[:, 0] > 0
    first, last = _runs(kept)  # of tokens in quotation marks
    starts = sentence_starts(tokens, tokenizer)
    before = starts[np.maximum(np.searchsorted(starts, first, side="right") - 2, 0)]
    after = np.append(starts, len(tokens))[np.searchsorted(starts, last - 1, side="right")]
    reach = first - np.clip(first - before, *BEFORE), last + np.clip(after - last, *AFTER)
    for start, end in zip(*reach, strict=True):
        kept[max(0, start) : end] = True
    gaps = _runs(kept)[1][:-1]  # behind each run but the last
    kept[gaps] = True
    ids, offsets, features = tokens.ids.copy(), tokens.offsets.copy(), tokens.features.copy()
    ids[gaps], offsets[gaps, 1], features[gaps] = tokenizer.sep_token_id, offsets[gaps, 0], (0, 0, BREAKS - 1)
    return Tokens(ids[kept], offsets[kept], features[kept])


def _runs(places: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first positions of runs of true places, and the positions behind their last."""
    edges = np.flatnonzero(np.diff(places, prepend=False, append=False))
    return edges[::2], edges[1::2]


def sections(tokens: Tokens, limit: int) -> list[tuple[int, int]]:
    """Cut T tokens into runs of at most `limit`, at the last blank line, line break or failing both anywhere.

    A cut stands outside quotation marks where it can, and never leaves less than half of `limit` behind.
    """
    runs: list[tuple[int, int]] = []
    start = 0
    while len(tokens) - start > limit:
        candidates = np.arange(start + limit // 2, start + limit + 1)
        marks, breaks = tokens.features[candidates, 0], tokens.features[candidates, 2]
        quality = 2 * breaks + ((marks <= 1) & (breaks > 0))
        end = int(candidates[len(candidates) - 1 - int(np.argmax(quality[::-1]))])
        runs.append((start, end))
        start = end
    runs.append((start, len(tokens)))
    return runs


def plan_windows(length: int, window: int, overlap: int) -> list[tuple[int, int]]:
    """Cover `length` tokens with the fewest even windows of at most `window` that share at least `overlap`.

    Several share more, so that they fill a multiple of `WIDTH_STEP`, with two special tokens each.

    >>> plan_windows(1000, 510, 90)
    [(0, 398), (301, 699), (602, 1000)]
    """
    if length <= window:
        return [(0, length)]
    count = -(-(length - overlap) // (window - overlap))
    size = -(-(length + (count - 1) * overlap) // count)
    size = min(window, round_up(size + 2, WIDTH_STEP) - 2)
    starts = np.linspace(0, length - size, count).round().astype(int)
    return [(int(start), int(start) + size) for start in starts]


def round_up(count: Count, step: int) -> Count:
    """Give the next multiple of `step`; sizes that are seldom new need few kernels, see `memory`.

    >>> round_up(65, 64), round_up(64, 64), round_up(0, 64)
    (128, 64, 0)
    """
    return -(-count // step) * step


def collate(
    articles: Sequence[Tokens],
    tokenizer: PreTrainedTokenizerBase,
    window: int,
    overlap: int,
    *,
    step: int = 1,
) -> Batch:
    """Lay sections out as one batch for `QuoteModel.forward`.

    Returns input_ids, attention_mask [W, L] and features [W, L, 3] for the W windows of all B sections, and
    `gather` [B, T]: for each token of a section the position of its state in the flattened [W * L] states, -1 for
    padding and separators. `features_of` [B, T, 3] are the same features by section. step: T is a multiple of it.
    """
    windows: list[tuple[int, int, int]] = []
    for article, tokens in enumerate(articles):
        windows += [(article, start, end) for start, end in plan_windows(len(tokens), window - 2, overlap)]
    width = round_up(max(end - start for _, start, end in windows) + 2, WIDTH_STEP)
    length = round_up(max(1, max(len(tokens) for tokens in articles)), step)
    input_ids = np.full((len(windows), width), tokenizer.pad_token_id, dtype=np.int64)
    mask = np.zeros((len(windows), width), dtype=np.int64)
    features = np.zeros((len(windows), width, 3), dtype=np.int64)
    gather = np.full((len(articles), length), -1, dtype=np.int64)
    centrality = np.full((len(articles), length), -1, dtype=np.int64)
    by_section = np.zeros((len(articles), length, 3), dtype=np.int64)
    for row, (article, start, end) in enumerate(windows):
        tokens, size = articles[article], end - start
        input_ids[row, : size + 2] = [tokenizer.cls_token_id, *tokens.ids[start:end], tokenizer.sep_token_id]
        mask[row, : size + 2] = 1
        features[row, 1 : size + 1] = tokens.features[start:end]
        edge = np.minimum(np.arange(size), np.arange(size)[::-1])
        closer = edge > centrality[article, start:end]
        positions = row * width + 1 + np.arange(size)
        gather[article, start:end] = np.where(closer, positions, gather[article, start:end])
        centrality[article, start:end] = np.where(closer, edge, centrality[article, start:end])
    for article, tokens in enumerate(articles):
        by_section[article, : len(tokens)] = tokens.features
        gather[article, : len(tokens)][tokens.offsets[:, 0] == tokens.offsets[:, 1]] = -1
    arrays = {"input_ids": input_ids, "attention_mask": mask, "features": features, "gather": gather}
    return {name: torch.from_numpy(array) for name, array in {**arrays, "features_of": by_section}.items()}


def token_span(offsets: NDArray[np.int64], start: int, end: int) -> tuple[int, int] | None:
    """Find the tokens that overlap characters start to end: (first, last + 1), or None where there is none."""
    first = int(np.searchsorted(offsets[:, 1], start, side="right"))
    last = int(np.searchsorted(offsets[:, 0], end, side="left"))
    return (first, last) if first < last else None


def char_span(text: str, offsets: NDArray[np.int64], start: int, end: int) -> tuple[int, int]:
    """Give the characters of tokens start to end, end exclusive, combining marks of the last letter included."""
    stop = int(offsets[end - 1, 1])
    while stop < len(text) and (text[stop] == _JOINER or unicodedata.category(text[stop]).startswith("M")):
        stop += 1  # tokenizers drop the marks that belong to the letter before
    return int(offsets[start, 0]), stop
