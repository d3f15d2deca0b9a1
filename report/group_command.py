"""`quoth group`: the same quote across articles, and names across articles, written into extraction's own records."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

USAGE = 2


def group(
    quotes: Annotated[
        Path,
        typer.Argument(metavar="QUOTES.jsonl", help="Records as `quoth extract` writes them.", show_default=False),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="JSON lines, written whole or not at all.")
    ],
    aliases: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Which names are one: {"Party": ["alias", …]} as JSON.')
    ] = None,
    days: Annotated[
        int, typer.Option(min=0, metavar="N", help="Days between the dates of articles that can report one utterance.")
    ] = 7,
    model: Annotated[
        str | None, typer.Option(metavar="FOLDER|HUB-ID", help="Another model than the one that comes with quoth.")
    ] = None,
    letters: Annotated[
        bool, typer.Option("--letters", help="Compare letters instead of loading a model; finds less.")
    ] = False,
) -> None:
    """Number the quotes that report the same utterance in several articles, and name parties alike everywhere.

    Each quote gets `group` (a number, or null where no other article has it), each speaker and target `party`.
    """
    try:
        _group(quotes, output, aliases, days, None if letters else (model or ""))
    except ImportError as error:
        _stop(f"grouping needs packages that are not installed ({error}): pip install 'quoth[report]'")
    except (ValueError, OSError) as error:
        _stop(str(error))
    typer.echo(f"written to {output}", err=True)


def _stop(message: str) -> None:
    from ..model.view import printable

    typer.echo(printable(f"error: {message}"), err=True)
    raise typer.Exit(USAGE)


def _group(quotes: Path, output: Path, aliases: Path | None, days: int, model: str | None) -> None:
    """Do the work; `model` is None for letters, "" for quoth's own."""
    from ..model.outputs import LINE_ENDS, whole_file
    from ..model.records import Article
    from .aliases import load_aliases
    from .groups import group_quotes
    from .names import parties

    if output.is_dir() or not output.parent.is_dir() or output.suffix.lower() not in (".jsonl", ".ndjson"):
        raise ValueError(f"{output}: name a .jsonl file in a folder that is there, with --output")
    if output.exists() and output.samefile(quotes):
        raise ValueError(f"{output} is the input, and would be replaced; give another --output")
    known = load_aliases(aliases) if aliases else {}
    records = _read(quotes)
    articles = [Article.from_dict(record) for record in records]
    party_of = parties(articles, known)
    extractor = None
    if model is not None:
        from ..model.extractor import Extractor

        extractor = Extractor.from_pretrained(model or None, device="cpu")
    groups = group_quotes(articles, extractor, party_of, days)
    with whole_file(output) as file:
        for record in records:
            mark(record, party_of, groups)
            line = json.dumps(record, ensure_ascii=False, allow_nan=False)
            file.write(line.translate(LINE_ENDS).encode() + b"\n")


def mark(
    record: dict[str, Any], party_of: dict[tuple[str, str], str], groups: dict[tuple[str, int], int]
) -> dict[str, Any]:
    """Write groups and parties into an article's record; keys are those of `group_quotes` and `parties`.

    >>> mark({"id": "a", "quotes": [{"speaker": None, "target": None}]}, {}, {("a", 0): 3})
    {'id': 'a', 'quotes': [{'speaker': None, 'target': None, 'group': 3}]}
    """
    for index, quote in enumerate(record["quotes"]):
        quote["group"] = groups.get((record["id"], index))
        for mention in (quote["speaker"], quote["target"]):
            if mention:
                mention["party"] = party_of.get((record["id"], mention["name"] or mention["text"]))
    return record


def _read(path: Path) -> list[dict[str, Any]]:
    """Read records, each checked; raises ValueError, naming the line, where one is none or its id is there twice."""
    from ..model.records import Article

    records: list[dict[str, Any]] = []
    lines: dict[str, int] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                id = Article.from_dict(record).id
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                why = f"field {error} is missing" if isinstance(error, KeyError) else error
                raise ValueError(f"{path}:{number}: no record of `quoth extract` ({why}); run it again") from None
            if not isinstance(id, str) or id in lines:
                raise ValueError(f"{path}:{number}: id {id!r} is no text, or that of an earlier line; ids must differ")
            lines[id] = number
            records.append(record)
    return records
