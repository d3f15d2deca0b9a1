"""The flat schema: one quote a row, for pandas, DuckDB, R and spreadsheets.

| columns | what |
|---|---|
| `article` | the article's id |
| one for each kept field | `title` and what `--keep` names, as text (JSON where it was none) |
| `quote` | the quote's number in its article, from 0 |
| `kind`, `text` | direct, mixed or indirect; the segments joined by a space |
| `start`, `end`, `segments` | characters of the article's text, end exclusive; all segments as `595-704 730-751` |
| `cue`, `cue_start`, `cue_end` | the reporting expression; empty where there is none |
| `speaker`, `speaker_name`, `speaker_start`, `speaker_end` | the mention, and the fullest name in the article |
| `target`, `target_name`, `target_start`, `target_end` | the same of the target |
| `stance`, `stance_score`, `score` | the label, its probability, and that of being attributed speech |
| `p_rejection`, `p_denial`, … | the probability of each label, in the model's order |
| `model` | name and version |
| `article_text` | only with `--keep-text`, and only in the row of the article's first quote: it may be long |
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ..labels import STANCES
from ..records import Article, Quote, Span

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS: Final = (
    "quote",
    "start",
    "end",
    *(f"{of}_{edge}" for of in ("cue", "speaker", "target") for edge in ("start", "end")),
)
SCORES: Final = ("stance_score", "score")
OWN: Final = (
    *("article", "quote", "kind", "text", "start", "end", "segments", "cue", "cue_start", "cue_end"),
    *("speaker", "speaker_name", "speaker_start", "speaker_end"),
    *("target", "target_name", "target_start", "target_end"),
    *("stance", "stance_score", "score", "model", "article_text"),
)


@dataclass(frozen=True)
class Sheet:
    """The columns of one output: kept fields by name, stance labels, and whether the article's text is one."""

    kept: tuple[str, ...] = ()
    labels: tuple[str, ...] = STANCES
    with_text: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError where a kept field would hide a column."""
        for name in self.kept:
            if name in OWN or name in [f"p_{label}" for label in self.labels]:
                raise ValueError(f"a column {name!r} is there already; rename the field {name!r} to keep it")

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        first, rest = OWN[:1], OWN[1:-2]
        text = ("article_text",) if self.with_text else ()
        return [*first, *self.kept, *rest, *(f"p_{label}" for label in self.labels), "model", *text]

    def rows(self, article: Article) -> Iterator[dict[str, Any]]:
        """Give an article's quotes as rows, every column there; an article without quotes has none."""
        for number, quote in enumerate(article.quotes):
            found = {"article": article.id, "quote": number, "model": article.model}
            found["article_text"] = None if number else article.text
            kept = {name: as_text(article.meta.get(name)) for name in self.kept}
            scores = {f"p_{label}": quote.stance.scores.get(label) for label in self.labels}
            row = {**found, **kept, **_quote(quote), **scores}
            yield {name: row[name] for name in self.names}

    @cache  # noqa: B019 - one or two sheets a run
    def schema(self) -> "pa.Schema":
        """Give the schema for Parquet."""
        import pyarrow as pa

        def type_of(name: str) -> pa.DataType:
            if name in self.kept:
                return pa.string()
            number = pa.int64() if name in NUMBERS else pa.string()
            return pa.float64() if name in SCORES or name.startswith("p_") else number

        return pa.schema([(name, type_of(name)) for name in self.names])


def as_text(value: Any) -> str | None:
    """Give a kept value as a column's text: strings as they are, other values as JSON has them, null as none.

    >>> as_text("Monday"), as_text(["a", 1]), as_text(None)
    ('Monday', '["a", 1]', None)
    """
    import json

    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _quote(quote: Quote) -> dict[str, Any]:
    segments: Sequence[Span] = quote.segments
    row: dict[str, Any] = {
        "kind": quote.kind,
        "text": quote.text,
        "start": segments[0].start,
        "end": max(segment.end for segment in segments),
        "segments": " ".join(f"{segment.start}-{segment.end}" for segment in segments),
        "stance": quote.stance.label,
        "stance_score": quote.stance.score,
        "score": quote.score,
        "speaker_name": quote.speaker.name if quote.speaker else None,
        "target_name": quote.target.name if quote.target else None,
    }
    for name, span in (("cue", quote.cue), ("speaker", quote.speaker), ("target", quote.target)):
        row[name] = span.text if span else None
        row[f"{name}_start"], row[f"{name}_end"] = (span.start, span.end) if span else (None, None)
    return row
