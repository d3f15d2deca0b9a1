"""Keeping the memory of a long run on a CPU where it was after the first articles."""

import ctypes
import os
import sys
from typing import Final

OFTEN: Final = 64  # articles between two times that freed memory is given back
# How many kernels each of torch's two caches may hold, oneDNN's own and that of ideep, torch's way to it; either's
# default is 1024. Only oneDNN's saves time.
KERNELS: Final = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "128", "LRU_CACHE_CAPACITY": "16"}


def keep_few_kernels() -> None:
    """Have torch forget the bf16 kernels of old shapes; call it before the first bf16 matrix is packed or multiplied.

    oneDNN makes a kernel for every shape, which takes a millisecond, and articles of ever new lengths bring ever new
    shapes: so batches, sections and their quotes are padded to few sizes, and only the latest kernels kept, for each
    holds memory (training/LOG.md, "one millisecond for every new shape"). What the user's environment says stays.
    """
    for name, most in KERNELS.items():
        os.environ.setdefault(name, most)


def give_back_freed() -> None:
    """Have glibc return what is free in its heap to the system; elsewhere, do nothing.

    Tensors of ever new sizes leave holes there that none of the next fits. Blocks mapped one by one (M_MMAP_THRESHOLD)
    leave none, but cost a quarter of the speed.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
