"""Linear layers for a CPU's bf16 products: their weights lie as the products read them, not packed anew in each."""

from typing import Any, Final

import torch
from torch import Tensor, nn

from .memory import keep_few_kernels
from .precision import bf16_pays, only_read_in_bf16

ROWS: Final = 1024  # tokens that the packing is made for; others are read as well


class PackedLinear(nn.Linear):
    """A linear layer with a packed copy of its bf16 weights, read on a CPU where no gradients are asked for.

    The copy does not follow the weights where they are changed.
    """

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer.in_features, layer.out_features, device="meta")
        self.weight, self.bias = layer.weight, layer.bias
        self._pack()

    def _pack(self) -> None:
        self.packed = torch.ops.mkldnn._reorder_linear_weight(self.weight.detach(), ROWS)

    def forward(self, input: Tensor) -> Tensor:
        """Multiply [..., in] to [..., out]."""
        if not only_read_in_bf16(input):
            return super().forward(input)
        product: Tensor = torch.ops.mkldnn._linear_pointwise(input, self.packed, self.bias, "none", [], "")
        return product

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "packed"}  # it cannot be copied

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        self._pack()


def pack(module: nn.Module) -> None:
    """Pack a module's linear layers, where their weights are in bf16 on a CPU that multiplies it, and torch can.

    torch keeps the two calls for its compiler and may change them: without them, layers stay as they are.
    """
    if not bf16_pays(torch.device("cpu")) or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return
    keep_few_kernels()  # packing is where torch first asks how many
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.Linear and child.weight.dtype == torch.bfloat16 and child.weight.device.type == "cpu":
                setattr(parent, name, PackedLinear(child))
