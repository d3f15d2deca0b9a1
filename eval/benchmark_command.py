"""`quoth benchmark`: its options, and what it says while it works."""

from pathlib import Path
from typing import Annotated, Final

import typer

from ..model.terminal import in_one_line, say

LEAST: Final = 10  # articles: with fewer, a process's start hides the speed

# Blank lines between, for typer's older versions fold single line breaks.
EXAMPLES = """[bold]Examples[/bold]

[cyan]quoth benchmark --quick[/cyan]                 100 articles: some minutes

[cyan]quoth benchmark -o eval/results/speed[/cyan]   up to 10,000 articles; the record for the README's table

Nothing else should run on the machine meanwhile.
Exit code: 0 all went well; 2 a run failed, or the call was wrong."""


def benchmark(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write benchmark.json here, too.")
    ] = None,
    sizes: Annotated[
        str, typer.Option(metavar="N,...", help="Numbers of articles; the paths are compared on up to 1,000.")
    ] = "100,1000,10000",
    quick: Annotated[bool, typer.Option("--quick", help="100 articles only.")] = False,
    model: Annotated[
        str | None, typer.Option(metavar="FOLDER|HUB-ID", help="Another model than the one that comes with quoth.")
    ] = None,
    device: Annotated[str | None, typer.Option(metavar="DEVICE", help="cpu, cuda …; else the best there is.")] = None,
) -> None:
    """Measure speed, memory and start-up of `quoth extract` on this machine, each path in a process of its own."""
    from rich.console import Console

    counts = [100] if quick else _sizes(sizes)
    console, screen = Console(stderr=True, highlight=False), Console(highlight=False)
    with in_one_line(console, "the benchmark", "eval"):
        if output:
            output.mkdir(parents=True, exist_ok=True)  # before the long part, not after
        from .benchmark import benchmark as measure
        from .benchmark_table import summary

        record = measure(counts, model=model, device=device, say=lambda line: say(console, line))
        if output:
            (output / "benchmark.json").write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
        screen.print(summary(record))
    if output:
        say(console, f"written to {output / 'benchmark.json'}")


def _sizes(given: str) -> list[int]:
    """Read numbers of articles; raises typer.BadParameter.

    >>> _sizes("100, 1000")
    [100, 1000]
    """
    try:
        counts = [int(part) for part in given.split(",")]
    except ValueError:
        raise typer.BadParameter(f"{given!r} is no list of numbers, such as 100,1000.", param_hint="--sizes") from None
    if min(counts) < LEAST:
        raise typer.BadParameter(f"{min(counts)} is too few; give {LEAST} or more.", param_hint="--sizes")
    return counts
