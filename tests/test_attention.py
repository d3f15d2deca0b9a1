"""The encoder's attention is torch's, whichever way it is worked out."""

import pytest
import torch
from torch import nn

from quoth.model.attention import attention


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("length", [24, 250])
def test_products_are_the_fused_call(length: int, masked: bool) -> None:
    torch.manual_seed(0)
    query, key, value = (
        torch.randn(3, 2, length, 16).bfloat16().transpose(1, 2).contiguous().transpose(1, 2) for _ in "qkv"
    )
    mask = torch.rand(3, 1, length, length) > 0.3 if masked else None
    with torch.inference_mode():
        ours, _ = attention(nn.Identity(), query, key, value, mask, is_causal=False)
    fused, _ = attention(nn.Identity(), query.float(), key.float(), value.float(), mask, is_causal=False)
    assert ours.shape == fused.shape == (3, length, 2, 16)
    assert (ours.float() - fused).abs().max() < 0.03
    # with a gradient: products would overwrite the scores that it needs
    trained, _ = attention(nn.Identity(), query.requires_grad_(), key, value, mask, is_causal=False)
    trained.float().sum().backward()
    assert query.grad is not None and query.grad.abs().sum() > 0
