"""`quoth extract`: its options, and what it says while it works."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ..terminal import FAILED, INTERRUPTED, USAGE, check_output, discard_output, load, one_of, say, stop_quietly

if TYPE_CHECKING:
    from rich.console import Console

    from ..extractor import Extractor
    from ..records import Article
    from .articles import InputError
    from .job import Job
    from .outputs import Format
    from .run import Options

SHOWN = 20  # errors that are said as they come, where a file has them all

# Blank lines between, for typer's older versions fold single line breaks.
EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth extract article.txt[/cyan]                 one record, to standard output

[cyan]quoth extract news/ -o quotes.jsonl[/cyan]       a folder, into a file; stopped, the same command goes on

[cyan]quoth extract "2024/*.csv.gz" --text-field body --keep date,outlet -o quotes.parquet[/cyan]

[cyan]quoth extract news.jsonl --view[/cyan]           tables to read

[cyan]quoth extract - --min-score 0.8 < a.txt[/cyan]   standard input, only what is certain

Exit code: 0 all went well; 1 some input failed: it is named, all the rest is written; 2 the call was wrong."""


class _Stopped(Exception):
    """`--strict` met an error."""


def extract(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Files (.txt .html .jsonl .csv .tsv .parquet; all but the last also .gz or .zst), data sets saved by "
            "`datasets`, folders and patterns of any of these, or - for standard input.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER",
            help="Write here, whole or not at all: .jsonl (an article a line), .csv or .parquet (a quote a row); into "
            "a folder, numbered shards. Without it, JSON lines to standard output.",
        ),
    ] = None,
    format: Annotated[
        str, typer.Option(metavar="FORMAT", help="Of a folder's shards: jsonl, csv or parquet.")
    ] = "jsonl",
    view: Annotated[bool, typer.Option("--view", help="Print tables to read; records only into --output.")] = False,
    kinds: Annotated[
        str,
        typer.Option(metavar="KIND,...", help="Keep only quotes of these kinds; without indirect ones, it is faster."),
    ] = "direct,mixed,indirect",
    min_score: Annotated[
        float, typer.Option(metavar="0..1", help="Keep only quotes that are at least this certain.")
    ] = 0.0,
    text_field: Annotated[str, typer.Option(metavar="NAME", help="The field or column of the text.")] = "text",
    id_field: Annotated[str, typer.Option(metavar="NAME", help="The field or column of the id.")] = "id",
    title_field: Annotated[
        str | None, typer.Option(metavar="NAME", help="The field or column of the title, which goes into the record.")
    ] = None,
    keep: Annotated[
        str, typer.Option(metavar="NAME,...", help="Fields that go into the record, such as date,outlet.")
    ] = "",
    keep_text: Annotated[
        bool, typer.Option("--keep-text", help="Put the article's text into its record, as is always done for HTML.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first article that fails.")] = False,
    model: Annotated[
        str | None, typer.Option(metavar="FOLDER|HUB-ID", help="Another model than the one that comes with quoth.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="cpu, cuda, cuda:1, mps …; else the best there is.")
    ] = None,
    precision: Annotated[
        str, typer.Option(metavar="auto|bf16|fp32", help="Of the model's numbers; auto: bf16 where hardware has it.")
    ] = "auto",
    batch_size: Annotated[
        int, typer.Option(min=1, metavar="N", help="Articles that go through the model at once.")
    ] = 16,
    shard_size: Annotated[
        int, typer.Option(min=1, metavar="N", help="Articles between points at which a stopped run can go on.")
    ] = 500,
    engine: Annotated[str, typer.Option(metavar="local|ray", help="This process, or a Ray cluster.")] = "local",
    ray_address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="An existing Ray cluster; else one is started here.")
    ] = None,
) -> None:
    """Find the quotes of news articles: who says what, to whom, and with which stance.

    Offsets are characters of the text as given. Articles that fail are set aside, with file, row and reason, in
    NAME.errors.jsonl beside the output (errors.jsonl in a folder). A run that was stopped goes on by the same command.
    """
    from rich.console import Console

    from ..labels import KINDS
    from ..memory import OFTEN, give_back_freed
    from ..precision import PRECISIONS
    from .articles import Fields, InputError
    from .inputs import count_articles, read_articles
    from .job import JobError, Tally, beside
    from .outputs import FORMATS, format_of
    from .progress import Watch, progress, summary
    from .run import Options, extraction

    wanted = tuple(kind.strip() for kind in kinds.split(","))
    for kind in wanted:
        one_of(kind, KINDS, "--kinds")
    if not 0 <= min_score <= 1:  # as one comparison, for typer's own lets `nan` pass
        raise typer.BadParameter(f"{min_score} is not between 0 and 1.", param_hint="--min-score")
    one_of(precision, PRECISIONS, "--precision")
    one_of(engine, ("local", "ray"), "--engine")
    one_of(format, FORMATS, "--format")
    path = None if output in (None, "-") else Path(output)
    as_folder = path is not None and (path.is_dir() or str(output).endswith(("/", os.sep)))
    if format != "jsonl" and not as_folder and (path is None or format_of(path) != format):
        raise typer.BadParameter("it is of a folder's shards; a file's suffix says its own.", param_hint="--format")
    if engine == "ray" and (output in (None, "-") or "-" in paths):
        raise typer.BadParameter("a cluster reads files and writes to --output; give both.", param_hint="--engine")
    fields = Fields(text_field, id_field, title_field, tuple(filter(None, map(str.strip, keep.split(",")))))
    ordered = tuple(kind for kind in KINDS if kind in wanted)
    options = Options(fields, ordered, min_score, keep_text, batch_size, shard_size)
    console = Console(stderr=True, highlight=False)
    watch = Watch()
    tally = Tally()
    job: Job | None = None

    def loaded() -> "Extractor":
        extractor = load(model, device, console, precision)
        watch.began = time.monotonic()  # the articles' time, not the model's
        return extractor

    try:
        with ExitStack() as stack:
            writes = [stack.enter_context(_screen(view))] if view or path is None else []
            skip: list[Path] = []
            if path is not None and _is_stream(path):
                writes.append(stack.enter_context(_file(path)))
            elif path is not None:
                check_output(path, paths, as_folder, [beside(path, as_folder)[1]])
                job = stack.enter_context(
                    _open_job(path, as_folder, format, options, model, device=device, precision=precision)
                )
                tally, skip = job.tally, [path, job.parts, job.errors]
            results = extraction(loaded, options)
            if job and engine == "ray":
                from .cluster import on_ray

                loading = {"model": model, "device": device, "precision": precision}
                stream = on_ray(job, paths, skip, options, loading, ray_address)
            elif job:
                stream = job.run(read_articles(paths, skip, fields), results, shard_size)
            else:
                stream = tally.counted(results(read_articles(paths, skip, fields)))
            stack.enter_context(closing(stream))
            watch.start(job.inputs if job else 0, lambda: count_articles(paths, skip))
            hidden = bool(writes) and sys.stdout is not None and sys.stdout.isatty()
            advance = stack.enter_context(progress(console, watch, tally, hidden))
            for result in stream:
                advance(result)
                if watch.done % OFTEN == 0:
                    give_back_freed()
                if isinstance(result, InputError):
                    _say_error(console, result, None if strict else job, tally.counts["errors"])
                    if strict:
                        raise _Stopped
                else:
                    try:
                        for write in writes:
                            write(result)
                    except BrokenPipeError:
                        if not job:
                            raise
                        writes.clear()  # nobody looks on any more; the output is still wanted
                        discard_output()
        if job and tally.counts["errors"]:
            say(console, f"{tally.counts['errors']:,} set aside in {job.errors}")
        say(console, summary(tally, watch.rate))
    except _Stopped:
        say(console, f"stopped at the first error, after {tally.counts['articles']:,} articles, as --strict asks")
        raise typer.Exit(FAILED) from None
    except BrokenPipeError:  # which is a ConnectionError
        stop_quietly()
    except (JobError, ConnectionError) as error:
        say(console, f"error: {error}{_goes_on(job, None) if isinstance(error, ConnectionError) else ''}")
        raise typer.Exit(USAGE) from None
    except ModuleNotFoundError as error:
        if engine != "ray":
            raise
        say(console, f"error: --engine ray needs a package that is not installed ({error}): pip install 'quoth[ray]'")
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt:
        say(console, f"interrupted after {tally.counts['articles']} articles{_goes_on(job, path)}")
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:  # of the output: those of the input have become `InputError`s
        say(console, f"error: cannot write {path or 'standard output'}: {error.strerror or error}{_goes_on(job, None)}")
        raise typer.Exit(FAILED) from None
    raise typer.Exit(FAILED if tally.counts["errors"] else 0)


