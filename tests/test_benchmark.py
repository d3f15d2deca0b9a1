"""The benchmark counts what it says it counts; how fast this machine is, is not tested."""

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from quoth.eval import benchmark_table
from quoth.eval.benchmark import BenchmarkError, articles, benchmark, timed, write_articles
from quoth.eval.benchmark_command import benchmark as command
from quoth.eval.benchmark_encoder import count_tokens, measure, operations, product_rate, watched
from quoth.eval.benchmark_record import Benchmark, Corpus, Encoder, Machine, Run
from quoth.eval.benchmark_record import Path as Way
from quoth.eval.result import ResultError, read_record
from quoth.seeds.corpus import load_authored

if TYPE_CHECKING:
    from quoth.model.extractor import Extractor

ENCODER = Encoder(
    precision="bf16",
    product=500e9,
    articles=2,
    windows=3,
    tokens=1000,
    window_tokens=1150,
    operations=300e9,
    padded=400e9,
    seconds=1.0,
    seconds_reading=1.25,
)
RUNS = [
    Run(articles=n, quotes=20 * n, seconds=4 + n / 10, articles_per_second=10.0, peak_mib=800.0) for n in (100, 1000)
]
RECORD = Benchmark(
    date="2024-01-01",
    quoth="0.1.0",
    model="tiny | model",
    machine=Machine(
        processor="A Processor",
        cores=2,
        threads=2,
        memory_gib=15.6,
        device="cpu",
        platform="Linux",
        versions={"torch": "2.13.0"},
    ),
    corpus=Corpus(seed=17, words=700.0, tokens=900.0),
    paths=[
        Way(name="default", options=[], first_result=4.25, run=RUNS[1]),
        Way(name="fp32", options=["--precision", "fp32"], first_result=4.0, run=RUNS[1]),
    ],
    curve=RUNS,
    encoder=[ENCODER],
)


def test_articles_are_like_news_and_come_again() -> None:
    many = list(articles(400))
    lengths = [len(article["text"].split()) for article in many]
    assert 620 < sum(lengths) / len(lengths) < 780 and min(lengths) < 300 and max(lengths) > 1500
    assert len({article["id"] for article in many}) == len({article["text"] for article in many}) == 400
    assert list(articles(3)) == many[:3] != list(articles(3, seed=5))
    pool = {
        p.strip()
        for split in ("train", "dev", "test", "tehran")
        for a in load_authored(split)
        for p in a.text.split("\n\n")
    }
    assert set(many[0]["text"].split("\n\n")) <= pool


def test_writes_articles_that_extract_reads(tmp_path: Path) -> None:
    from quoth.model.batch.articles import ArticleInput
    from quoth.model.batch.inputs import read_articles

    read = list(read_articles([write_articles(tmp_path / "a.jsonl", 5)]))
    assert [(item.id, item.text) for item in read if isinstance(item, ArticleInput)] == [
        (a["id"], a["text"]) for a in articles(5)
    ]


def test_times_a_command_from_outside() -> None:
    code = "import time; print('first', flush=True); time.sleep(0.3); x = bytearray(80 << 20); print('second')"
    done = timed([sys.executable, "-c", code])
    assert done.output.split() == [b"first", b"second"]
    assert 0 < done.first < done.seconds - 0.25 and done.peak > 80


@pytest.mark.parametrize(
    ("code", "said"), [("import sys; sys.exit('it broke\\n')", "ended with 1: it broke"), ("1/0", "ZeroDivisionError")]
)
def test_a_command_that_fails_is_no_measurement(code: str, said: str) -> None:
    with pytest.raises(BenchmarkError, match=said):
        timed([sys.executable, "-c", code])


def test_operations_are_those_of_torch(extractor: "Extractor") -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    model = extractor.model
    config = model.encoder.config
    lengths = [20, 20]
    embeddings = torch.zeros(2, 20, config.hidden_size)
    with (
        torch.no_grad(),
        FlopCounterMode(display=False) as counter,
        torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH),
    ):
        model.encoder(inputs_embeds=embeddings, attention_mask=torch.ones(2, 20, dtype=torch.long))
    sizes = (config.num_hidden_layers, config.hidden_size, config.intermediate_size)
    assert operations(lengths, *sizes) == pytest.approx(counter.get_total_flops(), rel=0.01)


def test_encoder_is_watched_and_left_as_it_was(extractor: "Extractor") -> None:
    texts = [article["text"][:900] for article in articles(3)]
    before = list(extractor.pipe(("", text) for text in texts))
    encoder = measure(extractor, texts, spent=0.001)
    assert encoder.precision == "fp32" and encoder.articles == 3 and encoder.product > 0
    assert encoder.tokens == count_tokens(extractor, texts) < encoder.window_tokens
    assert 0 < encoder.operations <= encoder.padded and 0 < encoder.seconds < encoder.seconds_reading
    with watched(extractor.model) as spent:
        extractor(texts[0])
    assert 0 < spent.window_tokens < encoder.window_tokens and spent.windows >= 1
    seen = spent.windows
    assert list(extractor.pipe(("", text) for text in texts)) == before and spent.windows == seen


