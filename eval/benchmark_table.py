"""The tables of a benchmark: `python -m quoth.eval.benchmark_table README.md` writes them between its markers.

They stand between `<!-- benchmark -->` and `<!-- /benchmark -->`; whatever else is in the file stays as it is.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .benchmark_record import Benchmark, Encoder
from .markdown import escape, table
from .result import read_record
from .table import insert_into

if TYPE_CHECKING:
    from rich.console import Group

NAME: Final = "benchmark"  # of the markers
SHIPPED: Final = Path(__file__).parent / "results" / "speed" / "benchmark.json"
Grid = tuple[str, list[str], list[list[str]]]  # title, header, rows: one column of text, the others of numbers


def grids(record: Benchmark) -> list[Grid]:
    """Lay out the paths beside each other, then the default path over more and more articles."""
    tokens = record.corpus.tokens
    paths = []
    for path in record.paths:
        run = path.run
        rate = run.articles_per_second
        paths.append(
            [
                _called(path.name, path.options),
                f"{rate:,.1f}",
                f"{rate * tokens:,.0f}",
                f"{rate * run.quotes / run.articles:,.1f}",
                f"{run.peak_mib:,.0f} MiB",
                f"{path.first_result:.1f} s",
            ]
        )
    curve = [
        [f"{run.articles:,}", f"{run.seconds:,.1f} s", f"{run.articles_per_second:,.1f}", f"{run.peak_mib:,.0f} MiB"]
        for run in record.curve
    ]
    header = ["articles/s", "tokens/s", "quotes/s", "peak memory", "first result"]
    size = f"{record.paths[0].run.articles:,} articles of {record.corpus.words:,.0f} words"
    return [
        (f"quoth extract, {size}", ["path", *header], paths),
        (f"{record.paths[0].name}, by size", ["articles", "whole command", "articles/s", "peak memory"], curve),
    ]


def sentences(record: Benchmark) -> Iterator[str]:
    """Say how near the encoder comes to the machine's own rate, and what was measured on what."""
    for encoder in record.encoder:
        yield reach(encoder)
    machine = record.machine
    where = f"{machine.processor}, {machine.cores} cores, {machine.memory_gib:.0f} GiB"
    device = "" if machine.device == "cpu" else f", {machine.device}"
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    system = f"{machine.threads} threads; {machine.platform}; {versions}"
    yield f"{record.model} on {where}{device}; {system}; {record.date}."


def reach(encoder: Encoder) -> str:
    """Say in one sentence what one encoder reaches."""
    overlap, padding = encoder.window_tokens / encoder.tokens, 1 - encoder.operations / encoder.padded
    return (
        f"In {encoder.precision} the encoder runs at {encoder.rate / 1e9:,.0f} of the {encoder.product / 1e9:,.0f} "
        f"billion operations a second that this machine's best matrix product reaches: {encoder.fraction:.0%}, or "
        f"{encoder.fraction_padded:.0%} with padding ({padding:.0%}) counted as work. It takes "
        f"{encoder.seconds / encoder.seconds_reading:.0%} of the time from text to record, and its windows hold "
        f"{overlap:.2f} times the articles' tokens."
    )


def readme_tables(record: Benchmark) -> str:
    """Lay a benchmark out in Markdown."""
    parts = [str(table(header, rows)) for _, header, rows in grids(record)]
    title = grids(record)[0][0]
    rates = "Rates leave out what the same command takes for one article; “first result” and “whole command” do not."
    said = [f"{title}, put together of our own articles’ paragraphs. {rates}", *sentences(record)]
    return "\n\n".join([*parts, "\n".join(escape(line) for line in said)])


def summary(record: Benchmark) -> "Group":
    """Lay a benchmark out for a terminal."""
    from rich.console import Group
    from rich.text import Text

    from .report import plain_table

    parts: list[object] = []
    for title, header, rows in grids(record):
        grid = plain_table(header[0], header[1:])
        for row in rows:
            grid.add_row(*map(Text, row))
        parts += [Text(title, style="bold"), grid]
    return Group(*parts, *map(Text, sentences(record)))  # type: ignore[arg-type]


def _called(name: str, options: Sequence[str]) -> str:
    return f"{name} ({' '.join(options)})" if options else name


def main(arguments: list[str] | None = None) -> int:
    """Write the tables of a benchmark into a file that has the markers for them; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m quoth.eval.benchmark_table", description=main.__doc__)
    parser.add_argument("file", type=Path, help=f"a text with <!-- {NAME} --> and <!-- /{NAME} -->")
    parser.add_argument("benchmark", type=Path, nargs="?", default=SHIPPED, help="a benchmark.json; else the shipped")
    paths = parser.parse_args(arguments)
    return insert_into(paths.file, lambda: readme_tables(read_record(paths.benchmark, Benchmark)), NAME)


if __name__ == "__main__":
    sys.exit(main())
