"""Which predicted quote answers which gold quote: one to one, the greatest total overlap."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

Pair = tuple[int, int]


def characters(spans: Iterable[Pair]) -> set[int]:
    """Give the character positions that spans cover."""
    return {position for start, end in spans for position in range(start, end)}


def match(gold: Sequence[set[int]], predicted: Sequence[set[int]], least: float = 0.5) -> dict[int, int]:
    """Match gold to predicted character sets by the assignment of greatest total IoU; pairs below `least` don't count.

    >>> match([{1, 2, 3}, {7, 8}], [{7, 8, 9}, {1, 2}])
    {0: 1, 1: 0}
    """
    overlap = np.zeros((len(gold), len(predicted)))
    for i, g in enumerate(gold):
        for j, p in enumerate(predicted):
            shared = len(g & p)
            if shared and shared / len(g | p) >= least:
                overlap[i, j] = shared / len(g | p)
    rows, columns = linear_sum_assignment(-overlap)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if overlap[i, j] > 0}
