"""What commands on records share: the options that name records and texts, and reading them, naming what fails."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.terminal import FAILED, say

if TYPE_CHECKING:
    from rich.console import Console

    from ..model.records import Article

Quotes = Annotated[
    list[Path],
    typer.Argument(metavar="QUOTES", help="What `quoth extract` wrote: .jsonl files.", show_default=False),
]
Texts = Annotated[
    list[str] | None,
    typer.Option(
        "--articles",
        metavar="PATH",
        help="Texts of records that have none: what was extracted, files, folders or patterns. May be given again.",
    ),
]


def given_records(paths: Sequence[Path], console: "Console") -> tuple[list["Article"], int]:
    """Read records; name on the terminal what cannot be used, and count it. Exits where nothing could be read."""
    from ..model.batch.articles import InputError
    from .load import read_records

    records, errors = [], 0
    for item in read_records(paths):
        if isinstance(item, InputError):
            errors += 1
            say(console, f"error: {item}")
        else:
            records.append(item)
    if errors and not records:
        say(console, "no record could be read; nothing is written")
        raise typer.Exit(FAILED)
    return records, errors


def given_texts(paths: Iterable[str] | None, output: Path, console: "Console") -> tuple[dict[str, str], int]:
    """Read articles' texts by their ids, but not `output`; name what cannot be used, and count it."""
    from ..model.batch.articles import InputError
    from ..model.batch.inputs import read_articles

    texts: dict[str, str] = {}
    errors = 0
    for item in read_articles(paths or [], skip=[output]):
        if isinstance(item, InputError):
            errors += 1
            say(console, f"error: {item}")
        else:
            texts[item.id] = item.text
    return texts, errors
