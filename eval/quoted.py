"""Keep what stands in quotation marks: `python -m quoth.eval.quoted GOLD.jsonl OUT.jsonl`.

The five seed articles are scored by their direct and mixed quotes, for of indirect speech only some is annotated there.
What is found besides cannot be told from what is wrong, so of the scores only shares of gold's quotes say something.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..seeds.corpus import CorpusError, load_gold


def without_indirect(lines: Iterable[str]) -> Iterator[str]:
    """Drop indirect quotes from annotated articles, JSON lines in our own format.

    >>> list(without_indirect(['{"id": "a", "quotes": [{"kind": "indirect"}, {"kind": "mixed"}]}']))
    ['{"id": "a", "quotes": [{"kind": "mixed"}]}']
    """
    for line in lines:
        if line.strip():
            article = json.loads(line)
            article["quotes"] = [quote for quote in article["quotes"] if quote["kind"] != "indirect"]
            yield json.dumps(article, ensure_ascii=False)


def main(arguments: list[str] | None = None) -> int:
    """Write the articles of a file with their direct and mixed quotes only; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m quoth.eval.quoted", description=main.__doc__)
    parser.add_argument("gold", type=Path, help="annotated articles, JSON lines with `quotes`")
    parser.add_argument("output", type=Path, help="the file to write")
    paths = parser.parse_args(arguments)
    try:
        load_gold(paths.gold)  # says what is wrong with it, by line and field
        lines = paths.gold.read_text(encoding="utf-8").split("\n")
        paths.output.write_text("".join(f"{line}\n" for line in without_indirect(lines)), encoding="utf-8")
    except KeyError as error:
        print(f"{paths.gold}: field {error}: is missing; PolNeAR's own format will not do", file=sys.stderr)
        return 2
    except (CorpusError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
