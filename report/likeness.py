"""How alike two quotes are in what they say, from 0 to 1.

By the word vectors of the encoder that is loaded: every word piece of a quote looks for its likest in the other, rarer
ones weigh more, and the two sides' means are put together. It needs no pass through the network, whose states say what
a word does in a quote rather than what it means. Without a model: TF-IDF over letters.

Shapes: Q quotes, P pairs, D numbers of a vector.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from ..model.extractor import Extractor

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
PIECES: Final = 96
"""Word pieces of a quote that are read; what a long statement says is said by then."""
CHUNK: Final = 50_000
"""Pairs whose rows are multiplied at once."""


class Likeness(Protocol):
    """Compares quotes: all with all in a rough way that is fast, and given pairs in a better one."""

    vectors: Floats
    """[Q, D], of length 1 or 0: their products tell which quotes are worth comparing."""

    def __call__(self, pairs: Integers) -> Floats:
        """Compare the quotes of each pair: [P, 2] -> [P]."""
        ...


class WordLikeness:
    """Likeness by the encoder's word vectors."""

    def __init__(self, texts: Sequence[str], extractor: "Extractor") -> None:
        tokenizer = extractor.tokenizer
        table = extractor.model.encoder.get_input_embeddings().weight.detach().float().cpu().numpy()
        weights = rarity(len(table), int(tokenizer.get_vocab().get("the", 0)))
        ids = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        self._ids = [np.array(pieces[:PIECES], dtype=np.int64) for pieces in ids]
        self._weights = [weights[pieces] / max(float(weights[pieces].sum()), 1e-6) for pieces in self._ids]
        means = [share @ table[pieces] for pieces, share in zip(self._ids, self._weights, strict=True)]
        self.vectors = _unit(np.array(means, dtype=np.float32).reshape(len(texts), table.shape[1]))
        self._table = _unit(table)

    def __call__(self, pairs: Integers) -> Floats:
        """Compare the quotes of each pair: [P, 2] -> [P]."""
        result = np.zeros(len(pairs), dtype=np.float32)
        for n, (one, other) in enumerate(pairs):
            if not (len(self._ids[one]) and len(self._ids[other])):
                continue
            near = self._table[self._ids[one]] @ self._table[self._ids[other]].T
            there, back = self._weights[one] @ near.max(1), self._weights[other] @ near.max(0)
            result[n] = 2 * there * back / (there + back) if min(there, back) > 0 else 0.0
        return result


class LetterLikeness:
    """Likeness by TF-IDF over letters, where no model is at hand."""

    def __init__(self, texts: Sequence[str]) -> None:
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32)
        self._rows = csr_matrix(words.fit_transform([text or " ." for text in texts]))
        rng = np.random.default_rng(0)  # a random projection keeps products roughly
        self.vectors = _unit(np.asarray(self._rows @ rng.standard_normal((self._rows.shape[1], 256), dtype=np.float32)))

    def __call__(self, pairs: Integers) -> Floats:
        """Compare the quotes of each pair: [P, 2] -> [P]."""
        return row_products(self._rows, pairs)


def row_products(rows: "csr_matrix", pairs: Integers) -> Floats:
    """Multiply the rows of each pair: rows [Q, D], pairs [P, 2] -> [P]; a part at a time, for the memory that it takes.

    >>> from scipy.sparse import csr_matrix
    >>> row_products(csr_matrix([[1, 2], [3, 4]]), np.array([[0, 1], [1, 1]])).tolist()
    [11.0, 25.0]
    """
    result = np.zeros(len(pairs), dtype=np.float32)
    for start in range(0, len(pairs), CHUNK):
        one, other = pairs[start : start + CHUNK].T
        result[start : start + CHUNK] = np.asarray(rows[one].multiply(rows[other]).sum(1)).reshape(-1)
    return result


def rarity(size: int, the: int) -> Floats:
    """Weigh a vocabulary's word pieces [V] by how rare they are, from their rank: "the" is the commonest word.

    WordPiece vocabularies are sorted by frequency; before "the" stand marks, letters and special tokens.

    >>> [f"{weight:.1f}" for weight in rarity(6, 2)]
    ['0.1', '0.1', '0.7', '1.1', '1.4', '1.6']
    """
    ranks = np.arange(size, dtype=np.float32) - the + 1
    return np.where(ranks > 0, np.log1p(np.maximum(ranks, 0)), np.float32(0.1)).astype(np.float32)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Floats = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return result
