"""Reading: every article comes once, its text untouched, and a bad one is named without losing the others."""

import json
import os
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.model.batch.articles import ArticleInput, InputError
from quoth.model.batch.inputs import count_articles, read_articles
from quoth.model.batch.text import decode

GOOD = '{"id": "good", "text": "He said no."}'


def read(*paths: Path | str) -> tuple[list[ArticleInput], list[InputError]]:
    items = list(read_articles(paths))
    return [i for i in items if isinstance(i, ArticleInput)], [i for i in items if isinstance(i, InputError)]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            " \n\t ",
            "a\r\nb\r\n",
            "a\rb",
            "NUL\0 and \x1b[2J \x07",
            "👩‍👩‍👧 e\u0301 \u2028 ﷽",
            "no end of line",
            "\0",
        ],
    )
    def test_is_given_as_the_file_has_it(self, tmp_path: Path, text: str) -> None:
        articles, errors = read(write(tmp_path / "a.b.txt", text))
        assert (articles, errors) == ([ArticleInput("a.b", text, str(tmp_path / "a.b.txt"))], [])

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
    def test_with_a_byte_order_mark_is_decoded_and_loses_only_the_mark(self, tmp_path: Path, encoding: str) -> None:
        articles, errors = read(write(tmp_path / "a.txt", "“No,”\r\nhe said.".encode(encoding)))
        assert [a.text for a in articles] == ["“No,”\r\nhe said."] and not errors

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ("caf\xe9 said".encode("latin-1"), "not UTF-8: byte 0xe9 at offset 3; convert it"),
            ("“ok” ".encode() + b"\x93", "byte 0x93 at offset 9"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary, not text"),
            ("He said no.".encode("utf-16-le"), "UTF-16 without a byte order mark"),
            (b"\xff\xfeabc", "not UTF-16-LE: byte 0x63 at offset 4"),
        ],
    )
    def test_that_is_none_is_an_error_with_a_remedy(self, tmp_path: Path, data: bytes, reason: str) -> None:
        articles, [error] = read(write(tmp_path / "a.txt", data))
        assert not articles and reason in error.reason and ";" in str(error) and "a.txt" in str(error)

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_survives_its_bytes(self, text: str) -> None:
        assert decode("\ufeff".encode() + text.encode()) == text


