"""Articles in: text files, folders of them, JSON lines and standard input, where one bad row never loses the others.

Text is given on exactly as the file has it (line ends, NUL and control characters included; only a byte order mark
goes), so that offsets count in the file's own text.

>>> list(read_articles(["missing.txt"]))[0].reason
'does not exist; check the path'
"""

import codecs
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

STDIN: Final = "-"
STDIN_ID: Final = "stdin"
ROW_SUFFIXES: Final = (".jsonl", ".ndjson")
FOLDER_SUFFIXES: Final = (".txt", *ROW_SUFFIXES)

# UTF-32 before UTF-16, whose little-endian mark begins with the same two bytes.
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
JSON_TYPES: Final = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}


def place(file: str, row: int | None) -> str:
    """Name a file, and the row in it, as error messages do: `news.jsonl:12`."""
    name = "standard input" if file == STDIN else file
    return name if row is None else f"{name}:{row}"


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """One article to be read, and where it came from; `row` is the line of a JSON lines file, counted from 1."""

    id: str
    text: str
    file: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class InputError:
    """One article, or one file or folder, that could not be read: where, why, and what would help."""

    file: str
    row: int | None
    id: str | None
    reason: str

    def __str__(self) -> str:
        named = "" if self.id is None else f" (id {json.dumps(self.id, ensure_ascii=False)})"
        return f"{place(self.file, self.row)}{named}: {self.reason}"


def read_articles(paths: Iterable[str | Path], skip: Path | None = None) -> Iterator[ArticleInput | InputError]:
    """Read every article under the paths, in order, as a stream; what cannot be read comes as an `InputError`.

    A path is a text file (its id is the file's name without suffix), a `.jsonl` or `.ndjson` file of objects with
    `id` and `text`, a folder (searched for `.txt` and those, sorted; hidden files and linked folders are passed
    over), or `-` for standard input as one article. `skip` is a file that folders pass over, such as the output of
    an earlier run. Raises nothing: a file that is not there is an `InputError` too.
    """
    first: dict[str, str] = {}
    for path in _files(paths, skip):
        for item in [path] if isinstance(path, InputError) else _read(path):
            if isinstance(item, ArticleInput):
                here = place(item.file, item.row)
                if item.id in first:
                    remedy = "rename the file" if item.row is None else "give every article an id of its own"
                    item = InputError(item.file, item.row, item.id, f"id already used by {first[item.id]}; {remedy}")
                else:
                    first[item.id] = here
            yield item


def count_articles(paths: Iterable[str | Path], skip: Path | None = None) -> int:
    """Count what `read_articles` will give, for a progress bar: blank rows count too, what is no plain file is one."""
    total = 0
    for path in _files(paths, skip):
        total += 1
        if not isinstance(path, InputError) and _has_rows(path) and os.path.isfile(path):
            try:
                with open(path, "rb") as file:
                    total += sum(1 for _ in file) - 1
            except OSError:
                pass  # reported when it is read
    return total


def decode(data: bytes) -> str:
    """Decode UTF-8, or what a byte order mark says, without that mark; nothing else is changed.

    Raises ValueError, naming the byte and a remedy, where the bytes are not text.
    """
    bom, encoding = next(((mark, name) for mark, name in BOMS if data.startswith(mark)), (b"", "utf-8"))
    if not bom and _is_bare_utf16(data):
        raise ValueError("UTF-16 without a byte order mark; convert it (iconv -f UTF-16 -t UTF-8)")
    try:
        return data[len(bom) :].decode(encoding)
    except UnicodeDecodeError as error:
        if not bom and 0 in data:
            raise ValueError("binary, not text (NUL bytes, and bytes that are not UTF-8); give its text") from None
        at = error.start + len(bom)
        what = f"not {encoding.upper()}: byte 0x{data[at]:02x} at offset {at}"
        raise ValueError(f"{what}; convert it, from Windows by: iconv -f WINDOWS-1252 -t UTF-8") from None


