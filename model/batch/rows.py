"""Rows of JSON lines and of CSV, each with the line that it begins on; a broken row is a message, and the next is read.

>>> import io
>>> list(table_rows(io.BytesIO(b"id,text\\na1,No.\\na2\\n"), ",", Fields()))
[(2, {'id': 'a1', 'text': 'No.'}), (3, '1 cell, but 2 columns; set what holds commas or line breaks in "…"')]
"""

import codecs
import csv
import io
import json
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final, cast

from .articles import JSON_TYPES, Fields, missing_columns
from .text import decode, marked_encoding

LONGEST: Final = 64_000_000  # characters of one CSV row; beyond, a quotation mark is taken to be unclosed
csv.field_size_limit(LONGEST)

Row = tuple[int, dict[str, Any] | str]


def json_rows(file: BinaryIO) -> Iterator[Row]:
    """Give JSON lines' objects, blank lines passed over; raises ValueError where a UTF-16 file cannot be decoded."""
    for number, line in enumerate(_lines(file), 1):
        if line.removeprefix(codecs.BOM_UTF8).strip():
            try:
                yield number, parse(line)
            except ValueError as error:
                yield number, str(error)


def table_rows(file: BinaryIO, delimiter: str, fields: Fields) -> Iterator[Row]:
    """Give the rows of CSV or TSV by the columns' names; raises ValueError where a column is missing.

    A header without commas that has semicolons (or tabs) is split at those. Quotation marks are taken strictly, so
    that one which never closes costs its own row, not all that follow.
    """
    encoding = marked_encoding(_head(file))[1]
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding[:6]  # the codec that takes the mark away
    text = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
    lines = iter(text)
    first = next(lines, "")
    if "\0" in first:
        raise ValueError("NUL characters in its row of column names; write it as UTF-8, with: iconv -f UTF-16 -t UTF-8")
    if delimiter not in first:
        delimiter = next((other for other in ";\t" if other in first), delimiter)
    records = _records(lines, first, delimiter)
    _, header = next(records, (1, []))
    if isinstance(header, str) or not header:
        raise ValueError(f"no row of column names at its top{f' ({header})' if header else ''}")
    if problem := missing_columns(header, fields):
        raise ValueError(problem)
    for number, cells in records:
        if isinstance(cells, str):
            yield number, f'not CSV: {cells}; set what holds commas or line breaks in "…", and write "" for a " in it'
        elif cells and len(cells) != len(header):
            found = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}, but {len(header)} columns"
            yield number, f'{found}; set what holds commas or line breaks in "…"'
        elif cells:
            yield number, dict(zip(header, cells, strict=True))


def _records(lines: Iterator[str], first: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Parse CSV one record at a time: the line that it begins on, and its cells or what is wrong with it.

    After a broken record, reading goes on with the line after the one it began on.
    """
    again: deque[str] = deque([first] if first else [])
    number = 1
    while True:
        taken: list[str] = []

        def feed(taken: list[str] = taken) -> Iterator[str]:
            size = 0
            while size <= LONGEST and (line := again.popleft() if again else next(lines, None)) is not None:
                taken.append(line)
                size += len(line)
                yield line

        try:
            cells = next(csv.reader(feed(), delimiter=delimiter, strict=True), None)
        except csv.Error as error:
            unclosed = str(error) == "unexpected end of data"
            yield number, 'a " that opens and never closes' if unclosed else str(error)
            again.extendleft(reversed(taken[1:]))
            number += 1
            continue
        if cells is None:
            return
        yield number, cells
        number += len(taken)


def parse(line: bytes) -> dict[str, Any]:
    """Parse one row of JSON lines; raises ValueError, with a remedy, where it is no JSON object."""
    text = decode(line.rstrip(b"\r\n"))  # for an unclosed string to be told so
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON: {error.msg.removesuffix(' at')} at column {error.colno}; write one object a line"
        ) from None
    except RecursionError:
        raise ValueError("JSON nested too deep to read; give only `id` and `text`") from None
    except ValueError:  # an integer of more digits than Python converts
        raise ValueError("a number too long to read; give only `id` and `text`") from None
    if not isinstance(record, dict):
        kind = JSON_TYPES.get(type(record), "a number")
        raise ValueError(f'{kind}, not an object; write {{"id": …, "text": …}} on each line')
    return record


def _lines(file: BinaryIO) -> Iterable[bytes]:
    """Give the file's lines as UTF-8, streamed, but for the rare UTF-16 file, whose line ends are not those bytes."""
    if marked_encoding(_head(file))[1] != "utf-8":
        return decode(file.read()).encode().split(b"\n")
    return file


def _head(file: BinaryIO) -> bytes:
    """Give a file's first bytes and leave them there; nothing where it cannot look ahead."""
    return cast(io.BufferedReader, file).peek(4) if hasattr(file, "peek") else b""
