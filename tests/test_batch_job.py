"""Stopped at any moment and started again, a run writes what an undisturbed one writes; nothing is lost or doubled."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from fake_extractor import FakeExtractor, Run, records, spawn, write
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from quoth.model.batch.articles import ArticleInput, InputError
from quoth.model.batch.flat import Sheet
from quoth.model.batch.job import Extraction, Item, Job, JobError, Result
from quoth.model.batch.outputs import Format
from quoth.model.batch.run import Options, extraction

SIZE = 3  # inputs in a shard
ITEMS: list[Item] = [
    InputError("n.jsonl", row, None, "bad") if row in (4, 9, 10) else
    ArticleInput(f"a{row}", "FAIL" if row == 6 else f"He “no {row}” “so”", "n.jsonl", row)
    for row in range(1, 12)
]  # fmt: skip
OUTPUTS: dict[str, Format] = {"o.jsonl": "jsonl", "o.csv": "csv", "o.parquet": "parquet", "new": "jsonl"}


class Stop(Exception):
    """What stops a run from inside."""


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def steady() -> Extraction:
    return extraction(FakeExtractor, Options(batch_size=2))


def stopping_at(count: int) -> Extraction:
    """Extract, but stop for good instead of giving result number `count`."""

    def extract(items: Iterator[Item]) -> Iterator[Result]:
        nonlocal count
        for result in steady()(items):
            if not count:
                raise Stop
            count -= 1
            yield result

    return extract


def run_once(
    folder: Path, output: str, extract: Extraction | None = None, items: Iterable[Item] = ITEMS, size: int = SIZE
) -> int:
    """Run a job, or go on with it; gives how many results were new."""
    sheet, settings = Sheet(), {"--model": "m", "--shard-size": size}
    with Job(folder / output, OUTPUTS[output], sheet, settings, output == "new") as begun:
        return sum(1 for _ in begun.run(iter(items), extract or steady(), size))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    whole = {}
    for output in OUTPUTS:
        folder = tmp_path_factory.mktemp("undisturbed")
        assert run_once(folder, output) == len(ITEMS)
        whole[output] = files(folder)
    return whole


class TestRestart:
    def test_undisturbed_all_is_there_once(self, undisturbed: dict[str, dict[str, bytes]]) -> None:
        assert set(undisturbed["o.jsonl"]) == {"o.jsonl", "o.errors.jsonl"}
        shards = [f"new/quotes-{number:05d}.jsonl" for number in range(4)]
        assert set(undisturbed["new"]) == {"new/errors.jsonl", *shards}
        assert b"".join(undisturbed["new"][shard] for shard in shards) == undisturbed["o.jsonl"]["o.jsonl"]
        assert [a.id for a in records(undisturbed["o.jsonl"]["o.jsonl"])] == ["a1", "a2", "a3", "a5", "a7", "a8", "a11"]
        errors = [json.loads(line)["row"] for line in undisturbed["o.jsonl"]["o.errors.jsonl"].splitlines()]
        assert errors == [4, 6, 9, 10]

    @given(st.sampled_from(sorted(OUTPUTS)), st.lists(st.integers(0, len(ITEMS)), max_size=4))
    @profile(max_examples=40)
    def test_stopped_anywhere_any_number_of_times_it_ends_the_same(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        undisturbed: dict[str, dict[str, bytes]],
        output: str,
        stops: list[int],
    ) -> None:
        folder, done = tmp_path_factory.mktemp("stopped"), 0
        for stop in stops:
            try:
                run_once(folder, output, stopping_at(stop))
                break
            except Stop:
                done += stop // SIZE * SIZE
                assert bool(files(folder)) == bool(done)  # nothing is left where no shard was finished
        else:
            assert run_once(folder, output) == len(ITEMS) - done  # what was finished is not done again
        assert files(folder) == undisturbed[output]

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    @pytest.mark.parametrize("output", ["o.jsonl", "o.csv", "new"])
    def test_killed_before_any_step_on_the_disk_it_ends_the_same(
        self, tmp_path: Path, undisturbed: dict[str, dict[str, bytes]], output: str
    ) -> None:
        """Each of a run's file operations in turn is the last that never happens, as of a power cut."""
        for step in range(1000):
            folder = tmp_path / str(step)
            folder.mkdir()
            if not _killed(partial(run_once, folder, output), folder, step):
                break
            ended = output == "new" and (folder / "new/quotes-00003.jsonl").exists()
            if not (ended and not (folder / "new/.parts/job.json").exists()):  # else it was all but done
                run_once(folder, output)
                assert files(folder) == undisturbed[output], step
        assert step > 30 and files(folder) == undisturbed[output]

    def test_a_shard_that_is_gone_is_made_again(self, tmp_path: Path, undisturbed: dict[str, dict[str, bytes]]) -> None:
        for output, gone in (("new", "new/quotes-00001.jsonl"), ("o.csv", "o.csv.parts/00001.errors.jsonl")):
            with pytest.raises(Stop):
                run_once(tmp_path / ".", output, stopping_at(10))
            (tmp_path / gone).unlink()
            assert run_once(tmp_path, output) == len(ITEMS) - SIZE
        assert files(tmp_path) == undisturbed["new"] | undisturbed["o.csv"]

    def test_no_article_is_held_longer_than_its_shard(self, tmp_path: Path) -> None:
        taken = 0

        def endless() -> Iterator[Item]:
            nonlocal taken
            for row in range(1, 40):
                taken += 1
                yield ArticleInput(f"a{row}", "x", "n.jsonl", row)

        with Job(tmp_path / "o.jsonl", "jsonl", Sheet(), {}) as begun:
            for number, _ in enumerate(begun.run(endless(), steady(), 4)):
                assert taken <= (number // 4 + 1) * 4

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "there").mkdir()
        (tmp_path / "o.jsonl").symlink_to(tmp_path / "there/real.jsonl")
        run_once(tmp_path, "o.jsonl")
        assert (tmp_path / "o.jsonl").is_symlink()
        assert set(files(tmp_path)) == {"o.jsonl", "there/real.jsonl", "there/real.errors.jsonl"}


