"""The evaluation for reading: a table for the terminal, report.md from the result alone, and errors.html.

Templates stand beside the code in `templates/`.
"""

import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ..model.records import Article
from ..seeds.corpus import GoldArticle
from . import calibration, scores, slices, speech
from .errors import KINDS_OF_ERROR, article_errors
from .result import Result, Scores, Value

HERE: Final = Path(__file__).parent
HEADLINES: Final = (
    ("quotes", "quotes"),
    ("quotes_exact", "quotes, exact"),
    ("direct", "direct, mixed found"),
    ("quotes_speaker", "quotes with speaker"),
    ("speaker", "speaker mention"),
    ("speaker_name", "speaker's name"),
    ("target", "target"),
    ("stance", "stance, macro F1"),
    ("stance_accuracy", "stance, accuracy"),
    ("record", "whole record"),
)
"""The scores that stand in tables, with what to call them."""


def shown(value: Value | float | None, interval: bool = True) -> str:
    """Print a score as in tables: ".873 (.850-.894)", and "–" where gold says nothing.

    >>> shown(Value(value=0.8731, low=0.85, high=1.0)), shown(None)
    ('.873 (.850-1.000)', '–')
    """
    if not isinstance(value, Value):
        return "–" if value is None else f"{value:.3f}".removeprefix("0")
    text = shown(value.value)
    if interval and value.low is not None and value.high is not None:
        text += f" ({shown(value.low)}-{shown(value.high)})"
    return text


def summary(result: Result) -> Group:
    """Lay the main scores out for a terminal, end to end and on given quotes, and those of the baselines below."""
    size = f"{result.corpus.articles} articles, {result.corpus.counts['quotes']} quotes"
    title = f"{result.system.name} on {result.corpus.name}: {size}"
    columns = {"end to end": result.end_to_end.scores}
    if result.given_gold:
        columns["quotes given"] = result.given_gold.scores
    tables = [(title, columns, True)]
    if result.baselines:
        others = {name.replace("_", " "): other.end_to_end for name, other in result.baselines.items()}
        tables.append(("baselines, end to end", others, False))
    return Group(*(part for table in tables for part in _table(*table)))


def plain_table(first: str, columns: Iterable[str]) -> Table:
    """Begin a table of texts and, right of them, numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for header in columns:
        table.add_column(Text(header), justify="right", min_width=4)
    return table


def _table(title: str, columns: Mapping[str, Scores], interval: bool) -> tuple[Text, Table]:
    table = plain_table("score", columns)
    for name, label in HEADLINES:
        table.add_row(label, *(shown(scores.get(name), interval) for scores in columns.values()))
    return Text(title, style="bold"), table


def peers(result: Result) -> list[dict[str, Any]]:
    """List the systems that were measured on the result's corpus, best first; none on most corpora."""
    rows = json.loads((HERE / "peers.json").read_text(encoding="utf-8"))["measured"]
    fitting = [row for row in rows if row["corpus"] == result.corpus.name]
    return sorted(fitting, key=lambda row: -row["scores"]["quotes_speaker"])


def write_report(path: Path, result: Result) -> None:
    """Write report.md, which shows the plots that `write_plots` put beside it; raises OSError."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["shown"] = shown
    definitions = [inspect.getdoc(module.scores) or "" for module in (scores, speech, calibration, slices)]
    text = environment.get_template("report.md.jinja").render(
        result=result, headlines=HEADLINES, peers=peers(result), definitions=definitions, parts=slices.PARTS
    )
    path.write_text(text, encoding="utf-8")


def write_errors(path: Path, result: Result, gold: Sequence[GoldArticle], predicted: Sequence[Article]) -> None:
    """Write errors.html: each error with the article's text around it, gold beside predicted; raises OSError."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    errors = [error for pair in zip(gold, predicted, strict=True) for error in article_errors(*pair)]
    counts = {kind: sum(kind in error.kinds for error in errors) for kind in KINDS_OF_ERROR}
    text = environment.get_template("errors.html.jinja").render(result=result, errors=errors, counts=counts)
    path.write_text(text, encoding="utf-8", errors="replace")
