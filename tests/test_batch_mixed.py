"""An archive as archives are: every format at once and three rows in a hundred broken, each in another way."""

import csv
import gzip
import io
import json
import random
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_extractor import Run, records

COUNT = 100  # rows of a file
GOOD = {"text": "He said “no” and\nwent “home”.", "date": "2024-01-02"}
BROKEN_JSON = [
    b'{"id": "cut", "text": "x',
    b'{"id": "latin", "text": "caf\xe9"}',
    b'{"id": 7, "text": "x"}',
    b'{"id": "none", "text": null}',
    b'{"text": "x"}',
    b'{"id": "half", "text": "\\ud800"}',
    b"[]",
    b"\0\0\0",
    b'{"id": "good-0", "text": "twice"}',
]
BROKEN_CSV = [
    b'cut,"He said no,Mon',
    b"few,cells",
    b"many,x,y,z",
    b"latin,caf\xe9,Mon",
    b'mark,"x"y,Mon',
    b'good-0,"twice",Mon',
]


def csv_row(*cells: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().rstrip("\r\n").encode()


def with_broken(rows: list[bytes], broken: list[bytes], chance: random.Random) -> tuple[list[bytes], list[int]]:
    """Put three in a hundred broken rows among the rows; gives them all, and the places of the broken, from 0."""
    mixed: list[tuple[bytes, bool]] = [(row, False) for row in rows]
    for row in broken[: max(3, 3 * len(rows) // 100)]:
        mixed.insert(chance.randrange(1, len(mixed)), (row, True))
    return [row for row, _ in mixed], [place for place, (_, bad) in enumerate(mixed) if bad]


class Archive:
    """A folder of files of every format, with the ids that must come out and the places that must be told."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.good, self.bad = folder, set[str](), set[tuple[str, int | None]]()
        chance = random.Random(seed)
        self.put("0.txt", b"good-0: He \xe2\x80\x9cno\xe2\x80\x9d", {"0"})
        self.put("+first.jsonl", self.json_row("good-0"), {"good-0"})
        broken_json, broken_csv = BROKEN_JSON[:], BROKEN_CSV[:]
        for number, packing in enumerate(("", ".gz", "")):
            chance.shuffle(broken_json)
            chance.shuffle(broken_csv)
            ids = [f"j{number}-{row}" for row in range(COUNT)]
            rows, bad = with_broken([self.json_row(id) for id in ids], broken_json, chance)
            self.put(f"{number}.jsonl{packing}", b"\n".join(rows), set(ids), {place + 1 for place in bad})
            ids = [f"c{number}-{row}" for row in range(COUNT)]
            rows, bad = with_broken([csv_row(id, *GOOD.values()) for id in ids], broken_csv, chance)
            lines, at = 2, {}
            for place, row in enumerate(rows):
                at[place] = lines
                lines += row.count(b"\n") + 1
            data = b"\n".join([b"id,text,date", *rows])
            self.put(f"{number}.csv{packing}", data, set(ids), {at[place] for place in bad})
        self.put("latin.txt", b"caf\xe9", set(), {None})
        self.put("list.json.txt.gz", b"no gzip", set(), {None})
        self.put("empty.html", b"<html></html>", set(), {None})
        self.put("no-text.csv", b"id,body\na,x\n", set(), {None})
        self.put("none.parquet", b"PAR1", set(), {None})
        self.parquet()
        whole = gzip.compress(b"\n".join(self.json_row(f"t-{row}-{chance.random()}") for row in range(50)), mtime=0)
        self.put("truncated.jsonl.gz", whole[: len(whole) // 2], set(), {None})

    def put(self, name: str, data: bytes, good: set[str], bad: Collection[int | None] = ()) -> None:
        data = gzip.compress(data) if name.endswith("l.gz") and not data.startswith(b"\x1f\x8b") else data
        data = gzip.compress(data) if name.endswith("csv.gz") else data
        (self.folder / name).write_bytes(data)
        self.good |= good
        self.bad |= {(str(self.folder / name), row) for row in bad}

    def json_row(self, id: str) -> bytes:
        return json.dumps({"id": id, **GOOD}).encode()

    def parquet(self) -> None:
        """Write a file of four row groups, one of which cannot be read, and two rows that hold no text."""
        texts: list[Any] = [None if row in (3, 30) else GOOD["text"] for row in range(40)]
        table = pa.table({"id": range(1000, 1040), "text": texts, "date": ["Mon"] * 40})
        sink = io.BytesIO()
        pq.write_table(table, sink, row_group_size=10)
        data = bytearray(sink.getvalue())
        column = pq.read_metadata(io.BytesIO(data)).row_group(1).column(0)
        start = column.dictionary_page_offset or column.data_page_offset
        data[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
        lost = {3, 30, *range(10, 20)}
        self.put("p.parquet", bytes(data), {str(1000 + row) for row in range(40) if row not in lost}, {4, 11, 31})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("output", ["o.jsonl", "o.parquet"])
def test_every_good_article_comes_out_and_every_bad_one_is_told(
    quoth: Run, tmp_path: Path, output: str, seed: int
) -> None:
    (tmp_path / "in").mkdir()
    archive = Archive(tmp_path / "in", seed)
    out = tmp_path / output
    result = quoth("extract", tmp_path / "in", "-o", out, "--shard-size", 37, "--keep", "date")
    assert result.exit_code == 1 and "Traceback" not in result.output
    errors = [json.loads(line) for line in (tmp_path / "o.errors.jsonl").read_bytes().splitlines()]
    told = [(error["file"], error["row"]) for error in errors]
    assert set(told) == archive.bad and len(told) == len(set(told)) and all(error["reason"] for error in errors)
    if output == "o.jsonl":
        articles = records(out.read_bytes())
        found = [article.id for article in articles]
        assert all(len(article.quotes) == 2 and article.meta["date"] for article in articles if article.id != "0")
    else:
        found = pq.read_table(out, filters=[("quote", "=", 0)])["article"].to_pylist()
    truncated = [id for id in found if id.startswith("t-")]
    assert 5 < len(truncated) < 50
    assert sorted(found) == sorted([*archive.good, *truncated])
