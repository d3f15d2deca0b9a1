"""The command line: `quoth extract` finds quotes in news articles; `train`, `evaluate`, `card` make and judge models.

Only typer and what it needs is imported here; torch and the model come inside the command that uses them, so that
`quoth --help` answers at once.
"""

import errno
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from . import __version__

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from .model.extractor import Extractor
    from .model.records import Article
    from .model.stream import Extracts

FAILED, USAGE, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141  # the last two as the shell has them: 128 + the signal

# Blank lines between, for typer's older versions fold single line breaks.
EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth extract article.txt[/cyan]                 one record, to standard output

[cyan]quoth extract news/ -o quotes.jsonl[/cyan]       a folder, into a file

[cyan]quoth extract news.jsonl --view[/cyan]           tables to read

[cyan]quoth extract - --min-score 0.8 < a.txt[/cyan]   standard input, only what is certain

Exit code: 0 all went well; 1 some input failed: it is named, all the rest is written; 2 the call was wrong."""

EVALUATE_EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth evaluate test -o scored[/cyan]                                        quoth's own model

[cyan]quoth evaluate polnear-dev --polnear DIR --baselines -o scored[/cyan]       real news, beside baselines

[cyan]quoth evaluate gold.jsonl --predictions theirs.jsonl -o theirs[/cyan]       any system, on your articles

[cyan]quoth evaluate gold.jsonl --compare theirs scored[/cyan]                    is B better than A?

DIR gets result.json, report.md, articles.jsonl (counts by article), errors.html and plots.
Exit code: 0 all went well; 2 gold, predictions or call were wrong: the line and field are named."""

CARD_EXAMPLE = """[bold]Example[/bold]

[cyan]quoth card scored/result.json --training mine/training.json -o mine/README.md[/cyan]

Nothing is left open: an empty field or a placeholder is an error.
Exit code: 0 all went well; 2 a record was missing or wrong: the file and field are named."""

app = typer.Typer(
    name="quoth",
    help="Who said what, to whom, and what they meant by it: quotes from news articles.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; the entry point of `quoth`."""
    app(prog_name="quoth")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"quoth {__version__}")
        raise typer.Exit


@app.callback()
def _quoth(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


@app.command(epilog=EXAMPLES)
def extract(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Text files, .jsonl files with `id` and `text`, folders of both, or - for standard input.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write here, whole or not at all; else to standard output."
        ),
    ] = None,
    view: Annotated[bool, typer.Option("--view", help="Print tables to read; JSON lines only into --output.")] = False,
    kinds: Annotated[
        str, typer.Option(metavar="KIND,...", help="Keep only quotes of these kinds.")
    ] = "direct,mixed,indirect",
    min_score: Annotated[
        float, typer.Option(metavar="0..1", help="Keep only quotes that are at least this certain.")
    ] = 0.0,
    model: Annotated[
        str | None, typer.Option(metavar="FOLDER|HUB-ID", help="Another model than the one that comes with quoth.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="cpu, cuda, cuda:1, mps …; else the best there is.")
    ] = None,
    batch_size: Annotated[
        int, typer.Option(min=1, metavar="N", help="Articles that go through the model at once.")
    ] = 16,
) -> None:
    """Find the quotes of news articles: one JSON record a line for every article.

    A quote has segments, kind, cue, speaker, target, stance and scores; offsets are characters of the text as given.
    """
    from rich.console import Console

    from .model.inputs import InputError, count_articles, read_articles
    from .model.stream import extract_articles, select

    wanted = _parse_kinds(kinds)
    if not 0 <= min_score <= 1:  # as one comparison, for typer's own lets `nan` pass
        raise typer.BadParameter(f"{min_score} is not between 0 and 1.", param_hint="--min-score")
    if output == Path("-"):
        output = None
    console = Console(stderr=True, highlight=False)
    tally: Counter[str] = Counter()
    started = time.monotonic()

    def load() -> "Extracts":
        nonlocal started
        extractor = _load(model, device, console)
        started = time.monotonic()  # the articles' time, not the model's
        return extractor

    try:
        _check_output(output, paths)
        with _writer(output, view) as write, _progress(console, to_terminal=output is None) as progress:
            total = None if progress.disable else count_articles(paths, skip=output)
            task = progress.add_task("reading", total=total)
            for result in extract_articles(load, read_articles(paths, skip=output), batch_size):
                if not isinstance(result, InputError):
                    result = select(result, wanted, min_score)
                    write(result)
                    tally.update(articles=1)
                    tally.update(quote.kind for quote in result.quotes)
                    tally.update(f"stance {quote.stance.label}" for quote in result.quotes)
                else:
                    tally.update(errors=1)
                    _say(console, f"error: {result}")
                progress.advance(task)
        _say(console, _summary(tally, time.monotonic() - started))
    except BrokenPipeError:
        _stop_quietly()
    except KeyboardInterrupt:
        _say(console, f"interrupted after {tally['articles']} articles{f'; {output} is not written' if output else ''}")
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:  # of the output: those of the input have become `InputError`s
        _say(console, f"error: cannot write {output or 'standard output'}: {error.strerror or error}")
        raise typer.Exit(FAILED) from None
    raise typer.Exit(FAILED if tally["errors"] else 0)


