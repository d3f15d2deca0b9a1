"""The same run on Ray Data: files read, articles extracted by one actor per pair of CPUs (or per GPU), in order.

Reading, scheduling, retries of what a lost worker had in hand, and back-pressure are Ray's. Here on the driver, results
are checked for ids that come twice and written as any run's are, so that outputs, errors and restarts are the same.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from ..records import Article
from .articles import ArticleInput, Fields, InputError
from .files import find_files
from .inputs import SeenIds, read_articles, read_file
from .job import Digest, Item, Job, Result, digest
from .run import Options, extraction

PAIR: Final = 1.75  # CPUs of an actor: two, less what reading takes
READING: Final = 0.25
BATCHES: Final = 4  # that an actor takes at a time, to sort their articles by length

BLOCK: Final = 64  # inputs that a reader gives on at a time

Row = dict[str, Any]
Columns = dict[str, Any]


def on_ray(
    job: Job, paths: Sequence[str], skip: Path, options: Options, loading: dict[str, Any], address: str | None
) -> Iterator[Result]:
    """Run a job on a cluster: that of `address`, or one that is started here and stopped at the end.

    `loading` are the arguments of `Extractor.from_pretrained`. Yields results as they are written. Raises ImportError
    without Ray, ConnectionError where no cluster is at the address, JobError as `Job.run` does.
    """
    import ray

    seen, items = SeenIds(), read_articles(paths, skip, options.fields)
    taken: Counter[str] = Counter()
    job.check(_noted(items, taken, seen))
    ray.init(address=address, ignore_reinit_error=True, logging_level=logging.ERROR, log_to_driver=False)
    try:
        rows = _rows(find_files(paths, skip), taken, options, loading)
        while (first := next(rows, None)) is not None:
            inputs = Digest()
            shard = chain([first], islice(rows, options.shard - 1))
            yield from job.shard(_results(shard, inputs, seen), inputs)
        job.finish()
    finally:
        if address is None:
            ray.shutdown()


def _noted(items: Iterator[Item], taken: Counter[str], seen: SeenIds) -> Iterator[Item]:
    """Note of every input that passes which file it was of, and its id."""
    for item in items:
        taken[item.file] += 1
        seen.checked(item)
        yield item


def _results(rows: Iterable[Row], inputs: Digest, seen: SeenIds) -> Iterator[Result]:
    """Give the results of rows that came from the cluster; an id that has come before makes an error of its article."""
    for row in rows:
        if row["record"]:
            source = seen.checked(ArticleInput(row["id"], "", row["file"], int(row["row"]) or None))
            result = source if isinstance(source, InputError) else Article.from_dict(json.loads(row["record"]))
        else:
            result = InputError(**json.loads(row["error"]))
        inputs.add(bytes.fromhex(row["digest"]))
        yield result


def _rows(
    files: Iterable[str | InputError], taken: Counter[str], options: Options, loading: dict[str, Any]
) -> Iterator[Row]:
    """Have the cluster read and extract what is left of the files, in order."""
    import ray

    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    work = [_unit(file, taken) for file in files]
    resources = ray.cluster_resources()
    gpus = int(resources.get("GPU", 0))
    actors = gpus or max(1, int(resources.get("CPU", 2) / 2))
    needs = {"num_gpus": 1} if gpus else {"num_cpus": PAIR}
    data = ray.data.from_items(work, override_num_blocks=max(1, len(work)))
    read = data.map_batches(partial(_read, fields=options.fields), batch_size=1, num_cpus=READING)
    done = read.map_batches(
        _Extraction,
        fn_constructor_kwargs={"options": options, "loading": loading},
        batch_size=BATCHES * options.batch_size,
        concurrency=(1, actors),
        **needs,
    )
    yield from done.iter_rows()


def _unit(file: str | InputError, taken: Counter[str]) -> dict[str, str | int]:
    """Say what one task of reading is to do: a file, how many of its inputs to pass over; or to give an error on."""
    if isinstance(file, InputError):
        done = taken[file.file]
        taken[file.file] -= bool(done)
        return {"path": "", "skip": int(bool(done)), "error": json.dumps(file.to_dict())}
    return {"path": file, "skip": taken[file], "error": ""}


def _read(units: Columns, fields: Fields) -> Iterator[Columns]:
    """Read files, one unit of work a row, a few dozen inputs at a time."""
    for path, skip, error in zip(units["path"], units["skip"], units["error"], strict=True):
        items = read_file(str(path), fields) if path else iter([InputError(**json.loads(error))])
        rest = islice(items, int(skip), None)
        while block := list(islice(rest, BLOCK)):
            yield {"item": [_packed(item) for item in block]}


def _packed(item: Item) -> str:
    """Write an input as JSON, for its way between workers."""
    return json.dumps(asdict(item))


def _unpacked(data: str) -> Item:
    fields = json.loads(data)
    return InputError(**fields) if "reason" in fields else ArticleInput(**fields)


class _Extraction:
    """The model on one worker."""

    def __init__(self, options: Options, loading: dict[str, Any]) -> None:
        from ..extractor import Extractor

        self._extract = extraction(lambda: Extractor.from_pretrained(**loading), options)

    def __call__(self, batch: Columns) -> Columns:
        """Extract a batch of inputs, given and returned by column."""
        items = [_unpacked(str(item)) for item in batch["item"]]
        results = list(self._extract(items))
        articles = [result if isinstance(result, Article) else None for result in results]
        errors = [result if isinstance(result, InputError) else None for result in results]
        return {
            "digest": [digest(item).hex() for item in items],
            "file": [item.file for item in items],
            "row": [item.row or 0 for item in items],
            "id": [item.id or "" for item in items],
            "record": [json.dumps(article.to_dict()) if article else "" for article in articles],
            "error": [json.dumps(error.to_dict()) if error else "" for error in errors],
        }
