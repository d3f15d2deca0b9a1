"""The same quote across articles: other words of one utterance are one group, other utterances are not."""

import json
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("sklearn", reason="needs the extra: pip install 'quoth[report]'")
pytest.importorskip("rapidfuzz", reason="needs the extra: pip install 'quoth[report]'")

from quoth.cli import app
from quoth.model.records import Article, Mention, Quote, Span, Stance
from quoth.report.groups import group_quotes
from quoth.report.likeness import LetterLikeness, WordLikeness

if TYPE_CHECKING:
    from quoth.model.extractor import Extractor

SAFE = "they can return to Afghanistan without any worries"
SAFE_TOO = "that anyone can return to Afghanistan and live there without worries"
OTHER = "the price of onions has doubled since the harvest failed"
MUTTAQI = "Amir Khan Muttaqi"


def quote(text: str, speaker: str | None, stance: str = "none") -> Quote:
    who = Mention(0, 1, "x", speaker) if speaker else None
    return Quote("direct", (Span(0, len(text), text),), None, who, None, Stance(stance, 1.0, {stance: 1.0}), 1.0)


def article(id: str, *quotes: Quote, date: str = "") -> Article:
    return Article(id, quotes, "test", "", {"date": date} if date else {})


def test_one_utterance_is_one_group_and_numbers_follow_the_reading() -> None:
    articles = [
        article("a", quote(OTHER, "Rahim Noor"), quote(SAFE, MUTTAQI)),
        article("b", quote(SAFE_TOO, "Foreign Minister Amir Khan Mottaki"), quote("we will see", MUTTAQI)),
        article("c", quote(OTHER, "Rahim Noor"), quote("no comment", None)),
    ]
    assert group_quotes(articles) == {("a", 0): 1, ("c", 0): 1, ("a", 1): 2, ("b", 0): 2}


def test_one_article_alone_makes_no_group() -> None:
    assert group_quotes([article("a", quote(SAFE, MUTTAQI), quote(SAFE, MUTTAQI))]) == {}
    assert group_quotes([article("a"), article("b", quote(SAFE, MUTTAQI))]) == {}


def test_other_words_of_other_people_stay_apart() -> None:
    one, other = "we will not sell the port to anybody", "we will not talk with rebels who hold hostages"
    assert group_quotes([article("a", quote(one, "Rahim Noor")), article("b", quote(other, "Omar Daoud"))]) == {}


def test_a_word_or_two_say_too_little() -> None:
    for text in ("Trump", "the announcement", "“which”"):
        assert group_quotes([article("a", quote(text, MUTTAQI)), article("b", quote(text, MUTTAQI))]) == {}


@pytest.mark.parametrize(
    ("dates", "together"),
    [
        (("2022-01-10", "2022-01-12"), True),
        (("2022-01-10T09:00:00Z", "2022-01-17"), True),
        (("2022-01-10", "2022-01-18"), False),
        (("2022-01-10", ""), True),
        (("2022-01-10", "last Monday"), True),
    ],
)
def test_dates_far_apart_part(dates: tuple[str, str], together: bool) -> None:
    articles = [article("a", quote(SAFE, MUTTAQI), date=dates[0]), article("b", quote(SAFE, MUTTAQI), date=dates[1])]
    assert bool(group_quotes(articles, days=7)) == together


def test_the_order_of_articles_changes_numbers_only() -> None:
    rng = random.Random(3)
    said = [SAFE, SAFE_TOO, OTHER, "onions have doubled in price since the harvest failed"]
    articles = [article(str(n), *(quote(rng.choice(said), MUTTAQI) for _ in range(2))) for n in range(8)]

    def sets(found: dict[tuple[str, int], int]) -> set[frozenset[tuple[str, int]]]:
        return {frozenset(key for key in found if found[key] == group) for group in found.values()}

    assert sets(group_quotes(articles)) == sets(group_quotes(articles[::-1]))
    assert group_quotes(articles) == group_quotes(articles)


def test_odd_quotes_break_nothing() -> None:
    odd = ["", " ", "’", "—", "да", "💥", "a" * 10_000]
    articles = [article(str(n), *(quote(text, None) for text in odd)) for n in range(2)]
    assert isinstance(group_quotes(articles), dict)


