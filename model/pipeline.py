"""Quoth as a Hugging Face pipeline; importing this module registers the task, and no code is loaded from a checkpoint.

from transformers import pipeline
import quoth.model.pipeline

quotes = pipeline("quote-attribution", model="my-checkpoint", batch_size=32)
quotes("“We rejected his offer,” Ali Maisam Nazary said.")[0]["speaker"]["name"]
dataset.map(lambda rows: {"quotes": quotes(rows["text"])}, batched=True)
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

import torch
from transformers import Pipeline, PreTrainedTokenizerBase
from transformers.pipelines import PIPELINE_REGISTRY

from .extractor import Extractor, load_network
from .labels import KINDS, STANCES
from .network import QuoteModel
from .precision import choose
from .records import Article

TASK: Final = "quote-attribution"
Record = dict[str, Any]


_Pipeline: Any = Pipeline  # whose types know no inputs and steps but its own


class QuotePipeline(_Pipeline):  # type: ignore[misc]
    """Texts in, their quotes out as plain dicts (`Quote.to_dict`), found by an `Extractor`.

    kinds, min_score: give only quotes of these kinds that are at least this certain. batch_size: texts that go
    through the model at once. All three may be given here or with a call.
    """

    _load_tokenizer = True
    _load_processor = _load_image_processor = _load_video_processor = _load_feature_extractor = False

    def __init__(self, model: QuoteModel, tokenizer: PreTrainedTokenizerBase, **settings: Any) -> None:
        settings.setdefault("batch_size", 16)
        super().__init__(model=model, tokenizer=tokenizer, **settings)
        self.extractor = Extractor(model, tokenizer)

    def __call__(self, inputs: str | Iterable[str], **settings: Any) -> Any:
        """Give one text's list of quotes; for a list or tuple of texts, a list of such lists; for any other, a stream.

        Raises TypeError for what is no text, ValueError for an unknown kind or a score outside 0 to 1.
        """
        if isinstance(inputs, str):
            return super().__call__(inputs, **settings)
        found = super().__call__((text for text in inputs), **settings)  # a generator: datasets' columns stream, too
        return list(found) if isinstance(inputs, list | tuple) else iter(found)

    def get_iterator(
        self,
        inputs: Iterable[str],
        num_workers: int,
        batch_size: int,
        preprocess_params: Record,
        forward_params: Record,
        postprocess_params: Record,
    ) -> Iterator[list[Record]]:
        """Stream texts through the extractor, which makes batches of its own; `num_workers` has nothing to do."""
        texts = (self.preprocess(text, **preprocess_params) for text in inputs)
        for article in self._forward(texts, batch_size=batch_size, **forward_params):
            yield self.postprocess(article, **postprocess_params)

    def run_single(
        self, inputs: str, preprocess_params: Record, forward_params: Record, postprocess_params: Record
    ) -> list[Record]:
        """Read one text."""
        return next(self.get_iterator([inputs], 0, 1, preprocess_params, forward_params, postprocess_params))

    def preprocess(self, input_: str) -> str:
        """Refuse what is no text."""
        if not isinstance(input_, str):
            raise TypeError(f'a text must be a string, not {type(input_).__name__}; give dataset["text"], not rows')
        return input_

    def postprocess(self, article: Article, min_score: float = 0.0) -> list[Record]:
        """Give an article's quotes as plain dicts."""
        return [quote.to_dict() for quote in article.only(KINDS, min_score).quotes]

    def _forward(self, texts: Iterable[str], batch_size: int = 16, kinds: Collection[str] = KINDS) -> Iterator[Article]:
        return self.extractor.pipe((("", text) for text in texts), batch_size=batch_size, kinds=kinds)

    def _sanitize_parameters(
        self, kinds: Collection[str] | None = None, min_score: float | None = None
    ) -> tuple[Record, Record, Record]:
        forward: Record = {}
        if kinds is not None:
            forward["kinds"] = (kinds,) if isinstance(kinds, str) else tuple(kinds)
            if unknown := set(forward["kinds"]) - set(KINDS):
                raise ValueError(f"no kind {min(unknown)!r}; give some of {', '.join(KINDS)}")
        if min_score is not None and not 0 <= min_score <= 1:
            raise ValueError(f"min_score is {min_score}, but must be between 0 and 1")
        return {}, forward, {} if min_score is None else {"min_score": min_score}


def quote_features(stances: Sequence[str] = STANCES) -> Any:
    """Give the type of a column of quotes, as `datasets` writes types; `stances` are the model's labels.

    `map` takes types from its first batch, and fails later where that holds no quotes; so tell it:
    `features=Features({**dataset.features, "quotes": quote_features()})`.
    """
    from datasets import Value

    number, text, score = Value("int64"), Value("string"), Value("float64")
    span = {"start": number, "end": number, "text": text}
    mention = {**span, "name": text}
    stance = {"label": text, "score": score, "scores": dict.fromkeys(stances, score)}
    parts = {"kind": text, "segments": [span], "cue": span, "speaker": mention, "target": mention}
    return [{**parts, "stance": stance, "score": score}]


class _Loader:
    """What `transformers.pipeline` loads a checkpoint with: as `Extractor` does, so that the records are the same."""

    @classmethod
    def from_pretrained(cls, source: str, *, dtype: str | torch.dtype = "auto", **hub: Any) -> QuoteModel:
        network = load_network(source, **hub)
        if not isinstance(dtype, torch.dtype):
            dtype = choose("auto", torch.device("cuda" if torch.cuda.is_available() else "cpu"))
        return network.with_precision(dtype)


PIPELINE_REGISTRY.register_pipeline(TASK, pipeline_class=QuotePipeline, pt_model=_Loader)
del QuotePipeline._registered_impl  # with it, save_pretrained would put a copy of this file into the folder, to be run
