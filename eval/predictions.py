"""Anybody's predictions, in the record's format, checked against the gold articles that they are about.

One JSON line an article, as `quoth extract` writes it: `id`, `model`, and `quotes` of `kind`, `segments`, `cue`,
`speaker`, `target`, `stance` and `score`; every span's `text` is the article's at its offsets. A system that tells no
stance writes {"label": "none", "score": 1.0, "scores": {"none": 1.0}}, one that resolves no names the mention's text.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..model.labels import KINDS, STANCES
from ..model.records import Article
from ..seeds.corpus import GoldArticle


class PredictionError(ValueError):
    """A file of predictions that cannot be scored: names file, line and field, and says what is wrong."""


def read_predictions(
    path: Path, gold: Sequence[GoldArticle], labels: Collection[str] = STANCES, missing_are_empty: bool = False
) -> list[Article]:
    """Read one prediction for each gold article, in gold's order.

    missing_are_empty: count an article that the file lacks as one with no quotes found. Raises PredictionError where an
    article is unknown, there twice or missing, or where a line does not hold the record of its article.
    """
    articles = {article.id: article for article in gold}
    lines_of: dict[str, int] = {}
    found: dict[str, Article] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            record = _object(json.loads(line), "")
            name = _string(record, "id", "")
            if name not in articles:
                raise PredictionError(f"field 'id': no article {name!r} in the gold corpus")
            if name in found:
                raise PredictionError(f"field 'id': {name!r} was already on line {lines_of[name]}; give it once")
            _check_article(record, articles[name].text, labels)
        except json.JSONDecodeError as error:
            raise PredictionError(f"{path}, line {number}: not JSON ({error}); write one article a line") from None
        except PredictionError as error:
            raise PredictionError(f"{path}, line {number}: {error}") from None
        found[name], lines_of[name] = Article.from_dict(record, articles[name].text), number
    missing = [name for name in articles if name not in found]
    if missing and not missing_are_empty:
        raise PredictionError(
            f"{path}: field 'id': {len(missing)} of {len(articles)} articles are missing, {missing[0]!r} for one; "
            "predict them all, or count them as empty with --missing-are-empty"
        )
    return [found.get(name) or Article(name, (), "", article.text) for name, article in articles.items()]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise PredictionError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise PredictionError(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from None


def _check_article(record: Mapping[str, Any], text: str, labels: Collection[str]) -> None:
    try:
        _string(record, "model", "")
        for number, item in enumerate(_list(record, "quotes", "")):
            _check_quote(item, f"quotes[{number}]", text, labels)
    except PredictionError as error:
        raise PredictionError(f"article {record['id']!r}, {error}") from None


def _check_quote(item: Any, field: str, text: str, labels: Collection[str]) -> None:
    quote = _object(item, field)
    if _value(quote, "kind", field) not in KINDS:
        raise PredictionError(f"field '{field}.kind': {quote['kind']!r} is none of {', '.join(KINDS)}")
    segments = _list(quote, "segments", field)
    if not segments:
        raise PredictionError(f"field '{field}.segments': empty; a quote has one segment or more")
    for number, segment in enumerate(segments):
        _check_span(segment, f"{field}.segments[{number}]", text)
    for part in ("cue", "speaker", "target"):
        if _value(quote, part, field) is not None:
            _check_span(quote[part], f"{field}.{part}", text)
            if part != "cue":
                _string(quote[part], "name", f"{field}.{part}")
    _probability(quote, "score", field)
    stance = _object(_value(quote, "stance", field), f"{field}.stance")
    scores = _object(_value(stance, "scores", f"{field}.stance"), f"{field}.stance.scores")
    for label in (_string(stance, "label", f"{field}.stance"), *scores):
        if label not in labels:
            raise PredictionError(f"field '{field}.stance': {label!r} is none of {', '.join(labels)}")
        _probability(scores, label, f"{field}.stance.scores")
    _probability(stance, "score", f"{field}.stance")


def _check_span(item: Any, field: str, text: str) -> None:
    span = _object(item, field)
    start, end = (_value(span, name, field) for name in ("start", "end"))
    if type(start) is not int or type(end) is not int:
        raise PredictionError(f"field '{field}': offsets {start!r}, {end!r} are no whole numbers of characters")
    if not 0 <= start < end <= len(text):
        where = f"outside the text of {len(text)} characters" if start < end else "empty"
        raise PredictionError(f"field '{field}': [{start}, {end}] is {where}")
    if _value(span, "text", field) != text[start:end]:
        said, there = _short(span["text"]), _short(text[start:end])
        raise PredictionError(f"field '{field}.text': {said} is not what the article has at [{start}, {end}]: {there}")


def _value(record: Mapping[str, Any], name: str, field: str) -> Any:
    if name not in record:
        raise PredictionError(f"field '{_path(field, name)}': is missing")
    return record[name]


def _string(record: Mapping[str, Any], name: str, field: str) -> str:
    value = _value(record, name, field)
    if not isinstance(value, str) or not value:
        raise PredictionError(f"field '{_path(field, name)}': {value!r} is no string with something in it")
    return value


def _list(record: Mapping[str, Any], name: str, field: str) -> list[Any]:
    value = _value(record, name, field)
    if not isinstance(value, list):
        raise PredictionError(f"field '{_path(field, name)}': {_short(value)} is no list")
    return value


def _object(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        where = f"field '{field}': " if field else ""
        raise PredictionError(f"{where}{_short(value)} is no JSON object")
    return value


def _probability(record: Mapping[str, Any], name: str, field: str) -> None:
    value = _value(record, name, field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and 0 <= value <= 1):
        raise PredictionError(f"field '{_path(field, name)}': {_short(value)} is no number between 0 and 1")


def _path(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
