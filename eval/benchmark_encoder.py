"""How near the encoder comes to the machine's own rate of matrix products; `quoth benchmark` runs it as a process.

python -m quoth.eval.benchmark_encoder articles.jsonl --precision bf16
"""

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

from ..model.extractor import Extractor
from ..model.network import QuoteModel
from .benchmark import read_texts
from .benchmark_record import Encoder, Measured

ARTICLES: Final = 100  # that the encoder is timed on
ROWS: Final = (512, 2048, 8192)  # tokens in a product
SPENT: Final = 0.25  # seconds on each shape


@dataclass
class Spent:
    """What the encoder was given, and how long it took: see `Encoder`."""

    windows: int = 0
    window_tokens: int = 0
    operations: float = 0.0
    padded: float = 0.0
    seconds: float = 0.0


def product_rate(dtype: torch.dtype, device: torch.device, hidden: int, inner: int, spent: float = SPENT) -> float:
    """Give the best rate, in operations a second, of plain matrix products in the shapes of the encoder's layers."""
    best = 0.0
    for rows in ROWS:
        for wide, narrow in ((hidden, hidden), (hidden, inner), (inner, hidden)):
            left, right = (torch.randn(*shape, device=device).to(dtype) for shape in ((rows, wide), (wide, narrow)))
            out = torch.mm(left, right)
            end = time.perf_counter() + spent
            while time.perf_counter() < end:
                began = _now(device)
                torch.mm(left, right, out=out)
                best = max(best, 2 * rows * wide * narrow / (_now(device) - began))
    return best


def operations(lengths: Sequence[int], layers: int, hidden: int, inner: int) -> float:
    """Count the operations of a BERT encoder over windows of these lengths: its linear layers and its attention.

    >>> operations([10], layers=1, hidden=2, inner=8) == 2 * (10 * (4 * 2 * 2 + 2 * 2 * 8) + 2 * 10 * 10 * 2)
    True
    """
    linear = sum(lengths) * (4 * hidden * hidden + 2 * hidden * inner)
    attention = 2 * hidden * sum(length * length for length in lengths)
    return 2.0 * layers * (linear + attention)


@contextmanager
def watched(model: QuoteModel) -> Iterator[Spent]:
    """Time a model's encoder, passes that are side by side from the first to the last, and count what it does."""
    config, spent, began, passes, lock = model.encoder.config, Spent(), 0.0, 0, threading.Lock()
    sizes = (config.num_hidden_layers, config.hidden_size, config.intermediate_size)

    def before(*_: Any) -> None:
        nonlocal began, passes
        with lock:
            began = began if passes else _now(model.device)
            passes += 1

    def after(_module: Any, _arguments: Any, named: dict[str, Any], _output: Any) -> None:
        nonlocal passes
        mask: torch.Tensor | None = named["attention_mask"]
        count, width = named["inputs_embeds"].shape[:2]
        lengths = [width] * count if mask is None else mask.sum(1).tolist()
        with lock:
            passes -= 1
            spent.seconds += 0 if passes else _now(model.device) - began
            spent.windows += count
            spent.window_tokens += sum(lengths)
            spent.operations += operations(lengths, *sizes)
            spent.padded += operations([width] * count, *sizes)

    hooks = [
        model.encoder.register_forward_pre_hook(before, with_kwargs=True),
        model.encoder.register_forward_hook(after, with_kwargs=True),
    ]
    try:
        yield spent
    finally:
        for hook in hooks:
            hook.remove()


def measure(extractor: Extractor, texts: Sequence[str], spent: float = SPENT) -> Encoder:
    """Time the encoder on texts, after one that is not counted, beside the machine's own products."""
    model = extractor.model
    config, dtype = model.encoder.config, next(model.encoder.parameters()).dtype
    product = product_rate(dtype, model.device, config.hidden_size, config.intermediate_size, spent)
    extractor(texts[0])
    with watched(model) as encoder:
        began = time.perf_counter()
        for _ in extractor.pipe(("", text) for text in texts):
            pass
        reading = time.perf_counter() - began
    return Encoder(
        precision={torch.bfloat16: "bf16", torch.float32: "fp32"}.get(dtype, str(dtype)),
        product=product,
        articles=len(texts),
        tokens=count_tokens(extractor, texts),
        seconds_reading=reading,
        **vars(encoder),
    )


def count_tokens(extractor: Extractor, texts: Sequence[str]) -> int:
    """Count the tokens of texts, each once: windows overlap, and have more."""
    tokenize: Callable[..., Any] = extractor.tokenizer
    return sum(len(tokenize(text, add_special_tokens=False, verbose=False)["input_ids"]) for text in texts)


def _now(device: torch.device) -> float:
    """Read the clock, once the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def main(arguments: list[str] | None = None) -> int:
    """Print what was measured on the articles of a JSON lines file, as a JSON object; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m quoth.eval.benchmark_encoder", description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--device")
    parser.add_argument("--precision", default="auto")
    given = parser.parse_args(arguments)
    extractor = Extractor.from_pretrained(given.model, device=given.device, precision=given.precision)
    texts = list(read_texts(given.file))
    encoder = measure(extractor, texts[:ARTICLES])
    device = extractor.model.device
    named = torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)
    measured = Measured(
        model=extractor.name,
        threads=torch.get_num_threads(),
        device=named,
        tokens=count_tokens(extractor, texts),
        encoder=encoder,
    )
    print(measured.model_dump_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
