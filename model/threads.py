"""Work for several cores: whole pieces of it side by side, each on one core."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import torch

PER_THREAD: Final = 2  # items, at least: with fewer, the core that is done first waits longer than it has won

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Give the function's results in order; of many items, as many at once as torch has threads, each on one of them.

    Threads that share one product wait for each other after each, which side by side they need not. Where gradients
    are asked for, or items are few, one comes after the other, on all threads. A thread of the caller's that meets
    torch for the first time meanwhile keeps to one core.
    """
    threads = torch.get_num_threads()
    if torch.is_grad_enabled() or threads == 1 or len(items) < PER_THREAD * threads:
        return list(map(function, items))
    dtype, autocast = torch.get_autocast_dtype("cpu"), torch.is_autocast_enabled("cpu")

    def one(item: Item) -> Result:
        with torch.inference_mode(), torch.autocast("cpu", dtype, enabled=autocast):  # both are a thread's own
            return function(item)

    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(one, items))
    finally:
        torch.set_num_threads(threads)  # the number of threads to come: each of the pool's has set it, too