@app.command()
def train(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", exists=True, dir_okay=False, help="What to train on what, as YAML.")
    ],
    polnear: Annotated[
        Path | None, typer.Option(exists=True, metavar="PATH", help="A copy of PolNeAR, where the config asks for it.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Where the model goes; else as configured.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint, where there is one.")] = True,
) -> None:
    """Train a model as a config file says, and print the folder it went to."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    unfinished = "interrupted; the same command goes on from the last checkpoint"
    with _in_one_line(console, "training", "train", unfinished):
        from .training.run import train as run

        folder = run(config, polnear, output, resume)
    typer.echo(str(folder))


@app.command(epilog=EVALUATE_EXAMPLES)
def evaluate(
    gold: Annotated[
        str,
        typer.Argument(
            metavar="GOLD",
            help="train, dev, test, tehran; polnear-dev, polnear-train; or a file of annotated articles.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Where result, report, errors and plots go.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="FOLDER|HUB-ID", help="Another model than the one that comes with quoth.")
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Any system's predictions, as `quoth extract` writes them.")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="NAME", help="nearest_name, reporting_verb, cue_lexicon, tfidf or majority.")
    ] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Score all baselines beside it.")] = False,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="A B", help="Compare two files of predictions, or folders that this command wrote."),
    ] = None,
    polnear: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A copy of PolNeAR, for polnear-dev and polnear-train.")
    ] = None,
    missing_are_empty: Annotated[
        bool, typer.Option("--missing-are-empty", help="Count articles without a prediction as ones with no quotes.")
    ] = False,
    resamples: Annotated[int, typer.Option(min=1, metavar="N", help="Bootstrap resamples of the articles.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the bootstrap.")] = 17,
    device: Annotated[str | None, typer.Option(metavar="DEVICE", help="cpu, cuda …; else the best there is.")] = None,
) -> None:
    """Score a model, anybody's predictions or a baseline on annotated articles; without either, quoth's own model."""
    from rich.console import Console

    if sum(chosen is not None for chosen in (model, predictions, baseline, compare)) > 1:
        raise typer.BadParameter("give only one of --model, --predictions, --baseline and --compare.")
    if output is None and compare is None:
        raise typer.BadParameter("say into which folder the files go.", param_hint="--output")
    console, screen = Console(stderr=True, highlight=False), Console(highlight=False)
    with _in_one_line(console, "scoring", "eval"):
        from .eval import gold as corpora

        corpus = corpora.load(gold, polnear)
        if compare is not None:
            from .eval import compare as comparing

            sides = [comparing.read_side(path, corpus, missing_are_empty) for path in compare]
            comparison = comparing.compare(sides[0], sides[1], resamples, seed)
            screen.print(comparing.summary(comparison))
            if output:
                comparing.write_comparison(output, comparison)
        elif output is not None:
            from .eval import report, run, systems

            training = corpora.training(polnear) if baseline or baselines else []
            with _progress(console, to_terminal=False) as progress:
                passes = 2 * ((predictions is None) + (len(systems.BASELINES) if baselines else 0))
                task = progress.add_task("reading", total=passes * len(corpus.articles))

                def advance() -> None:
                    progress.advance(task)

                if predictions:
                    predicted = systems.from_file(predictions, corpus.articles, missing_are_empty)
                elif baseline:
                    predicted = systems.from_baseline(baseline, corpus.articles, training, advance)
                else:
                    extractor = _load(model, device, console)
                    predicted = systems.from_model(extractor, corpus.articles, model, advance)
                beside = {
                    name: systems.from_baseline(name, corpus.articles, training, advance)
                    for name in (systems.BASELINES if baselines else ())
                }
            screen.print(report.summary(run.evaluate(corpus, predicted, output, beside, resamples, seed)))
    if output:
        _say(console, f"written to {output}")


@app.command(epilog=CARD_EXAMPLE)
def card(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT", help="One model's result.json files, one a corpus.", show_default=False),
    ],
    training: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The training.json beside the model; else that of quoth's own model."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here; else to standard output.")
    ] = None,
) -> None:
    """Write a model's card, README.md beside its weights, from its evaluations and its training record."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with _in_one_line(console, "the card", "eval"):
        from .eval.card import render
        from .eval.result import read_result
        from .eval.trained import read_training
        from .model.outputs import whole_file

        record = training or Path(__file__).parent / "model/checkpoint/training.json"
        text = str(render([read_result(path) for path in results], read_training(record)))
        with whole_file(output) if output else nullcontext(sys.stdout.buffer) as file:
            file.write(text.encode())


