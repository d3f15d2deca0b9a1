"""The record of a benchmark, benchmark.json: how fast and how large each path was, on which machine.

An operation is an addition or a multiplication: a multiply-add counts as two.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Machine(_Strict):
    """What it ran on. threads: that torch multiplies with. memory_gib: of the machine."""

    processor: str
    cores: int
    threads: int
    memory_gib: float
    device: str
    platform: str
    versions: dict[str, str]


class Corpus(_Strict):
    """What was read: our own articles' paragraphs, put together anew. words, tokens: of an article, on average."""

    seed: int
    words: float
    tokens: float


class Run(_Strict):
    """One `quoth extract` from JSON lines to JSON lines, in a process of its own.

    seconds: of the whole command. articles_per_second: without what the same command takes on one article alone.
    peak_mib: the most memory that the process held.
    """

    articles: int
    quotes: int
    seconds: float
    articles_per_second: float
    peak_mib: float


class Path(_Strict):
    """A way to call the command. first_result: seconds from its start to the record of one article alone."""

    name: str
    options: list[str]
    first_result: float
    run: Run


class Encoder(_Strict):
    """The encoder alone, on articles as the extractor lays them out.

    precision: of its weights. product: the machine's best rate in that precision, measured in the same process.
    operations: of the linear layers and the attention over tokens, padding left out, but not windows that fill up a
    small group; padded: counted, too. seconds: while the encoder works, on however many cores; seconds_reading: of all
    that the extractor does, from texts to records. window_tokens: tokens of all windows, [CLS] and [SEP] included.
    """

    precision: str
    product: float
    articles: int
    windows: int
    tokens: int
    window_tokens: int
    operations: float
    padded: float
    seconds: float
    seconds_reading: float

    @property
    def rate(self) -> float:
        """Operations a second, without padding."""
        return self.operations / self.seconds

    @property
    def fraction(self) -> float:
        """Share of the machine's own rate that the encoder reaches, where padding counts as idle."""
        return self.rate / self.product

    @property
    def fraction_padded(self) -> float:
        """The same share, where padding counts as work."""
        return self.padded / self.seconds / self.product


class Measured(_Strict):
    """What a process with torch tells of the machine, the model and the articles."""

    model: str
    threads: int
    device: str
    tokens: int
    encoder: Encoder


class Benchmark(_Strict):
    """All of one benchmark. paths: on the same articles. curve: the default path over more and more of them."""

    format: Literal[1] = 1
    date: str
    quoth: str
    model: str
    machine: Machine
    corpus: Corpus
    paths: list[Path]
    curve: list[Run]
    encoder: list[Encoder]
