"""The command line, with a small extractor in place of the model's: what goes in, what comes out, how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fake_extractor import FakeExtractor, Run, article, quote, records, spawn, write

from quoth.model.batch.articles import ArticleInput, InputError
from quoth.model.batch.stream import extract_articles
from quoth.model.records import Article


class TestExtract:
    def test_writes_one_record_a_line_in_the_order_of_the_input(self, quoth: Run, tmp_path: Path) -> None:
        rows = [article(f"é{i}", "He: “No” " * (i % 3) + "👍\u2028 “Ünd\x85” ") for i in range(50)]
        result = quoth("extract", write(tmp_path / "n.jsonl", *rows), "--batch-size", 3)
        assert result.exit_code == 0
        found = records(result.stdout_bytes)
        assert [a.id for a in found] == [row["id"] for row in rows]
        assert "é0" in result.stdout_bytes.decode() and len(result.stdout_bytes.decode().splitlines()) == 50
        for row, one in zip(rows, found, strict=True):
            spans = [s for q in one.quotes for s in (*q.segments, q.cue, q.speaker, q.target) if s]
            assert spans and all(row["text"][s.start : s.end] == s.text for s in spans)

    def test_reads_files_folders_and_standard_input(self, quoth: Run, tmp_path: Path) -> None:
        write(tmp_path / "dir/b.txt", "He “no”")
        write(tmp_path / "dir/sub/rows.jsonl", article("r", "“no”"))
        result = quoth("extract", tmp_path / "dir", write(tmp_path / "a.txt", ""), "-", input="“so”\r\n")
        assert [(a.id, len(a.quotes)) for a in records(result.stdout_bytes)] == [
            ("b", 1),
            ("r", 1),
            ("a", 0),
            ("stdin", 1),
        ]
        assert "4 articles; 3 quotes (3 direct, 0 mixed, 0 indirect); 3 rejection; " in result.stderr
        assert result.stderr.endswith("articles/s; 0 errors\n")

    def test_names_what_failed_and_writes_the_rest(self, quoth: Run, tmp_path: Path) -> None:
        rows = [article("a", "“x”"), article("b", "FAIL"), article("c", "“y”"), {"id": 4}, "oops\n", article("a", "z")]
        path, out = write(tmp_path / "n.jsonl", *rows), tmp_path / "out.jsonl"
        result = quoth("extract", path, tmp_path / "gone.txt", "-o", out)
        assert result.exit_code == 1 and result.stdout == ""
        assert [a.id for a in records(out.read_bytes())] == ["a", "c"]
        errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        places = [f"{path}:2", f"{path}:4", f"{path}:5", f"{path}:6", f"{tmp_path / 'gone.txt'}"]
        assert all(place in error for place, error in zip(places, errors, strict=True))
        assert "RuntimeError: CUDA out of memory. Tried" in errors[0] and "--batch-size" in errors[0]
        assert "2 articles" in result.stderr and "5 errors" in result.stderr and "Traceback" not in result.output

    def test_keeps_only_the_kinds_and_scores_asked_for(self, quoth: Run, tmp_path: Path) -> None:
        path = write(tmp_path / "a.txt", "He “12345” “12345678” ")
        assert [q.score for a in records(quoth("extract", path).stdout_bytes) for q in a.quotes] == [0.5, 0.8]
        result = quoth("extract", path, "--min-score", "0.8", "--kinds", "mixed, direct")
        assert [q.score for a in records(result.stdout_bytes) for q in a.quotes] == [0.8]
        assert [a.quotes for a in records(quoth("extract", path, "--kinds", "mixed").stdout_bytes)] == [()]

    def test_gives_model_and_device_on_and_loads_once(self, quoth: Run, tmp_path: Path) -> None:
        rows = [article(str(i), "x") for i in range(200)]
        quoth("extract", write(tmp_path / "n.jsonl", *rows), "--model", "mine", "--device", "cpu", "--batch-size", 1)
        assert FakeExtractor.loaded == [("mine", "cpu")]

    def test_loads_no_model_where_there_is_nothing_to_read(self, quoth: Run, tmp_path: Path) -> None:
        assert quoth("extract", tmp_path / "gone.txt").exit_code == 1
        assert FakeExtractor.loaded == []

    def test_a_second_run_over_the_output_too_gives_the_same_bytes(self, quoth: Run, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", "He “no”")
        out = tmp_path / "out.jsonl"
        assert quoth("extract", tmp_path, "-o", out).exit_code == 0
        first = out.read_bytes()
        assert quoth("extract", tmp_path, "-o", out).exit_code == 0
        assert out.read_bytes() == first and len(records(first)) == 1

    def test_view_prints_tables_and_json_only_into_a_file(self, quoth: Run, tmp_path: Path) -> None:
        path, out = write(tmp_path / "a.txt", "He “no”"), tmp_path / "out.jsonl"
        shown = quoth("extract", path, "--view").stdout
        assert "Ali Maisam Nazary" in shown and "“no”" in shown and "rejection" in shown and "{" not in shown
        assert quoth("extract", path, "--view", "-o", out).stdout == shown
        assert [a.id for a in records(out.read_bytes())] == ["a"]


class TestUsage:
    @pytest.mark.parametrize(
        ("args", "said"),
        [
            ([], "Missing argument"),
            (["a.txt", "--kinds", "direct,loud"], "'loud' is none of direct, mixed, indirect"),
            (["a.txt", "--kinds", ""], "is none of"),
            (["a.txt", "--min-score", "1.5"], "not between 0 and 1"),
            (["a.txt", "--min-score", "nan"], "not between 0 and 1"),
            (["a.txt", "--batch-size", "0"], "batch-size"),
            (["a.txt", "-o", "."], "is a folder with other things in it"),
            (["a.txt", "-o", "gone/out.jsonl"], "not there"),
            (["a.txt", "-o", "a.txt"], "is an input"),
            ([".", "-o", "rows.jsonl"], "is an input"),
            (["a.txt", "--model", "broken"], "cannot load broken: no model there at all"),
        ],
    )
    def test_errors_exit_with_2_and_leave_files_alone(
        self, quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], said: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "200")
        before = {write(Path("a.txt"), "x"): b"x", write(Path("rows.jsonl"), article("b", "y")): b""}
        before[Path("rows.jsonl")] = Path("rows.jsonl").read_bytes()
        result = quoth("extract", *args)
        assert (result.exit_code, result.stdout) == (2, "") and said in result.stderr
        assert {path: path.read_bytes() for path in Path(".").iterdir()} == before

    def test_version(self, quoth: Run) -> None:
        assert quoth("--version").stdout.startswith("quoth 0.")

    def test_help_shows_examples_and_needs_no_torch(self) -> None:
        code = "import sys; sys.argv = ['quoth', 'extract', '--help']\nfrom quoth.cli import main\n"
        code += "try: main()\nfinally: print(sorted({'torch', 'transformers', 'numpy'} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
        assert done.returncode == 0 and "quoth extract news/ -o quotes.jsonl" in done.stdout
        assert done.stdout.endswith("[]\n")


class TestEnd:
    def test_a_reader_that_goes_away_is_no_error(self, tmp_path: Path) -> None:
        path = write(tmp_path / "n.jsonl", *[article(str(i), "He “" + "no " * 2000 + "”") for i in range(300)])
        for view in ([], ["--view"]):
            run = spawn("extract", path, *view, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            assert run.stdout and run.stderr and run.stdout.read(10)
            run.stdout.close()
            assert run.stderr.read() == b"" and run.wait() == 141

    @pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
    def test_an_interrupt_leaves_no_traceback_and_no_half_file(self, tmp_path: Path) -> None:
        path = write(tmp_path / "n.jsonl", article("a", "“x”"), article("b", "SLOW"))
        run = spawn("extract", path, "-o", tmp_path / "out.jsonl", "--batch-size", 1, stderr=subprocess.PIPE)
        while run.poll() is None and not list(tmp_path.glob("out.jsonl.parts/.00000.jsonl*.part")):
            time.sleep(0.05)
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=20)
        assert run.returncode == 130 and errors.startswith(b"interrupted after "), errors
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full disk to write to")
    def test_a_full_disk_is_told(self, tmp_path: Path) -> None:
        with open("/dev/full", "wb") as full:
            run = spawn("extract", write(tmp_path / "a.txt", "“x”"), stdout=full, stderr=subprocess.PIPE)
            errors = run.communicate(timeout=60)[1].decode()
        assert run.returncode == 1 and "cannot write standard output: No space left" in errors
        assert "Traceback" not in errors and "Exception ignored" not in errors

    def test_train_without_its_packages_says_how_to_get_them(
        self, quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "quoth.training.run", None)
        result = quoth("train", write(tmp_path / "c.yaml", "x"))
        assert result.exit_code == 2 and "pip install 'quoth[train]'" in result.stderr

    def test_train_gives_its_arguments_on(self, quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[tuple[object, ...]] = []

        def right(*args: object) -> Path:
            calls.append(args)
            return Path("runs/x")

        def wrong(*args: object) -> Path:
            raise ValueError("encoder: unknown key `lr`")

        module = ModuleType("quoth.training.run")
        vars(module)["train"] = right
        monkeypatch.setitem(sys.modules, module.__name__, module)
        config = write(tmp_path / "c.yaml", "x")
        assert quoth("train", config).stdout == f"{Path('runs/x')}\n"
        quoth("train", config, "--polnear", tmp_path, "-o", "out", "--no-resume")
        assert calls == [(config, None, None, True), (config, tmp_path, Path("out"), False)]
        vars(module)["train"] = wrong
        result = quoth("train", config)
        assert result.exit_code == 2 and result.stderr == "error: encoder: unknown key `lr`\n"


class TestStream:
    def results(self, extractor: FakeExtractor, texts: list[str], batch_size: int = 2) -> list[Article | InputError]:
        inputs = [ArticleInput(str(i), text, "f", i) for i, text in enumerate(texts)]
        return list(extract_articles(lambda: extractor, inputs, batch_size))

    @pytest.mark.parametrize("failing", range(7))
    def test_one_that_fails_loses_no_other(self, failing: int) -> None:
        texts = ["“x”"] * 7
        texts[failing] = "FAIL"
        results = self.results(FakeExtractor(), texts)
        assert [getattr(r, "id", None) for r in results] == [str(i) for i in range(7)]
        assert [isinstance(r, InputError) for r in results] == [i == failing for i in range(7)]

    def test_a_pipe_that_stops_early_or_gives_anothers_record_is_made_good(self) -> None:
        class Short(FakeExtractor):
            def pipe(self, articles: Iterable[tuple[str, str]], **options: Any) -> Iterator[Article]:
                yield from list(super().pipe(articles, **options))[:-1]

        class Swapped(FakeExtractor):
            def pipe(self, articles: Iterable[tuple[str, str]], **options: Any) -> Iterator[Article]:
                return reversed(list(super().pipe(articles, **options)))

        class NoPipe(FakeExtractor):
            def pipe(self, articles: Iterable[tuple[str, str]], **options: Any) -> Iterator[Article]:
                raise ValueError

        for extractor in (Short(), Swapped(), NoPipe()):
            assert [r.id for r in self.results(extractor, ["a", "“b”", "c"])] == ["0", "1", "2"]

    def test_no_offset_that_lies_and_no_score_that_is_none_comes_out(self) -> None:
        class Lying(FakeExtractor):
            def __call__(self, text: str, id: str = "") -> Article:
                wrong = quote("“y” ", 0, 3) if "LIE" in text else quote(text, 0, 3, score=float("nan"))
                return Article(id, (wrong,), self.name)

        results = self.results(Lying(), ["“x” LIE", "“x” NAN"])
        said = [getattr(result, "reason", "") for result in results]
        assert "does not fit" in said[0] and "no number" in said[1]

    def test_errors_keep_their_place_and_nothing_is_loaded_for_them(self) -> None:
        error = InputError("f", 1, None, "bad")
        assert list(extract_articles(pytest.fail, [error, error])) == [error, error]
        inputs: list[ArticleInput | InputError] = [error, ArticleInput("a", "x", "f"), error]
        assert [result.id for result in extract_articles(FakeExtractor, inputs)] == [None, "a", None]
