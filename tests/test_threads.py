"""Work side by side: the same results, in order, and torch's threads are as they were."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from transformers import PreTrainedTokenizerBase

from quoth.eval.benchmark_encoder import watched
from quoth.model import network
from quoth.model.extractor import Extractor
from quoth.model.network import QuoteModel
from quoth.model.threads import PER_THREAD, side_by_side


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def threads_to_come() -> int:
    """Give torch's threads where a new thread asks for them."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()


def where(item: int) -> tuple[int, int, bool, bool]:
    """Give the item, torch's threads where it is worked on, whether that is elsewhere, whether gradients are kept."""
    elsewhere = threading.current_thread() is not threading.main_thread()
    return item, torch.get_num_threads(), elsewhere, torch.is_grad_enabled()


def test_each_has_a_thread_of_its_own() -> None:
    with torch.no_grad():
        assert side_by_side(where, range(20)) == [(item, 1, True, False) for item in range(20)]
    assert torch.get_num_threads() == threads_to_come() == 2


@pytest.mark.parametrize(("count", "grad"), [(PER_THREAD * 2 - 1, False), (0, False), (20, True)])
def test_few_items_and_gradients_stay_here(count: int, grad: bool) -> None:
    with torch.set_grad_enabled(grad):
        assert side_by_side(where, range(count)) == [(item, 2, False, grad) for item in range(count)]


def test_an_error_comes_out() -> None:
    def fail(item: int) -> None:
        raise ValueError(item)

    with torch.no_grad(), pytest.raises(ValueError, match="0"):
        side_by_side(fail, range(9))
    assert threads_to_come() == 2


def test_a_precision_asked_for_is_kept() -> None:
    matrix = torch.ones(4, 4)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert {product.dtype for product in side_by_side(matrix.__matmul__, [matrix] * 9)} == {torch.bfloat16}


def test_windows_have_the_same_states(
    model: QuoteModel, tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "WINDOW_TOKENS", 64)  # one window a group
    monkeypatch.setattr(network, "FEWEST_TOKENS", 1)
    extractor = Extractor(model, tokenizer)
    text = "“No,” he said. The minister had denied that they would rejected the offer of talks with the president. " * 9
    pieces = [text[start:].split(".", 2)[1] + text[start:] for start in range(0, 300, 50)]
    workers: set[threading.Thread] = set()
    hook = model.encoder.register_forward_hook(lambda *_: workers.add(threading.current_thread()))
    with watched(model) as apart:
        both = [article.quotes for article in extractor.pipe(("", piece) for piece in pieces)]
    hook.remove()
    assert len(workers) == 2 and threading.main_thread() not in workers
    torch.set_num_threads(1)
    with watched(model) as alone:
        assert both == [article.quotes for article in extractor.pipe(("", piece) for piece in pieces)]
    assert apart.windows == alone.windows > 20 and apart.operations == alone.operations
    assert apart.seconds > 0
