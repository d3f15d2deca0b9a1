"""What the documents say is so: worked examples in docstrings, the README's Python and its record."""

import doctest
import importlib
import json
import pkgutil
import re
from pathlib import Path

import pytest

import quoth
from quoth import Article, Extractor
from quoth.model.checkpoint import FOLDER

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
LIBRARIES = [f"quoth.{package}" for package in ("model", "report", "annotate", "training", "eval", "seeds")]
MODULES = [
    module.name
    for library in LIBRARIES
    for module in pkgutil.walk_packages(importlib.import_module(library).__path__, f"{library}.")
]
needs_checkpoint = pytest.mark.skipif(
    not (FOLDER / "model.safetensors").is_file(), reason="no shipped checkpoint: run quoth train configs/base.yaml"
)


@pytest.mark.parametrize("module", MODULES)
def test_worked_examples(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


@needs_checkpoint
def test_the_packages_own_example() -> None:
    assert doctest.testmod(quoth).failed == 0


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@needs_checkpoint
def test_the_readmes_python_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(blocks("python")[0], "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.strip()
    assert printed in blocks("text")


@needs_checkpoint
def test_the_readmes_record_is_real() -> None:
    shown = json.loads(blocks("json")[0])
    assert Article.from_dict(shown).to_dict() == shown
    path = next(path for path in Path(quoth.__file__).parent.glob("seeds/tehran/*.txt") if path.stem == shown["id"])
    text = path.read_bytes().decode()
    record = Extractor.from_pretrained(device="cpu", precision="fp32")(text, shown["id"]).to_dict()
    assert shown["quotes"][0] in record["quotes"]
