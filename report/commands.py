"""The command `quoth report`: records to a page to look at."""

from pathlib import Path
from typing import Annotated

import typer

from ..model.terminal import FAILED, check_output, in_one_line, say

EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth report quotes.jsonl -o report.html[/cyan]                     records that carry their texts

[cyan]quoth report quotes.jsonl --articles news/ -o report.html[/cyan]    texts from what was extracted

The page is one file that needs no network. Texts are kept by quoth extract --keep-text.
Exit code: 0 all went well; 1 some input failed: it is named, all the rest is shown; 2 the call was wrong."""


def report(
    quotes: Annotated[
        list[Path],
        typer.Argument(metavar="QUOTES", help="What `quoth extract` wrote: .jsonl files.", show_default=False),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page, written whole or not.")],
    articles: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Texts of records that have none: .txt, .jsonl with `id` and `text`, folders. May be given again.",
        ),
    ] = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="What stands above the page.")] = "Who said what",
    min_score: Annotated[
        float, typer.Option(metavar="0..1", help="The least score that is shown at first; the page has a slider.")
    ] = 0.0,
) -> None:
    """Make one page of extracted quotes: articles to read, a table, who to whom, and what was said when."""
    from rich.console import Console

    from ..model.batch.articles import InputError
    from ..model.batch.inputs import read_articles
    from ..model.batch.outputs import whole_file
    from .load import read_records
    from .notices import counted

    if not 0 <= min_score <= 1:
        raise typer.BadParameter(f"{min_score} is not between 0 and 1.", param_hint="--min-score")
    check_output(output, [*quotes, *(articles or [])])
    console = Console(stderr=True, highlight=False)
    records = []
    texts: dict[str, str] = {}
    errors = 0
    for item in read_records(quotes):
        if isinstance(item, InputError):
            errors += 1
            say(console, f"error: {item}")
        else:
            records.append(item)
    for source in read_articles(articles or [], skip=output):
        if isinstance(source, InputError):
            errors += 1
            say(console, f"error: {source}")
        else:
            texts[source.id] = source.text
    if errors and not records:
        say(console, f"no record could be read; {output} is not written")
        raise typer.Exit(FAILED)
    with in_one_line(console, "the report", "report"):
        from .page import render

        page = render(records, texts, title=title, min_score=min_score)
        with whole_file(output) as file:
            # Half of a surrogate pair, which JSON can write, is no character; its place is kept, for offsets.
            file.write(page.encode("utf-8", errors="replace"))
    say(console, f"written to {output}: {counted(len(records), 'article')}; {counted(errors, 'error')}")
    raise typer.Exit(FAILED if errors else 0)