def _killed(work: Callable[[], object], folder: Path, step: int) -> bool:
    """Do work in a process that dies, cleaning nothing up, once it has changed the disk `step` times."""
    child = os.fork()
    if not child:
        left = step

        def watch(event: str, args: tuple[object, ...]) -> None:
            nonlocal left
            changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir")
            changes |= event == "open" and isinstance(args[1], str) and "w" in args[1]
            if changes and str(args[0]).startswith(str(folder)):
                if not left:
                    os._exit(9)
                left -= 1

        try:
            sys.addaudithook(watch)
            work()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 9)
    return status == 9


class TestRefusal:
    def begun(self, folder: Path, output: str = "o.jsonl") -> Path:
        with pytest.raises(Stop):
            run_once(folder, output, stopping_at(7))
        return folder

    @pytest.mark.parametrize("at", [0, 3, 5])
    def test_of_an_input_that_has_changed(self, tmp_path: Path, at: int) -> None:
        self.begun(tmp_path)
        before = files(tmp_path)
        for change in (
            [ArticleInput("a1", "another", "n.jsonl", 1)],
            [ArticleInput("b", "He “no 1” “so”", "n.jsonl", 1)],
            [InputError("n.jsonl", 1, None, "x")],
            [],
        ):
            changed = [*ITEMS[:at], *change, *ITEMS[at + 1 :]]
            with pytest.raises(JobError, match=f"among articles {at // 3 * 3 + 1} to {at // 3 * 3 + 3}.*put it back"):
                run_once(tmp_path, "o.jsonl", items=changed)
        with pytest.raises(JobError, match="among articles"):
            run_once(tmp_path, "o.jsonl", items=ITEMS[:5])
        assert files(tmp_path) == before

    def test_more_input_at_the_end_is_no_change(self, tmp_path: Path) -> None:
        with pytest.raises(Stop):
            run_once(tmp_path, "o.jsonl", stopping_at(7), ITEMS[:8])
        assert run_once(tmp_path, "o.jsonl") == len(ITEMS) - 6

    def test_of_other_settings(self, tmp_path: Path) -> None:
        self.begun(tmp_path)
        with pytest.raises(
            JobError, match=r"another --shard-size \(3, now 4\); run the command as it was, or delete .*o"
        ):
            run_once(tmp_path, "o.jsonl", size=4)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--min-score", "0.5"], "another --min-score (0.0, now 0.5)"),
            (["--kinds", "mixed"], 'another --kinds (["direct", "mixed", "indirect"], now ["mixed"])'),
            (["--keep", "day"], 'another --keep ([], now ["day"])'),
            (["--keep-text"], "another --keep-text (false, now true)"),
            (["--text-field", "id"], "another --text-field"),
            (["--title-field", "id"], 'another --title-field (null, now "id")'),
            (["--model", "other"], "another --model ("),
            (["--precision", "fp32"], "another --precision"),
            (["--device", "cuda"], 'another --device (null, now "cuda")'),
            (["--batch-size", "2"], "another --batch-size (16, now 2)"),
            (["--shard-size", "2"], "another --shard-size (1, now 2)"),
        ],
    )
    def test_of_another_option_or_model(self, quoth: Run, tmp_path: Path, options: list[str], said: str) -> None:
        path = write(tmp_path / "n.jsonl", *[{"id": f"a{i}", "text": "“x”" if i < 3 else "STOP"} for i in range(5)])
        command = ["extract", path, "-o", tmp_path / "o.jsonl", "--shard-size", 1]
        begin(quoth, *command)
        before = files(tmp_path)
        result = quoth(*command, *options)
        assert (
            result.exit_code == 2 and said in result.stderr and "run the command as it was, or delete" in result.stderr
        )
        assert files(tmp_path) == before
        assert quoth(*command).exit_code == 0 and len(records((tmp_path / "o.jsonl").read_bytes())) == 5

    def test_of_a_model_whose_weights_have_changed(self, quoth: Run, tmp_path: Path) -> None:
        model = write(tmp_path / "m/config.json", {"stances": ["none"]}).parent
        (model / "model.safetensors").write_bytes(b"1")
        path = write(tmp_path / "n.jsonl", {"id": "a", "text": "x"}, {"id": "b", "text": "STOP"})
        command = ["extract", path, "-o", tmp_path / "o.csv", "--shard-size", 1, "--model", model]
        begin(quoth, *command)
        (model / "model.safetensors").write_bytes(b"2")
        assert "another --model" in quoth(*command).stderr
        (model / "model.safetensors").write_bytes(b"1")
        assert quoth(*command).exit_code == 0 and b"p_none,model\n" in (tmp_path / "o.csv").read_bytes()

    @pytest.mark.parametrize("output", ["o.jsonl", "new"])
    def test_of_an_output_that_another_run_is_writing(
        self, tmp_path: Path, undisturbed: dict[str, dict[str, bytes]], output: str
    ) -> None:
        def meddling(items: Iterator[Item]) -> Iterator[Result]:
            before = files(tmp_path)
            for _ in range(2):  # refusing lets nothing go
                with pytest.raises(JobError, match="another run is writing"):
                    run_once(tmp_path, output)
            assert files(tmp_path) == before
            yield from steady()(items)

        assert run_once(tmp_path, output, meddling) == len(ITEMS)
        assert files(tmp_path) == undisturbed[output]

    def test_of_a_folder_that_holds_other_things(self, quoth: Run, tmp_path: Path) -> None:
        path = write(tmp_path / "n.jsonl", {"id": "a", "text": "x"})
        write(tmp_path / "full/mine.txt", "mine")
        result = quoth("extract", path, "-o", tmp_path / "full")
        assert result.exit_code == 2 and "other things in it" in result.stderr
        assert quoth("extract", path, "-o", f"{tmp_path}/new/").exit_code == 0
        before = files(tmp_path)
        assert quoth("extract", path, "-o", f"{tmp_path}/new/").exit_code == 2 and files(tmp_path) == before

    def test_parts_that_are_not_ours_are_left_alone(self, quoth: Run, tmp_path: Path) -> None:
        path = write(tmp_path / "n.jsonl", {"id": "a", "text": "x"})
        write(tmp_path / "o.jsonl.parts/mine.txt", "mine")
        assert quoth("extract", path, "-o", tmp_path / "o.jsonl").exit_code == 0
        assert set(files(tmp_path)) == {"n.jsonl", "o.jsonl", "o.jsonl.parts/mine.txt"}


