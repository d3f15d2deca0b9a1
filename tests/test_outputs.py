"""Writing: one line an article, the same bytes everywhere, and a file whole or not at all."""

import json
import os
from pathlib import Path

import pytest

from quoth.model.batch.outputs import holds_records, json_line, whole_file
from quoth.model.records import Article, Quote, Span, Stance


def test_a_line_reads_back_and_holds_no_other_line_end() -> None:
    text = "“a\x85b\u2028c\u2029d\r\n”"
    stance = Stance("none", 0.9, {"none": 0.9})
    one = Article("a", (Quote("direct", (Span.of(text, 0, len(text)),), None, None, None, stance, 0.5),), "m")
    assert Article.from_dict(json.loads(json_line(one))) == one
    assert len(json_line(one).decode().splitlines()) == 1


def test_a_file_appears_at_the_end_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(KeyError), whole_file(link) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_text() == "old" and sorted(tmp_path.iterdir()) == [link, path]
    with whole_file(link) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new" and link.is_symlink() and len(list(tmp_path.iterdir())) == 2


def test_a_device_is_written_to() -> None:
    with whole_file(Path(os.devnull)) as file:
        file.write(b"x")
    assert not Path(os.devnull).is_file()


def test_knows_its_own_records(tmp_path: Path) -> None:
    own = json_line(Article("a", (), "m")).decode()
    for text, known in [(own, True), ("", True), ('{"id": "a", "text": ""}\n', False), ("He said\n", False)]:
        (tmp_path / "f").write_text(text)
        assert holds_records(tmp_path / "f") is known
