"""The network's settings, stored as `config.json` beside the weights."""

from typing import Any

from transformers import AutoConfig, PreTrainedConfig

from .labels import STANCES


class QuoteConfig(PreTrainedConfig):
    """Settings of `QuoteModel`.

    encoder: the pretrained encoder's own configuration (its `model_type` included), as a dict.
    name: the checkpoint's name and version, written into every record.
    stances: the stance labels in the order of the classifier's outputs; the last one means "no act".
    window, overlap: the encoder's window in tokens, [CLS] and [SEP] included, and the least number of tokens that two
        neighbouring windows share. section: the most tokens that are read as one article.
    mention_tokens: the longest speaker, target, cue or name, in tokens.
    pointer_size: the width of the pointers' queries and keys.
    content_bias: added to the CONTENT emissions before decoding; above 0 more candidates reach the quote scorer.
    threshold: the least score of a quote that is reported. score_temperature, stance_temperature: fitted on dev.
    """

    model_type = "quoth"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        name: str = "quoth",
        stances: tuple[str, ...] | list[str] = STANCES,
        window: int = 512,
        overlap: int = 96,
        section: int = 4096,
        mention_tokens: int = 32,
        pointer_size: int = 192,
        head_dropout: float = 0.1,
        content_bias: float = 0.0,
        threshold: float = 0.5,
        score_temperature: float = 1.0,
        stance_temperature: float = 1.0,
        **kwargs: Any,
    ) -> None:
        self.encoder = {
            key: value for key, value in (encoder or {}).items() if key != "_name_or_path"
        }  # no local paths
        self.name = name
        self.stances = list(stances)
        self.window = window
        self.overlap = overlap
        self.section = section
        self.mention_tokens = mention_tokens
        self.pointer_size = pointer_size
        self.head_dropout = head_dropout
        self.content_bias = content_bias
        self.threshold = threshold
        self.score_temperature = score_temperature
        self.stance_temperature = stance_temperature
        super().__init__(**kwargs)

    def encoder_config(self) -> PreTrainedConfig:
        """Rebuild the encoder's configuration; raises ValueError where none is set."""
        if "model_type" not in self.encoder:
            raise ValueError("config has no encoder: QuoteConfig(encoder=AutoConfig.from_pretrained(…).to_dict())")
        settings = dict(self.encoder)
        return AutoConfig.for_model(settings.pop("model_type"), **settings)


AutoConfig.register(QuoteConfig.model_type, QuoteConfig, exist_ok=True)
