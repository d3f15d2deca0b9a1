"""What tests of the command line share: a small extractor in place of the model's, writing rows, reading records."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Self

from quoth.model.labels import KINDS, Kind
from quoth.model.records import Article, Mention, Quote, Span, Stance

Run = Callable[..., Any]


class FakeExtractor:
    """Takes what stands between curly marks for direct quotes, sure of one in ten for every character in it."""

    name = "fake 1"
    loaded: ClassVar[list[tuple[str | None, str | None]]] = []

    @classmethod
    def from_pretrained(cls, model: str | None = None, *, device: str | None = None, precision: str = "auto") -> Self:
        if model == "broken":
            raise OSError("no model there\nat all")
        cls.loaded.append((model, device))
        return cls()

    def __call__(self, text: str, id: str = "") -> Article:
        if "FAIL" in text:
            raise RuntimeError("CUDA out of memory.\nTried to allocate")
        if "SLOW" in text:
            time.sleep(30)
        if "NAP" in text:
            time.sleep(0.01)
        quotes, end = [], 0
        while (start := text.find("“", end)) >= 0 and (end := text.find("”", start) + 1):
            speaker = Mention(0, 2, text[:2], "Ali Maisam Nazary") if start > 1 else None
            quotes.append(quote(text, start, end, speaker, min(1.0, (end - start - 2) / 10)))
        return Article(id, tuple(quotes), self.name, text)

    def pipe(
        self, articles: Iterable[tuple[str, str]], *, batch_size: int = 16, kinds: Collection[str] = KINDS
    ) -> Iterator[Article]:
        stream = iter(articles)
        while batch := list(islice(stream, batch_size)):
            yield from [self(text, id).only(kinds) for id, text in batch]  # a batch fails as one


def quote(
    text: str, start: int, end: int, speaker: Mention | None = None, score: float = 0.5, kind: Kind = "direct"
) -> Quote:
    stance = Stance("rejection", 0.9, {"rejection": 0.9, "none": 0.1})
    return Quote(kind, (Span.of(text, start, end),), None, speaker, None, stance, score)


def install_fake(setitem: Callable[[Any, str, object], None] = dict.__setitem__) -> None:
    module = ModuleType("quoth.model.extractor")
    vars(module)["Extractor"] = FakeExtractor
    setitem(sys.modules, module.__name__, module)


def spawn(*args: object, **options: Any) -> subprocess.Popen[bytes]:
    """Start `quoth` as a process of its own, with the fake extractor."""
    here = Path(__file__).resolve().parent
    start = (
        f"import sys; sys.path.insert(0, {str(here)!r}); import fake_extractor; fake_extractor.install_fake(); "
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # a background shell ignores it
        "from quoth.cli import main; main()"
    )
    return subprocess.Popen([sys.executable, "-c", start, *map(str, args)], **options)


def write(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows)
    path.write_bytes(text.encode())
    return path


def article(id: str, text: str) -> dict[str, str]:
    return {"id": id, "text": text}


def records(data: bytes) -> list[Article]:
    lines = data.decode().split("\n")
    assert lines.pop() == ""
    return [Article.from_dict(json.loads(line)) for line in lines]
