"""Tokens of no text, for tests of what goes by their layout alone."""

import numpy as np

from quoth.model.tokens import Tokens


def made(length: int, breaks: dict[int, int] | None = None, marks: dict[int, int] | None = None) -> Tokens:
    """Give tokens one character wide, with line breaks and quotation marks' states at the positions named."""
    features = np.zeros((length, 3), dtype=np.int64)
    for column, values in ((0, marks), (2, breaks)):
        for position, value in (values or {}).items():
            features[position, column] = value
    start = np.arange(length)
    return Tokens(start + 10, np.stack([start, start + 1], 1), features)
