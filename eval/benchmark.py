"""How fast Quoth is on this machine: `quoth extract` itself, timed from outside, every run in a process of its own.

No run finds anything that another one left: articles have new ids, outputs a new folder, and the process, which starts
from nothing, takes the model from the disk. Only the system's file cache is warm, for all alike.
"""

import json
import math
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import IO, Final

from .. import __version__
from ..seeds.corpus import load_authored
from . import benchmark_record as record
from . import machine

SIZES: Final = (100, 1_000, 10_000)
COMPARED: Final = 1_000  # articles at most that every path reads
SEED: Final = 17
WORDS, SPREAD, SHORTEST, LONGEST = 700, 0.5, 120, 3_000  # of an article: the mean, and the spread of its logarithm
PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "default": (),
    "fp32": ("--precision", "fp32"),
    "direct and mixed only": ("--kinds", "direct,mixed"),
    "batches of one": ("--batch-size", "1"),
}
PYTHON: Final = (sys.executable, "-P")  # nothing of the folder that it is called in
QUOTH: Final = (*PYTHON, "-c", "from quoth.cli import main; main()")
PACKAGES: Final = ("torch", "transformers", "tokenizers", "numpy")
Say = Callable[[str], None]


class BenchmarkError(ValueError):
    """A command that was to be timed has failed: names it, and gives its last words."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One command: seconds to its first line of output and to its end, the memory it held in MiB, its output."""

    first: float
    seconds: float
    peak: float
    output: bytes


def benchmark(
    sizes: Sequence[int] = SIZES,
    paths: Mapping[str, tuple[str, ...]] = PATHS,
    model: str | None = None,
    device: str | None = None,
    say: Say = lambda line: None,
) -> record.Benchmark:
    """Measure all paths on the largest of `sizes` up to `COMPARED`, and the first of them on every size.

    say: is told what begins. Raises BenchmarkError, OSError.
    """
    sizes = sorted(set(sizes))
    compared = max([size for size in sizes if size <= COMPARED], default=sizes[0])
    loading = [*(["--model", model] if model else []), *(["--device", device] if device else [])]
    with tempfile.TemporaryDirectory(prefix="quoth-benchmark-") as scratch:
        folder = Path(scratch)
        files = {size: write_articles(folder / f"{size}.jsonl", size) for size in {1, *sizes}}
        say("the encoder, and the machine's own matrix products")
        auto = _encoder(files[compared], [*loading, "--precision", "auto"])
        encoders = [auto.encoder]
        if auto.encoder.precision != "fp32":
            encoders.append(_encoder(files[compared], [*loading, "--precision", "fp32"]).encoder)
        ways: list[record.Path] = []
        curve: list[record.Run] = []
        for name, options in paths.items():
            call = [*options, *loading]
            say(f"{name}: one article")
            alone = timed([*QUOTH, "extract", str(files[1]), *call])
            runs: dict[int, record.Run] = {}
            for size in [compared] if curve else sizes:
                say(f"{name}: {size:,} articles")
                runs[size] = _extract(files[size], size, call, alone, folder / "out.jsonl")
            curve = curve or list(runs.values())
            ways.append(
                record.Path(name=name, options=list(options), first_result=round(alone.first, 2), run=runs[compared])
            )
        words = sum(len(text.split()) for text in read_texts(files[compared])) / compared
    return record.Benchmark(
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        quoth=__version__,
        model=auto.model,
        machine=record.Machine(
            processor=machine.processor(),
            cores=machine.cores(),
            threads=auto.threads,
            memory_gib=round(machine.memory(), 1),
            device=auto.device,
            platform=machine.system(),
            versions=machine.versions(PACKAGES),
        ),
        corpus=record.Corpus(seed=SEED, words=round(words, 1), tokens=round(auto.tokens / compared, 1)),
        paths=ways,
        curve=curve,
        encoder=encoders,
    )


def timed(command: Sequence[str]) -> Timed:
    """Run a command and measure it from outside; raises BenchmarkError where it fails.

    Linux counts the memory of the process that starts another as the other's, up to then; so nothing that imports
    torch may call this.
    """
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            first = time.perf_counter() - began
            output = line + process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - began
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise BenchmarkError(f"`{shlex.join(command)}` ended with {process.returncode}: {_last_line(errors)}")
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
    return Timed(first, seconds, usage.ru_maxrss / unit, output)


def articles(count: int, seed: int = SEED) -> Iterator[dict[str, str]]:
    """Put articles of news' length together from the paragraphs of our own, reshuffled each time all are used up.

    The same seed gives the same articles, whatever their number.

    >>> [article["id"] for article in articles(2)]
    ['b000001', 'b000002']
    """
    texts = [article.text for split in ("train", "dev", "test", "tehran") for article in load_authored(split)]
    pool = [part.strip() for text in texts for part in re.split(r"\n\s*\n", text) if part.strip()]
    random, deck = Random(seed), list[str]()
    for number in range(1, count + 1):
        wanted = random.lognormvariate(math.log(WORDS) - SPREAD**2 / 2, SPREAD)
        parts: list[str] = []
        left = min(max(wanted, SHORTEST), LONGEST)
        while left > 0:
            deck = deck or random.sample(pool, len(pool))
            parts.append(deck.pop())
            left -= len(parts[-1].split())
        yield {"id": f"b{number:06d}", "text": "\n\n".join(parts)}


def write_articles(path: Path, count: int, seed: int = SEED) -> Path:
    """Write articles as JSON lines; give the path back."""
    with path.open("w", encoding="utf-8") as file:
        for article in articles(count, seed):
            file.write(json.dumps(article, ensure_ascii=False) + "\n")
    return path


def _extract(articles: Path, count: int, call: Sequence[str], alone: Timed, output: Path) -> record.Run:
    """Time `quoth extract` on a file; `alone` is the same call on one article."""
    output.unlink(missing_ok=True)
    whole = timed([*QUOTH, "extract", str(articles), "-o", str(output), *call])
    with output.open("rb") as lines:
        quotes = [len(json.loads(line)["quotes"]) for line in lines]
    if len(quotes) != count:
        raise BenchmarkError(f"of {count:,} articles, {len(quotes):,} came out")
    rate = (count - 1) / max(whole.seconds - alone.seconds, 1e-3)
    return record.Run(
        articles=count,
        quotes=sum(quotes),
        seconds=round(whole.seconds, 2),
        articles_per_second=round(rate, 3),
        peak_mib=round(whole.peak, 1),
    )


def _encoder(articles: Path, call: Sequence[str]) -> record.Measured:
    """Measure the encoder in a process of its own."""
    done = timed([*PYTHON, "-m", "quoth.eval.benchmark_encoder", str(articles), *call])
    return record.Measured.model_validate_json(done.output)


def read_texts(path: Path) -> Iterator[str]:
    """Read the articles' texts from a JSON lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def _last_line(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it said nothing")
