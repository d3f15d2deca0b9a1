"""What stands near quotation marks: all that is read where only direct and mixed quotes are asked for."""

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from .tokens import BREAKS, CAPITAL, Tokens

# Tokens before and behind a quotation that are read with it, at least and at most.
BEFORE, AFTER = (8, 96), (8, 32)


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
