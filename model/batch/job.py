"""A run that can be stopped at any moment and started again with the same command.

Input is taken in *shards* of a fixed number of articles. A shard's records and errors are written to files of their
own; when they are on the disk, its *receipt* is: how many inputs it took, their digest, what they gave. Started again,
a job reads the inputs of finished shards once more without extracting anything, compares their digest, and goes on
after the last one. Batches never cross a shard's edge, so that the bytes are those of a run that nobody disturbed.

For an output file `quotes.jsonl` all of this lies in `quotes.jsonl.parts/` beside it until the file is complete; for
an output folder, in its `.parts/`, with the shards appearing in the folder as they are finished.
"""

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Self

from filelock import FileLock, Timeout

from ..records import Article
from .articles import ArticleInput, InputError
from .flat import Sheet
from .outputs import Format, Write, join, plain_line, whole_file, writer

SHARD: Final = 500  # articles
LOCK: Final = ".lock"
PART: Final = re.compile(r"\d{5,}\.(jsonl|csv|parquet|errors\.jsonl|receipt\.json)|\..*\.part")
Item = ArticleInput | InputError
Result = Article | InputError
Extraction = Callable[[Iterator[Item]], Iterable[Result]]


class JobError(ValueError):
    """A job that cannot go on as it began: says what changed, and what to do."""


@dataclass
class Tally:
    """What a run has come to: `counts` of articles, errors, kinds and (as `stance NAME`) stances."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        """Count one result."""
        if isinstance(result, InputError):
            self.counts.update(errors=1)
            return
        quotes = result.quotes
        self.counts.update(articles=1, quotes=len(quotes))
        self.counts.update(quote.kind for quote in quotes)
        self.counts.update(f"stance {quote.stance.label}" for quote in quotes)

    def counted(self, results: Iterable[Result]) -> Generator[Result, None, None]:
        """Count results as they pass."""
        for result in results:
            self.add(result)
            yield result


class Job:
    """One run into one output, a file or a folder."""

    def __init__(
        self, output: Path, format: Format, sheet: Sheet, settings: Mapping[str, Any], folder: bool = False
    ) -> None:
        """Begin a job, or take up one that was stopped.

        folder: the output is to be one, made where it is not there. settings: whatever changes what is written, as
        JSON values by the option's name. Raises JobError where a stopped job had others, a folder holds the output of
        another, or another process is at it; OSError where nothing can be written.
        """
        self.output = Path(os.path.realpath(output)) if output.is_symlink() else output  # a link stays a link
        self.format, self.sheet, self.folder = format, sheet, folder
        self.parts, self.errors = beside(self.output, folder)
        self.receipts: list[dict[str, Any]] = []
        self.tally = Tally()
        self._settings = {**json.loads(json.dumps(settings)), "--format": format}
        self._state = self.parts / "job.json"
        if not self._state.is_file() and self.folder and (there := sorted(self.output.glob("quotes-*"))):
            raise JobError(f"{output} holds {there[0].name} of a run that has ended; give another folder, or empty it")
        if folder:
            self.output.mkdir(exist_ok=True)
        self.parts.mkdir(exist_ok=True)
        self._lock = FileLock(self.parts / LOCK)  # the system lets it go when the process ends, however it does
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise JobError(f"another run is writing {output}; wait for it, or give another output") from None
        try:
            if self._state.is_file():
                self._take_up()
            else:
                self._clear_parts()
                with whole_file(self._state) as file:
                    file.write(plain_line(self._settings))
        except BaseException:
            self._lock.release()
            raise

    @property
    def inputs(self) -> int:
        """How many inputs the finished shards took."""
        return sum(receipt["inputs"] for receipt in self.receipts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind where no shard was finished; what was stays for the next start."""
        if not self.receipts and self._state.is_file():
            self._data(0).unlink(missing_ok=True)
            self._clear()
            if self.folder:
                with suppress(OSError):  # there are other things in it
                    self.output.rmdir()
        self._lock.release()

    def _take_up(self) -> None:
        """Read what a stopped job left."""
        began = _read(self._state)
        for name in sorted(began.keys() | self._settings.keys()):
            then, now = began.get(name), self._settings.get(name)
            if then != now:
                raise JobError(
                    f"{self.output} was begun with another {name} ({_short(then)}, now {_short(now)}); run the command "
                    f"as it was, or {self._anew}"
                )
        while self._is_finished(number := len(self.receipts)):
            self.receipts.append(_read(self._receipt(number)))
            self.tally.counts.update(self.receipts[-1]["tally"])

    def _is_finished(self, number: int) -> bool:
        """Tell whether a shard is there with all that belongs to it, even after a power cut."""
        files = (self._receipt(number), self._data(number), self._part(number, "errors.jsonl"))
        return all(file.is_file() for file in files)

    @property
    def _anew(self) -> str:
        shards = f" and the {self.output / 'quotes-*'}" if self.folder else ""
        return f"delete {self.parts}{shards} to begin anew"

    def _clear(self) -> None:
        """Clear the parts' folder away, but not what else may lie there."""
        self._clear_parts()
        self._lock.release()
        (self.parts / LOCK).unlink(missing_ok=True)
        with suppress(OSError):  # there are other things in it
            self.parts.rmdir()

    def _clear_parts(self) -> None:
        """Clear the parts away, first what says that there is a job."""
        self._state.unlink(missing_ok=True)
        for file in self.parts.iterdir():
            if PART.fullmatch(file.name):
                file.unlink()

    def run(self, items: Iterator[Item], extraction: Extraction, size: int = SHARD) -> Generator[Result, None, None]:
        """Take inputs in shards of `size` through `extraction`; yields new results as they are written.

        `extraction` gives one result for every input, in order. Raises JobError where an input of a finished shard
        has changed.
        """
        self.check(items)
        while (first := next(items, None)) is not None:
            shard = Digest(chain([first], islice(items, size - 1)))
            yield from self.shard(extraction(shard), shard)
        self.finish()

    def check(self, items: Iterator[Item]) -> None:
        """Read the finished shards' inputs again, and see that they are the same; raises JobError."""
        for number, receipt in enumerate(self.receipts):
            shard = Digest(islice(items, receipt["inputs"]))
            for _ in shard:
                pass
            if (shard.count, shard.hexdigest()) != (receipt["inputs"], receipt["digest"]):
                raise self._changed(number)

    def shard(self, results: Iterable[Result], digest: "Digest") -> Iterator[Result]:
        """Write one shard; `digest` has seen its inputs once its results are taken. Yields them as they are written."""
        number, tally = len(self.receipts), Tally()
        with self._shard(number) as (write, write_error):
            for result in results:
                if isinstance(result, InputError):
                    write_error(plain_line(result.to_dict()))
                else:
                    write(result)
                tally.add(result)
                self.tally.add(result)
                yield result
        receipt = {"inputs": digest.count, "digest": digest.hexdigest(), "tally": dict(tally.counts)}
        with whole_file(self._receipt(number)) as file:
            file.write(plain_line(receipt))
        self.receipts.append(receipt)

    def _changed(self, number: int) -> JobError:
        before = sum(receipt["inputs"] for receipt in self.receipts[:number])
        among = f"{before + 1} to {before + self.receipts[number]['inputs']}"
        return JobError(
            f"the input has changed since {self.output} was begun (among articles {among}); put it back, or "
            f"{self._anew}"
        )

    @contextmanager
    def _shard(self, number: int) -> Iterator[tuple[Write, Callable[[bytes], Any]]]:
        with ExitStack() as stack:
            errors = stack.enter_context(whole_file(self._part(number, "errors.jsonl")))
            file = stack.enter_context(whole_file(self._data(number), self.parts))
            yield stack.enter_context(writer(file, self.format, self.sheet)), errors.write

    def finish(self) -> None:
        """Put the output together and clear away what it was made of."""
        if self.folder and not self.receipts:  # nothing came in: an empty output is one too
            for _ in self.shard((), Digest()):
                pass
        numbers = range(len(self.receipts))
        if self.tally.counts["errors"]:
            with whole_file(self.errors, self.parts) as file:
                for number in numbers:
                    with self._part(number, "errors.jsonl").open("rb") as part:
                        shutil.copyfileobj(part, file)
        else:
            self.errors.unlink(missing_ok=True)
        if not self.folder:
            with whole_file(self.output, self.parts) as file:
                join([self._data(number) for number in numbers], file, self.format, self.sheet)
        self._clear()

    def _data(self, number: int) -> Path:
        name = f"{number:05d}.{self.format}"
        return self.output / f"quotes-{name}" if self.folder else self._part(number, self.format)

    def _part(self, number: int, suffix: str) -> Path:
        return self.parts / f"{number:05d}.{suffix}"

    def _receipt(self, number: int) -> Path:
        return self._part(number, "receipt.json")


