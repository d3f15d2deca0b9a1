"""One run of `quoth extract`: inputs through the model into an output that can be taken up again."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..checkpoint import FOLDER
from ..labels import KINDS, STANCES
from .articles import Fields, InputError
from .flat import Sheet
from .inputs import ALL
from .job import SHARD, Extraction, Item, Job, Result
from .outputs import Format
from .stream import Extracts, extract_articles


@dataclass(frozen=True)
class Options:
    """What decides about the records of a run."""

    fields: Fields = ALL
    kinds: tuple[str, ...] = KINDS
    min_score: float = 0.0
    keep_text: bool = False
    batch_size: int = 16
    shard: int = SHARD

    def finish(self, result: Result) -> Result:
        """Leave out of a record what was not asked for, and put in what was."""
        if isinstance(result, InputError):
            return result
        return replace(result.only(self.kinds, self.min_score), keeps_text=result.keeps_text or self.keep_text)


def extraction(load: Callable[[], Extracts], options: Options) -> Extraction:
    """Give the function from inputs to results, in order; the model is loaded once, when the first article comes."""
    loaded: list[Extracts] = []

    def once() -> Extracts:
        if not loaded:
            loaded.append(load())
        return loaded[0]

    def extract(items: Iterable[Item]) -> Iterator[Result]:
        return map(options.finish, extract_articles(once, items, options.batch_size, options.kinds))

    return extract


def open_job(output: Path, format: Format, options: Options, model: str | None, **settings: Any) -> Job:
    """Begin or take up the job of an output; `model` is a checkpoint's folder or a hub id, None for the shipped one.

    `settings` are more options that must not change before the job is done. Raises JobError, OSError, or ValueError
    where a kept field bears the name of a column.
    """
    model = model or str(FOLDER)
    sheet = Sheet(tuple(options.fields.carried), stance_labels(model), options.keep_text)
    return Job(output, format, sheet, {**asdict(options), **settings, "model": digest(model)})


def stance_labels(model: str) -> tuple[str, ...]:
    """Read a checkpoint's stance labels from its config; where there is none on this disk, the codebook's."""
    config = Path(model) / "config.json"
    return tuple(json.loads(config.read_bytes()).get("stances", STANCES)) if config.is_file() else STANCES


def digest(model: str) -> str:
    """Tell checkpoints apart: by what is in the folder, or by the hub id."""
    folder = Path(model)
    if not folder.is_dir():
        return model
    result = sha256()
    for file in sorted(folder.glob("*")):
        if file.suffix in (".json", ".safetensors"):
            result.update(file.name.encode() + b"\n" + file.read_bytes())
    return result.hexdigest()
