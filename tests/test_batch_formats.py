"""Every format gives the same articles, and what is broken in a file costs no more than what is broken."""

import csv
import gzip
import io
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_extractor import Run, records, write

from quoth.model.batch import inputs
from quoth.model.batch.articles import ArticleInput, Fields, InputError
from quoth.model.batch.inputs import count_articles, read_articles

Rows = list[dict[str, Any]]
KEPT = Fields(title="headline", keep=("date", "outlet"))
ROWS: Rows = [
    {"id": f"a{i}", "text": text, "headline": "No deal", "date": "2024-01-02", "outlet": "AP"}
    for i, text in enumerate(["“No,” he\r\nsaid.", "", 'a "b", c;\td', "NUL \0 \x1b[2J \x07", "👍 \u2028 Ünd", " x\n"])
]
PAGE = """<!doctype html><html lang="en"><head><title>Talks end | The Daily</title>
<meta property="og:title" content="Talks end"><meta property="og:site_name" content="The Daily">
<meta property="article:published_time" content="2024-01-02T10:00:00Z"></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>Talks end</h1>
<p>“We rejected his offer &amp; will again,” Ali Maisam Nazary, the front’s spokesman, told reporters on Monday.</p>
<p>The talks had gone on for three days in the capital, and nobody expected them to end as they did on Monday.</p>
</article><footer>All rights reserved</footer></body></html>"""


def read(*paths: Path | str, fields: Fields = inputs.ALL) -> tuple[list[ArticleInput], list[InputError]]:
    items = list(read_articles(paths, fields=fields))
    return [i for i in items if isinstance(i, ArticleInput)], [i for i in items if isinstance(i, InputError)]


def as_jsonl(rows: Rows) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_csv(rows: Rows, delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows: Rows, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file, **options)
    return file.getvalue()


def as_zst(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    return bytes(sink.getvalue())


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


PACKING: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".zst": as_zst}
WRITING: dict[str, Callable[[Rows], bytes]] = {
    ".jsonl": as_jsonl,
    ".ndjson": as_jsonl,
    ".CSV": as_csv,
    ".tsv": lambda rows: as_csv(rows, "\t"),
    ".csv": lambda rows: as_csv(rows, ";"),
    ".parquet": as_parquet,
}