def _is_bare_utf16(data: bytes) -> bool:
    """Tell UTF-16 by every other byte of its Latin letters being NUL; as UTF-8 it would pass for text, unreadable."""
    if 0 not in data:
        return False
    low, high = data[::2].count(0), data[1::2].count(0)
    return max(low, high) > 3 and max(low, high) > 0.4 * (len(data) // 2) and min(low, high) == 0


def _files(paths: Iterable[str | Path], skip: Path | None) -> Iterator[str | InputError]:
    """Give every file under the paths, folders searched."""
    skipped = None if skip is None else os.path.realpath(skip)
    for given in paths:
        path = str(given)
        if not os.path.isdir(path):
            yield path
            continue
        errors: list[OSError] = []
        found: list[Path] = []
        for folder, folders, names in os.walk(path, onerror=errors.append):
            folders[:] = [name for name in folders if not name.startswith(".")]
            names = [name for name in names if not name.startswith(".") and name.lower().endswith(FOLDER_SUFFIXES)]
            files = (Path(folder, name) for name in names)
            found += (file for file in files if skipped is None or os.path.realpath(file) != skipped)
        for error in errors:
            yield InputError(str(error.filename or path), None, None, _why(str(error.filename or path), error))
        if not found and not errors:
            yield InputError(path, None, None, f"a folder with no {', '.join(FOLDER_SUFFIXES)} file in it")
        # Sorted by the parts of the path: the same order everywhere, whatever the file system gives.
        yield from map(str, sorted(found))


def _has_rows(path: str) -> bool:
    return path.lower().endswith(ROW_SUFFIXES)


def _read(path: str) -> Iterator[ArticleInput | InputError]:
    """Read one file: one article, or one for every row."""
    row = None
    try:
        if path == STDIN:
            if sys.stdin is None:  # started with its standard input closed
                raise ValueError("closed; give a file, or pipe the text in")
            yield _text_article(sys.stdin.buffer.read(), STDIN_ID, path)
        elif path.lower().endswith(".json"):
            raise ValueError('JSON, but not JSON lines; write one {"id": …, "text": …} a line into a .jsonl file')
        elif _has_rows(path):
            with open(path, "rb") as file:
                for row, line in enumerate(_lines(file), 1):
                    if line.removeprefix(codecs.BOM_UTF8).strip():
                        yield _row_article(line, path, row)
        else:
            with open(path, "rb") as file:
                data = file.read()
            yield _text_article(data, Path(path).stem, path)
    except ValueError as error:
        yield InputError(path, None, None, str(error))
    except OSError as error:
        yield InputError(path, row, None, _why(path, error))


def _lines(file: io.BufferedReader) -> Iterable[bytes]:
    """Give the file's lines as UTF-8, streamed, but for the rare UTF-16 file, whose line ends are not those bytes.

    Raises ValueError where such a file cannot be decoded.
    """
    head = file.peek(4)
    if any(head.startswith(mark) for mark, _ in BOMS[1:]):
        return decode(file.read()).encode().split(b"\n")
    return file


def _text_article(data: bytes, id: str, file: str) -> ArticleInput:
    """Make the article of a whole file; raises ValueError where it is not text."""
    if _lone_surrogate(id):  # how Python gives the bytes of a file name that are not UTF-8
        raise ValueError("a file name that is not UTF-8, which is to be the article's id; rename the file")
    return ArticleInput(id, decode(data), file)


def _row_article(line: bytes, file: str, row: int) -> ArticleInput | InputError:
    """Make the article of one row of JSON lines, or say what is wrong with the row."""
    try:
        record = _parse(line)
    except ValueError as error:
        return InputError(file, row, None, str(error))
    id, text = record.get("id"), record.get("text")
    known = id if isinstance(id, str) else None
    reason = ""
    if "id" not in record:
        reason = 'no `id`; every row needs one, such as {"id": "a1", "text": "…"}'
    elif not isinstance(id, str):
        hint = f'; write it as "{str(id)[:40]}"' if isinstance(id, int | float) and not isinstance(id, bool) else ""
        reason = f"`id` is {_type(id)}, but must be a string{hint}"
    elif "text" not in record:
        written = "; this is a row that quoth wrote, not an article" if "quotes" in record else ""
        reason = f"no `text`, which must hold the article{written}"
    elif not isinstance(text, str):
        reason = f'`text` is {_type(text)}, but must be a string ("" where the article is empty)'
    elif lone := _lone_surrogate(id) or _lone_surrogate(text):
        reason = f"half a surrogate pair (\\u{ord(lone):04x}) in it, which is no character; write the pair, or leave it"
    if reason:
        return InputError(file, row, known, reason)
    assert isinstance(id, str) and isinstance(text, str)
    return ArticleInput(id, text, file, row)


def _parse(line: bytes) -> dict[str, Any]:
    """Parse one row; raises ValueError, with a remedy, where it is no JSON object."""
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
        raise ValueError(f'{_type(record)}, not an object; write {{"id": …, "text": …}} on each line')
    return record


def _type(value: object) -> str:
    return JSON_TYPES.get(type(value), "a number")


def _lone_surrogate(text: str) -> str | None:
    """Give the first half of a surrogate pair that stands alone: no UTF-8 can be written with it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return text[error.start]
    return None


def _why(path: str, error: OSError) -> str:
    """Say why a file could not be read, with a remedy."""
    if isinstance(error, FileNotFoundError):
        if os.path.islink(path):
            return f"a broken link to {os.readlink(path)}; mend it or leave it out"
        return "does not exist; check the path"
    if isinstance(error, PermissionError):
        return "no permission to read it; change that with: chmod +r"
    return f"cannot be read: {error.strerror or error}"
