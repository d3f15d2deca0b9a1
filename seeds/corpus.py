"""Gold articles and their loaders: the shipped articles, PolNeAR joined with our labels, or an annotated file of yours.

Every format is JSON lines, one article a line, and `load_gold` tells them apart by their fields: `quotes` have been
given stance, target and names; PolNeAR's `attributions` have not. Spans are offsets in characters, end exclusive.

>>> article = load_authored("train")[0]
>>> quote = article.quotes[0]
>>> quote.stance, [article.text[start:end] for start, end in quote.cue]
('assurance', ['told'])
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar, cast

from ..model.labels import KINDS, STANCES, Kind

Pair = tuple[int, int]
Scores = Mapping[str, Mapping[str, tuple[float, ...]]]  # of the stances, in the order of STANCES, by article and quote
SEEDS = Path(__file__).parent
STANCE_SCORES = SEEDS / "stance-scores.jsonl"  # a bigger model's, for `load_scores`; `training.teacher` makes them


class CorpusError(ValueError):
    """A gold file that is not there or not as it should be: names file, line and field, and says what to do."""


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """One annotated quote, as the codebook defines it.

    `cue` and `source` (the speaker's mention) are empty where the article has none. `stance` is None where nobody
    annotated it, which is not the label "none"; target and names are then unknown, too.
    """

    id: str
    kind: Kind
    content: tuple[Pair, ...]
    cue: tuple[Pair, ...]
    source: tuple[Pair, ...]
    speaker_name: str | None = None
    stance: str | None = None
    target: Pair | None = None
    target_name: str | None = None
    speaker_aliases: tuple[str, ...] = ()
    target_aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One article with all its quotes; `has_stance` tells whether stance, target and names were annotated."""

    id: str
    text: str
    quotes: tuple[GoldQuote, ...]
    has_stance: bool
    source: Literal["authored", "polnear", "other"]
    title: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the UTF-8 text, in hexadecimal."""
        return sha256(self.text.encode("utf-8")).hexdigest()


class Labels(TypedDict):
    """What we add to a quote whose spans somebody else annotated: the fields of the same names in `GoldQuote`."""

    speaker_name: str | None
    stance: str
    target: Pair | None
    target_name: str | None
    speaker_aliases: tuple[str, ...]
    target_aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandOff:
    """One article's labels without its text: the text's hash, and labels by quote id."""

    id: str
    sha256: str
    labels: Mapping[str, Labels]


@dataclass(frozen=True, slots=True)
class StanceScores:
    """A bigger model's probabilities for an article's quotes, by quote id, in the order of STANCES."""

    id: str
    scores: Mapping[str, tuple[float, ...]]


_Record = TypeVar("_Record", GoldArticle, StandOff, StanceScores)


def load_authored(split_or_path: str | Path, stances: Collection[str] = STANCES) -> list[GoldArticle]:
    """Load the articles written for this project: "train", "dev", "test", "tehran" or a path; raises CorpusError.

    `stances` are the labels to accept, as in `load_gold`.
    """
    shipped = SEEDS / f"{split_or_path}.jsonl"
    return load_gold(shipped if shipped.is_file() else Path(split_or_path), stances)


def load_polnear(directory: Path, split: str, labels: Path | None = None) -> list[GoldArticle]:
    """Load every article of `directory/split.jsonl` (PolNeAR), with our labels where it has been given some.

    `split` is "train" or "dev". Articles with no labels come with `has_stance=False`. Raises CorpusError where a file
    is missing, a text is not the one that was labelled, or labels and attributions do not cover each other.
    """
    path = Path(directory) / f"{split}.jsonl"
    if not path.is_file():
        raise CorpusError(
            f"{path}: no such file; Quoth ships labels on PolNeAR, but not its articles. Put the corpus there as "
            f"train.jsonl and dev.jsonl (seeds/README.md says how), or name the folder that has it: "
            f'load_polnear(Path("…"), {split!r})'
        )
    standoff = {record.id: record for record in load_labels(labels or SEEDS / f"polnear-{split}.jsonl")}
    articles = load_gold(path)
    if absent := standoff.keys() - {article.id for article in articles}:
        raise CorpusError(
            f"{path}: {len(absent)} labelled articles are not in it, {min(absent)!r} for one; "
            f"take all of PolNeAR's {split} split"
        )
    return [_join(article, standoff[article.id], path) if article.id in standoff else article for article in articles]


def load_gold(path: Path, stances: Collection[str] = STANCES) -> list[GoldArticle]:
    """Load any annotated file: ours (`quotes`) or PolNeAR's (`attributions`); raises CorpusError.

    `stances` are the labels to accept, for those who train on a set of their own.
    """
    return _load(path, lambda record: _article(record, stances))


def load_scores(path: Path) -> Scores:
    """Load a bigger model's probabilities of the stances, no gold, by article and quote; raises CorpusError.

    A line: `{"id": article, "scores": {quote: [one for each of STANCES]}}`.
    """
    return {record.id: record.scores for record in _load(path, _stance_scores)}


def load_labels(path: Path) -> list[StandOff]:
    """Load labels without texts; raises CorpusError."""
    return _load(path, _standoff)


def _load(path: Path, parse: Callable[[dict[str, Any]], _Record]) -> list[_Record]:
    """Parse a JSON lines file, one record a line; errors get the file and the line put before them."""
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")  # splitlines would cut at a U+2028 inside a text
    except FileNotFoundError:
        shipped = ", ".join(
            split for split in ("dev", "tehran", "test", "train") if (SEEDS / f"{split}.jsonl").is_file()
        )
        remedy = f"give a path to JSON lines, or to load_authored one of {shipped}"
        raise CorpusError(f"{path}: no such file; {remedy}") from None
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from None
    records = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise CorpusError("not a JSON object; write one article a line")
            records.append(parse(record))
        except json.JSONDecodeError as error:
            raise CorpusError(f"{path}, line {number}: not JSON ({error}); write one article a line") from None
        except CorpusError as error:
            raise CorpusError(f"{path}, line {number}: {error}") from None
    _check_unique((record.id for record in records), f"{path}: article id")
    return records


def _article(record: Mapping[str, Any], stances: Collection[str]) -> GoldArticle:
    """Read one article of either format."""
    if "sha256" in record and "text" not in record:
        raise CorpusError("field 'text': is missing, as in labels alone; load_polnear joins those with their articles")
    name, text = _string(record, "id"), _string(record, "text")
    annotated = "quotes" in record
    try:
        quotes = tuple(_quote(quote, text, stances if annotated else None) for quote in _objects(record, annotated))
        _check_unique((quote.id for quote in quotes), "quote id")
    except CorpusError as error:
        raise CorpusError(f"article {name!r}, {error}") from None
    title = record.get("title", "")
    source: Literal["authored", "polnear", "other"] = "authored" if title else "other" if annotated else "polnear"
    return GoldArticle(name, text, quotes, has_stance=annotated, source=source, title=title)


def _objects(record: Mapping[str, Any], annotated: bool) -> list[Mapping[str, Any]]:
    """Give the article's quotes or attributions as they stand in the file."""
    field = "quotes" if annotated else "attributions"
    value = record.get(field)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise CorpusError(f"field {field!r}: not a list of objects; an article has `quotes` or `attributions`")
    return value


def _quote(record: Mapping[str, Any], text: str, stances: Collection[str] | None) -> GoldQuote:
    """Read one quote; `stances` is None where only its spans were annotated, by PolNeAR."""
    name = _string(record, "id")
    try:
        quote = GoldQuote(
            id=name,
            kind=cast(Kind, _one_of(record, "kind", KINDS)),
            content=_spans(record, "content", text),
            cue=_spans(record, "cue", text),
            source=_spans(record, "source", text),
        )
        if not quote.content:
            raise CorpusError("field 'content': empty; a quote has one segment or more")
        return _trimmed(quote, text) if stances is None else replace(quote, **_labels(record, text, stances))
    except CorpusError as error:
        raise CorpusError(f"quote {name!r}, {error}") from None


def _labels(record: Mapping[str, Any], text: str | None, stances: Collection[str]) -> Labels:
    """Read what we annotated on a quote; `text` is None where the article is not at hand."""
    target = _spans(record, "target", text)
    if len(target) > 1:
        raise CorpusError("field 'target': more than one span; give the mention nearest to the quote")
    return Labels(
        speaker_name=_name(record, "speaker_name"),
        stance=_one_of(record, "stance", stances),
        target=target[0] if target else None,
        target_name=_name(record, "target_name"),
        speaker_aliases=_aliases(record, "speaker_aliases"),
        target_aliases=_aliases(record, "target_aliases"),
    )


def _standoff(record: Mapping[str, Any]) -> StandOff:
    """Read one article's labels."""
    name = _string(record, "id")
    try:
        quotes = _objects(record, annotated=True)
        _check_unique((_string(quote, "id") for quote in quotes), "quote id")
        labels = {quote["id"]: _labels(quote, None, STANCES) for quote in quotes}
        return StandOff(name, _string(record, "sha256"), labels)
    except CorpusError as error:
        raise CorpusError(f"article {name!r}, {error}") from None


def _stance_scores(record: Mapping[str, Any]) -> StanceScores:
    """Read one article's scores."""
    name, scores = _string(record, "id"), record.get("scores")
    if not isinstance(scores, dict):
        raise CorpusError(f"article {name!r}, field 'scores': not an object of quote ids and lists")
    for quote, values in scores.items():
        if not (
            isinstance(values, list)
            and len(values) == len(STANCES)
            and all(type(value) in (int, float) and 0 <= value <= 1 for value in values)
        ):
            raise CorpusError(f"article {name!r}, quote {quote!r}: not {len(STANCES)} numbers between 0 and 1")
    return StanceScores(name, {quote: tuple(values) for quote, values in scores.items()})


def _join(article: GoldArticle, standoff: StandOff, path: Path) -> GoldArticle:
    """Put our labels on PolNeAR's article; raises CorpusError where they were made on something else."""
    if article.sha256 != standoff.sha256:
        raise CorpusError(
            f"{path}: article {article.id!r}, field 'text': its sha256 begins {article.sha256[:12]}, but the labels "
            f"were made on {standoff.sha256[:12]} and would not fit; take PolNeAR 1.0's text unchanged"
        )
    if odd := standoff.labels.keys() ^ {quote.id for quote in article.quotes}:
        raise CorpusError(
            f"{path}: article {article.id!r}, field 'attributions': {min(odd)!r} is either not labelled or not there; "
            "take PolNeAR 1.0's attributions, numbered a1, a2, … by where their content begins"
        )
    quotes = tuple(replace(quote, **standoff.labels[quote.id]) for quote in article.quotes)
    return replace(article, quotes=quotes, has_stance=True)


def _string(record: Mapping[str, Any], field: str) -> str:
    """Read a string that must be there and not be empty."""
    value = record.get(field)
    if not isinstance(value, str) or not value:
        raise CorpusError(f"field {field!r}: {value!r} is no string with something in it")
    return value


def _name(record: Mapping[str, Any], field: str) -> str | None:
    """Read a name; null where the article names nobody."""
    return None if record.get(field) is None else _string(record, field)


def _one_of(record: Mapping[str, Any], field: str, labels: Collection[str]) -> str:
    """Read one of the labels."""
    value = record.get(field)
    if value not in labels:
        raise CorpusError(f"field {field!r}: {value!r} is none of {', '.join(labels)}")
    return cast(str, value)


def _aliases(record: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Read a list of names; it may be left out."""
    value = record.get(field, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise CorpusError(f"field {field!r}: {value!r} is no list of names")
    return tuple(value)


def _spans(record: Mapping[str, Any], field: str, text: str | None) -> tuple[Pair, ...]:
    """Read null, [start, end] or [[start, end], …]; `text` is None where the article is not at hand.

    >>> _spans({"source": [0, 2]}, "source", "He said so.")
    ((0, 2),)
    """
    value = record.get(field) or []
    pairs = value if isinstance(value, list) and all(isinstance(pair, list) for pair in value) else [value]
    return tuple(_span(pair, field, text) for pair in pairs)


def _span(pair: Any, field: str, text: str | None) -> Pair:
    """Read [start, end]; raises CorpusError where it is none, or is blank or outside the text."""
    if not (isinstance(pair, list) and len(pair) == 2 and all(type(offset) is int for offset in pair)):
        raise CorpusError(f"field {field!r}: {pair!r} is no [start, end]; offsets are whole numbers of characters")
    start, end = pair
    if text is not None and not (0 <= start < end <= len(text) and text[start:end].strip()):
        raise CorpusError(f"field {field!r}: {pair} is blank or outside the text of {len(text)} characters")
    return start, end


def _trimmed(quote: GoldQuote, text: str) -> GoldQuote:
    """Cut blanks off the spans' edges: PolNeAR has a few dozen of them, and our codebook has none."""

    def trim(spans: tuple[Pair, ...]) -> tuple[Pair, ...]:
        return tuple(
            (end - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())) for start, end in spans
        )

    return replace(quote, content=trim(quote.content), cue=trim(quote.cue), source=trim(quote.source))


def _check_unique(names: Iterable[str], what: str) -> None:
    """Raise CorpusError for the first name that occurs twice."""
    for name, count in Counter(names).items():
        if count > 1:
            raise CorpusError(f"{what} {name!r} occurs {count} times; ids must differ")
