"""The encoder's attention: torch's fused call, or on a CPU, in bf16, two matrix products and a softmax.

With heads of 32 numbers the fused call reaches a fifth of a CPU's rate of bf16 products, plain ones most of it.
"""

from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from .precision import only_read_in_bf16

ATTENTION: Final = "quoth"


def attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **options: Any
) -> tuple[Tensor, None]:
    """Attend from query to key and value, all [W, H, L, D] -> [W, L, H, D], as `transformers.AttentionInterface` asks.

    attention_mask: bool [W, 1, L, L], or None where every token is attended to.
    """
    if not only_read_in_bf16(query):
        fused: tuple[Tensor, None] = sdpa_attention_forward(module, query, key, value, attention_mask, **options)
        return fused
    queries, keys, values = (part.flatten(0, 1) for part in (query * query.shape[-1] ** -0.5, key, value))
    scores = queries @ keys.transpose(1, 2)
    if attention_mask is not None:
        scores.view(*query.shape[:3], -1).masked_fill_(~attention_mask, torch.finfo(scores.dtype).min)
    attended = torch.softmax(scores, -1, out=scores) @ values
    return attended.view_as(query).transpose(1, 2), None


AttentionInterface.register(ATTENTION, attention)
AttentionMaskInterface.register(ATTENTION, sdpa_mask)
