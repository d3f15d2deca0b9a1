"""Work for several cores: whole pieces of it side by side, each on one core."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import torch

EACH: Final = 2  # pieces for every core, at least: a core that waits for the last one's end loses what it has won

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Give the function's results in order; of many items, as many at once as torch has threads, each on one of them.

    Threads that share one product wait for each other after each, which side by side they need not. Where gradients
    are asked for, or items are few, one comes after the other, on all threads.
    """
    threads = torch.get_num_threads()
    if torch.is_grad_enabled() or threads == 1 or len(items) < EACH * threads:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        try:
            yield from pool.map(torch.inference_mode()(function), items)
        finally:
            torch.set_num_threads(threads)  # a thread sets its own number, and that of threads to come
