"""Keeping the memory of a long run on a CPU where it was after the first articles."""

import ctypes
import os
import sys
from typing import Final

OFTEN: Final = 64  # articles between two times that freed memory is given back
KERNELS: Final = "16"  # that each of torch's two caches may hold; either default is 1024
_CACHES: Final = ("LRU_CACHE_CAPACITY", "ONEDNN_PRIMITIVE_CACHE_CAPACITY")  # of ideep, torch's way to it, and of oneDNN


def keep_few_kernels() -> None:
    """Have torch forget the bf16 kernels of old shapes; call it before the first product of bf16 matrices.

    oneDNN makes a kernel for every shape, and articles of ever new lengths bring ever new shapes. To keep a thousand
    takes a gigabyte and saves no time (training/LOG.md, "where the memory of a long run goes"). What the user's
    environment says stays.
    """
    for name in _CACHES:
        os.environ.setdefault(name, KERNELS)


def give_back_freed() -> None:
    """Have glibc return what is free in its heap to the system; elsewhere, do nothing.

    Tensors of ever new sizes leave holes there that none of the next fits. Blocks mapped one by one (M_MMAP_THRESHOLD)
    leave none, but cost a quarter of the speed.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
