"""The report's Python: what is read, what the page is told, and that nothing of an article gets out of its place."""

import base64
import html
import json
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from quoth.eval.oracle import oracle
from quoth.model.batch.articles import InputError
from quoth.model.batch.outputs import json_line
from quoth.model.records import Article, Mention, Quote, Span, Stance
from quoth.report import commands, data, load, notices
from quoth.seeds.corpus import load_authored

page = pytest.importorskip("quoth.report.page", reason="jinja2 is not installed: pip install 'quoth[report]'")

HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\"' onclick=alert(3) javascript:alert(4)"


@pytest.fixture(scope="module")
def tehran() -> list[Article]:
    return [oracle(gold) for gold in load_authored("tehran")]


def run(*args: object) -> Any:
    app = typer.Typer()
    app.command()(commands.report)
    return CliRunner().invoke(app, [str(arg) for arg in args])


def one(text: str, *segments: tuple[int, int], meta: dict[str, Any] | None = None, name: str = "") -> Article:
    stance = Stance("offer", 0.9, {"offer": 0.9, "none": 0.1})
    speaker = Mention(0, 1, text[:1], name or text[:1])
    quote = Quote("direct", tuple(Span.of(text, *pair) for pair in segments), None, speaker, None, stance, 0.8)
    return Article("a1", (quote,), "quoth-base 0.1.0", text, meta or {})


