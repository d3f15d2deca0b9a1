"""Records out: JSON lines with an article a line, CSV and Parquet with a quote a row, in files that appear whole.

A `Sheet` says what the rows of one output hold; `writer` writes articles into an open file, `join` makes one file of
several.
"""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from ..records import Article
from .flat import Sheet

Format = Literal["jsonl", "csv", "parquet"]
FORMATS: Final[tuple[Format, ...]] = ("jsonl", "csv", "parquet")
ROWS: Final = 4096  # in a row group of Parquet: what is held in memory before it is written

Write = Callable[[Article], Any]

# JSON leaves these as they are, but some readers end a line at them (str.splitlines does): one article, one line.
LINE_ENDS: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


def json_line(article: Article) -> bytes:
    r"""Give the article's record as a line of UTF-8, in the same bytes on every system.

    Raises ValueError where a score is no number: JSON has no NaN.

    >>> json_line(Article("a1", (), "quoth-base 0.1.0"))
    b'{"id": "a1", "quotes": [], "model": "quoth-base 0.1.0"}\n'
    """
    return plain_line(article.to_dict())


def plain_line(record: dict[str, Any]) -> bytes:
    r"""Give any record as a line of JSON, as `json_line` does; half a surrogate pair is escaped, as JSON can.

    >>> plain_line({"file": "caf\udce9.txt"})
    b'{"file": "caf\\udce9.txt"}\n'
    """
    line = json.dumps(record, ensure_ascii=False, allow_nan=False).translate(LINE_ENDS)
    return line.encode(errors="backslashreplace") + b"\n"


def format_of(path: Path) -> Format:
    """Tell the format that a file's suffix asks for: `.csv`, `.parquet`, else JSON lines.

    Raises ValueError for a suffix that promises what is not written.
    """
    suffix = path.suffix.lower()
    if suffix in (".gz", ".zst", ".zip", ".tsv", ".xlsx", ".xls", ".html"):
        raise ValueError(f"{path}: {suffix} is not written; give .jsonl, .csv or .parquet")
    return "csv" if suffix == ".csv" else "parquet" if suffix == ".parquet" else "jsonl"


@contextmanager
def writer(file: BinaryIO, format: Format, sheet: Sheet) -> Iterator[Write]:
    """Give a function that writes articles' records into an open file."""
    match format:
        case "jsonl":
            yield lambda article: file.write(json_line(article))
        case "csv":
            file.write(_csv_lines([sheet.names]))
            yield lambda article: file.write(_csv_lines(row.values() for row in sheet.rows(article)))
        case "parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            rows: list[dict[str, Any]] = []
            with pq.ParquetWriter(file, sheet.schema(), compression="zstd") as table:

                def flush() -> None:
                    if rows:
                        table.write_table(pa.Table.from_pylist(rows, sheet.schema()))
                        rows.clear()

                def write(article: Article) -> None:
                    rows.extend(sheet.rows(article))
                    if len(rows) >= ROWS:
                        flush()

                yield write
                flush()


def join(parts: Sequence[Path], file: BinaryIO, format: Format, sheet: Sheet) -> None:
    """Write what several files of one format hold into one."""
    if format == "parquet":
        import pyarrow.parquet as pq

        with pq.ParquetWriter(file, sheet.schema(), compression="zstd") as table:
            for part in parts:
                with pq.ParquetFile(part) as rows:
                    for group in range(rows.num_row_groups):
                        table.write_table(rows.read_row_group(group))
        return
    header = _csv_lines([sheet.names]) if format == "csv" else b""
    file.write(header)
    for part in parts:
        with part.open("rb") as rows:
            rows.seek(len(header))
            shutil.copyfileobj(rows, file)


class _Lines(list[str]):
    """Lines of CSV, which are ended here: told to end them by `\\n`, Python's writer leaves a bare `\\r` unquoted."""

    def write(self, line: str) -> None:
        self.append(line.removesuffix("\r\n") + "\n")


def _csv_lines(rows: Iterable[Iterable[Any]]) -> bytes:
    lines = _Lines()
    csv.writer(lines).writerows(rows)
    return "".join(lines).encode()


def holds_records(path: Path) -> bool:
    """Tell what an earlier run wrote, or an empty file, which may be written anew, from what must not be replaced.

    Raises OSError where it cannot be read.
    """
    if path.suffix.lower() == ".parquet" and path.stat().st_size:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return _are_ours(pq.read_schema(path).names)
        except pa.ArrowInvalid:
            return False
    with path.open("rb") as file:
        line = file.readline()
    if path.suffix.lower() == ".csv":
        return not line or _are_ours(line.decode(errors="replace").rstrip().split(","))
    try:
        record = json.loads(line) if line else {}
    except (ValueError, RecursionError):
        return False
    return not line or (isinstance(record, dict) and {"id", "quotes", "model"} <= record.keys())


def _are_ours(columns: Sequence[str]) -> bool:
    return columns[:1] == ["article"] and {"segments", "speaker_name", "stance_score"} <= set(columns)


@contextmanager
def whole_file(path: Path, aside: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file for writing beside `path` and move it there at the end; when something is raised, nothing stays.

    `aside` is another folder on the same disk for it to lie in until then, one that is cleared after a kill.

    It is on the disk before it is moved, so that a power cut leaves the old file or the new one. What is no plain
    file, such as `/dev/null` or a named pipe, is written to directly. Raises OSError.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    path = Path(os.path.realpath(path))  # a link stays a link
    part = (aside or path.parent) / f".{path.name}.{os.getpid()}.part"
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
