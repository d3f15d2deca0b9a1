"""From tokens to the encoder's windows: sections of long articles, overlapping windows, batches.

A long article is cut into *sections* at paragraph breaks; a section's tokens are covered by windows of even length,
and each token's state is later taken from the window in which it is most central, so that every head after the encoder
sees one sequence of states and nothing has to be merged. Where text was left out (`nearby`), windows meet there.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase

from .tokens import BREAKS, Tokens

WIDTH_STEP = 16  # tokens; several windows fill a multiple of it by sharing more
PADDED_STEP = 64  # the same for a window alone, padded: few are of like length, and small groups are filled up

Batch = dict[str, torch.Tensor]
Count = TypeVar("Count", int, torch.Tensor)


def sections(tokens: Tokens, limit: int) -> list[tuple[int, int]]:
    """Cut T tokens into runs of at most `limit`, at the last blank line, line break or failing both anywhere.

    A cut stands outside quotation marks where it can, and never leaves less than half of `limit` behind.
    """
    runs: list[tuple[int, int]] = []
    start = 0
    while len(tokens) - start > limit:
        candidates = np.arange(start + limit // 2, start + limit + 1)
        marks = tokens.features[candidates, 0]
        breaks = np.where(tokens.separators[candidates], 0, tokens.features[candidates, 2])
        breaks[tokens.separators[candidates - 1]] = BREAKS - 1  # a section begins behind a separator
        quality = 2 * breaks + ((marks <= 1) & (breaks > 0))
        end = int(candidates[len(candidates) - 1 - int(np.argmax(quality[::-1]))])
        runs.append((start, end))
        start = end
    runs.append((start, len(tokens)))
    return runs


def plan_windows(length: int, window: int, overlap: int, gaps: Sequence[int] = ()) -> list[tuple[int, int]]:
    """Cover `length` tokens with few even windows of at most `window` that share at least `overlap`.

    gaps: places behind which text was left out. Windows meet there if they can, and need share nothing. Several
    windows share more, so that they fill a multiple of `WIDTH_STEP`, with two special tokens each.

    >>> plan_windows(1000, 510, 90)
    [(0, 398), (301, 699), (602, 1000)]
    >>> plan_windows(1000, 510, 90, gaps=[100, 480, 700])
    [(0, 494), (480, 702), (698, 1000)]
    """
    windows: list[tuple[int, int]] = []
    for start, end in _stretches(length, window, overlap, gaps):
        size, count = end - start, _count(end - start, window, overlap)
        size = min(window, length, round_up(-(-(size + (count - 1) * overlap) // count) + 2, WIDTH_STEP) - 2)
        last = min(max(end, start + size), length) - size
        windows += [(int(at), int(at) + size) for at in np.linspace(min(start, last), last, count).round()]
    return windows


def _count(length: int, window: int, overlap: int) -> int:
    """Give the fewest windows that cover `length` tokens and share `overlap`."""
    return max(1, -(-(length - overlap) // (window - overlap)))


def _stretches(length: int, window: int, overlap: int, gaps: Sequence[int]) -> list[tuple[int, int]]:
    """Cut `length` tokens into stretches for windows of their own: at gaps, evenly, where that takes no window more.

    Less than a quarter of a window stays with what is beside it: small windows are of many sizes, few of each.
    """
    ends, cuts, least = [*gaps, length], [0], window // 4
    while length - (start := cuts[-1]) > window:
        beyond = next(end for end in ends if end > start + window)
        most = _count(beyond - start, window, overlap)
        fit = [end for end in ends if start + least <= end <= min(start + window, length - least)]
        near = [end for end in fit if 1 + _count(beyond - end, window, overlap) <= most]
        wanted = start + (length - start) / -(-(length - start) // window)
        cuts.append(min(near, key=lambda end: abs(end - wanted), default=beyond))
    if cuts[-1] < length or not length:
        cuts.append(length)
    return list(pairwise(cuts))


def _bordered(tokens: Tokens, window: int, overlap: int) -> list[tuple[int, int, int]]:
    """Plan a section's windows, each with the end of its own tokens, whose states are taken from it.

    That is the middle of what it shares with the next window, so that every token is taken from where it is most
    central; or the gap there that is nearest to the middle.
    """
    gaps = (np.flatnonzero(tokens.separators) + 1).tolist()
    windows = plan_windows(len(tokens), window, overlap, gaps)
    borders: list[int] = []
    for (_, end), (start, _) in pairwise(windows):
        middle = (start + end + 1) // 2
        shared = [gap for gap in gaps if start <= gap <= end]
        borders.append(min(shared or [middle], key=lambda place: abs(place - middle)))
    return [(*span, border) for span, border in zip(windows, [*borders, len(tokens)], strict=True)]


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
    plans = [_bordered(tokens, window - 2, overlap) for tokens in articles]
    rows = sum(map(len, plans))
    width = round_up(max(end - start for plan in plans for start, end, _ in plan) + 2, PADDED_STEP)
    length = round_up(max(1, max(len(tokens) for tokens in articles)), step)
    input_ids = np.full((rows, width), tokenizer.pad_token_id, dtype=np.int64)
    mask = np.zeros((rows, width), dtype=np.int64)
    features = np.zeros((rows, width, 3), dtype=np.int64)
    gather = np.full((len(articles), length), -1, dtype=np.int64)
    by_section = np.zeros((len(articles), length, 3), dtype=np.int64)
    row = 0
    for article, (tokens, plan) in enumerate(zip(articles, plans, strict=True)):
        own = 0
        for start, end, border in plan:
            size = end - start
            input_ids[row, : size + 2] = [tokenizer.cls_token_id, *tokens.ids[start:end], tokenizer.sep_token_id]
            mask[row, : size + 2] = 1
            features[row, 1 : size + 1] = tokens.features[start:end]
            gather[article, own:border] = row * width + 1 + np.arange(own - start, border - start)
            row, own = row + 1, border
        gather[article, : len(tokens)][tokens.separators] = -1
        by_section[article, : len(tokens)] = tokens.features
    arrays = {"input_ids": input_ids, "attention_mask": mask, "features": features, "gather": gather}
    return {name: torch.from_numpy(array) for name, array in {**arrays, "features_of": by_section}.items()}
