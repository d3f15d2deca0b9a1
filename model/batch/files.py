"""Finding and opening the files under the paths that a user gives: files, folders, patterns, gzip and zstandard.

>>> kind("news/Archive.JSONL.gz"), kind("a.html"), kind("notes")
('rows', 'html', 'text')
"""

import glob
import gzip
import io
import os
from collections.abc import Collection, Iterable, Iterator
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
        # little at a time: of a truncated file, what was read last is lost
        return cast(BinaryIO, io.BufferedReader(pa.CompressedInputStream(pa.OSFile(path), "zstd"), 1 << 14))
    return open(path, "rb")


def find_files(paths: Iterable[str | Path], skip: Collection[Path] = ()) -> Iterator[str | InputError]:
    """Give every file under the paths, folders searched and patterns expanded, in the same order everywhere.

    `skip` are files and folders that are passed over where they were not named themselves.
    """
    skipped = {os.path.realpath(path) for path in skip}
    for given in paths:
        path = str(given)
        if is_pattern(path):
            matched = [name for name in expand(path) if not _is_in(name, skipped)]
            if not matched:
                yield InputError(path, None, None, "a pattern that no file fits; check it")
            for name in matched:
                if not os.path.isdir(name):
                    yield name
                elif "**" not in path:  # which goes down into folders itself
                    yield from _in_folder(name, skipped)
        elif path != STDIN and os.path.isdir(path):
            yield from _in_folder(path, skipped)
        else:
            yield path


def is_pattern(path: str) -> bool:
    """Tell a pattern from a path, which may have a `*` or a bracket in its name."""
    return any(mark in path for mark in "*?[") and not os.path.lexists(path)


def expand(pattern: str) -> list[str]:
    """Give what fits a pattern, sorted by the parts of the path."""
    return [str(path) for path in sorted(map(Path, glob.glob(pattern, recursive=True)))]


def _is_in(path: str, skipped: Collection[str]) -> bool:
    """Tell whether a path is one of some files and folders, or in one of them."""
    real = Path(os.path.realpath(path))
    return any(str(place) in skipped for place in (real, *real.parents))


def _in_folder(path: str, skipped: Collection[str]) -> Iterator[str | InputError]:
    """Search a folder, hidden files and linked folders passed over; a saved data set is one item, its folder."""
    errors: list[OSError] = []
    found: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=errors.append):
        if any(name in names for name in DATASET_FILES):
            found.append(Path(folder))
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        folders[:] = [name for name in folders if os.path.realpath(os.path.join(folder, name)) not in skipped]
        names = [name for name in names if not name.startswith(".") and name.lower().endswith(SUFFIXES)]
        files = (Path(folder, name) for name in names)
        found += (file for file in files if os.path.realpath(file) not in skipped)
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
    if path.lower().endswith(".zst"):
        return f"a truncated or damaged zstandard file ({error.strerror or error}); get it anew"
    return f"cannot be read: {error.strerror or error}"
