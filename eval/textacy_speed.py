"""Quoth beside textacy, articles a second of one core: `python -m quoth.eval.textacy_speed ARTICLES.jsonl`.

This needs `pip install textacy` and a spaCy pipeline: `python -m spacy download en_core_web_sm`, or another that
`--pipeline` names.
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from .benchmark import read_texts

THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")  # read when libraries are loaded
TURNS: Final = 5  # that are timed, after one that is not; every way has its turn, so that a machine's moods hit all


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the speeds; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m quoth.eval.textacy_speed", description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pipeline", default="en_core_web_sm", help="a spaCy pipeline that is installed")
    given = parser.parse_args(arguments)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    texts = list(read_texts(given.file))

    import spacy
    import torch
    from textacy.extract import direct_quotations

    from ..model.extractor import Extractor

    nlp = spacy.load(given.pipeline)

    def textacy() -> int:
        found = 0
        for text in texts:
            for doc in nlp.pipe(line for line in text.split("\n") if line.strip()):
                try:
                    found += len(list(direct_quotations(doc)))
                except ValueError:  # it gives up on an odd number of marks
                    continue
        return found

    torch.set_num_threads(1)
    extractor = Extractor.from_pretrained()

    def quoth(*kinds: str) -> int:
        articles = extractor.pipe((("", text) for text in texts), kinds=kinds)
        return sum(len(article.quotes) for article in articles)

    ways: dict[str, Callable[[], int]] = {
        f"textacy, {given.pipeline}": textacy,
        "quoth, direct and mixed": lambda: quoth("direct", "mixed"),
        "quoth, all kinds": lambda: quoth("direct", "mixed", "indirect"),
    }
    found = {name: work() for name, work in ways.items()}
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(TURNS):
        for name, work in ways.items():
            began = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - began)
    for name, quotes in found.items():
        rates = [len(texts) / spent for spent in seconds[name]]
        print(f"{name}: {quotes} quotes, {median(rates):.2f} ({min(rates):.2f} to {max(rates):.2f}) articles/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