def begin(quoth: Run, *command: object) -> str:
    """Run a command that is interrupted at the first article which says STOP; gives what it said."""
    with pytest.MonkeyPatch.context() as patch:
        call = FakeExtractor.__call__

        def interrupted(self: FakeExtractor, text: str, id: str = "") -> object:
            if "STOP" in text:
                raise KeyboardInterrupt
            return call(self, text, id)

        patch.setattr(FakeExtractor, "__call__", interrupted)
        result = quoth(*command)
    assert result.exit_code == 130
    return str(result.stderr)


class TestCommand:
    def test_what_is_finished_is_kept_and_told(self, quoth: Run, tmp_path: Path) -> None:
        rows = [{"id": f"a{i}", "text": "FAIL" if i == 1 else "“x”"} for i in range(5)]
        path = write(tmp_path / "n.jsonl", *rows, {"id": "z", "text": "STOP"})
        command = ["extract", path, "-o", tmp_path / "o.jsonl", "--shard-size", 2, "--batch-size", 1]
        assert begin(quoth, *command).endswith("; the same command goes on after the 4 that are finished\n")
        FakeExtractor.loaded.clear()
        result = quoth(*command)
        assert result.exit_code == 1 and FakeExtractor.loaded
        assert [a.id for a in records((tmp_path / "o.jsonl").read_bytes())] == ["a0", "a2", "a3", "a4", "z"]
        assert "5 articles; 4 quotes" in result.stderr and "1 error\n" in result.stderr  # of both runs together
        [error] = map(json.loads, (tmp_path / "o.errors.jsonl").read_bytes().splitlines())
        assert (error["row"], error["id"]) == (2, "a1") and error["file"] == str(path)

    def test_output_in_the_folder_that_is_read(
        self, quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither a finished output, nor its errors, nor the parts of a stopped run are taken for inputs."""
        monkeypatch.chdir(tmp_path)
        rows = [{"id": f"a{i}", "text": "FAIL" if i == 1 else "“x”"} for i in range(5)]
        write(Path("n.jsonl"), *rows, {"id": "z", "text": "STOP"})
        for paths in (["."], ["*.jsonl"], ["**/*.jsonl"]):
            for _ in range(2):
                begin(quoth, "extract", *paths, "-o", "all.jsonl", "--shard-size", 2)
                assert quoth("extract", *paths, "-o", "all.jsonl", "--shard-size", 2).exit_code == 1
                assert len(records(Path("all.jsonl").read_bytes())) == 5
                assert set(files(tmp_path)) == {"n.jsonl", "all.jsonl", "all.errors.jsonl"}
        for path in ("all.csv", "all.parquet"):  # what was written before is known for what it is, and written anew
            assert [quoth("extract", ".", "-o", path).exit_code for _ in range(2)] == [1, 1]

    @pytest.mark.parametrize(
        ("paths", "output"),
        [
            (["*.jsonl"], "n.jsonl"),
            (["n.*"], "n.jsonl"),
            (["o.errors.jsonl", "n.jsonl"], "o.csv"),
            (["link"], "n.jsonl"),
        ],
    )
    def test_an_input_is_never_replaced(
        self, quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paths: list[str], output: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for name in ("n.jsonl", "o.errors.jsonl"):
            write(Path(name), {"id": "a", "text": "x"})
        Path("link").symlink_to("n.jsonl")
        before = files(tmp_path)
        result = quoth("extract", *paths, "-o", output)
        assert result.exit_code == 2 and "is an input" in " ".join(result.stderr.split())
        assert files(tmp_path) == before

    @pytest.mark.parametrize("output", ["o.jsonl", "new/"])
    def test_strict_stops_at_the_first_error_and_goes_on_once_it_is_mended(
        self, quoth: Run, tmp_path: Path, output: str
    ) -> None:
        rows = [{"id": f"a{i}", "text": "“x”"} for i in range(5)]
        path = write(tmp_path / "n.jsonl", *rows, {"id": "bad"}, {"id": "z", "text": "“x”"})
        command = ["extract", path, "-o", f"{tmp_path}/{output}", "--strict"]
        result = quoth(*command)
        assert result.exit_code == 1 and f"{path}:6" in result.stderr and "as --strict asks" in result.stderr
        assert list(tmp_path.iterdir()) == [path]
        assert quoth(*command, "--shard-size", 2).exit_code == 1 and len(files(tmp_path)) > 1
        write(path, *rows, {"id": "a5", "text": "“y”"}, {"id": "z", "text": "“x”"})
        assert quoth(*command, "--shard-size", 2).exit_code == 0
        found = b"".join(data for name, data in files(tmp_path).items() if name != "n.jsonl")
        assert [a.id for a in records(found)] == ["a0", "a1", "a2", "a3", "a4", "a5", "z"]

    def test_strict_to_standard_output(self, quoth: Run, tmp_path: Path) -> None:
        path = write(tmp_path / "n.jsonl", {"id": "a", "text": "x"}, "oops\n", {"id": "b", "text": "x"})
        result = quoth("extract", path, "--strict")
        assert result.exit_code == 1 and [a.id for a in records(result.stdout_bytes)] == ["a"]

    def test_more_than_a_few_errors_are_only_counted(self, quoth: Run, tmp_path: Path) -> None:
        path = write(tmp_path / "n.jsonl", *["oops\n"] * 50)
        result = quoth("extract", path, "-o", tmp_path / "o.jsonl")
        assert result.stderr.count("error: ") == 20 and "more errors are set aside" in result.stderr
        assert len((tmp_path / "o.errors.jsonl").read_bytes().splitlines()) == 50 and "50 errors" in result.stderr
        assert quoth("extract", write(path, "\n"), "-o", tmp_path / "o.jsonl").exit_code == 0
        assert not (tmp_path / "o.errors.jsonl").exists()  # those of the run before are not this one's

    def test_who_looks_on_may_go_away(self, tmp_path: Path) -> None:
        rows = [{"id": str(i), "text": "He “" + "no " * 2000 + "”"} for i in range(300)]
        path, out = write(tmp_path / "n.jsonl", *rows), tmp_path / "o.jsonl"
        viewed = spawn("extract", path, "--view", "-o", out, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert viewed.stdout and viewed.stderr and viewed.stdout.read(10)
        viewed.stdout.close()
        assert b"300 articles" in viewed.stderr.read() and viewed.wait() == 0
        assert len(records(out.read_bytes())) == 300

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_named_pipe_is_written_to_and_viewed(self, tmp_path: Path) -> None:
        path, pipe = write(tmp_path / "n.jsonl", {"id": "a", "text": "He “x”"}), tmp_path / "pipe"
        os.mkfifo(pipe)
        run = spawn("extract", path, "--view", "-o", pipe, stdout=subprocess.PIPE)
        assert [a.id for a in records(pipe.read_bytes())] == ["a"]
        assert "“x”" in run.communicate()[0].decode() and run.returncode == 0 and len(list(tmp_path.iterdir())) == 2

    def test_a_closed_standard_output_matters_only_where_it_is_written_to(self, tmp_path: Path) -> None:
        path = write(tmp_path / "n.jsonl", {"id": "a", "text": "x"})
        for output, code in (["-o", tmp_path / "o.jsonl"], 0), ([], 1):
            run = spawn("extract", path, *output, preexec_fn=lambda: os.close(1), stderr=subprocess.PIPE)
            assert run.wait() == code and run.stderr and b"Traceback" not in run.stderr.read()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals are another thing here")
@pytest.mark.parametrize("output", ["o.jsonl", "o.csv", "o.parquet", "new/"])
def test_killed_at_any_moment_and_started_again_the_bytes_are_the_same(tmp_path: Path, output: str) -> None:
    rows = [{"id": f"a{i}", "text": "FAIL" if i % 50 == 7 else f"NAP He “no {i}” “so”"} for i in range(200)]
    path = write(tmp_path / "n.jsonl", *rows, "oops\n")
    command = ["extract", path, "--shard-size", 10, "--batch-size", 4]
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    assert spawn(*command, "-o", f"{tmp_path}/calm/{output}", stderr=subprocess.DEVNULL).wait() == 1
    kills = 0
    for pause in (0.0, 0.03, 0.05, 0.08, 0.11, 0.0, 0.14, 0.02):
        before = len(list((tmp_path / "killed").rglob("*.receipt.json")))
        run = spawn(*command, "-o", f"{tmp_path}/killed/{output}", stderr=subprocess.DEVNULL)
        while run.poll() is None and len(list((tmp_path / "killed").rglob("*.receipt.json"))) <= before:
            time.sleep(0.002)
        time.sleep(pause)
        run.send_signal(signal.SIGKILL)
        kills += run.wait() == -signal.SIGKILL
    assert kills >= 5
    if not (output == "new/" and not (tmp_path / "killed/new/.parts").exists()):
        assert spawn(*command, "-o", f"{tmp_path}/killed/{output}", stderr=subprocess.DEVNULL).wait() == 1
    assert files(tmp_path / "killed") == files(tmp_path / "calm")
    assert all(".part" not in name for name in files(tmp_path))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of half a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this system mounts no small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("output", ["o.jsonl", "o.csv", "o.parquet", "new/"])
def test_a_full_disk_is_told_and_the_same_command_goes_on(
    quoth: Run, small_disk: Path, tmp_path: Path, output: str
) -> None:
    path = write(tmp_path / "n.jsonl", *[{"id": f"a{i}", "text": f"“{os.urandom(900).hex()}”"} for i in range(100)])
    command = ["extract", path, "--shard-size", 10, "--batch-size", 4]
    (tmp_path / "calm").mkdir()
    assert quoth(*command, "-o", f"{tmp_path}/calm/{output}").exit_code == 0
    (small_disk / "ballast").write_bytes(b"x" * 400_000)
    full = quoth(*command, "-o", f"{small_disk}/{output}")
    assert full.exit_code == 1 and "No space left on device; the same command goes on after the" in full.stderr
    (small_disk / "ballast").write_bytes(b"")
    end = quoth(*command, "-o", f"{small_disk}/{output}")
    if end.exit_code == 1:  # parts and whole together do not fit
        assert "No space left" in end.stderr
        subprocess.run(["mount", "-o", "remount,size=2m", str(small_disk)], check=True)
        assert quoth(*command, "-o", f"{small_disk}/{output}").exit_code == 0
    (small_disk / "ballast").unlink()
    assert files(small_disk) == files(tmp_path / "calm")


@pytest.mark.slow
def test_a_disk_that_is_full_from_the_first_shard_leaves_nothing(quoth: Run, small_disk: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "n.jsonl", *[{"id": f"a{i}", "text": f"“{os.urandom(9000).hex()}”"} for i in range(100)])
    for output in ("o.jsonl", "o.csv", "o.parquet", "new/"):
        full = quoth("extract", path, "-o", f"{small_disk}/{output}")
        assert full.exit_code == 1 and "No space left on device\n" in full.stderr and not list(small_disk.iterdir())


class TestProgress:
    def test_lines_come_now_and_then_where_nobody_looks(
        self, quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("quoth.model.batch.progress.EVERY", 0.0)
        path = write(tmp_path / "n.jsonl", *[{"id": f"a{i}", "text": "“x”"} for i in range(3)])
        lines = quoth("extract", path, "-o", tmp_path / "o.jsonl").stderr.splitlines()
        assert len(lines) == 4 and all(" articles, " in line and " quotes, " in line for line in lines[:3])
        assert lines[3].startswith("3 articles; 3 quotes (3 direct, 0 mixed, 0 indirect); 3 rejection; ")

    def test_what_counting_meets_stops_nothing(
        self, quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> int:
            raise NotImplementedError

        monkeypatch.setattr("quoth.model.batch.inputs.count_articles", fail)
        assert quoth("extract", write(tmp_path / "a.txt", "x"), "-o", tmp_path / "o.jsonl").exit_code == 0
