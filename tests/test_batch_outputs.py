"""The flat schema is what its documentation says, reads back to the records, and comes out of the command as such."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from fake_extractor import Run, records, write

from quoth.model.batch import flat
from quoth.model.batch.flat import OWN, Sheet
from quoth.model.batch.outputs import FORMATS, Format, format_of, join, plain_line, writer
from quoth.model.labels import STANCES
from quoth.model.records import Article, Mention, Quote, Span, Stance

TEXT = 'He, "so", said:\r“No,\n=1+1” and, later, “never \0 👍”\u2028; they listened. “None.”'
SCORES = {label: 0.125 * number for number, label in enumerate(STANCES)}


def span(found: str) -> Span:
    return Span.of(TEXT, TEXT.index(found), TEXT.index(found) + len(found))


def mention(found: str, name: str) -> Mention:
    return Mention(span(found).start, span(found).end, found, name)


FULL = Quote(
    kind="mixed",
    segments=(span("“No,\n=1+1”"), span("“never \0 👍”")),
    cue=span("said"),
    speaker=mention("He", "Ali\rMaisam, Nazary"),
    target=mention("they", ""),
    stance=Stance("rejection", 0.5, SCORES),
    score=0.987,
)
BARE = Quote("direct", (span("“None.”"),), None, None, None, Stance("none", 0.25, SCORES), 0.5)
ARTICLES = [
    Article("a,1", (FULL, BARE), "fake 1", TEXT, {"title": "T", "day": None, "tags": ["x", 1]}),
    Article("none", (), "fake 1", TEXT, {"title": "T", "day": "Mo", "tags": {}}),
    Article("b", (BARE,), "fake 1", TEXT, {"title": "", "day": "Di", "tags": 3}),
]
SHEET = Sheet(("title", "day", "tags"), with_text=True)


def written(format: Format, sheet: Sheet = SHEET, articles: list[Article] = ARTICLES) -> bytes:
    file = io.BytesIO()
    with writer(file, format, sheet) as write:
        for article in articles:
            write(article)
    return file.getvalue()


def from_row(row: dict[str, Any]) -> tuple[str, Quote, dict[str, Any], str]:
    """Read a quote back from its row, with its article's id, kept fields and model."""

    def part(name: str) -> Span | None:
        return Span(int(row[f"{name}_start"]), int(row[f"{name}_end"]), row[name]) if row[name] is not None else None

    def person(name: str) -> Mention | None:
        found = part(name)
        return Mention(found.start, found.end, found.text, row[f"{name}_name"] or "") if found else None

    edges = [tuple(map(int, edges.split("-"))) for edges in row["segments"].split()]
    segments = tuple(Span.of(TEXT, *edge) for edge in edges)
    assert row["text"] == " ".join(segment.text for segment in segments)
    assert (int(row["start"]), int(row["end"])) == (segments[0].start, segments[-1].end)
    scores = {label: float(row[f"p_{label}"]) for label in STANCES}
    stance = Stance(row["stance"], float(row["stance_score"]), scores)
    quote = Quote(row["kind"], segments, part("cue"), person("speaker"), person("target"), stance, float(row["score"]))
    return row["article"], quote, {name: row[name] for name in SHEET.kept}, row["model"]


class TestSchema:
    def test_the_documented_columns_are_the_real_ones(self) -> None:
        documented = [
            name.replace("p_denial", "p_*")
            for line in (flat.__doc__ or "").splitlines()
            if line.startswith("| `")
            for name in re.findall(r"`(\w+)`", line.split("|")[1])
        ]
        real = [
            name if name not in [f"p_{label}" for label in STANCES] else "p_*"
            for name in Sheet((), STANCES, True).names
        ]
        assert list(dict.fromkeys(real)) == list(dict.fromkeys(n if n != "p_rejection" else "p_*" for n in documented))
        assert set(OWN) == {name for name in real if name != "p_*"}

    def test_types_are_those_that_data_frames_expect(self) -> None:
        types = {field.name: str(field.type) for field in Sheet(("day",), with_text=True).schema()}
        floats = {"score", "stance_score", *(f"p_{label}" for label in STANCES)}
        assert {name for name, type in types.items() if type == "double"} == floats
        whole = {"quote", "start", "end", *(f"{n}_{e}" for n in ("cue", "speaker", "target") for e in ("start", "end"))}
        assert {name for name, type in types.items() if type == "int64"} == whole
        assert {types[name] for name in types.keys() - floats - whole} == {"string"}

    def test_labels_are_the_models_own(self) -> None:
        sheet = Sheet((), ("threat", "none"))
        [row] = sheet.rows(Article("a", (BARE,), "m"))
        assert row["p_threat"] is None and row["p_none"] == SCORES["none"] and "p_denial" not in row

    @pytest.mark.parametrize("name", ["article", "quote", "speaker_name", "model", "article_text", "p_denial"])
    def test_a_kept_field_may_hide_no_column(self, quoth: Run, tmp_path: Path, name: str) -> None:
        with pytest.raises(ValueError, match=f"column '{name}' is there already; rename"):
            Sheet((name,))
        path = write(tmp_path / "n.jsonl", {"id": "a", "text": "x"})
        for output in ("o.csv", "o.parquet", "new/"):
            result = quoth("extract", path, "--keep", name, "-o", f"{tmp_path}/{output}", "--format", "jsonl")
            assert result.exit_code == 2 and f"'{name}'" in result.stderr and "Traceback" not in result.stderr
        assert list(tmp_path.iterdir()) == [path]