def test_likeness_is_high_for_the_same_words_and_low_for_others(extractor: "Extractor") -> None:
    texts = [SAFE, SAFE, SAFE_TOO, OTHER, ""]
    pairs = np.array([(0, 1), (0, 2), (0, 3), (0, 4)])
    for like in (WordLikeness(texts, extractor), LetterLikeness(texts)):
        same, near, far, nothing = like(pairs)
        assert same == pytest.approx(1, abs=1e-3)
        assert same > near > far >= nothing == 0
        assert np.linalg.norm(like.vectors[:4], axis=1) == pytest.approx(1, abs=1e-3)


def test_a_models_word_vectors_group(extractor: "Extractor") -> None:
    articles = [article("a", quote(SAFE, MUTTAQI)), article("b", quote(SAFE, MUTTAQI))]
    assert group_quotes(articles, extractor) == {("a", 0): 1, ("b", 0): 1}


@pytest.mark.slow
def test_fifty_thousand_quotes_take_minutes() -> None:
    rng = random.Random(5)
    words = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("ran", "mok", "sil", "tev", "dun", "lop")]
    people = [f"{a.title()} {b.title()}" for a in words[:40] for b in words[40:90]]
    articles = [
        article(str(n), *(quote(" ".join(rng.sample(words, 18)), rng.choice(people)) for _ in range(10)))
        for n in range(5000)
    ]
    start = time.monotonic()
    group_quotes(articles)
    assert time.monotonic() - start < 600


def write(path: Path, *articles: Article) -> Path:
    path.write_text("".join(json.dumps(a.to_dict()) + "\n" for a in articles), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["group", *map(str, arguments)])
    return result.exit_code, " ".join(result.output.split())


def test_the_command_writes_groups_and_parties(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.jsonl",
        replace(article("a", quote(SAFE, MUTTAQI), date="2022-01-10"), text="the text", keeps_text=True),
        article("b", quote(SAFE_TOO, "Mottaki"), quote(OTHER, MUTTAQI)),
        article("c"),
    )
    code, said = run(source, "-o", tmp_path / "out.jsonl", "--letters")
    assert code == 0, said
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [[q["group"] for q in row["quotes"]] for row in rows] == [[1], [1, None], []]
    assert {q["speaker"]["party"] for row in rows for q in row["quotes"]} == {MUTTAQI}
    assert rows[0]["text"] == "the text" and rows[0]["meta"] == {"date": "2022-01-10"}
    assert Article.from_dict(rows[1]).quotes[1].text == OTHER


def test_the_command_takes_the_users_aliases(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", article("a", quote(SAFE, MUTTAQI)), article("b", quote(SAFE, "Kabul")))
    (tmp_path / "aliases.json").write_text('{"The Taliban": ["Kabul", "Amir Khan Muttaqi"]}')
    code, said = run(source, "-o", tmp_path / "out.jsonl", "--letters", "--aliases", tmp_path / "aliases.json")
    assert code == 0, said
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["quotes"][0]["speaker"]["party"] for row in rows] == ["The Taliban", "The Taliban"]


def test_wrong_records_are_named_and_the_rest_is_written(tmp_path: Path) -> None:
    good = '{"id": "a", "quotes": [], "model": ""}\n'
    (tmp_path / "in.jsonl").write_text(f'nothing\n{good}[]\n{{"id": "b", "quotes": []}}\n{good}')
    code, output = run(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--letters")
    assert code == 1 and all(f"in.jsonl:{row}" in output.replace(" ", "") for row in (1, 3, 4, 5))
    assert [json.loads(line)["id"] for line in (tmp_path / "out.jsonl").read_text().splitlines()] == ["a"]


def test_nothing_is_written_where_no_record_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("nothing\n")
    for source in ("in.jsonl", "missing.jsonl"):
        assert run(tmp_path / source, "-o", tmp_path / "out.jsonl", "--letters")[0] == 1
    assert not (tmp_path / "out.jsonl").exists()


def test_wrong_outputs_are_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", article("a"))
    for output in (tmp_path, tmp_path / "no" / "out.jsonl", source):
        assert run(source, "-o", output, "--letters")[0] == 2
    assert source.read_text()
