"""The encoder's attention as plain matrix products: on a CPU, bf16's are faster than torch's fused attention.

Its heads are narrow (32 numbers), and torch's fused kernel turns each into fp32 on its way; see training/LOG.md.
Registered with transformers under the name `PRODUCTS`, for `PreTrainedModel.set_attn_implementation`.
"""

from itertools import repeat
from typing import Any, Final

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

PRODUCTS: Final = "quoth_products"
AT_ONCE: Final = 2  # windows: the scores of more do not fit into a core's cache


def attend(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attend, without dropout, from query to key and value [W, H, L, D] -> [W, L, H, D], and no weights.

    attention_mask: what is added to the scores, [W or 1, 1, L, L], or nothing.
    """
    masks = repeat(None) if attention_mask is None else attention_mask.expand(len(query), -1, -1, -1).split(AT_ONCE)
    parts = zip(*(states.split(AT_ONCE) for states in (query, key, value)), masks)
    return torch.cat([_attend(*part, scaling) for part in parts]), None


def _attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float) -> Tensor:
    scores = query @ key.transpose(2, 3)
    scores = scores.mul_(scaling) if mask is None else torch.add(mask, scores, alpha=scaling, out=scores)
    return (scores.softmax(-1) @ value).transpose(1, 2)


AttentionInterface.register(PRODUCTS, attend)
AttentionMaskInterface.register(PRODUCTS, eager_mask)
