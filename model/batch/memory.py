"""Giving memory back over a long run."""

import ctypes
from typing import Final

OFTEN: Final = 64  # articles between two times


def give_back_freed() -> None:
    """Have glibc return what is free in its heap to the system; elsewhere, do nothing.

    Tensors of ever new sizes leave holes there that none of the next fits. That is not all that grows: oneDNN keeps a
    primitive for every shape it has met (training/LOG.md, "where the memory of a long run goes"). Blocks mapped one by
    one (M_MMAP_THRESHOLD) leave no holes, but cost a quarter of the speed.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
