"""From text to tokens with character offsets, and back to the text's characters.

An article is tokenised once. What the tokenizer drops and a reader sees - quotation marks' roles, capitals, line
breaks - goes along as small integers.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from .quotation import mark_states

CASES, CAPITAL = 4, 2  # no letters, lower, Capitalised, UPPER; the first with a capital
BREAKS = 3  # before the token: no line break, one, a blank line
_JOINER = "\u200d"
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """An article or a section of it as T tokens.

    ids: int64 [T], no special tokens but separators. offsets: int64 [T, 2], characters of the article's text, end
    exclusive. features: int64 [T, 3]: the state of quotation marks, the letters' case, the line breaks before.
    """

    ids: NDArray[np.int64]
    offsets: NDArray[np.int64]
    features: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def separators(self) -> NDArray[np.bool_]:
        """Tell which tokens stand for text that was left out behind the one before: bool [T]."""
        alike: NDArray[np.bool_] = self.offsets[:, 0] == self.offsets[:, 1]
        return alike

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


def tokenize(text: str, tokenizer: PreTrainedTokenizerBase) -> Tokens:
    """Tokenise a text once; zero tokens for a blank one."""
    return tokenize_all([text], tokenizer)[0]


def tokenize_all(texts: Sequence[str], tokenizer: PreTrainedTokenizerBase) -> list[Tokens]:
    """Tokenise texts, with all cores."""
    if not texts:
        return []
    texts = [_SURROGATES.sub("\ufffd", text) for text in texts]  # not Unicode: tokenizers refuse them
    unread = {"return_attention_mask": False, "return_token_type_ids": False}
    encoded = tokenizer(
        texts, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False, **unread
    )
    pairs = zip(texts, encoded["input_ids"], encoded["offset_mapping"], strict=True)
    return [_with_features(text, ids, offsets) for text, ids, offsets in pairs]


def _with_features(text: str, tokens: Sequence[int], places: Sequence[tuple[int, int]]) -> Tokens:
    """Add what the tokenizer drops, and leave out tokens without characters."""
    pairs = [(token, start, end) for token, (start, end) in zip(tokens, places, strict=True) if end > start]
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
