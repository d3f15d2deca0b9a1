"""Training that goes on from a finished checkpoint, on other articles and maybe with other stances."""

from transformers import PreTrainedTokenizerBase

from .. import __version__
from ..model.config import QuoteConfig
from ..model.extractor import Extractor
from ..model.network import QuoteModel
from .config import TrainingConfig

SHIPPED = "shipped"


def from_checkpoint(config: TrainingConfig) -> tuple[QuoteModel, PreTrainedTokenizerBase]:
    """Build the run's network from the checkpoint that `start` names, and give its tokenizer.

    Sizes and stances that the config leaves out are the checkpoint's. Weights are taken over where their shapes fit;
    with other stances the stance head's last layer starts anew. Prints what does. Raises OSError and ValueError as
    `Extractor.from_pretrained` does.
    """
    extractor = Extractor.from_pretrained(
        None if config.start == SHIPPED else config.start, device="cpu", precision="fp32"
    )
    old, heads = extractor.model, config.heads
    sizes = ("window", "overlap", "mention_tokens", "pointer_size")
    model = QuoteModel(
        QuoteConfig(
            encoder=old.config.encoder,
            section=old.config.section,
            head_dropout=heads.dropout,
            stances=heads.stances or old.config.stances,
            name=f"{config.name} {__version__}",
            **{size: getattr(heads if size in heads.model_fields_set else old.config, size) for size in sizes},
        )
    )
    anew = take_weights(model, old)
    print(f"starting from {old.config.name}; anew: {', '.join(anew) or 'nothing'}", flush=True)
    return model, extractor.tokenizer


def take_weights(model: QuoteModel, old: QuoteModel) -> list[str]:
    """Copy the weights of `old` whose shapes fit into `model`; returns the names of those that start anew."""
    own = model.state_dict()
    fitting = {name: weight for name, weight in old.state_dict().items() if own[name].shape == weight.shape}
    if model.config.stances != old.config.stances:
        last = len(model.stance) - 1
        fitting = {name: weight for name, weight in fitting.items() if not name.startswith(f"stance.{last}.")}
    model.load_state_dict(fitting, strict=False)
    return sorted(own.keys() - fitting.keys())
