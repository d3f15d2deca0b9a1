"""The README's table of results: `python -m quoth.eval.table README.md` writes it anew from `eval/results/*.json`.

It stands between `<!-- results -->` and `<!-- /results -->`; whatever else is in the file stays as it is.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from .markdown import Markdown, table
from .report import peers, shown
from .result import Result, ResultError, read_result
from .shipped import Row, cell, in_order, one_system, section, shipped_results

BEGIN: Final = "<!-- results -->"
END: Final = "<!-- /results -->"
_OURS: Final = "the last four stacked"  # put together of other systems for comparison: no peer that anybody can run


def results_table(results: Sequence[Result]) -> str:
    """Lay out the rows that count: measured value with interval, best baseline, best peer; raises ResultError."""
    name = one_system(results).name
    grids = []
    for result in in_order(results):
        place, size = section(result), result.corpus
        title = f"{place.title}: {size.articles} articles, {size.counts['quotes']} quotes"
        header, columns = [title, name], [best_baseline, best_peer]
        header += ["best baseline", "best peer"] if peers(result) else ["best baseline"]
        rows = [
            [
                row.label,
                Markdown(f"**{cell(result, result.end_to_end.scores, row)}**"),
                *(column(result, row) for column in columns[: len(header) - 2]),
            ]
            for row in place.rows
        ]
        grids.append(table(header, rows, texts=4))
    grid, conditions = "\n\n".join(grids), results[0].conditions
    return (
        f"{grid}\n\nIn brackets: 95% intervals, {conditions.resamples} bootstrap resamples of the articles. A dash: "
        "nobody, or not measured.\n`make results` measures it; [the model card](model/checkpoint/README.md) has the "
        "commands one by one, all baselines and all peers."
    )


def best_baseline(result: Result, row: Row) -> str:
    """Name the best of the baselines in a row, with its value; a dash where none gives an answer at all."""
    found = [
        (v.value, name)
        for name, other in result.baselines.items()
        if (v := other.end_to_end.get(row.score)) and v.value
    ]
    if not found:
        return "–"
    _, name = max(found, key=lambda pair: pair[0])
    return f"{cell(result, result.baselines[name].end_to_end, row, interval=False)} {name.replace('_', ' ')}"


def best_peer(result: Result, row: Row) -> str:
    """Name the best of the other systems measured on the same articles, with its value; a dash where there is none."""
    found = [
        (peer["scores"][row.score], peer["system"])
        for peer in peers(result)
        if row.score in peer["scores"] and peer["system"] != _OURS
    ]
    if not found:
        return "–"
    value, name = max(found, key=lambda pair: pair[0])
    return f"{shown(value)} {name}"


def insert(text: str, new: str, name: str = "results") -> str:
    """Put a table between the markers that bear its name; raises ValueError where they are not there, once each.

    >>> insert("a\\n<!-- results -->\\nold\\n<!-- /results -->\\nb", "new")
    'a\\n<!-- results -->\\n\\nnew\\n\\n<!-- /results -->\\nb'
    """
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed) or text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"put the lines {begin} and {end} where the table goes, once each and in this order")
    return f"{before}{begin}\n\n{new}\n\n{end}{after}"


def insert_into(file: Path, make: Callable[[], str], *name: str) -> int:
    """Put a table between the markers in a file; what is wrong goes to standard error. Give the exit status."""
    try:
        text = insert(file.read_text(encoding="utf-8"), make(), *name)
        file.write_text(text, encoding="utf-8")
    except ResultError as error:
        print(error, file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Write the table of results into a file that has the markers for it; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m quoth.eval.table", description=main.__doc__)
    parser.add_argument("file", type=Path, help=f"a text with {BEGIN} and {END}")
    parser.add_argument("results", type=Path, nargs="*", help="result.json files; else the shipped ones")
    paths = parser.parse_args(arguments)
    return insert_into(
        paths.file, lambda: results_table([read_result(path) for path in paths.results] or shipped_results())
    )


if __name__ == "__main__":
    sys.exit(main())