class TestFormats:
    @pytest.mark.parametrize("packing", PACKING)
    @pytest.mark.parametrize("suffix", WRITING)
    def test_of_rows_give_the_same_articles(self, tmp_path: Path, suffix: str, packing: str) -> None:
        if suffix == ".parquet" and packing:
            pytest.skip("Parquet packs its own")
        path = put(tmp_path / f"n{suffix}{packing}", PACKING[packing](WRITING[suffix](ROWS)))
        articles, errors = read(tmp_path, fields=KEPT)
        assert not errors and {a.file for a in articles} == {str(path)}
        assert [(a.id, a.text) for a in articles] == [(row["id"], row["text"]) for row in ROWS]
        assert all(a.meta == {"title": "No deal", "date": "2024-01-02", "outlet": "AP"} for a in articles)
        assert not articles[0].keep_text and articles[0].row is not None
        assert count_articles([path]) == len(ROWS)

    @pytest.mark.parametrize("packing", PACKING)
    def test_of_whole_files(self, tmp_path: Path, packing: str) -> None:
        put(tmp_path / f"2022.01.15.txt{packing}", PACKING[packing](b"He said\r\nno.\0"))
        put(tmp_path / f"page.htm{packing}", PACKING[packing](PAGE.encode()))
        [text, page], errors = read(tmp_path, fields=Fields(keep=("date",)))
        assert not errors and (text.id, text.text, text.meta) == ("2022.01.15", "He said\r\nno.\0", {"date": None})
        assert (page.id, page.row, page.keep_text, page.meta) == ("page", None, True, {"date": "2024-01-02"})

    def test_fields_may_bear_other_names(self, tmp_path: Path) -> None:
        fields = Fields("body", "url", "head", ("day", "n"))
        rows: Rows = [{"url": "u1", "body": "x", "head": None, "day": "Mo", "n": 3, "text": "no", "id": 7}]
        for suffix, meta in ((".jsonl", {"n": 3}), (".parquet", {"n": 3}), (".csv", {"n": "3", "title": ""})):
            [article], errors = read(put(tmp_path / f"n{suffix}", WRITING[suffix](rows)), fields=fields)
            assert not errors and (article.id, article.text) == ("u1", "x")
            assert article.meta == {"title": None, "day": "Mo"} | meta

    def test_a_kept_field_that_a_json_row_lacks_is_null(self, tmp_path: Path) -> None:
        [article], _ = read(put(tmp_path / "n.jsonl", b'{"id": "a", "text": "x"}'), fields=KEPT)
        assert article.meta == {"title": None, "date": None, "outlet": None}

    @pytest.mark.parametrize("value", ["[" * 400 + "]" * 400, '["\\ud800"]', '{"a": "\\udfff"}'])
    def test_a_kept_value_that_cannot_be_written_costs_its_row(self, tmp_path: Path, value: str) -> None:
        rows = f'{{"id": "a", "text": "x", "date": {value}}}\n{{"id": "b", "text": "x", "date": [NaN, 1]}}'
        articles, errors = read(put(tmp_path / "n.jsonl", rows.encode()), fields=Fields(keep=("date",)))
        assert [(a.id, a.meta) for a in articles][-1:] == [("b", {"date": [None, 1]})]
        assert len(articles) + len(errors) == 2 and all(e.row == 1 and ";" in e.reason for e in errors)


