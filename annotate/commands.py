"""The commands `quoth export` and `quoth annotated`: records to annotation tools, corrected annotations to gold."""

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..model.terminal import FAILED, USAGE, check_output, in_one_line, labels_of, say
from ..report.options import Quotes, Texts, given_records, given_texts

EXPORT_EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth export quotes.jsonl --articles news/ --to label-studio -o correct[/cyan]    tasks.json and interface.xml

[cyan]quoth export quotes.jsonl --to brat -o correct[/cyan]                             records that carry their texts

[cyan]quoth export quotes.jsonl --to brat --stances call,threat,none -o correct[/cyan]  labels of your own

Stances that are not among --stances are left open, for a person to choose.
Exit code: 0 all went well; 1 some input failed: it is named, all the rest is written; 2 the call was wrong."""

ANNOTATED_EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth annotated project-1.json -o mine.jsonl[/cyan]    Label Studio's export, as JSON

[cyan]quoth annotated correct/ -o mine.jsonl[/cyan]          the folder that brat works in

quoth train reads such files where its config names them: data.train, data.dev.
Exit code: 0 all went well; 1 some articles failed: they are named, all others are written; 2 the call was wrong."""


class Tool(StrEnum):
    """What records are exported to."""

    LABEL_STUDIO = "label-studio"
    BRAT = "brat"


def export(
    quotes: Quotes,
    to: Annotated[Tool, typer.Option(help="The tool to correct in.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="A new or empty folder, for nothing to be replaced.")
    ],
    articles: Texts = None,
    stances: Annotated[
        str | None,
        typer.Option(metavar="LABELS", help="Stances to choose from, with commas between; else the model's."),
    ] = None,
) -> None:
    """Export extracted quotes to Label Studio or brat, to be corrected by hand."""
    from dataclasses import replace

    from rich.console import Console

    from ..report.load import fitting_text
    from . import brat, label_studio
    from .regions import stance_labels

    wanted = labels_of(stances, "--stances") if stances is not None else None
    check_output(output, [*quotes, *(articles or [])], as_folder=True)
    console = Console(stderr=True, highlight=False)
    found, errors = given_records(quotes, console)
    texts, unread = given_texts(articles, output, console)
    errors += unread
    records = []
    for record in found:
        text = fitting_text(record, texts)
        if text is None:
            errors += 1
            remedy = "give --articles what was extracted"
            say(console, f"error: article {record.id!r}: no text that its quotes stand in; {remedy}")
        else:
            records.append(replace(record, text=text))
    if not records:
        say(console, f"no article to export; {output} is not written")
        raise typer.Exit(FAILED if errors else USAGE)
    labels = wanted or stance_labels(records)
    with in_one_line(console, "the export"):
        output.mkdir(exist_ok=True)
        (label_studio if to is Tool.LABEL_STUDIO else brat).write(output, records, labels)
    count = sum(len(record.quotes) for record in records)
    say(console, f"written to {output}: {len(records):,} articles, {count:,} quotes; stances {', '.join(labels)}")
    raise typer.Exit(FAILED if errors else 0)


def annotated(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN", exists=True, help="Label Studio's JSON export, or brat's folder.", show_default=False
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The articles, written whole or not.")],
    predictions: Annotated[
        bool, typer.Option("--predictions", help="Take Label Studio's tasks that nobody annotated as predicted.")
    ] = False,
) -> None:
    """Turn corrected annotations into gold articles that `quoth train` and `quoth evaluate` read."""
    from rich.console import Console

    from ..model.batch.articles import InputError
    from ..model.batch.outputs import whole_file
    from . import brat, label_studio
    from .gold import gold_line

    check_output(output, [source])
    console = Console(stderr=True, highlight=False)
    lines: list[bytes] = []
    tally: Counter[str] = Counter()
    errors = untied = 0
    with in_one_line(console, "reading annotations"):
        for item in brat.read(source) if source.is_dir() else label_studio.read(source, predictions):
            if isinstance(item, InputError):
                errors += 1
                say(console, f"error: {item}")
                continue
            lines.append(gold_line(item.article))
            tally.update(quote.stance.label for quote in item.article.quotes)
            untied += item.untied
        if not lines:
            say(console, f"no annotated article in {source}; {output} is not written")
            raise typer.Exit(FAILED)
        with whole_file(output) as file:
            file.writelines(lines)
    stances = ", ".join(f"{count} {label}" for label, count in tally.most_common())
    say(console, f"written to {output}: {len(lines):,} articles, {tally.total():,} quotes ({stances})")
    if untied:
        say(console, f"{untied} cues, speakers or targets are tied to no quote, and left out")
    raise typer.Exit(FAILED if errors else 0)
