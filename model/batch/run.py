"""One run of `quoth extract`: inputs through the model into an output that can be taken up again."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from ... import __version__
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


def open_job(
    output: Path, format: Format, options: Options, model: str | None, folder: bool = False, **settings: Any
) -> Job:
    """Begin or take up the job of an output; `model` is a checkpoint's folder or a hub id, None for the shipped one.

    folder: whether the output is to be one. `settings` are more options that must not change before the job is done.
    Raises JobError, OSError, or ValueError where a kept field bears the name of a column.
    """
    model = model or str(FOLDER)
    fields = options.fields
    sheet = Sheet(tuple(fields.carried), stance_labels(model), options.keep_text)
    chosen: dict[str, Any] = {
        "text-field": fields.text,
        "id-field": fields.id,
        "title-field": fields.title,
        "keep": fields.keep,
    }
    chosen |= {name: value for name, value in vars(options).items() if name not in ("fields", "shard")}
    chosen |= {**settings, "shard-size": options.shard, "model": digest(model)}
    named = {f"--{name.replace('_', '-')}": value for name, value in chosen.items()}
    return Job(output, format, sheet, {**named, "version of quoth": __version__}, folder)


def stance_labels(model: str) -> tuple[str, ...]:
    """Read a checkpoint's stance labels from its config, in a folder or on the hub; without one, the codebook's.

    What is wrong with the model is told when it is loaded.
    """
    config: dict[str, Any] = {}
    if (file := Path(model) / "config.json").is_file():
        config = json.loads(file.read_bytes())
    elif model.count("/") == 1 and not Path(model).exists():
        from transformers import PretrainedConfig

        with suppress(OSError):
            config, _ = PretrainedConfig.get_config_dict(model)
    return tuple(config.get("stances", STANCES))


def digest(model: str) -> str:
    """Tell checkpoints apart: by what is in the folder, or by the hub id."""
    folder = Path(model)
    if not folder.is_dir():
        return model
    result = sha256()
    for file in sorted(folder.glob("*")):
        if file.suffix in (".json", ".safetensors", ".txt"):
            with file.open("rb") as opened:
                result.update(os.fsencode(file.name) + file_digest(opened, "sha256").digest())
    return result.hexdigest()
