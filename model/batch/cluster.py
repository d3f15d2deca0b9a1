"""The same run on Ray Data: files read, articles extracted by one actor per pair of CPUs (or per GPU), in order.

Reading, scheduling, retries of what a lost worker had in hand, and back-pressure are Ray's. Here on the driver, results
are checked for ids that come twice and written as any run's are, so that outputs, errors and restarts are the same.
Only how articles are batched differs, by which a score may differ in its last digit. Files and model must lie where
every machine of the cluster finds them under the same path.
"""

import json
import logging
import re
import socket
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from ..records import Article
from .articles import ArticleInput, Fields, InputError
from .files import find_files
from .inputs import SeenIds, read_file
from .job import Digest, Item, Job, Result, digest
from .run import Options, extraction

READING: Final = 0.25  # CPUs of a task that reads files, taken off the two of an actor that extracts
BATCHES: Final = 4  # that an actor takes at a time, to sort their articles by length
ROWS: Final = 64  # that a task which reads has in memory
BLOCK: Final = 1 << 19  # bytes of articles that go from task to task, so that one file feeds all actors
TASKS: Final = 1000  # that the files are shared out to, at most

Row = dict[str, Any]
Columns = dict[str, Any]


def on_ray(
    job: Job,
    paths: Sequence[str],
    skip: Sequence[Path],
    options: Options,
    loading: dict[str, Any],
    address: str | None,
) -> Generator[Result, None, None]:
    """Run a job on a cluster: that of `address`, or one that is started here and stopped at the end.

    `loading` are the arguments of `Extractor.from_pretrained`. Yields results as they are written. Raises ImportError
    without Ray, ConnectionError where no cluster is at the address or it fails, JobError as `Job.run` does.
    """
    import ray

    seen, files = SeenIds(), list(find_files(paths, skip))
    done = _Done(files, options.fields, seen)
    job.check(done.inputs())
    if address:
        _reach(address)
    ray.init(address=address or "local", ignore_reinit_error=True, logging_level=logging.ERROR, log_to_driver=False)
    try:
        rows = _rows(done.left, options, loading)
        while (first := next(rows, None)) is not None:
            inputs = Digest()
            shard = chain([first], islice(rows, options.shard - 1))
            yield from job.shard(_results(shard, inputs, seen), inputs)
        job.finish()
    except ray.exceptions.RayError as error:
        raise ConnectionError(f"the cluster failed: {_first(error)}") from None
    finally:
        ray.shutdown()  # of a cluster with an address, this only takes leave


def _first(error: BaseException) -> str:
    """Say what happened first, on the worker, of an error that Ray has wrapped in its own."""
    told = re.search(r"^[\w.]+(?:Error|Exception): .*", str(error), re.MULTILINE)
    return told[0] if told else f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _reach(address: str) -> None:
    """Raise ConnectionError at once where nobody answers, for which Ray itself takes minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():  # such as "auto"
        return
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except OSError as error:
        raise ConnectionError(f"no Ray cluster answers at {address} ({error}); give the address of its head") from None


class _Done:
    """The inputs that an earlier run took, read again; then it is known what is left of the files."""

    def __init__(self, files: Sequence[str | InputError], fields: Fields, seen: SeenIds) -> None:
        self._files, self._fields, self._seen = files, fields, seen
        self._file, self._taken = 0, 0

    def inputs(self) -> Iterator[Item]:
        """Give all inputs; whoever takes them stops after those that are done."""
        for number, file in enumerate(self._files):
            self._file, self._taken = number, 0
            for item in _read_one(file, self._fields):
                self._taken += 1
                yield self._seen.checked(item)

    @property
    def left(self) -> list[Row]:
        """What is left to be read: a path, or the error that there is none; and how many inputs to pass over."""
        files = [json.dumps(asdict(f) if isinstance(f, InputError) else f) for f in self._files[self._file :]]
        return [{"file": file, "skip": 0 if number else self._taken} for number, file in enumerate(files)]


def _read_one(file: str | InputError, fields: Fields) -> Iterable[Item]:
    return [file] if isinstance(file, InputError) else read_file(file, fields)


def _results(rows: Iterable[Row], inputs: Digest, seen: SeenIds) -> Iterator[Result]:
    """Give the results of rows that came from the cluster; an id that has come before makes an error of its article."""
    for row in rows:
        source = json.loads(row["source"])
        checked = seen.checked(ArticleInput(**source)) if source else None
        if isinstance(checked, InputError):
            inputs.add(digest(checked))
            yield checked
        else:
            result = json.loads(row["result"])
            inputs.add(bytes.fromhex(row["digest"]))
            yield InputError(**result) if "reason" in result else Article.from_dict(result)


def _rows(work: list[Row], options: Options, loading: dict[str, Any]) -> Iterator[Row]:
    """Have the cluster read and extract what is left of the files, in order."""
    import ray.data  # which sets its loggers' levels

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = context.print_on_execution_start = False
    context.target_max_block_size = BLOCK
    nodes: Any = ray.nodes
    machines = [node["Resources"] for node in nodes() if node["Alive"]]
    gpus = int(sum(machine.get("GPU", 0) for machine in machines))
    cpus = min(2, max(machine.get("CPU", 0) for machine in machines))
    actors = gpus or int(sum(machine.get("CPU", 0) // cpus for machine in machines))
    needs = {"num_gpus": 1} if gpus else {"num_cpus": cpus - READING}
    data = ray.data.from_items(work, override_num_blocks=min(len(work), TASKS))
    read = data.map_batches(partial(_read, fields=options.fields), batch_size=None, num_cpus=READING)
    done = read.map_batches(
        _Extraction,
        fn_constructor_kwargs={"options": options, "loading": loading, "threads": 0 if gpus else int(cpus)},
        batch_size=BATCHES * options.batch_size,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors),
        **needs,
    )
    yield from done.iter_rows()


def _read(work: Columns, fields: Fields) -> Iterator[Columns]:
    """Read files, a few dozen inputs at a time."""
    for data, skip in zip(work["file"], work["skip"], strict=True):
        file = json.loads(str(data))
        items = _read_one(file if isinstance(file, str) else InputError(**file), fields)
        rest = islice(items, int(skip), None)
        while block := list(islice(rest, ROWS)):
            yield {"item": [json.dumps(asdict(item)) for item in block]}


def _item(data: str) -> Item:
    """Read an input back, which went from worker to worker as JSON: Arrow takes no file name that is not UTF-8."""
    fields = json.loads(data)
    return InputError(**fields) if "reason" in fields else ArticleInput(**fields)


def _source(item: Item) -> str:
    """Say where an article came from, for its id to be compared; of an error, nothing."""
    found = {"id": item.id, "text": "", "file": item.file, "row": item.row}
    return json.dumps(found if isinstance(item, ArticleInput) else None)


class _Extraction:
    """The model on one worker."""

    def __init__(self, options: Options, loading: dict[str, Any], threads: int) -> None:
        import torch

        from ..extractor import Extractor

        if threads:  # Ray allows one
            torch.set_num_threads(threads)
        self._extract = extraction(lambda: Extractor.from_pretrained(**loading), options)

    def __call__(self, batch: Columns) -> Columns:
        """Extract a batch of inputs, given and returned by column."""
        items = [_item(str(item)) for item in batch["item"]]
        return {
            "source": [_source(item) for item in items],
            "digest": [digest(item).hex() for item in items],
            "result": [json.dumps(result.to_dict()) for result in self._extract(iter(items))],
        }
