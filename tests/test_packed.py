"""A packed layer is the plain one, in every way in which it is used, copied and saved."""

import copy
import pickle
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from quoth.model import packed
from quoth.model.packed import PackedLinear, pack
from quoth.model.precision import bf16_pays

if TYPE_CHECKING:
    from quoth.model.network import QuoteModel

needs_bf16 = pytest.mark.skipif(not bf16_pays(torch.device("cpu")), reason="this CPU does not multiply bf16 matrices")


@needs_bf16
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(48,), (5, 48), (3, 700, 48), (2, 0, 48)])
def test_product_is_the_plain_layers(shape: tuple[int, ...], bias: bool) -> None:
    torch.manual_seed(0)
    plain = nn.Linear(48, 33, bias).bfloat16()
    layer, states = PackedLinear(plain), torch.randn(shape).bfloat16()
    with torch.inference_mode():
        ours, theirs = layer(states), plain(states)
    assert ours.dtype == torch.bfloat16 and ours.shape == theirs.shape
    torch.testing.assert_close(ours, theirs, rtol=0.02, atol=0.02)


@needs_bf16
def test_gradients_and_other_formats_take_the_weights_themselves() -> None:
    layer = PackedLinear(nn.Linear(8, 4).bfloat16())
    layer(torch.ones(2, 8).bfloat16()).float().sum().backward()
    assert layer.weight.grad is not None and (layer.weight.grad == 2).all()
    with torch.inference_mode():
        assert layer.float()(torch.ones(2, 8)).dtype == torch.float32


@needs_bf16
def test_copies_give_the_same(model: "QuoteModel") -> None:
    network = copy.deepcopy(model).with_precision(torch.bfloat16)
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    assert layers and all(isinstance(layer, PackedLinear) for layer in layers)
    assert network.state_dict().keys() == model.state_dict().keys()
    layer, states = layers[0], torch.randn(3, layers[0].in_features).bfloat16()
    with torch.inference_mode():
        for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            assert torch.equal(other(states), layer(states))


def test_kernels_are_few_before_the_first_is_made(model: "QuoteModel", monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def noted(layer: nn.Linear) -> nn.Linear:
        order.append("packed")
        return layer

    monkeypatch.setattr(packed, "bf16_pays", lambda device: True)
    monkeypatch.setattr(packed, "keep_few_kernels", lambda: order.append("few"))
    monkeypatch.setattr(packed, "PackedLinear", noted)
    copy.deepcopy(model).with_precision(torch.bfloat16)
    assert order[:2] == ["few", "packed"]


def test_stays_plain_where_nothing_is_won(model: "QuoteModel", monkeypatch: pytest.MonkeyPatch) -> None:
    def any_packed(network: nn.Module) -> bool:
        return any(isinstance(layer, PackedLinear) for layer in network.modules())

    assert not any_packed(copy.deepcopy(model).with_precision(torch.float32))
    monkeypatch.setattr(packed, "bf16_pays", lambda device: False)
    network = copy.deepcopy(model).with_precision(torch.bfloat16)
    assert not any_packed(network)
    monkeypatch.undo()
    monkeypatch.setattr(torch.ops, "mkldnn", object())
    pack(network)
    assert not any_packed(network)
