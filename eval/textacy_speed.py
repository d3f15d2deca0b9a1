"""Quoth beside textacy, articles a second of one core: `python -m quoth.eval.textacy_speed ARTICLES.jsonl`.

This needs `pip install textacy spacy-lookups-data`, and better a spaCy pipeline (`--pipeline en_core_web_sm`). Without
one, a stand-in is made: the layers of spaCy's small English model, taught tags, trees and entities that a few rules
make up on our own articles, so that the parser takes about as many steps as on real text. Its speed tells something,
its quotes nothing.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from .benchmark import read_texts

THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")  # read when libraries are loaded
TURNS: Final = 3
TAUGHT: Final = 3000  # paragraphs, twice
WIDTH: Final = 96
ATTRIBUTES: Final = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500}  # each with the rows of its table
LABELS: Final = {"det": "DET", "prep": "ADP", "punct": "PUNCT", "nsubj": "PROPN", "ccomp": "VERB", "dobj": "NOUN"}
SMALL: Final = {"the": "det", "a": "det", "an": "det", "of": "prep", "in": "prep", "to": "prep", "for": "prep"}
VERBS: Final = frozenset("said says told warned insisted denied added is are was were has have had did will".split())  # noqa: SIM905


def stand_in() -> Any:
    """Make a pipeline of the small English model's layers, and teach it."""
    import spacy
    from spacy.training import Example

    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "tok2vec"}
    own = _tok2vec(ATTRIBUTES)
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": _tok2vec({**ATTRIBUTES, "SPACY": 50, "IS_SPACE": 50})})
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}})
    nlp.add_pipe("parser", config={"model": _transitions("parser", listener)})
    ruler: Any = nlp.add_pipe("attribute_ruler")
    nlp.add_pipe("lemmatizer", config={"mode": "rule"})
    nlp.add_pipe("ner", config={"model": _transitions("ner", own)})
    paragraphs = list(_paragraphs())
    Random(17).shuffle(paragraphs)
    examples = [
        Example.from_dict(doc, made_up([token.text for token in doc])) for doc in map(nlp.make_doc, paragraphs[:TAUGHT])
    ]
    nlp.initialize(lambda: examples)
    for label, part in LABELS.items():
        ruler.add(patterns=[[{"TAG": label}]], attrs={"POS": part})
    for _ in range(2):
        for at in range(0, len(examples), 32):
            nlp.update(examples[at : at + 32], exclude=["attribute_ruler", "lemmatizer"])
    return nlp


def _tok2vec(attributes: dict[str, int]) -> dict[str, Any]:
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": WIDTH,
        "attrs": list(attributes),
        "rows": list(attributes.values()),
        "include_static_vectors": False,
    }
    encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": WIDTH, "depth": 4}
    encode |= {"window_size": 1, "maxout_pieces": 3}
    return {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}


def _transitions(kind: str, tok2vec: dict[str, Any]) -> dict[str, Any]:
    sizes = {"hidden_width": 64, "maxout_pieces": 2, "extra_state_tokens": False, "use_upper": True}
    return {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": kind, "tok2vec": tok2vec, **sizes}


def _paragraphs() -> Iterator[str]:
    from ..seeds.corpus import load_authored

    lines = (line for article in load_authored("train") for line in article.text.split("\n"))
    yield from (line for line in lines if 8 < len(line.split()) < 80)


def made_up(words: Sequence[str]) -> dict[str, list[Any]]:
    """Make up a tree for each sentence: words before its first verb hang on the next word, those behind on one before.

    Words, tags, heads, dependencies and entities are what spaCy's `Example.from_dict` takes.
    """
    labels = [_label(word) for word in words]
    heads, start = list(range(len(words))), 0
    for end in [at for at, word in enumerate(words) if word in ".!?" or at == len(words) - 1]:
        root = next((at for at in range(start, end + 1) if labels[at] == "ccomp"), start)
        open_at = root
        for at in range(start, end + 1):
            heads[at] = at + 1 if at < root else open_at
            open_at = at if at >= root and labels[at] in ("prep", "dobj", "ccomp") else open_at
        heads[root], start = root, end + 1
    dependencies = [label if head != at else "ROOT" for at, (head, label) in enumerate(zip(heads, labels, strict=True))]
    entities = ["U-PERSON" if label == "nsubj" else "O" for label in labels]
    return {"words": list(words), "tags": labels, "heads": heads, "deps": dependencies, "entities": entities}


def _label(word: str) -> str:
    if not word.isalnum():
        return "punct"
    return "ccomp" if word in VERBS else SMALL.get(word.lower(), "nsubj" if word.istitle() else "dobj")


def fastest(work: Callable[[], int]) -> tuple[int, float]:
    """Give what work gives, in a turn that is not timed, and the seconds of the fastest of some turns after it."""
    result, seconds = work(), []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return result, min(seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both speeds; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m quoth.eval.textacy_speed", description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--pipeline", help="a spaCy pipeline that is installed; else a stand-in")
    given = parser.parse_args(arguments)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    texts = list(read_texts(given.file))

    import spacy
    import torch
    from textacy.extract import direct_quotations

    from ..model.extractor import Extractor

    nlp = spacy.load(given.pipeline) if given.pipeline else stand_in()

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
        f"textacy, {given.pipeline or 'a stand-in for en_core_web_sm'}": textacy,
        "quoth, direct and mixed": lambda: quoth("direct", "mixed"),
        "quoth, all kinds": lambda: quoth("direct", "mixed", "indirect"),
    }
    for name, work in ways.items():
        quotes, seconds = fastest(work)
        print(f"{name}: {quotes} quotes, {len(texts) / seconds:.2f} articles/s of one core", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