class TestPaths:
    def test_a_folder_is_read_recursively_and_sorted(self, tmp_path: Path) -> None:
        for name in ["b.txt", "a/z.TXT", "a/b/y.txt", "c.md", ".hidden.txt", ".git/x.txt", "A.txt"]:
            write(tmp_path / name, name)
        write(tmp_path / "a/rows.jsonl", GOOD)
        articles, errors = read(tmp_path)
        assert [a.id for a in articles] == ["A", "y", "good", "z", "b"] and not errors

    def test_one_that_was_named_is_read_whatever_its_suffix(self, tmp_path: Path) -> None:
        articles, _ = read(write(tmp_path / "README", "x"), write(tmp_path / "a.md", "y"), write(tmp_path / ".c", "z"))
        assert [(a.id, a.text) for a in articles] == [("README", "x"), ("a", "y"), (".c", "z")]

    def test_those_that_cannot_be_read_are_named_and_the_rest_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "link.txt").symlink_to("nowhere.txt")
        (tmp_path / "empty").mkdir()
        write(tmp_path / "list.json", "[]")
        write(tmp_path / "z.txt", "z")
        paths = [tmp_path / name for name in ("gone.txt", "link.txt", "empty", "list.json", "z.txt")]
        articles, errors = read(*paths)
        assert [a.id for a in articles] == ["z"]
        assert [Path(e.file).name for e in errors] == ["gone.txt", "link.txt", "empty", "list.json"]
        reasons = [
            "does not exist",
            "a broken link to nowhere.txt",
            "a folder with no .txt",
            "JSON, but not JSON lines",
        ]
        assert all(part in e.reason for part, e in zip(reasons, errors, strict=True))

    @pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
    def test_without_permission(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", "x").chmod(0)
        write(tmp_path / "dir/b.txt", "x").parent.chmod(0)
        try:
            articles, errors = read(tmp_path / "a.txt", tmp_path / "dir", tmp_path)
        finally:
            (tmp_path / "dir").chmod(0o755)
        assert not articles and len(errors) == 4 and all("no permission" in e.reason for e in errors)

    @pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
    def test_that_fail_to_open(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
        def refuse(*args: object) -> None:
            raise error

        monkeypatch.setattr("builtins.open", refuse)
        articles, errors = read(tmp_path / "a.txt", tmp_path / "b.jsonl")
        assert not articles and len(errors) == 2
        assert all("permission" in e.reason or "Input/output error" in e.reason for e in errors)

    def test_a_file_name_that_is_not_utf8_is_no_id(self, tmp_path: Path) -> None:
        try:
            write(tmp_path / os.fsdecode(b"\xe9.txt"), "x")
        except OSError:
            pytest.skip("this file system takes no such name")
        articles, [error] = read(tmp_path)
        assert not articles and "rename" in error.reason

    def test_standard_input_is_one_plain_article(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"a\r\n{}\n")))
        assert read("-") == ([ArticleInput("stdin", "a\r\n{}\n", "-")], [])
        monkeypatch.setattr(sys, "stdin", None)
        assert str(read("-")[1][0]).startswith("standard input: closed")

    def test_a_folder_passes_over_the_file_to_skip(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", "x")
        out = write(tmp_path / "out.jsonl", "{}")
        assert [item.id for item in read_articles([tmp_path], skip=[out])] == ["a"]
        assert count_articles([tmp_path], skip=[out]) == 1


class TestRows:
    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("not json", "not JSON: Expecting value at column 1"),
            ('{"id": "a", "text": "cut', "not JSON: Unterminated string"),
            ('["a", "b"]', "a list, not an object"),
            ("7", "a number, not an object"),
            ("null", "null, not an object"),
            ('{"text": "x"}', "no `id`"),
            ('{"id": "a"}', "no `text`"),
            ('{"id": "a", "quotes": [], "model": "m"}', "a row that quoth wrote"),
            ('{"id": "a", "text": null}', "`text` is null, but must be a string"),
            ('{"id": "a", "text": ["x"]}', "`text` is a list"),
            ('{"id": 7, "text": "x"}', '`id` is a number, but must be a string; write it as "7"'),
            ('{"id": true, "text": "x"}', "`id` is a boolean"),
            ('{"id": {}, "text": "x"}', "`id` is an object"),
            ('{"id": null, "text": "x"}', "`id` is null"),
            ('{"id": "a", "text": "x \\ud800 y"}', "half a surrogate pair (\\ud800)"),
            ('{"id": "\\udfff", "text": "x"}', "half a surrogate pair (\\udfff)"),
            ('{"id": "a", "text": "x", "n": ' + "9" * 5000 + "}", "a number too long"),
            ('{"id": "a", "text": ' + "[" * 200_000, "nested too deep"),
            (b'{"id": "a", "text": "\x93"}', "not UTF-8: byte 0x93 at offset 21"),
            (b"\x89PNG\0", "binary"),
            ("\0" * 50, "not JSON"),
        ],
    )
    def test_a_bad_one_is_named_and_loses_no_other(self, tmp_path: Path, row: str | bytes, reason: str) -> None:
        row = row if isinstance(row, bytes) else row.encode()
        path = write(tmp_path / "n.jsonl", b'{"id": "first", "text": ""}\n\n' + row + b"\n" + GOOD.encode())
        articles, [error] = read(path)
        assert [(a.id, a.row) for a in articles] == [("first", 1), ("good", 4)]
        assert (error.file, error.row) == (str(path), 3) and reason in error.reason
        assert str(error).startswith(f"{path}:3") and "\n" not in str(error)

    def test_text_is_the_string_with_every_escape_resolved(self, tmp_path: Path) -> None:
        text = "\0 \x1b \r\n \u2028 👍 “”"
        for ascii in (True, False):
            rows = json.dumps({"id": "é", "text": text, "more": [1]}, ensure_ascii=ascii)
            articles, errors = read(write(tmp_path / "n.jsonl", rows + "\r\n"))
            assert [(a.id, a.text) for a in articles] == [("é", text)] and not errors

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
    def test_in_other_encodings(self, tmp_path: Path, encoding: str) -> None:
        mark = "" if encoding != "utf-16-be" else "\ufeff"
        path = write(tmp_path / "n.jsonl", f'{mark}{GOOD}\nnone\n{{"id": "ਊ", "text": "Ċ"}}\n'.encode(encoding))
        articles, [error] = read(path)
        assert [(a.id, a.row) for a in articles] == [("good", 1), ("ਊ", 3)] and error.row == 2

    @pytest.mark.parametrize("data", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf"])
    def test_a_file_of_none_is_no_error(self, tmp_path: Path, data: bytes) -> None:
        assert read(write(tmp_path / "n.jsonl", data)) == ([], [])

    def test_are_streamed(self, tmp_path: Path) -> None:
        """The first row of an endless pipe comes before the second is written."""
        if not hasattr(os, "mkfifo"):
            pytest.skip("no named pipes here")
        pipe = tmp_path / "n.jsonl"
        os.mkfifo(pipe)
        keep = os.open(pipe, os.O_RDWR)  # so that opening to read does not wait
        os.write(keep, b'{"id": "1", "text": "' + b"x" * 9000 + b'"}\n')
        articles = read_articles([pipe])
        assert next(articles).id == "1"
        os.close(keep)
        assert list(articles) == []


class TestIds:
    def test_used_twice_is_an_error_that_names_the_first(self, tmp_path: Path) -> None:
        rows = write(tmp_path / "n.jsonl", f"{GOOD}\n{GOOD}\n" + GOOD.replace("good", "b"))
        file, other = write(tmp_path / "good.txt", "x"), write(tmp_path / "sub/b.txt", "x")
        articles, errors = read(rows, file, other)
        assert [a.id for a in articles] == ["good", "b"]
        assert [(e.file, e.row) for e in errors] == [(str(rows), 2), (str(file), None), (str(other), None)]
        assert all("already used by" in e.reason for e in errors)
        assert [f"{rows}:1;" in e.reason for e in errors] == [True, True, False]

    def test_of_a_bad_row_is_still_free(self, tmp_path: Path) -> None:
        articles, errors = read(write(tmp_path / "n.jsonl", '{"id": "good", "text": 1}\n' + GOOD))
        assert [a.id for a in articles] == ["good"] and [e.id for e in errors] == ["good"]


@given(st.lists(st.binary(max_size=40)))
def test_whatever_the_rows_there_is_one_result_for_each_that_is_not_blank(
    tmp_path_factory: pytest.TempPathFactory, rows: list[bytes]
) -> None:
    data = b"x\n" + b"\n".join(row.replace(b"\n", b"") for row in rows)  # no byte order mark: it begins with an x
    path = write(tmp_path_factory.mktemp("rows") / "n.jsonl", data)
    results = list(read_articles([path]))
    expected = [line.removeprefix(b"\xef\xbb\xbf").strip() for line in data.split(b"\n")]
    assert len(results) == sum(1 for line in expected if line)
    for result in results:
        str(result).encode(errors="backslashreplace")


def test_count_tells_how_many_will_come(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "x")
    write(tmp_path / "n.jsonl", f"{GOOD}\nbad\n")
    paths: list[str | Path] = [tmp_path, "-", tmp_path / "gone.txt", tmp_path / "gone.jsonl"]
    assert count_articles(paths) == 6
