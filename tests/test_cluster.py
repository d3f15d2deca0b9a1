"""On a Ray cluster a run gives what it gives here; neither a lost worker nor a restart changes that."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fake_extractor import records, write

from quoth.model.records import Article

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from quoth.model.network import QuoteModel

pytestmark = pytest.mark.slow
ray = pytest.importorskip("ray", reason="needs the ray extra")
psutil = pytest.importorskip("psutil", reason="needs psutil, to kill a worker")

TEXT = "“No deal {0},” the minister {0} said. She rejected it; he told them “not a word of {0}” on Monday. " * 3
PER_FILE = 60


@pytest.fixture(scope="module")
def model_folder(
    model: "QuoteModel", tokenizer: "PreTrainedTokenizerBase", tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("model")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of rows, some broken and some ids used twice, in one file and across files."""
    folder = tmp_path_factory.mktemp("news")
    for name in ("a", "b", "c"):
        rows: list[Any] = [
            {"id": f"{name}{i}", "text": TEXT.format(i), "day": "Mo", "n": [i, None]} for i in range(PER_FILE)
        ]
        rows[7] = "oops\n"
        rows[20] = {"id": f"{name}3", "text": "“twice”"}
        rows[30] = {"id": "a5", "text": "“twice”"}
        write(folder / f"{name}.jsonl", *rows)
    write(folder / "d.csv", "id,text,day,n\n", *[f"d{i},“No {i}” he said,Di,1\n" for i in range(30)], "d9,a,b\n")
    write(folder / "whole.txt", "“No,” he said.")
    write(folder / "bad.parquet", "PAR1")
    return folder


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Give the address of a cluster of two machines of two CPUs each, and a head that has none."""
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": 100_000_000})
    for _ in range(2):
        cluster.add_node(num_cpus=2, object_store_memory=100_000_000)
    yield cluster.address
    cluster.shutdown()


def start(news: Path, output: object, model: Path, *options: object) -> subprocess.Popen[bytes]:
    given = ["extract", news, "gone.jsonl", news / "a.jsonl", "-o", output, "--model", model, "--keep", "day,n"]
    given += ["--shard-size", 40, "--batch-size", 4, "--device", "cpu", *options]
    code = "from quoth.cli import main; main()"
    return subprocess.Popen([sys.executable, "-c", code, *map(str, given)], stderr=subprocess.PIPE)


def finish(run: subprocess.Popen[bytes]) -> str:
    said = run.communicate(timeout=500)[1].decode()
    assert run.returncode == 1, said
    assert "Traceback" not in said
    return said


@pytest.fixture(scope="module")
def local(news: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("local")
    finish(start(news, folder / "o.jsonl", model_folder))
    return folder


def rounded(article: Article) -> Any:
    """Give the record with its scores at one digit: the third depends on how articles were batched."""
    return json.loads(json.dumps(article.to_dict()), parse_float=lambda text: round(float(text), 1))


def same(folder: Path, local: Path) -> bool:
    """Compare records and errors, in order."""
    found, expected = (records((place / "o.jsonl").read_bytes()) for place in (folder, local))
    assert [a.id for a in found] == [a.id for a in expected] and len(found) > 3 * (PER_FILE - 3)
    assert sum(rounded(one) == rounded(other) for one, other in zip(found, expected, strict=True)) > 0.95 * len(found)
    assert (folder / "o.errors.jsonl").read_bytes() == (local / "o.errors.jsonl").read_bytes()
    return {path.name for path in folder.iterdir()} == {"o.jsonl", "o.errors.jsonl"}


def shards(folder: Path) -> int:
    return len(list(folder.rglob("*.receipt.json")))


def test_records_and_errors_are_those_of_this_machine(
    news: Path, model_folder: Path, local: Path, address: str, tmp_path: Path
) -> None:
    said = finish(start(news, tmp_path / "o.jsonl", model_folder, "--engine", "ray", "--ray-address", address))
    assert same(tmp_path, local)
    assert not [line for line in said.splitlines() if " INFO " in line or " WARNING " in line]


def test_a_worker_that_is_killed_changes_nothing(
    news: Path, model_folder: Path, local: Path, address: str, tmp_path: Path
) -> None:
    run = start(news, tmp_path / "o.jsonl", model_folder, "--engine", "ray", "--ray-address", address)
    killed = 0
    while run.poll() is None:
        workers = [process for process in psutil.process_iter(["cmdline"]) if _extracts(process)]
        if not killed and workers and shards(tmp_path):
            workers[0].send_signal(signal.SIGKILL)
            killed += 1
        time.sleep(0.02)
    finish(run)
    assert killed and same(tmp_path, local)


def _extracts(process: Any) -> bool:
    return any("MapWorker" in word and "Extraction" in word for word in process.info["cmdline"] or [])


def test_a_run_that_is_killed_goes_on(
    news: Path, model_folder: Path, local: Path, address: str, tmp_path: Path
) -> None:
    options = ["--engine", "ray", "--ray-address", address]
    run = start(news, tmp_path / "o.jsonl", model_folder, *options)
    while run.poll() is None and shards(tmp_path) < 2:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    run = start(news, tmp_path / "o.jsonl", model_folder, *options)
    finish(run)
    assert same(tmp_path, local)


def test_a_cluster_is_started_where_none_is_named(news: Path, model_folder: Path, local: Path, tmp_path: Path) -> None:
    finish(start(news, tmp_path / "o.jsonl", model_folder, "--engine", "ray"))
    assert same(tmp_path, local)


def test_a_model_that_cannot_be_loaded_is_told(news: Path, address: str, tmp_path: Path) -> None:
    run = start(news, tmp_path / "o.jsonl", tmp_path / "gone", "--engine", "ray", "--ray-address", address)
    said = run.communicate(timeout=300)[1].decode()
    assert run.returncode == 2 and "no such folder" in said and "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_no_cluster_at_the_address_is_told(news: Path, model_folder: Path, tmp_path: Path) -> None:
    run = start(news, tmp_path / "o.jsonl", model_folder, "--engine", "ray", "--ray-address", "127.0.0.1:1")
    said = run.communicate(timeout=300)[1].decode()
    assert run.returncode == 2 and said.startswith("error: ") and "Traceback" not in said, said
    assert not list(tmp_path.iterdir()) and os.path.exists(news)
