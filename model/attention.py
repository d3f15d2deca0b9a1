"""Attention as two plain matrix products and a softmax: on a CPU, in bf16, faster than torch's fused call.

With heads of 32 numbers the fused call reaches a fifth of the machine's product rate, plain products nine tenths.
"""

from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import sdpa_mask

NAME: Final = "quoth_products"


def products(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float = 1.0,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attend from query to key and value [W, H, L, D]; for inference: no dropout, and no gradient through it.

    attention_mask: bool [W, 1, L, L], or None where every token is attended to. Returns [W, L, H, D].
    """
    queries, keys, values = (part.flatten(0, 1) for part in (query * scaling, key, value))
    scores = queries @ keys.transpose(1, 2)
    if attention_mask is not None:
        scores.view(*query.shape[:3], -1).masked_fill_(~attention_mask, torch.finfo(scores.dtype).min)
    attended = torch.softmax(scores, -1, out=scores) @ values
    return attended.view_as(query).transpose(1, 2), None


AttentionInterface.register(NAME, products)
AttentionMaskInterface.register(NAME, sdpa_mask)
