"""The encoder's attention on a CPU in bf16 reads what torch's own reads."""

from pathlib import Path

import pytest
import torch

from quoth.model.attention import PRODUCTS
from quoth.model.extractor import Extractor


@pytest.mark.parametrize("lengths", [[20], [20, 20], [7, 20, 1], [3, 20, 20, 11, 5]])
def test_states_are_those_of_torchs_attention(encoder_folder: Path, lengths: list[int]) -> None:
    from transformers import AutoModel

    encoder = torch.nn.Module.eval(AutoModel.from_pretrained(encoder_folder, add_pooling_layer=False))
    steps = torch.arange(max(lengths))
    mask = (steps < torch.tensor(lengths)[:, None]).long()
    inputs = torch.randn(*mask.shape, encoder.config.hidden_size, generator=torch.Generator().manual_seed(2))
    states = {}
    with torch.inference_mode():
        for way in ("sdpa", PRODUCTS):
            encoder.set_attn_implementation(way)
            states[way] = encoder(inputs_embeds=inputs, attention_mask=mask).last_hidden_state[mask.bool()]
    torch.testing.assert_close(states[PRODUCTS], states["sdpa"])


@pytest.mark.parametrize(("precision", "products"), [("bf16", True), ("fp32", False)])
def test_it_is_taken_for_bf16_on_a_cpu(precision: str, products: bool) -> None:
    extractor = Extractor.from_pretrained(device="cpu", precision=precision)
    assert (extractor.model.encoder.config._attn_implementation == PRODUCTS) is products