def beside(output: Path, folder: bool) -> tuple[Path, Path]:
    """Give the folder of a job's parts and the file that failed inputs are set aside in.

    >>> [path.as_posix() for path in beside(Path("here/quotes.csv"), False)]
    ['here/quotes.csv.parts', 'here/quotes.errors.jsonl']
    """
    if folder:
        return output / ".parts", output / "errors.jsonl"
    return output.with_name(f"{output.name}.parts"), output.with_name(f"{output.stem}.errors.jsonl")


class Digest(Iterator[Item]):
    """Inputs as they pass, counted and digested."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items, self._digest, self.count = iter(items), blake2b(digest_size=16), 0

    def __next__(self) -> Item:
        item = next(self._items)
        self.add(digest(item))
        return item

    def add(self, digest: bytes) -> None:
        """Count one input that was digested elsewhere."""
        self.count += 1
        self._digest.update(digest)

    def hexdigest(self) -> str:
        """Give the digest of what has passed."""
        return self._digest.hexdigest()


def digest(item: Item) -> bytes:
    """Tell inputs apart: where they came from, and all that goes into their records."""
    if isinstance(item, ArticleInput):
        fields = [item.file, item.row, item.id, item.text, dict(item.meta), item.keep_text]
    else:
        fields = [item.file, item.row, item.id, item.reason]
    return blake2b(json.dumps(fields).encode(), digest_size=16).digest()


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_bytes())
    return data


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"
