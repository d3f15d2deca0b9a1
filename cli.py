"""The command line: `quoth extract` finds quotes in news articles; `train`, `evaluate`, `card` make and judge models.

Only typer and what it needs is imported here; torch and the model come inside the command that uses them, so that
`quoth --help` answers at once.
"""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import __version__
from .annotate import commands as correcting
from .eval import benchmark_command as timing
from .model.batch import command as extracting
from .model.terminal import in_one_line, labels_of, load, say
from .report import commands as reporting
from .report import demo_command as showing

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

# Blank lines between, for typer's older versions fold single line breaks.
EVALUATE_EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth evaluate test -o scored[/cyan]                                        quoth's own model

[cyan]quoth evaluate polnear-dev --polnear DIR --baselines -o scored[/cyan]       real news, beside baselines

[cyan]quoth evaluate gold.jsonl --predictions theirs.jsonl -o theirs[/cyan]       any system, on your articles

[cyan]quoth evaluate gold.jsonl --compare theirs scored[/cyan]                    is B better than A?

[cyan]quoth evaluate mine-dev.jsonl --model runs/own/final -o own[/cyan]          a model with stances of your own

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


app.command(epilog=extracting.EXAMPLES)(extracting.extract)
app.command(epilog=reporting.EXAMPLES)(reporting.report)
app.command(epilog=reporting.GROUP_EXAMPLES)(reporting.group)
app.command(epilog=correcting.EXPORT_EXAMPLES)(correcting.export)
app.command(epilog=correcting.ANNOTATED_EXAMPLES)(correcting.annotated)
app.command()(showing.demo)
app.command(epilog=timing.EXAMPLES)(timing.benchmark)


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
    with in_one_line(console, "training", "train", unfinished):
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
    stances: Annotated[
        str | None,
        typer.Option(metavar="LABELS", help="The stances, with commas between, no act last; else the model's own."),
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
    chosen = labels_of(stances, "--stances") if stances else None
    console, screen = Console(stderr=True, highlight=False), Console(highlight=False)
    with in_one_line(console, "scoring", "eval"):
        from .eval import gold as corpora
        from .model.batch.run import stance_labels
        from .model.labels import STANCES

        labels = chosen or (stance_labels(model) if model else STANCES)
        if (baseline or baselines) and set(labels) != set(STANCES):
            raise typer.BadParameter(f"they know no other stances than {', '.join(STANCES)}.", param_hint="--baselines")
        corpus = corpora.load(gold, polnear, labels)
        if compare is not None:
            from .eval import compare as comparing

            sides = [comparing.read_side(path, corpus, missing_are_empty, labels) for path in compare]
            comparison = comparing.compare(sides[0], sides[1], resamples, seed)
            screen.print(comparing.summary(comparison))
            if output:
                comparing.write_comparison(output, comparison)
        elif output is not None:
            from .eval import report, run, systems

            training = corpora.training(polnear) if baseline or baselines else []
            with _progress(console) as progress:
                passes = 2 * ((predictions is None) + (len(systems.BASELINES) if baselines else 0))
                task = progress.add_task("reading", total=passes * len(corpus.articles))

                def advance() -> None:
                    progress.advance(task)

                if predictions:
                    predicted = systems.from_file(predictions, corpus.articles, missing_are_empty, labels)
                elif baseline:
                    predicted = systems.from_baseline(baseline, corpus.articles, training, advance)
                else:
                    extractor = load(model, device, console)
                    predicted = systems.from_model(extractor, corpus.articles, model, advance)
                beside = {
                    name: systems.from_baseline(name, corpus.articles, training, advance)
                    for name in (systems.BASELINES if baselines else ())
                }
            screen.print(report.summary(run.evaluate(corpus, predicted, output, beside, resamples, seed)))
    if output:
        say(console, f"written to {output}")


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
    with in_one_line(console, "the card", "eval"):
        from .eval.card import render
        from .eval.result import read_result
        from .eval.trained import read_training
        from .model.batch.outputs import whole_file

        record = training or Path(__file__).parent / "model/checkpoint/training.json"
        text = str(render([read_result(path) for path in results], read_training(record)))
        with whole_file(output) if output else nullcontext(sys.stdout.buffer) as file:
            file.write(text.encode())


def _progress(console: "Console") -> "Progress":
    """Give a progress bar; it stays away where nobody looks."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, redirect_stdout=False, disable=not console.is_terminal)
