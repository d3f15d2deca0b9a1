"""Work side by side: the same results, in order, and torch's threads are as they were."""

import threading
from collections.abc import Iterator

import pytest
import torch

from quoth.model.threads import EACH, side_by_side


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def where(item: int) -> tuple[int, int, bool, bool]:
    """Give the item, torch's threads where it is worked on, whether that is elsewhere, whether gradients are kept."""
    elsewhere = threading.current_thread() is not threading.main_thread()
    return item, torch.get_num_threads(), elsewhere, torch.is_grad_enabled()


@pytest.mark.usefixtures("two_threads")
class TestSideBySide:
    def test_each_has_a_thread_of_its_own(self) -> None:
        with torch.no_grad():
            assert list(side_by_side(where, range(20))) == [(item, 1, True, False) for item in range(20)]
        assert torch.get_num_threads() == 2

    @pytest.mark.parametrize(("count", "grad"), [(EACH * 2 - 1, False), (0, False), (20, True)])
    def test_few_items_and_gradients_stay_here(self, count: int, grad: bool) -> None:
        with torch.set_grad_enabled(grad):
            assert list(side_by_side(where, range(count))) == [(item, 2, False, grad) for item in range(count)]

    def test_an_error_comes_out(self) -> None:
        def fail(item: int) -> None:
            raise ValueError(item)

        with torch.no_grad(), pytest.raises(ValueError, match="0"):
            list(side_by_side(fail, range(9)))
        assert torch.get_num_threads() == 2

    def test_products_are_the_same(self) -> None:
        generator = torch.Generator().manual_seed(17)
        matrices = [torch.randn(512, 384, generator=generator) for _ in range(8)]
        weight = torch.randn(384, 384, generator=generator)
        with torch.no_grad():
            apart = list(side_by_side(lambda matrix: matrix @ weight, matrices))
            assert all(torch.allclose(one, matrix @ weight) for one, matrix in zip(apart, matrices, strict=True))
