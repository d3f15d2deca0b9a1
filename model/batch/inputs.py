"""Articles in: text, HTML, JSON lines, CSV, Parquet, data sets, standard input; one bad row never loses another.

Text is given on exactly as the file has it (line ends, NUL and control characters included; only a byte order mark
goes), so that offsets count in the file's own text. HTML is the exception: there they count in the text taken out.

>>> list(read_articles(["missing.txt"]))[0].reason
'does not exist; check the path'
"""

import os
import sqlite3
import sys
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from .articles import STDIN, ArticleInput, Fields, InputError, article_of, not_unicode, place
from .files import find_files, kind, open_bytes, stem, unpacked, why
from .rows import json_rows, table_rows
from .text import decode

STDIN_ID: Final = "stdin"
ALL: Final = Fields()


def read_articles(
    paths: Iterable[str | Path], skip: Collection[Path] = (), fields: Fields = ALL
) -> Iterator[ArticleInput | InputError]:
    """Read every article under the paths, in order, as a stream; what cannot be read comes as an `InputError`.

    A path is a file (by its suffix: `.jsonl`, `.csv`, `.parquet` … with an article a row, `.html`, else text whose id
    is the file's name without suffix), a folder saved by `datasets`, a folder of any of these (sorted; hidden files
    and linked folders are passed over), a pattern such as `news/*.jsonl.gz`, or `-` for standard input as one
    article. `skip` are files and folders that are passed over unless they were named, such as the output of an earlier
    run. `fields` says which fields of a row are the article's. A file that is not there is an `InputError` too; OSError
    is raised only where the system's temporary folder has no room left for the ids.
    """
    seen = SeenIds()
    for path in find_files(paths, skip):
        for item in [path] if isinstance(path, InputError) else read_file(path, fields):
            yield seen.checked(item)


class SeenIds:
    """The ids that have come so far, on disk: memory does not grow with their number."""

    def __init__(self) -> None:
        self._ids = sqlite3.connect("", check_same_thread=False)  # a temporary file, gone with the connection
        self._ids.execute("PRAGMA synchronous = OFF")
        self._ids.execute("CREATE TABLE first (id TEXT PRIMARY KEY, place TEXT) WITHOUT ROWID")

    def checked(self, item: ArticleInput | InputError) -> ArticleInput | InputError:
        """Give the item back, or the error that its id has come before."""
        if not isinstance(item, ArticleInput):
            return item
        # as bytes: an id may hold a NUL, at which sqlite's own text ends
        id, here = item.id.encode(), os.fsencode(place(item.file, item.row))
        try:
            if self._ids.execute("INSERT OR IGNORE INTO first VALUES (?, ?)", (id, here)).rowcount:
                return item
            (there,) = self._ids.execute("SELECT place FROM first WHERE id = ?", (id,)).fetchone()
        except sqlite3.Error as error:
            raise OSError(
                f"no room for the ids in the temporary folder ({error}); name another in SQLITE_TMPDIR"
            ) from None
        remedy = "rename the file" if item.row is None else "give every article an id of its own"
        return InputError(item.file, item.row, item.id, f"id already used by {os.fsdecode(there)}; {remedy}")


def read_file(path: str, fields: Fields = ALL) -> Iterator[ArticleInput | InputError]:
    """Read one file: one article, or one for every row; ids are not compared."""
    row: int | None = None
    try:
        match kind(path):
            case "rows":
                with open_bytes(path) as file:
                    for row, record in json_rows(file):
                        yield _row(record, fields, path, row)
            case "csv":
                with open_bytes(path) as file:
                    for row, record in table_rows(file, "\t" if unpacked(path).endswith(".tsv") else ",", fields):
                        yield _row(record, fields, path, row)
            case "parquet":
                from .tables import parquet_rows

                for row, record in parquet_rows(path, fields):
                    yield _row(record, fields, path, row)
            case "dataset":
                from .tables import dataset_rows

                for row, record in dataset_rows(path, fields):
                    yield _row(record, fields, path, row)
            case _:
                yield _whole(path, fields)
    except (EOFError, zlib.error) as error:
        yield InputError(path, None, None, f"{_after(row)}a truncated or damaged gzip file ({error}); get it anew")
    except ValueError as error:
        yield InputError(path, None, None, f"{_after(row)}{error}")
    except OSError as error:
        yield InputError(path, row, None, why(path, error))


def count_articles(paths: Iterable[str | Path], skip: Collection[Path] = ()) -> int:
    """Count about what `read_articles` will give, for a progress bar: the rows of a file that has some, else one."""
    total = 0
    for path in find_files(paths, skip):
        total += 1
        try:
            match "text" if isinstance(path, InputError) else kind(path):
                case "rows" | "csv" as rows if os.path.isfile(str(path)):
                    with open_bytes(str(path)) as file:
                        total += (_csv_rows(file) if rows == "csv" else sum(1 for _ in file)) - 1
                case "parquet":
                    from .tables import count_rows

                    total += count_rows(str(path)) - 1
        except (OSError, EOFError, ValueError, zlib.error):
            pass  # reported when it is read
    return total


def _csv_rows(lines: Iterable[bytes]) -> int:
    """Count a CSV file's rows without that of column names: lines that do not end within quotation marks, less one.

    >>> _csv_rows([b"id,text\\n", b'a,"One.\\n', b'Two."\\n'])
    1
    """
    count, within = -1, 0
    for line in lines:
        within ^= line.count(b'"') & 1
        count += not within
    return count


def _row(record: dict[str, Any] | str, fields: Fields, path: str, row: int) -> ArticleInput | InputError:
    """Make what a row became an article or an error; a string is what is wrong with the row."""
    if isinstance(record, str):
        return InputError(path, row, None, record)
    return article_of(record, fields, path, row)


def _whole(path: str, fields: Fields) -> ArticleInput:
    """Make the article of a whole file; raises ValueError where it is not text, OSError where it cannot be read."""
    if path == STDIN:
        if sys.stdin is None:  # started with its standard input closed
            raise ValueError("closed; give a file, or pipe the text in")
        return ArticleInput(STDIN_ID, decode(sys.stdin.buffer.read()), path, meta=dict.fromkeys(fields.carried))
    if unpacked(path).endswith(".json"):
        raise ValueError('JSON, but not JSON lines; write one {"id": …, "text": …} a line into a .jsonl file')
    with open_bytes(path) as file:
        data = file.read()
    id = stem(path)
    if not_unicode(id):  # how Python gives the bytes of a file name that are not UTF-8
        raise ValueError("a file name that is not UTF-8, which is to be the article's id; rename the file")
    if kind(path) != "html":
        return ArticleInput(id, decode(data), path, meta=dict.fromkeys(fields.carried))
    from .html import article_text

    text, meta = article_text(data)
    return ArticleInput(id, text, path, None, {name: meta.get(field) for name, field in fields.carried.items()}, True)


def _after(row: int | None) -> str:
    return "" if row is None else f"after row {row}: "