class TestPaths:
    def test_a_folder_and_patterns_of_any_mix(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        put(Path("in/b.csv.gz"), gzip.compress(as_csv([{"id": "b1", "text": "x"}])))
        put(Path("in/a/p.parquet"), as_parquet([{"id": "p1", "text": "x"}]))
        put(Path("in/c.html"), PAGE.encode())
        put(Path("in/d.jsonl.zst"), as_zst(as_jsonl([{"id": "d1", "text": "x"}])))
        put(Path("in/e[1].txt"), b"x")
        put(Path("in/notes.md"), b"x")

        def ids(*paths: str) -> list[str]:
            articles, errors = read(*paths)
            return [article.id for article in articles] + [error.file for error in errors]

        assert ids("in") == ["p1", "b1", "c", "d1", "e[1]"]
        assert ids("in/*.csv.gz", "in/e[1].txt") == ["b1", "e[1]"]
        assert ids("i*") == ids("in") and sorted(ids("in/**/*.*")) == sorted([*ids("in"), "notes"])
        assert ids("in/*.xml") == ["in/*.xml"]

    def test_a_pattern_passes_over_what_is_to_be_skipped(self, tmp_path: Path) -> None:
        for name in ("a.jsonl", "out.jsonl", "out.parts/0.jsonl"):
            put(tmp_path / name, as_jsonl([{"id": name, "text": "x"}]))
        for path in (tmp_path, tmp_path / "*.jsonl", tmp_path / "**/*.jsonl"):
            items = list(read_articles([path], [tmp_path / "out.jsonl", tmp_path / "out.parts"]))
            assert [item.id for item in items] == ["a.jsonl"]

    def test_the_same_id_is_an_error_across_formats(self, tmp_path: Path) -> None:
        put(tmp_path / "1.jsonl", as_jsonl([{"id": "x", "text": "1"}]))
        put(tmp_path / "2.csv", as_csv([{"id": "x", "text": "2"}, {"id": "y", "text": "2"}]))
        put(tmp_path / "3.parquet", as_parquet([{"id": "y", "text": "3"}]))
        put(tmp_path / "x.txt", b"4")
        articles, errors = read(tmp_path)
        assert [(a.id, a.text) for a in articles] == [("x", "1"), ("y", "2")]
        assert [(Path(e.file).name, e.row) for e in errors] == [("2.csv", 2), ("3.parquet", 1), ("x.txt", None)]
        assert "1.jsonl:1;" in errors[0].reason and "2.csv:3;" in errors[1].reason

    def test_of_a_file_name_that_is_not_utf8_rows_come_out_and_errors_can_be_told(
        self,
        quoth: Run,
        tmp_path: Path,
    ) -> None:
        try:
            put(tmp_path / "in/\udce9.jsonl", as_jsonl([{"id": "a", "text": "“x”"}, {"id": "a", "text": "x"}]))
        except OSError:
            pytest.skip("this file system takes no such name")
        assert quoth("extract", tmp_path / "in", "-o", tmp_path / "out.jsonl").exit_code == 1
        assert len(records((tmp_path / "out.jsonl").read_bytes())) == 1
        [error] = map(json.loads, (tmp_path / "out.errors.jsonl").read_bytes().splitlines())
        assert error["file"].endswith("\udce9.jsonl") and error["row"] == 2 and "\udce9.jsonl:1;" in error["reason"]

    def test_no_room_for_the_ids_is_told(
        self,
        quoth: Run,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        class Full:
            def execute(self, *_: object) -> None:
                raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr("quoth.model.batch.inputs.SeenIds.__init__", lambda self: setattr(self, "_ids", Full()))
        result = quoth("extract", write(tmp_path / "a.txt", "x"), "-o", tmp_path / "o.jsonl")
        assert result.exit_code == 1 and "SQLITE_TMPDIR" in result.stderr and "Traceback" not in result.output
        assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


class TestCsv:
    def broken(self, tmp_path: Path, row: str | bytes, name: str = "n.csv") -> InputError:
        """Give the one error of a broken row, having checked that those before and after it come out."""
        row = row if isinstance(row, bytes) else row.encode()
        data = 'id,text,day\na1,"“x”\n“y”",Mon\n'.encode() + row + b'\na3,fine,Wed\na4,"good, ""too""\r\n",Thu\n'
        articles, [error] = read(put(tmp_path / name, PACKING[Path(name).suffix if ".gz" in name else ""](data)))
        assert [(a.id, a.row, a.text) for a in articles] == [
            ("a1", 2, "“x”\n“y”"),
            ("a3", 5, "fine"),
            ("a4", 6, 'good, "too"\r\n'),
        ]
        assert error.row == 4 and ";" in error.reason
        return error

    def test_a_quotation_mark_that_never_closes_costs_its_own_row(self, tmp_path: Path) -> None:
        assert "not CSV" in self.broken(tmp_path, 'a2,"He said no,Tue').reason
        path = put(tmp_path / "end.csv", b'id,text\na1,x\na2,"cut\na3,y\n')
        articles, [error] = read(path)
        assert [a.id for a in articles] == ["a1", "a3"] and error.row == 3 and "never closes" in error.reason

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("a2,x", "2 cells, but 3 columns"),
            ("a2", "1 cell, but 3 columns"),
            ("a2,x,Tue,more", "4 cells"),
            ('a2,"x"y,Tue', "not CSV: ',' expected after '\"'"),
            (b"a2,caf\xe9,Tue", "not UTF-8: byte 0xe9"),
            (b"a\xff2,x,Tue", "not UTF-8: byte 0xff"),
        ],
    )
    @pytest.mark.parametrize("name", ["n.csv", "n.csv.gz"])
    def test_a_broken_row_is_named(self, tmp_path: Path, row: str | bytes, reason: str, name: str) -> None:
        assert reason in self.broken(tmp_path, row, name).reason

    def test_bytes_that_are_not_utf8_in_a_column_that_nobody_asked_for_cost_nothing(self, tmp_path: Path) -> None:
        articles, errors = read(put(tmp_path / "n.csv", b"id,text,day\na,x,caf\xe9\n"))
        assert [a.id for a in articles] == ["a"] and not errors

    def test_blank_lines_are_passed_over_and_lines_counted(self, tmp_path: Path) -> None:
        articles, errors = read(put(tmp_path / "n.csv", b"id,text\r\n\r\na,x\r\n\r\n\r\nb,y"))
        assert [(a.id, a.row) for a in articles] == [("a", 3), ("b", 6)] and not errors

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "no row of column names"),
            (b"\n\n", "no row of column names"),
            (b"id,body\na,x\n", "no column `text`; it has id, body; name the right one with --text-field"),
            (b"a1,He said no.\n", "no column `id`, `text`"),
            (b'"id,text\na,x\n', "no row of column names"),
            ("id,text\na,x\n".encode("utf-16-le"), "iconv -f UTF-16"),
        ],
    )
    def test_without_the_columns_it_is_one_error(self, tmp_path: Path, data: bytes, reason: str) -> None:
        articles, [error] = read(put(tmp_path / "n.csv", data))
        assert not articles and error.row is None and reason in error.reason

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
    @pytest.mark.parametrize("packing", ["", ".gz"])
    def test_in_other_encodings(self, tmp_path: Path, encoding: str, packing: str) -> None:
        data = 'id,text\r\né,"“No”\r\nĊ"\r\nbad\r\nz,ਊ\r\n'.encode(encoding)
        articles, [error] = read(put(tmp_path / f"n.csv{packing}", PACKING[packing](data)))
        assert [(a.id, a.text, a.row) for a in articles] == [("é", "“No”\r\nĊ", 2), ("z", "ਊ", 5)] and error.row == 4

    def test_big_endian_encodings(self, tmp_path: Path) -> None:
        for encoding in ("utf-16-be", "utf-32-be"):
            articles, errors = read(put(tmp_path / "n.csv", "\ufeffid,text\na,ਊ\n".encode(encoding)))
            assert [(a.id, a.text) for a in articles] == [("a", "ਊ")] and not errors

    def test_a_quotation_mark_open_for_longer_than_any_row_is_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("quoth.model.batch.rows.LONGEST", 50)
        rows = "".join(f"b{i},said so\n" for i in range(40))
        articles, [error] = read(put(tmp_path / "n.csv", f'id,text\na,"no\n{rows}'.encode()))
        assert [(a.id, a.row) for a in articles] == [(f"b{i}", 3 + i) for i in range(40)] and error.row == 2