def test_product_rate() -> None:
    import torch

    assert product_rate(torch.float32, torch.device("cpu"), 8, 16, spent=0.001) > 1e6


def test_fractions() -> None:
    assert ENCODER.fraction == pytest.approx(0.6) and ENCODER.fraction_padded == pytest.approx(0.8)


def test_tables(tmp_path: Path) -> None:
    from rich.console import Console

    console = Console(width=160, record=True, file=io.StringIO())
    console.print(benchmark_table.summary(RECORD))
    shown = " ".join(console.export_text().split())
    text = benchmark_table.readme_tables(RECORD)
    for words in ("10.0", "9,000", "200.0", "800 MiB", "4.2 s", "104.0 s", "--precision fp32", "1,000 articles of 700"):
        assert words in shown and words in text.replace("\\", "")
    assert "60%, or 80% with padding (25%)" in shown and "1.15 times" in shown and "80% of the time" in shown
    assert "tiny \\| model" in text


def test_table_goes_into_the_readme(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, result = tmp_path / "README.md", tmp_path / "benchmark.json"
    result.write_text(RECORD.model_dump_json(), encoding="utf-8")
    assert read_record(result, Benchmark) == RECORD
    path.write_text(
        "# A\n\n<!-- benchmark -->\nthe table before\n<!-- /benchmark -->\n\n<!-- results -->\n<!-- /results -->\n"
    )
    assert benchmark_table.main([str(path), str(result)]) == 0
    text = path.read_text(encoding="utf-8")
    assert benchmark_table.readme_tables(RECORD) in text and "the table before" not in text
    assert text.endswith("<!-- results -->\n<!-- /results -->\n")
    assert benchmark_table.main([str(path), str(result)]) == 0 and path.read_text(encoding="utf-8") == text
    result.write_text(json.dumps({**json.loads(RECORD.model_dump_json()), "curve": 3}), encoding="utf-8")
    assert benchmark_table.main([str(path), str(result)]) == 2
    assert "benchmark.json: field 'curve'" in capsys.readouterr().err
    with pytest.raises(ResultError, match="No such file"):
        read_record(tmp_path / "none.json", Benchmark)
    path.write_text("no markers")
    assert benchmark_table.main([str(path), str(result)]) == 2


@pytest.fixture
def app() -> typer.Typer:
    found = typer.Typer()
    found.command()(command)
    return found


@pytest.mark.parametrize(("sizes", "said"), [("1,100", "too few"), ("many", "no list of numbers")])
def test_sizes_that_are_none(app: typer.Typer, sizes: str, said: str) -> None:
    called = CliRunner().invoke(app, ["--sizes", sizes])
    assert called.exit_code == 2 and said in called.output


def test_command_writes_and_shows(app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def fake(sizes: list[int], **named: Any) -> Benchmark:
        asked.append((sizes, named["model"]))
        return RECORD

    monkeypatch.setattr("quoth.eval.benchmark.benchmark", fake)
    called = CliRunner().invoke(app, ["--quick", "--model", "mine", "-o", str(tmp_path / "new")])
    assert called.exit_code == 0 and "articles/s" in called.output, called.output
    assert asked == [([100], "mine")]
    assert read_record(tmp_path / "new" / "benchmark.json", Benchmark) == RECORD

    def broken(sizes: list[int], **named: Any) -> Benchmark:
        raise BenchmarkError("`quoth extract` ended with 1: no memory")

    monkeypatch.setattr("quoth.eval.benchmark.benchmark", broken)
    called = CliRunner().invoke(app, ["--quick"])
    assert called.exit_code == 2 and "error: `quoth extract` ended with 1: no memory" in called.output


@pytest.mark.slow
def test_measures_real_processes(extractor: "Extractor", tmp_path: Path) -> None:
    extractor.model.save_pretrained(tmp_path)
    extractor.tokenizer.save_pretrained(tmp_path)
    said: list[str] = []
    paths = {"default": (), "fp32": ("--precision", "fp32")}
    record = benchmark([3, 2], paths, model=str(tmp_path), device="cpu", say=said.append)
    assert [run.articles for run in record.curve] == [2, 3] and [path.name for path in record.paths] == list(paths)
    assert record.paths[0].run == record.curve[1] and record.paths[1].run.articles == 3
    for path in record.paths:
        assert path.first_result > 0 and path.run.quotes > 3 and path.run.peak_mib > 100
    assert record.corpus.words > 100 and record.corpus.tokens > record.corpus.words
    assert record.machine.threads >= 1 and record.machine.memory_gib > 0
    assert {encoder.precision for encoder in record.encoder} <= {"bf16", "fp32"}
    assert said[-1] == "fp32: 3 articles"
    assert Benchmark.model_validate_json(record.model_dump_json()) == record