class TestRoundTrip:
    def test_parquet(self, tmp_path: Path) -> None:
        table = pq.read_table(io.BytesIO(written("parquet")))
        assert table.schema.equals(SHEET.schema()) and table.num_rows == 3
        rows = table.to_pylist()
        kept: list[dict[str, Any]] = [
            {"title": "T", "day": None, "tags": '["x", 1]'},
            {"title": "T", "day": None, "tags": '["x", 1]'},
            {"title": "", "day": "Di", "tags": "3"},
        ]
        quotes = [("a,1", FULL), ("a,1", BARE), ("b", BARE)]
        assert [from_row(row) for row in rows] == [(*q, meta, "fake 1") for q, meta in zip(quotes, kept, strict=True)]
        assert [row["quote"] for row in rows] == [0, 1, 0]
        assert [row["article_text"] for row in rows] == [TEXT, None, TEXT]  # once an article, for it may be long
        bare = rows[1]
        assert [n for n in OWN if bare[n] is None] == [
            *(f"cue{end}" for end in ("", "_start", "_end")),
            *(f"{who}{end}" for who in ("speaker", "target") for end in ("", "_name", "_start", "_end")),
            "article_text",
        ]

    def test_csv(self) -> None:
        data = written("csv")
        rows = list(csv.DictReader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")))
        assert [list(row) for row in rows] == [SHEET.names] * 3
        back = [from_row({name: value or None for name, value in row.items()}) for row in rows]
        assert [(id, quote) for id, quote, *_ in back] == [("a,1", FULL), ("a,1", BARE), ("b", BARE)]
        assert data.count(b"\r") == TEXT.count("\r") * 2 + 1  # of the cells alone: rows end by \n

    def test_csv_is_read_by_arrow_with_the_types_of_parquet(self) -> None:
        types = pa.csv.ConvertOptions(column_types=SHEET.schema(), strings_can_be_null=True)
        options = pa.csv.ParseOptions(newlines_in_values=True)
        table = pa.csv.read_csv(io.BytesIO(written("csv")), parse_options=options, convert_options=types)
        parquet = pq.read_table(io.BytesIO(written("parquet")))
        assert table.drop(["title", "target_name"]).equals(parquet.drop(["title", "target_name"]))  # "" is null in CSV

    @pytest.mark.parametrize("format", FORMATS)
    @pytest.mark.parametrize("articles", [ARTICLES, ARTICLES[1:2], []])
    def test_joined_parts_are_the_whole(self, tmp_path: Path, format: Format, articles: list[Article]) -> None:
        parts = []
        for number in range(0, len(articles), 2):
            parts.append(tmp_path / str(number))
            parts[-1].write_bytes(written(format, articles=articles[number : number + 2]))
        file = io.BytesIO()
        join(parts, file, format, SHEET)
        if format == "parquet":
            whole, joined = written(format, articles=articles), pq.read_table(io.BytesIO(file.getvalue()))
            assert joined.equals(pq.read_table(io.BytesIO(whole))) and joined.schema.equals(SHEET.schema())
        else:
            assert file.getvalue() == written(format, articles=articles)

    def test_many_quotes_are_written_in_groups(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("quoth.model.batch.outputs.ROWS", 4)
        data = written("parquet", articles=ARTICLES * 5)
        assert pq.ParquetFile(io.BytesIO(data)).metadata.num_row_groups == 4
        assert pq.read_table(io.BytesIO(data)).num_rows == 15


class TestCommand:
    def inputs(self, tmp_path: Path) -> Path:
        rows = [{"id": f"a{i}", "text": "He “" + "x" * i + "” “so” " * (i % 3 + 1), "day": "Mo"} for i in range(7)]
        path: Path = write(tmp_path / "n.jsonl", *rows, {"id": "bad"})
        return path

    @pytest.mark.parametrize("suffix", [".csv", ".CSV", ".parquet", ".jsonl", ".txt", ""])
    def test_the_suffix_says_the_format(self, quoth: Run, tmp_path: Path, suffix: str) -> None:
        out = tmp_path / f"o{suffix}"
        result = quoth("extract", self.inputs(tmp_path), "-o", out, "--keep", "day", "--shard-size", 3)
        assert result.exit_code == 1 and f"1 set aside in {tmp_path / 'o.errors.jsonl'}" in result.stderr
        if format_of(out) == "jsonl":
            assert [a.id for a in records(out.read_bytes())] == [f"a{i}" for i in range(7)]
        else:
            read = pq.read_table if suffix == ".parquet" else pa.csv.read_csv
            table = read(out)
            assert table.column_names == Sheet(("day",)).names and set(table["day"].to_pylist()) == {"Mo"}
            assert [f"a{i}" for i in range(7)] == list(dict.fromkeys(table["article"].to_pylist()))
        assert {p.name for p in tmp_path.iterdir()} == {"n.jsonl", out.name, "o.errors.jsonl"}

    @pytest.mark.parametrize("format", FORMATS)
    def test_a_folder_gets_numbered_shards(self, quoth: Run, tmp_path: Path, format: Format) -> None:
        options = ["-o", f"{tmp_path}/new/", "--format", format, "--shard-size", 3]
        assert quoth("extract", self.inputs(tmp_path), *options).exit_code == 1
        names = [f"quotes-{number:05d}.{format}" for number in range(3)]
        assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["errors.jsonl", *names]
        assert b'"row": 8, "id": "bad"' in (tmp_path / "new/errors.jsonl").read_bytes()
        whole = tmp_path / f"o.{format}"
        quoth("extract", self.inputs(tmp_path), "-o", whole, "--shard-size", 3)
        if format == "parquet":
            assert pq.read_table(tmp_path / "new" / names[0]).schema.equals(Sheet().schema())
            tables = [pq.read_table(tmp_path / "new" / name) for name in names]
            assert pa.concat_tables(tables).equals(pq.read_table(whole))
        elif format == "jsonl":
            assert b"".join((tmp_path / "new" / name).read_bytes() for name in names) == whole.read_bytes()

    @pytest.mark.parametrize("suffix", [".jsonl.gz", ".csv.zst", ".xlsx", ".tsv", ".html"])
    def test_a_suffix_that_promises_something_else_is_refused(
        self, quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
    ) -> None:
        monkeypatch.setenv("COLUMNS", "300")
        path = self.inputs(tmp_path)
        result = quoth("extract", path, "-o", tmp_path / f"o{suffix}")
        assert result.exit_code == 2 and "is not written" in result.stderr and list(tmp_path.iterdir()) == [path]

    def test_a_format_that_the_output_has_not_is_refused(self, quoth: Run, tmp_path: Path) -> None:
        path = self.inputs(tmp_path)
        for output in ([], ["-o", tmp_path / "o.jsonl"]):
            assert quoth("extract", path, *output, "--format", "csv").exit_code == 2
        assert quoth("extract", path, "-o", tmp_path / "o.csv", "--format", "csv").exit_code == 1

    @pytest.mark.parametrize("output", ["o.jsonl", "o.csv", "o.parquet", "new/"])
    def test_of_nothing_is_an_empty_output(self, quoth: Run, tmp_path: Path, output: str) -> None:
        path = write(tmp_path / "n.jsonl", "\n")
        assert quoth("extract", path, "-o", f"{tmp_path}/{output}").exit_code == 0
        there = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file() and p != path}
        assert there == {"new/quotes-00000.jsonl" if output == "new/" else output}
        if output == "o.parquet":
            assert pq.read_table(tmp_path / output).schema.equals(Sheet().schema())

    def test_keep_text_puts_the_text_in_the_first_row(self, quoth: Run, tmp_path: Path) -> None:
        path = write(tmp_path / "n.jsonl", {"id": "a", "text": "“x” “y”"})
        quoth("extract", path, "-o", tmp_path / "o.parquet", "--keep-text")
        assert pq.read_table(tmp_path / "o.parquet")["article_text"].to_pylist() == ["“x” “y”", None]
        quoth("extract", path, "-o", tmp_path / "o.jsonl", "--keep-text")
        assert json.loads((tmp_path / "o.jsonl").read_bytes())["text"] == "“x” “y”"


def test_half_a_surrogate_pair_in_a_line_reads_back() -> None:
    assert json.loads(plain_line({"file": "\udce9\x85.txt"})) == {"file": "\udce9\x85.txt"}
