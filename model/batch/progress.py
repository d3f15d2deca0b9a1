"""What a run shows while it goes on: a bar on a terminal, else a plain line every half minute; and its last line."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from ..labels import KINDS, STANCES
from .job import Result, Tally

if TYPE_CHECKING:
    from rich.console import Console

EVERY: Final = 30.0  # seconds between plain lines


class Watch:
    """Counts results, knows the speed, and the time left once it knows how many there are."""

    def __init__(self) -> None:
        self.began, self.done, self.before, self.total = time.monotonic(), 0, 0, 0

    def start(self, done: int, count: Callable[[], int]) -> None:
        """Begin after `done` inputs of an earlier run; `count` counts all inputs, aside, since that may take long."""
        self.began, self.done, self.before = time.monotonic(), done, done
        threading.Thread(target=self._count, args=(count,), daemon=True).start()

    def _count(self, count: Callable[[], int]) -> None:
        with suppress(Exception):  # what is wrong with a file is told when it is read
            self.total = count()

    @property
    def rate(self) -> float:
        """Inputs a second of this run."""
        return (self.done - self.before) / max(time.monotonic() - self.began, 1e-3)

    def line(self, tally: Tally) -> str:
        """Say where the run stands."""
        counts = tally.counts
        of = f" of about {self.total:,}" if self.total > self.done else ""
        left = (self.total - self.done) / self.rate if of and self.rate else 0
        parts = [f"{self.done:,}{of} articles", f"{counts['quotes']:,} quotes", f"{self.rate:,.1f} articles/s"]
        parts += [f"{counts['errors']:,} errors"] if counts["errors"] else []
        return ", ".join([*parts, f"about {duration(left)} left"] if left else parts)


@contextmanager
def progress(console: "Console", watch: Watch, tally: Tally, hidden: bool) -> Iterator[Callable[[Result], None]]:
    """Give a function to call with every result; hidden: where the records themselves scroll by."""
    from rich.progress import BarColumn, Progress, TextColumn

    if not console.is_terminal or hidden:
        said = watch.began

        def speak(_: Result) -> None:
            nonlocal said
            watch.done += 1
            if not hidden and time.monotonic() - said >= EVERY:
                said = time.monotonic()
                console.print(watch.line(tally), markup=False, soft_wrap=True)

        yield speak
        return
    columns = (BarColumn(bar_width=24), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("reading", total=None)

        def advance(_: Result) -> None:
            watch.done += 1
            bar.update(task, completed=watch.done, total=watch.total or None, description=watch.line(tally))

        yield advance


def duration(seconds: float) -> str:
    """Write a time as people say it.

    >>> duration(42), duration(754), duration(9000)
    ('42 s', '13 min', '2 h 30 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def summary(tally: Tally, rate: float) -> str:
    """Sum up a run in one line: articles, quotes by kind and stance, speed, errors."""

    def counted(count: int, what: str) -> str:
        return f"{count:,} {what}{'' if count == 1 else 's'}"

    counts = tally.counts
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS)
    known = [f"stance {label}" for label in STANCES]
    labels = [*known, *sorted(label for label in counts if label.startswith("stance ") and label not in known)]
    stances = ", ".join(f"{counts[label]} {label.removeprefix('stance ')}" for label in labels if counts[label])
    quotes = f"{counted(counts['quotes'], 'quote')} ({kinds})"
    parts = [counted(counts["articles"], "article"), quotes, stances, f"{rate:,.1f} articles/s"]
    return "; ".join(part for part in [*parts, counted(counts["errors"], "error")] if part)