class TestPacked:
    @pytest.mark.parametrize("packing", [".gz", ".zst"])
    @pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
    def test_of_a_truncated_file_the_rows_before_come_out(self, tmp_path: Path, suffix: str, packing: str) -> None:
        rows: Rows = [{"id": f"a{i}", "text": f"{i * i} said {i * 7919 % 10007}"} for i in range(60_000)]
        data = PACKING[packing](WRITING[suffix](rows))
        articles, errors = read(put(tmp_path / f"n{suffix}{packing}", data[: len(data) // 2]))
        assert 5000 < len(articles) < 59_000 and [a.id for a in articles] == [f"a{i}" for i in range(len(articles))]
        assert all(a.text == rows[i]["text"] for i, a in enumerate(articles))
        assert "truncated or damaged" in errors[-1].reason and ";" in errors[-1].reason and len(errors) <= 2

    @pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl.gz", "a.csv.gz", "a.txt.zst", "a.jsonl.zst", "a.csv.zst"])
    def test_what_is_not_packed_for_all_its_name_or_not_there_is_one_error(self, tmp_path: Path, name: str) -> None:
        put(tmp_path / name, b"He said no. " * 9)
        put(tmp_path / f"b{name}", b"")
        for path in (tmp_path / name, tmp_path / f"gone.{name}"):
            articles, [error] = read(path)
            assert not articles and ";" in error.reason and error.file == str(path)
        read(tmp_path / f"b{name}")  # an empty one is nothing, or an error, but never raises


class TestParquet:
    def test_whole_numbers_are_ids_and_dates_are_text(self, tmp_path: Path) -> None:
        import datetime

        rows: Rows = [{"id": 7, "text": "x", "date": datetime.date(2024, 1, 2)}, {"id": 8, "text": "y", "date": None}]
        articles, errors = read(put(tmp_path / "n.parquet", as_parquet(rows)), fields=Fields(keep=("date",)))
        assert [(a.id, a.meta["date"], a.row) for a in articles] == [("7", "2024-01-02", 1), ("8", None, 2)]
        assert not errors

    def test_a_null_or_a_number_for_a_text_costs_its_row(self, tmp_path: Path) -> None:
        table = pa.table({"id": ["a", None, "c"], "text": [None, "x", "y"]})
        pq.write_table(table, tmp_path / "n.parquet")
        articles, errors = read(tmp_path / "n.parquet")
        assert [a.id for a in articles] == ["c"] and [e.row for e in errors] == [1, 2]
        pq.write_table(pa.table({"id": ["a"], "text": pa.array([b"x"])}), tmp_path / "n.parquet")
        assert "of type bytes" in read(tmp_path / "n.parquet")[1][0].reason

    def test_a_string_that_is_not_utf8_costs_its_row(self, tmp_path: Path) -> None:
        texts = pa.array([b"x", b"caf\xe9", b"y"]).view(pa.string())
        pq.write_table(pa.table({"id": ["a", "b", "c"], "text": texts}), tmp_path / "n.parquet")
        articles, [error] = read(tmp_path / "n.parquet")
        assert [(a.id, a.row) for a in articles] == [("a", 1), ("c", 3)]
        assert error.row == 2 and "not UTF-8" in error.reason

    def test_without_the_column_it_is_one_error(self, tmp_path: Path) -> None:
        articles, [error] = read(put(tmp_path / "n.parquet", as_parquet([{"id": "a", "body": "x"}])))
        assert (
            not articles and error.reason == "no column `text`; it has id, body; name the right one with --text-field"
        )
        _, [error] = read(tmp_path / "n.parquet", fields=Fields("body", keep=("day",)))
        assert error.reason.endswith("with --keep")

    @pytest.mark.parametrize("data", [b"", b"PAR1", b"He said no.", as_parquet(ROWS)[:-20]])
    def test_that_is_none_is_one_error(self, tmp_path: Path, data: bytes) -> None:
        articles, [error] = read(put(tmp_path / "n.parquet", data))
        assert not articles and "no Parquet file, or a damaged one" in error.reason

    def test_a_row_group_that_cannot_be_read_loses_no_other(self, tmp_path: Path) -> None:
        rows: Rows = [{"id": f"a{i}", "text": "x" * i} for i in range(20)]
        data = bytearray(as_parquet(rows, row_group_size=5))
        column = pq.read_metadata(io.BytesIO(data)).row_group(1).column(1)
        start = column.dictionary_page_offset or column.data_page_offset
        data[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
        articles, [error] = read(put(tmp_path / "n.parquet", bytes(data)))
        assert [a.row for a in articles] == [*range(1, 6), *range(11, 21)]
        assert error.row == 6 and "rows 6 to 10 cannot be read" in error.reason


class TestDatasets:
    def test_a_saved_data_set_is_one_input(self, tmp_path: Path) -> None:
        datasets = pytest.importorskip("datasets", reason="needs the train extra")
        datasets.disable_progress_bars()
        one = datasets.Dataset.from_list([{"id": i, "text": f"t{i}", "day": None} for i in range(3)])
        one.with_format("numpy").save_to_disk(tmp_path / "in/one")
        two = datasets.Dataset.from_list([{"id": "z", "text": "t"}, {"id": "0", "text": "t"}])
        datasets.DatasetDict(train=two.select([0]), test=two.select([1])).save_to_disk(tmp_path / "in/two")
        put(tmp_path / "in/b.txt", b"x")
        articles, [error] = read(tmp_path / "in")
        assert [(a.id, a.row) for a in articles] == [("b", None), ("0", 1), ("1", 2), ("2", 3), ("z", 1)]
        assert error.row == 2 and "already used by" in error.reason and ":1;" in error.reason
        assert "no column `body`" in read(tmp_path / "in/one", fields=Fields("body"))[1][0].reason

    def test_a_damaged_one_is_one_error(self, tmp_path: Path) -> None:
        pytest.importorskip("datasets", reason="needs the train extra")
        put(tmp_path / "in/dataset_info.json", b"{}")
        articles, [error] = read(tmp_path / "in")
        assert not articles and "no folder that `datasets` saved" in error.reason

    def test_without_the_package_it_says_how_to_get_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "datasets", None)
        put(tmp_path / "in/dataset_info.json", b"{}")
        assert "pip install datasets" in read(tmp_path / "in")[1][0].reason


class TestHtml:
    def test_offsets_are_of_the_text_that_the_record_holds(self, quoth: Run, tmp_path: Path) -> None:
        path = write(tmp_path / "page.html", PAGE)
        result = quoth("extract", path, "--title-field", "title", "--keep", "date,outlet")
        [article] = records(result.stdout_bytes)
        assert article.meta == {"title": "Talks end", "date": "2024-01-02", "outlet": "The Daily"}
        assert article.text.count("Nazary") == 1 and "Sport" not in article.text and "<p>" not in article.text
        [quote] = article.quotes
        assert quote.text == "“We rejected his offer & will again,”"
        assert all(article.text[s.start : s.end] == s.text for s in quote.segments)
        assert result.exit_code == 0 and "Traceback" not in result.stderr

    @pytest.mark.parametrize("page", [b"", b"<html></html>", b"\0\xff\xfe", b"<p>" * 2000])
    def test_a_page_without_an_article_is_an_error(self, tmp_path: Path, page: bytes) -> None:
        articles, [error] = read(put(tmp_path / "a.html", page))
        assert not articles and ";" in error.reason

    def test_whatever_the_parser_raises_is_the_pages_fault(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise AssertionError("inside lxml")

        monkeypatch.setattr("trafilatura.extract", fail)
        articles, [error] = read(put(tmp_path / "a.html", PAGE.encode()))
        assert not articles and "AssertionError" in error.reason


class TestCommand:
    def test_fields_by_option_from_standard_input_and_files(self, quoth: Run, tmp_path: Path) -> None:
        rows: Rows = [{"url": "u", "body": "“x”", "head": "T", "day": "Mo"}]
        path = put(tmp_path / "n.csv", as_csv(rows, ";"))
        options = ["--text-field", "body", "--id-field", "url", "--title-field", "head", "--keep", " day, "]
        result = quoth("extract", path, "-", *options, "--keep-text", input="“so”")
        one, two = records(result.stdout_bytes)
        assert (one.id, one.meta, one.text) == ("u", {"title": "T", "day": "Mo"}, "“x”")
        assert (two.id, two.meta, two.text) == ("stdin", {"title": None, "day": None}, "“so”")

    def test_an_article_of_ten_megabytes(self, quoth: Run, tmp_path: Path) -> None:
        text = "“no” " * 2 + "He went on. " * 900_000
        for name, data in (("a.txt", text.encode()), ("b.csv", as_csv([{"id": "b", "text": text}]))):
            put(tmp_path / "in" / name, data)
        for name in ("o.jsonl", "o.parquet"):
            result = quoth("extract", tmp_path / "in", "-o", tmp_path / name, "--keep-text")
            assert result.exit_code == 0 and "2 articles; 4 quotes" in result.stderr


def test_fields_are_read_once_each() -> None:
    assert Fields("text", "id", "text", ("id", "day", "day")).names == ("id", "text", "day")
