"""Offline fixtures: a tokenizer of letters and a few words, a random network 24 wide, an encoder folder for training.

Heavy imports come inside, so that tests which need no torch start at once.
"""

import copy
import os
import string
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from fake_extractor import Run
    from transformers import PreTrainedTokenizerBase

    from quoth.model.extractor import Extractor
    from quoth.model.network import QuoteModel

settings.register_profile("quoth", deadline=None)  # the time that an example takes is the machine's affair
settings.load_profile("quoth")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = (
    *("the", "of", "to", "and", "in", "a", "that", "he", "she", "they", "we", "it", "his", "her", "their", "them"),
    *("was", "were", "had", "have", "has", "is", "be", "not", "no", "would", "will", "for", "by", "with", "from"),
    *("said", "told", "rejected", "denied", "promised", "offer", "talks", "government", "minister", "president"),
)
PUNCTUATION = string.punctuation + "“”‘’«»„–—…"


@pytest.fixture(scope="session")
def tokenizer() -> "PreTrainedTokenizerBase":
    """Give a lower-casing WordPiece tokenizer that knows letters, digits, punctuation and a few words."""
    from transformers import BertTokenizer

    letters = string.ascii_lowercase + string.digits
    pieces = [*SPECIAL, *letters, *(f"##{letter}" for letter in letters), *PUNCTUATION, *WORDS, "##ing", "##ed", "##s"]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    return BertTokenizer(vocab=vocabulary, model_max_length=128)


@pytest.fixture(scope="session")
def encoder_folder(tokenizer: "PreTrainedTokenizerBase", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a random pretrained encoder of two layers, as `encoder:` in a training config names one."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=128,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def make_model(encoder_folder: Path) -> Callable[[int], "QuoteModel"]:
    """Give a function from a seed to a random `QuoteModel` for evaluation.

    Its weights are large, so that it finds many quotes in any text and reads each one differently.
    """
    import torch
    from transformers import AutoConfig

    from quoth.model.config import QuoteConfig
    from quoth.model.network import QuoteModel

    encoder = AutoConfig.from_pretrained(encoder_folder).to_dict()
    config = QuoteConfig(encoder, window=64, overlap=16, section=300, mention_tokens=6, pointer_size=12, threshold=0.0)

    def make(seed: int) -> "QuoteModel":
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(seed)
            network = QuoteModel(copy.deepcopy(config))
            for name, parameter in network.named_parameters():
                if parameter.dim() > 1:
                    parameter.normal_(std=1.0 if "embeddings" in name else 0.2 if name.startswith("encoder") else 0.5)
            network.crf.transitions.copy_(torch.tensor([[0.0, 0.0, -9.0], [-9.0, -9.0, 0.0], [0.0, 0.0, 0.0]]))
        torch.nn.Module.eval(network)
        return network

    return make


@pytest.fixture(scope="session")
def model(make_model: Callable[[int], "QuoteModel"]) -> "QuoteModel":
    """Give one random model; nobody may change it."""
    return make_model(4)


@pytest.fixture(scope="session")
def extractor(model: "QuoteModel", tokenizer: "PreTrainedTokenizerBase") -> "Extractor":
    """Give an `Extractor` of the random model."""
    from quoth.model.extractor import Extractor

    return Extractor(model, tokenizer)


@pytest.fixture
def quoth(monkeypatch: pytest.MonkeyPatch) -> "Run":
    """Give a function that runs `quoth` with these arguments and a fake extractor."""
    from fake_extractor import FakeExtractor, install_fake
    from typer.testing import CliRunner

    from quoth.cli import app

    install_fake(monkeypatch.setitem)
    monkeypatch.setattr(FakeExtractor, "loaded", [])
    return lambda *args, input=None: CliRunner().invoke(app, [str(arg) for arg in args], input=input)
