"""`quoth report` and `quoth group`: records to a page to look at; the same quote, and names, across articles."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..model.terminal import FAILED, check_output, in_one_line, load, say
from .options import Quotes, Texts, given_records, given_texts

if TYPE_CHECKING:
    from rich.console import Console

    from ..model.records import Article

EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth report quotes.jsonl -o report.html[/cyan]                     records that carry their texts

[cyan]quoth report quotes.jsonl --articles news/ -o report.html[/cyan]    texts from what was extracted

The page is one file that needs no network. Texts are kept by quoth extract --keep-text.
Exit code: 0 all went well; 1 some input failed: it is named, all the rest is shown; 2 the call was wrong."""

GROUP_EXAMPLES = """[bold]Example[/bold]

[cyan]quoth group quotes.jsonl -o grouped.jsonl --aliases aliases.json[/cyan]

aliases.json says which names are one: {"Amir Khan Muttaqi": ["Mottaki", "the foreign minister"]}
Exit code: 0 all went well; 1 some input failed: it is named, all the rest is written; 2 the call was wrong."""

Aliases = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, metavar="FILE", help="JSON: which names are one party's."),
]
Days = Annotated[
    int, typer.Option(min=0, metavar="N", help="Days between articles that can report the same utterance.")
]
Letters = Annotated[
    bool, typer.Option("--letters", help="Compare letters, not the model's word vectors: quicker, finds less.")
]
ModelName = Annotated[
    str | None, typer.Option(metavar="FOLDER|HUB-ID", help="Another model than the one that comes with quoth.")
]


def report(
    quotes: Quotes,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page, written whole or not.")],
    articles: Texts = None,
    aliases: Aliases = None,
    days: Days = 7,
    letters: Letters = False,
    model: ModelName = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="What stands above the page.")] = "Who said what",
    min_score: Annotated[
        float, typer.Option(metavar="0..1", help="The least score that is shown at first; the page has a slider.")
    ] = 0.0,
) -> None:
    """Make one page of extracted quotes: articles to read, a table, who to whom, and what was said when."""
    from rich.console import Console

    from ..model.batch.outputs import whole_file
    from .notices import counted

    if not 0 <= min_score <= 1:
        raise typer.BadParameter(f"{min_score} is not between 0 and 1.", param_hint="--min-score")
    check_output(output, [*quotes, *(articles or [])])
    console = Console(stderr=True, highlight=False)
    records, errors = given_records(quotes, console)
    texts, unread = given_texts(articles, output, console)
    errors += unread
    with in_one_line(console, "the report", "report"):
        from .page import render

        groups, party_of = _across(records, aliases, days, model, letters, console)
        page = render(records, texts, groups=groups, parties=party_of, title=title, min_score=min_score)
        with whole_file(output) as file:
            # Half of a surrogate pair, which JSON can write, is no character; its place is kept, for offsets.
            file.write(page.encode("utf-8", errors="replace"))
    say(console, f"written to {output}: {counted(len(records), 'article')}; {counted(errors, 'error')}")
    raise typer.Exit(FAILED if errors else 0)


def group(
    quotes: Quotes,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="JSON lines, written whole or not at all.")
    ],
    aliases: Aliases = None,
    days: Days = 7,
    letters: Letters = False,
    model: ModelName = None,
) -> None:
    """Number the quotes that report the same utterance in several articles, and name parties alike everywhere.

    Each quote gets `group` (a number, or null where no other article has it), each speaker and target `party`.
    """
    from rich.console import Console

    from ..model.batch.outputs import plain_line, whole_file
    from .notices import counted

    check_output(output, quotes)
    console = Console(stderr=True, highlight=False)
    records, errors = given_records(quotes, console)
    with in_one_line(console, "grouping", "report"):
        groups, party_of = _across(records, aliases, days, model, letters, console)
        with whole_file(output) as file:
            for article in records:
                file.write(plain_line(_marked(article, groups, party_of)))
    found = counted(len(set(groups.values())), "group")
    say(console, f"written to {output}: {counted(len(records), 'article')}; {found}; {counted(errors, 'error')}")
    raise typer.Exit(FAILED if errors else 0)


def _across(
    articles: Sequence["Article"],
    aliases: Path | None,
    days: int,
    model: str | None,
    letters: bool,
    console: "Console",
) -> tuple[dict[tuple[str, int], int], dict[tuple[str, str], str]]:
    """Find groups and parties, with the model's word vectors where there is more than one article to compare."""
    from .aliases import load_aliases
    from .groups import group_quotes
    from .names import parties

    party_of = parties(articles, load_aliases(aliases) if aliases else {})
    extractor = None if letters or len(articles) < 2 else load(model, "cpu", console, "fp32")
    return group_quotes(articles, extractor, party_of, days), party_of


def _marked(
    article: "Article", groups: dict[tuple[str, int], int], party_of: dict[tuple[str, str], str]
) -> dict[str, Any]:
    """Give an article's record with groups and parties in it."""
    record = article.to_dict()
    for index, quote in enumerate(record["quotes"]):
        quote["group"] = groups.get((article.id, index))
        for mention in (quote["speaker"], quote["target"]):
            if mention:
                mention["party"] = party_of.get((article.id, mention["name"] or mention["text"]))
    return record