def embedded(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


def write(path: Path, *records: Article, with_text: bool = False) -> Path:
    path.write_bytes(b"".join(json_line(replace(record, keeps_text=with_text)) for record in records))
    return path


def utf16(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


class TestData:
    @given(st.text(st.sampled_from("ab “”👍𝔸é\r\n"), min_size=3, max_size=30), st.data())
    def test_the_browser_cuts_the_same_words(self, text: str, drawn: st.DataObject) -> None:
        start = drawn.draw(st.integers(0, len(text) - 1))
        end = drawn.draw(st.integers(start + 1, len(text)))
        [article] = data.page_data([one(text, (start, end))], {})["articles"]
        [[*_, segments, _cue, _speaker, _target, _group, words]] = article["quotes"]
        assert utf16(article["text"], *segments) == text[start:end] and words == []

    def test_texts_come_from_the_record_or_by_id_and_must_fit(self) -> None:
        article = one("He: “No.”", (4, 9))
        bare = replace(article, text="")
        given = {"a1": article.text}

        def found(article: Article, texts: dict[str, str]) -> tuple[Any, str]:
            [row] = data.page_data([article], texts)["articles"]
            return row["text"], row["lack"]

        assert found(article, {}) == found(bare, given) == (article.text, "")
        assert found(replace(article, text="Quite another text"), given) == (article.text, "")
        assert found(bare, {}) == (None, "missing")
        assert found(replace(bare, quotes=()), {"a1": ""}) == ("", "")
        assert found(bare, {"a1": "She: “No.”"}) == found(replace(article, text="She: “No.”"), {}) == (None, "unfit")

    def test_without_a_text_the_words_go_along(self) -> None:
        [row] = data.page_data([replace(one("He: “No.” “So.”", (4, 9), (10, 15)), text="")], {})["articles"]
        assert row["quotes"][0][5] == [] and row["quotes"][0][-1] == ["“No.”", "“So.”"]

    def test_groups_and_parties(self) -> None:
        article = one("He: “No.”", (4, 9), name="Mottaki")
        told = data.page_data([article], {}, {("a1", 0): 7}, {("a1", "Mottaki"): "Amir Khan Muttaqi"})
        *_, speaker, _target, group, _words = told["articles"][0]["quotes"][0]
        assert [told["names"][number] for number in speaker[2:]] == ["Mottaki", "Amir Khan Muttaqi"] and group == 7

    def test_labels_of_another_model_follow_ours(self) -> None:
        article = one("He: “No.”", (4, 9))
        stance = Stance("threat", 0.6, {"threat": 0.6, "none": 0.4})
        told = data.page_data([replace(article, quotes=(replace(article.quotes[0], stance=stance),))], {})
        assert told["labels"] == ["rejection", "denial", "assurance", "offer", "none", "threat"]
        assert told["articles"][0]["quotes"][0][1:5] == [5, 800, 600, [0, 0, 0, 0, 400, 600]]

    def test_what_is_no_string_in_meta_is_shown_as_json(self) -> None:
        meta = {"date": 20220110, "outlet": None, "tags": ["a", "b"], "url": "https://example.org/1"}
        [row] = data.page_data([one("He: “No.”", (4, 9), meta=meta)], {})["articles"]
        assert (row["date"], row["day"], row["outlet"], row["title"]) == ("20220110", "2022-01-10", "", "")
        assert row["more"] == [["tags", '["a", "b"]'], ["url", "https://example.org/1"]]


class TestPage:
    def test_nothing_of_an_article_leaves_the_data(self) -> None:
        meta = dict.fromkeys(("title", "date", "outlet", HOSTILE), HOSTILE)
        article = one(f"{HOSTILE}\u2028\0", (0, len(HOSTILE)), meta=meta)
        article = replace(article, id=HOSTILE, model=HOSTILE)
        text = page.render([article], {}, title=HOSTILE, parties={(HOSTILE, "<"): HOSTILE})
        assert embedded(text)["articles"][0]["text"] == article.text
        assert len(re.findall("<script", text)) == len(re.findall("</script", text)) == 2 and "<img" not in text
        assert "<!--" not in text and html.escape("</script>") in text  # in the title

    def test_the_policy_lets_run_what_is_there_and_nothing_else(self, tehran: list[Article]) -> None:
        text = page.render(tehran, {})
        policy = html.unescape(re.search('Content-Security-Policy" content="(.*?)"', text)[1])  # type: ignore[index]
        for element, directive in (("script", "script-src"), ("style", "style-src")):
            [body] = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
            assert f"{directive} 'sha256-{base64.b64encode(sha256(body.encode()).digest()).decode()}'" in policy
        assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
        assert not re.search(r"(src|href)=.?(https?:)?//|@import|url\(", text)
        assert not re.search(r' (style|on\w+)="', text)  # the policy would forbid it

    def test_scripts_make_no_markup_of_strings(self) -> None:
        parts = {path.name: path.read_text(encoding="utf-8") for path in page.TEMPLATES.glob("*.js")}
        assert set(parts) == set(page.SCRIPTS)
        strings_to_markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|</|<!--"
        assert not [name for name, part in parts.items() if re.search(strings_to_markup, part)]

    def test_says_what_is_missing(self, tehran: list[Article]) -> None:
        assert any("There is no article" in notice for notice in notices.notices(data.page_data([], {})))
        text = html.unescape(page.render([replace(article, quotes=()) for article in tehran], {}))
        assert "No quote was found" in text and "No article has a date" in text and "No article has an outlet" in text
        text = html.unescape(page.render([replace(article, text="") for article in tehran], {"tehran-site": "else"}))
        assert "2 articles without text, " in text and "1 article with a text that is not the one" in text
        quotes = [replace(quote, target=None) for quote in tehran[0].quotes]
        assert "No quote has a target" in page.render([replace(tehran[0], quotes=tuple(quotes))], {})

    def test_says_nothing_where_nothing_is_missing(self, tehran: list[Article]) -> None:
        whole = [replace(article, meta={"date": "2022-01-10", "outlet": "Wire"}) for article in tehran]
        assert notices.notices(data.page_data(whole, {})) == []
        some = [whole[0], replace(whole[1], meta={"date": "10/01/2022", "outlet": "Wire"})]
        [said] = notices.notices(data.page_data(some, {}))
        assert "1 of 2 articles have no date, or one that could not be read" in said


class TestCommand:
    def test_takes_texts_from_records_or_from_articles(self, tehran: list[Article], tmp_path: Path) -> None:
        out = tmp_path / "report.html"
        with_text, bare = write(tmp_path / "q.jsonl", *tehran, with_text=True), write(tmp_path / "b.jsonl", *tehran)
        texts = tmp_path / "texts"
        texts.mkdir()
        for article in tehran:
            (texts / f"{article.id}.txt").write_bytes(article.text.encode())
        for args in ([with_text], [bare, "--articles", texts], [bare, "--articles", with_text]):
            result = run(*args, "-o", out, "--title", "Tehran", "--min-score", 0.25)
            assert result.exit_code == 0 and "3 articles" in result.stderr
            written = out.read_text(encoding="utf-8")
            assert [row["text"] for row in embedded(written)["articles"]] == [article.text for article in tehran]
            assert "<title>Tehran</title>" in written and 'value="0.25"' in written

    def test_names_what_failed_and_shows_the_rest(self, tehran: list[Article], tmp_path: Path) -> None:
        path, out = write(tmp_path / "q.jsonl", tehran[0], tehran[0]), tmp_path / "r.html"
        record = json.loads(json_line(tehran[1]))
        broken = json.loads(json_line(tehran[2]))
        broken["quotes"][0]["score"] = 2
        del record["quotes"][0]["kind"]
        rows = [json.dumps(record), "oops", '{"id": "a", "text": "b"}', json.dumps(broken)]
        with path.open("a", encoding="utf-8") as file:
            file.write("\n".join(rows))
        result = run(path, tmp_path / "gone.jsonl", "-o", out)
        errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        assert result.exit_code == 1 and len(embedded(out.read_text(encoding="utf-8"))["articles"]) == 1
        wanted = (":2", "already used"), (":3", "'kind'"), (":4", "not JSON"), (":5", "--articles"), (":6", "score 2")
        for error, parts in zip(errors, (*wanted, ("gone", "does not exist")), strict=True):
            assert all(part in error for part in parts)

    def test_writes_nothing_where_nothing_can_be_read_or_an_input_would_go(self, tmp_path: Path) -> None:
        assert run(tmp_path / "gone.jsonl", "-o", tmp_path / "r.html").exit_code == 1
        path = write(tmp_path / "q.jsonl", Article("a", (), "m"))
        assert run(path, "-o", path).exit_code == 2
        assert run(path, "-o", tmp_path / "r.html", "--min-score", "nan").exit_code == 2
        assert sorted(file.name for file in tmp_path.iterdir()) == ["q.jsonl"]

    def test_half_a_surrogate_pair_keeps_its_place(self, tmp_path: Path) -> None:
        path = tmp_path / "q.jsonl"
        record = replace(one("He\ud800: “No.”", (5, 10)), keeps_text=True).to_dict()
        path.write_text(json.dumps(record), encoding="utf-8")
        assert run(path, "-o", tmp_path / "r.html").exit_code == 0
        [row] = embedded((tmp_path / "r.html").read_text(encoding="utf-8"))["articles"]
        assert row["text"] == "He?: “No.”" and row["quotes"][0][5] == [5, 10]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("segments", []),
        ("segments", [{"start": "0", "end": 2, "text": "ab"}]),
        ("speaker", {"start": 0, "end": 1, "text": "a"}),
        ("speaker", 5),
        ("stance", None),
        ("score", True),
        ("score", float("nan")),
        ("kind", ["direct"]),
    ],
)
def test_a_record_of_other_types_is_an_error(field: str, value: object, tmp_path: Path) -> None:
    record = one("He: “No.”", (4, 9)).to_dict()
    record["quotes"][0][field] = value
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    [found] = load.read_records([path])
    assert isinstance(found, InputError) and found.row == 1
