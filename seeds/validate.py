"""Check gold articles against the codebook; `python -m quoth.seeds.validate` checks and counts the shipped ones.

Loading has checked shapes already; here come the rules that a machine can read and a person can break.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations, pairwise
from pathlib import Path

from ..model.labels import KINDS, NO_STANCE, STANCES
from .corpus import SEEDS, CorpusError, GoldArticle, GoldQuote, Pair, load_authored, load_labels, load_polnear

AUTHORED = ("train", "dev", "test", "tehran")
POLNEAR = ("train", "dev")
COLUMNS = ("articles", "quotes", *KINDS, *STANCES, "target")


def validate(articles: Iterable[GoldArticle], stances: Collection[str] = STANCES) -> list[str]:
    """Give every breach of the codebook as a line that names article, quote and field; none is an empty list.

    A stance may go without a target (the article may name nobody), never a target without a stance.
    """
    articles = list(articles)
    repeated = [name for name, times in Counter(article.id for article in articles).items() if times > 1]
    problems = [f"{name}: the article's id is there more than once" for name in repeated]
    for article in articles:
        problems += [f"{article.id}: {problem}" for problem in _article_problems(article, stances)]
    return problems


def overlapping_ids(splits: Mapping[str, Iterable[GoldArticle]]) -> list[str]:
    """Give a line for every article that stands in two splits, by its id or by its text; none is an empty list."""
    ids = {name: {article.id: article.sha256 for article in articles} for name, articles in splits.items()}
    problems = []
    for one, other in combinations(ids, 2):
        shared = sorted(ids[one].keys() & ids[other].keys())
        problems += [f"{one} and {other}: both have an article {name!r}" for name in shared]
        by_text = {text: name for name, text in ids[one].items()}
        problems += [
            f"{one} and {other}: {by_text[text]!r} and {name!r} have the same text"
            for name, text in ids[other].items()
            if by_text.get(text, name) != name
        ]
    return problems


def _article_problems(article: GoldArticle, stances: Collection[str]) -> Iterator[str]:
    """Give what is wrong with one article and its quotes."""
    if not article.text.strip():
        yield "the text is empty"
    for name, times in Counter(quote.id for quote in article.quotes).items():
        if times > 1:
            yield f"{name}: the quote's id is there more than once"
    for quote in article.quotes:
        for problem in (*_span_problems(quote, article.text), *_label_problems(quote, article.has_stance, stances)):
            yield f"{quote.id}, {problem}"


def _span_problems(quote: GoldQuote, text: str) -> Iterator[str]:
    """Give what is wrong with one quote's offsets."""
    if not quote.content:
        yield "content: has no segment"
    target = () if quote.target is None else (quote.target,)
    fields = {"content": quote.content, "cue": quote.cue, "source": quote.source, "target": target}
    for field, spans in fields.items():
        for start, end in spans:
            if not 0 <= start < end <= len(text):
                yield f"{field}: [{start}, {end}] is empty or outside the text of {len(text)} characters"
            elif text[start:end] != text[start:end].strip():
                yield f"{field}: [{start}, {end}] has a blank at its edge: {text[start:end]!r}"
        if not _in_order(spans):
            yield f"{field}: the spans overlap or are not in reading order"


def _in_order(spans: tuple[Pair, ...]) -> bool:
    """Tell whether each span begins where the one before has ended, or later."""
    return all(before[1] <= after[0] for before, after in pairwise(spans))


def _label_problems(quote: GoldQuote, has_stance: bool, stances: Collection[str]) -> Iterator[str]:
    """Give what is wrong with one quote's labels and names."""
    if quote.kind not in KINDS:
        yield f"kind: {quote.kind!r} is none of {', '.join(KINDS)}"
    if has_stance and quote.stance not in stances:
        yield f"stance: {quote.stance!r} is none of {', '.join(stances)}"
    if not has_stance and quote.stance is not None:
        yield f"stance: {quote.stance!r} in an article whose stances were not annotated"
    if quote.target and quote.stance in (None, NO_STANCE):
        yield "target: only a quote with a stance has one"
    if quote.target_name is not None and not quote.target:
        yield f"target_name: {quote.target_name!r}, but no mention of it as target"
    names = {
        "speaker_name": (quote.speaker_name,),
        "target_name": (quote.target_name,),
        "speaker_aliases": quote.speaker_aliases,
        "target_aliases": quote.target_aliases,
    }
    for field, values in names.items():
        for name in values:
            if name is not None and (not name or name != name.strip()):
                yield f"{field}: {name!r} is empty or has a blank at its edge"


def count(articles: Collection[GoldArticle]) -> Counter[str]:
    """Count articles, quotes, kinds, stances and targets; the keys are `COLUMNS`, less those with nothing in them."""
    quotes = (quote for article in articles for quote in article.quotes)
    return _tally(len(articles), ((quote.kind, quote.stance, quote.target) for quote in quotes))


def _count_labels(split: str) -> Counter[str]:
    """Count the labels shipped for PolNeAR, whose own files have the quotes and their kinds."""
    articles = load_labels(SEEDS / f"polnear-{split}.jsonl")
    labels = (label for article in articles for label in article.labels.values())
    return _tally(len(articles), ((None, label["stance"], label["target"]) for label in labels))


def _tally(articles: int, quotes: Iterable[tuple[str | None, str | None, Pair | None]]) -> Counter[str]:
    """Count what the quotes have, given as kind, stance and target."""
    tally = Counter(articles=articles)
    for kind, stance, target in quotes:
        tally.update(filter(None, ("quotes", kind, stance, target and "target")))
    return tally


def _table(tallies: Mapping[str, Counter[str]]) -> str:
    """Lay the counts out as a Markdown table; what a file has none of is a dash."""
    rows = [["file", *COLUMNS], ["---", *["---:"] * len(COLUMNS)]]
    rows += [[name, *(str(tally.get(column, "–")) for column in COLUMNS)] for name, tally in tallies.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows)


def main(arguments: list[str] | None = None) -> int:
    """Check the shipped files, print their counts and "ok", or the problems; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m quoth.seeds.validate", description=main.__doc__)
    parser.add_argument("--polnear", type=Path, metavar="DIR", help="check the labels against PolNeAR's articles, too")
    polnear = parser.parse_args(arguments).polnear
    try:
        splits = {name: load_authored(name) for name in AUTHORED}
        tallies = {f"{name}.jsonl": count(articles) for name, articles in splits.items()}
        tallies |= {f"polnear-{name}.jsonl": _count_labels(name) for name in POLNEAR}
        if polnear:
            joined = {f"PolNeAR {name}": load_polnear(polnear, name) for name in POLNEAR}
            tallies |= {name: count(articles) for name, articles in joined.items()}
            splits |= joined
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    problems = [f"{name}, {problem}" for name, articles in splits.items() for problem in validate(articles)]
    problems += overlapping_ids(splits)
    print(_table(tallies))
    print("\n".join(problems) or "ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
