"""Finding and opening the files under the paths that a user gives: files, folders, patterns, gzip and zstandard.

>>> kind("news/Archive.JSONL.gz"), kind("a.html"), kind("notes")
('rows', 'html', 'text')
"""

import glob
import gzip
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from .articles import STDIN, InputError

Kind = Literal["text", "html", "rows", "csv", "parquet", "dataset"]
KINDS: Final[dict[str, Kind]] = {
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "rows",
    ".ndjson": "rows",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
PACKED: Final = (".gz", ".zst")
DATASET_FILES: Final = ("dataset_info.json", "dataset_dict.json")  # what `datasets` saves in a folder of its own
PLAIN: Final = tuple(KINDS)
SUFFIXES: Final = (*PLAIN, *(end + packed for end in PLAIN if end != ".parquet" for packed in PACKED))


def unpacked(path: str) -> str:
    """Give a file's name without the suffix of its compression, in lower case."""
    name = os.path.basename(path).lower()
    return next((name.removesuffix(end) for end in PACKED if name.endswith(end)), name)


def kind(path: str) -> Kind:
    """Tell what a path holds, by its name; a folder is a data set, anything unknown is text."""
    if path != STDIN and os.path.isdir(path):
        return "dataset"
    return KINDS.get(os.path.splitext(unpacked(path))[1], "text")


def stem(path: str) -> str:
    """Give a file's name without its suffixes: `a.txt.gz` is `a`.

    >>> stem("news/2022.01.15.html.gz")
    '2022.01.15'
    """
    name = os.path.basename(path)
    packed = next((end for end in PACKED if name.lower().endswith(end)), "")
    return Path(name[: len(name) - len(packed)]).stem


def open_bytes(path: str) -> BinaryIO:
    """Open a file for reading its bytes, unpacked as its suffix says; raises OSError."""
    if path.lower().endswith(".gz"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    if path.lower().endswith(".zst"):
        import pyarrow as pa

        if not os.path.exists(path):
            raise FileNotFoundError(2, os.strerror(2), path)
        return cast(BinaryIO, io.BufferedReader(pa.CompressedInputStream(pa.OSFile(path), "zstd"), 1 << 20))
    return open(path, "rb")


def find_files(paths: Iterable[str | Path], skip: Path | None = None) -> Iterator[str | InputError]:
    """Give every file under the paths, folders searched and patterns expanded, in the same order everywhere."""
    skipped = None if skip is None else os.path.realpath(skip)
    for given in paths:
        path = str(given)
        if any(mark in path for mark in "*?[") and not os.path.lexists(path):
            matched = sorted(Path(name) for name in glob.glob(path, recursive=True))
            if not matched:
                yield InputError(path, None, None, "a pattern that no file fits; check it")
            for name in map(str, matched):
                if not os.path.isdir(name):
                    yield name
                elif "**" not in path:  # which goes down into folders itself
                    yield from _in_folder(name, skipped)
        elif path != STDIN and os.path.isdir(path):
            yield from _in_folder(path, skipped)
        else:
            yield path


def _in_folder(path: str, skipped: str | None) -> Iterator[str | InputError]:
    """Search a folder, hidden files and linked folders passed over; a saved data set is one item, its folder."""
    errors: list[OSError] = []
    found: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=errors.append):
        if any(name in names for name in DATASET_FILES):
            found.append(Path(folder))
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        if skipped is not None:
            folders[:] = [name for name in folders if os.path.realpath(os.path.join(folder, name)) != skipped]
        names = [name for name in names if not name.startswith(".") and name.lower().endswith(SUFFIXES)]
        files = (Path(folder, name) for name in names)
        found += (file for file in files if skipped is None or os.path.realpath(file) != skipped)
    for error in errors:
        where = str(error.filename or path)
        yield InputError(where, None, None, why(where, error))
    if not found and not errors:
        yield InputError(path, None, None, f"a folder with no {', '.join(PLAIN)} file in it")
    # Sorted by the parts of the path: the same order everywhere, whatever the file system gives.
    yield from map(str, sorted(found))


def why(path: str, error: OSError) -> str:
    """Say why a file could not be read, with a remedy."""
    if isinstance(error, FileNotFoundError):
        if os.path.islink(path):
            return f"a broken link to {os.readlink(path)}; mend it or leave it out"
        return "does not exist; check the path"
    if isinstance(error, PermissionError):
        return "no permission to read it; change that with: chmod +r"
    if isinstance(error, gzip.BadGzipFile):
        return f"no gzip file, for all its name ({error}); unpack it or get it anew"
    return f"cannot be read: {error.strerror or error}"
