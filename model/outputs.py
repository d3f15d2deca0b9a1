"""Records out: one line of JSON per article, into a file that appears whole or not at all."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from .records import Article

# JSON leaves these as they are, but some readers end a line at them (str.splitlines does): one article, one line.
LINE_ENDS: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


def json_line(article: Article, with_text: bool = False) -> bytes:
    r"""Give the article's record as a line of UTF-8, in the same bytes on every system.

    Raises ValueError where a score is no number: JSON has no NaN.

    >>> json_line(Article("a1", (), "quoth-base 0.1.0"))
    b'{"id": "a1", "quotes": [], "model": "quoth-base 0.1.0"}\n'
    """
    line = json.dumps(article.to_dict(with_text), ensure_ascii=False, allow_nan=False)
    return line.translate(LINE_ENDS).encode() + b"\n"


def holds_records(path: Path) -> bool:
    """Tell a file of records (or an empty one), which may be written anew, from one that must not be replaced.

    Raises OSError where it cannot be read.
    """
    with path.open("rb") as file:
        line = file.readline()
    try:
        record = json.loads(line) if line else {}
    except (ValueError, RecursionError):
        return False
    return not line or (isinstance(record, dict) and {"id", "quotes", "model"} <= record.keys())


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing beside `path` and move it there at the end; when something is raised, nothing stays.

    What is no plain file, such as `/dev/null` or a named pipe, is written to directly. Raises OSError.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    path = Path(os.path.realpath(path))  # a link stays a link
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