@contextmanager
def _in_one_line(console: "Console", what: str, extra: str, interrupted: str = "interrupted") -> Iterator[None]:
    """Say in one line what a command could not do, and exit; `extra` names the packages that it needs."""
    try:
        yield
    except ImportError as error:
        _say(console, f"error: {what} needs packages that are not installed ({error}): pip install 'quoth[{extra}]'")
        raise typer.Exit(USAGE) from None
    except (ValueError, OSError) as error:
        _say(console, f"error: {error}")
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt:
        _say(console, interrupted)
        raise typer.Exit(INTERRUPTED) from None


def _parse_kinds(kinds: str) -> frozenset[str]:
    from .model.labels import KINDS

    wanted = frozenset(kind.strip() for kind in kinds.split(","))
    if unknown := wanted.difference(KINDS):
        said = ", ".join(repr(kind) for kind in sorted(unknown))
        raise typer.BadParameter(f"{said} is none of {', '.join(KINDS)}.", param_hint="--kinds")
    return wanted


def _check_output(output: Path | None, paths: list[str]) -> None:
    """Refuse, before any work is done, an output that cannot be written or that would replace an input."""
    if output is None:
        return
    if output.is_dir() or not output.parent.is_dir():
        why = "is a folder" if output.is_dir() else f"lies in {output.parent}, which is not there"
        raise typer.BadParameter(f"{output} {why}; give the file to write.", param_hint="--output")
    if output.is_file() and _is_input(output, paths):
        raise typer.BadParameter(f"{output} is an input, and would be replaced.", param_hint="--output")


def _is_input(output: Path, paths: list[str]) -> bool:
    """Tell whether a file is among the paths, or in a folder among them; what an earlier run wrote there is not."""
    from .model.inputs import FOLDER_SUFFIXES
    from .model.outputs import holds_records

    if any(os.path.isfile(path) and os.path.samefile(path, output) for path in paths):
        return True
    inside = any(Path(path).resolve() in output.resolve().parents for path in paths if os.path.isdir(path))
    return inside and output.name.lower().endswith(FOLDER_SUFFIXES) and not holds_records(output)


def _load(model: str | None, device: str | None, console: "Console") -> "Extractor":
    """Load the model, or say in one line why not and exit: whatever is raised here, the call asked for it."""
    try:
        from .model.extractor import Extractor

        return Extractor.from_pretrained(model, device=device)
    except Exception as error:
        _say(console, f"error: cannot load {model or 'the model that comes with quoth'}: {error}")
        raise typer.Exit(USAGE) from None


@contextmanager
def _writer(output: Path | None, view: bool) -> "Iterator[Callable[[Article], None]]":
    """Give a function that writes one article's record, to a file that appears at the end or to standard output."""
    from rich.console import Console

    from .model.outputs import json_line, whole_file
    from .model.view import article_view

    if sys.stdout is None:  # started with its standard output closed
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    screen = Console(highlight=False) if view else None
    stdout = sys.stdout.buffer  # bytes: UTF-8 and \n, whatever the system's own habits
    with whole_file(output) if output else nullcontext(stdout) as file:

        def write(article: "Article") -> None:
            if output or not view:
                file.write(json_line(article))
            if screen:
                with screen.capture() as shown:
                    screen.print(article_view(article, screen.width))
                stdout.write(shown.get().encode())
            stdout.flush()  # one article at a time, for who reads along

        yield write


def _progress(console: "Console", to_terminal: bool) -> "Progress":
    """Give a progress bar; it stays away where nobody looks, and where the records themselves scroll by."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = not console.is_terminal or (to_terminal and sys.stdout.isatty())
    return Progress(*columns, console=console, transient=True, redirect_stdout=False, disable=hidden)


def _summary(tally: Counter[str], seconds: float) -> str:
    """Sum up a run in one line."""
    from .model.labels import KINDS, STANCES

    def counted(count: int, what: str) -> str:
        return f"{count:,} {what}{'' if count == 1 else 's'}"

    kinds = ", ".join(f"{tally[kind]} {kind}" for kind in KINDS)
    known = [f"stance {label}" for label in STANCES]
    labels = [*known, *sorted(label for label in tally if label.startswith("stance ") and label not in known)]
    stances = ", ".join(f"{tally[label]} {label.removeprefix('stance ')}" for label in labels if tally[label])
    quotes = sum(tally[kind] for kind in KINDS)
    rate = f"{tally['articles'] / max(seconds, 1e-3):,.1f} articles/s"
    parts = [counted(tally["articles"], "article"), f"{counted(quotes, 'quote')} ({kinds})", stances, rate]
    return "; ".join(part for part in [*parts, counted(tally["errors"], "error")] if part)


def _say(console: "Console", message: str) -> None:
    from .model.view import printable

    console.print(printable(message), markup=False, soft_wrap=True)


def _stop_quietly() -> NoReturn:
    """Stop where nobody reads on, as `head` makes it; what Python flushes when it exits must go somewhere too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise typer.Exit(PIPE_CLOSED)