def _goes_on(job: "Job | None", output: Path | None) -> str:
    """Say what has become of the output of a run that was stopped."""
    if job and job.receipts:
        return f"; the same command goes on after the {job.inputs:,} that are finished"
    return f"; {output} is not written" if output else ""


def _say_error(console: "Console", error: "InputError", job: "Job | None", count: int) -> None:
    """Name what failed; where a file has all errors, only the first few."""
    if not job or count <= SHOWN:
        say(console, f"error: {error}")
    elif count == SHOWN + 1:
        say(console, f"more errors are set aside in {job.errors}")


def _is_stream(output: Path) -> bool:
    """Tell a named pipe or a device, which is written to as it is, from a file or a folder."""
    return output.exists() and not output.is_file() and not output.is_dir()


def _open_job(
    output: Path, as_folder: bool, format: str, options: "Options", model: str | None, **loading: str | None
) -> "Job":
    """Begin or take up the job of an output, a file or a folder."""
    from .job import JobError
    from .outputs import format_of
    from .run import open_job

    try:
        kind = cast("Format", format) if as_folder else format_of(output)
        return open_job(output, kind, options, model, as_folder, **loading)
    except JobError:
        raise
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--output") from None


@contextmanager
def _screen(view: bool) -> "Iterator[Callable[[Article], None]]":
    """Give a function that shows one article on standard output: as a table to read, or as its record."""
    from rich.console import Console

    from ..view import article_view
    from .outputs import json_line

    if sys.stdout is None:  # started with its standard output closed
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    screen = Console(highlight=False) if view else None
    stdout = sys.stdout.buffer  # bytes: UTF-8 and \n, whatever the system's own habits

    def write(article: "Article") -> None:
        if screen:
            with screen.capture() as shown:
                screen.print(article_view(article, screen.width))
            stdout.write(shown.get().encode())
        else:
            stdout.write(json_line(article))
        stdout.flush()  # one article at a time, for who reads along

    yield write


@contextmanager
def _file(output: Path) -> "Iterator[Callable[[Article], None]]":
    """Give a function that writes one article's record to a named pipe or a device."""
    from .outputs import json_line, whole_file

    with whole_file(output) as file:

        def write(article: "Article") -> None:
            file.write(json_line(article))

        yield write
