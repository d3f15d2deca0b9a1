"""Counts that add up over articles, and arithmetic on them that knows "nothing to measure" from zero.

An article's tally is a dict of counts. A score is a function of summed tallies: of one sum (arrays of no dimension),
or of the sums of R resampled corpora at once (arrays [R]), so that each score is written once.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Tally = Mapping[str, float]


class Sums(dict[str, Array]):
    """Summed counts by name; what was never counted is 0."""

    def __missing__(self, name: str) -> Array:
        return np.zeros(())


def add(tallies: Iterable[Tally]) -> Sums:
    """Add tallies up.

    >>> sums = add([{"hit": 1, "gold": 2}, {"gold": 1}])
    >>> float(sums["gold"]), float(sums["predicted"])
    (3.0, 0.0)
    """
    totals: dict[str, float] = {}
    for tally in tallies:
        for name, count in tally.items():
            totals[name] = totals.get(name, 0) + count
    return Sums({name: np.asarray(total, dtype=np.float64) for name, total in totals.items()})


def matrix(tallies: Sequence[Tally]) -> tuple[list[str], Array]:
    """Lay the tallies of A articles out as a table [A, N], with the names of its N columns.

    >>> matrix([{"hit": 1}, {"gold": 2}])
    (['gold', 'hit'], array([[0., 1.],
           [2., 0.]]))
    """
    names = sorted({name for tally in tallies for name in tally})
    rows = [[tally.get(name, 0) for name in names] for tally in tallies]
    return names, np.array(rows, dtype=np.float64).reshape(len(tallies), len(names))


def ratio(part: Array, whole: Array) -> Array:
    """Divide; NaN where the whole is 0, for there was nothing to measure.

    >>> ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    part, whole = np.broadcast_arrays(part, whole)
    result: Array = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole != 0)
    return result


def mean(values: Sequence[Array]) -> Array:
    """Average those of the values that are no NaN; NaN where none is left.

    >>> float(mean([np.array(1.0), np.array(np.nan), np.array(0.0)]))
    0.5
    """
    stacked = np.stack(np.broadcast_arrays(*values))
    return ratio(np.nansum(stacked, axis=0), np.sum(~np.isnan(stacked), axis=0).astype(np.float64))


def number(value: Array | float) -> float | None:
    """Give a single value as a plain number, None for NaN."""
    return None if np.isnan(value) else float(value)
