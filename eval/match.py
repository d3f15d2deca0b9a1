"""Which predicted quote answers which gold quote: one to one, the greatest total overlap."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Pair = tuple[int, int]


def characters(spans: Iterable[Pair]) -> set[int]:
    """Give the character positions that spans cover."""
    return {position for start, end in spans for position in range(start, end)}


def overlaps(gold: Sequence[set[int]], predicted: Sequence[set[int]]) -> NDArray[np.float64]:
    """Give the IoU [G, P] of every gold with every predicted character set.

    >>> overlaps([{1, 2, 3}], [{2, 3, 4}, {7}]).tolist()
    [[0.5, 0.0]]
    """
    overlap = np.zeros((len(gold), len(predicted)))
    for i, g in enumerate(gold):
        for j, p in enumerate(predicted):
            if shared := len(g & p):
                overlap[i, j] = shared / len(g | p)
    return overlap


def assign(overlap: NDArray[np.float64], least: float) -> dict[int, int]:
    """Match rows to columns one to one by the greatest total overlap; pairs below `least`, or with none, don't count.

    >>> assign(np.array([[0.9, 0.8], [0.7, 0.0]]), 0.5)
    {0: 1, 1: 0}
    """
    counted = np.where(overlap >= least, overlap, 0.0)
    rows, columns = linear_sum_assignment(-counted)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if counted[i, j] > 0}


def match(gold: Sequence[set[int]], predicted: Sequence[set[int]], least: float = 0.5) -> dict[int, int]:
    """Match gold to predicted character sets by the assignment of greatest total IoU; pairs below `least` don't count.

    >>> match([{1, 2, 3}, {7, 8}], [{7, 8, 9}, {1, 2}])
    {0: 1, 1: 0}
    """
    return assign(overlaps(gold, predicted), least)
