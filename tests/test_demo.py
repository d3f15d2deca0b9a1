"""The demo: its handlers on articles good and hostile, and that it stays on this machine."""

import json
import os
import shutil
import socket
from base64 import b64decode
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from quoth.eval.oracle import oracle
from quoth.model.records import Article, Mention, Quote, Span, Stance
from quoth.seeds.corpus import load_authored

pytest.importorskip("jinja2", reason="jinja2 is not installed: pip install 'quoth[demo]'")
from quoth.report import demo

HOSTILE = '</script><script>hit()</script><img src=x onerror=hit()>"\'><iframe srcdoc="x">'


def extract(text: str, id: str = "") -> Article:
    """Stand in for the model: everything is one quote of everybody's."""
    mention, stance = Mention(0, len(text), text, text), Stance("offer", 0.8, {"offer": 0.8, "none": 0.2})
    quote = Quote("direct", (Span.of(text, 0, len(text)),), None, mention, mention, stance, 0.9)
    return Article(id, (quote,), "stub 1", text)


class Tags(HTMLParser):
    """Collects every tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_an_article_is_one_sandboxed_frame_whatever_is_in_it() -> None:
    shown = demo.annotated_html(extract(HOSTILE, HOSTILE))
    ((tag, attributes),) = Tags(shown).tags
    assert tag == "iframe" and attributes["sandbox"] == "allow-scripts allow-downloads"
    kind, _, data = (attributes["src"] or "").partition(",")
    page = b64decode(data).decode()
    assert kind == "data:text/html;charset=utf-8;base64" and "Content-Security-Policy" in page
    inner = Tags(page).tags
    assert "img" not in {tag for tag, _ in inner} and "iframe" not in {tag for tag, _ in inner}
    assert not [name for _, attributes in inner for name in attributes if name.startswith("on")]


@pytest.mark.slow
def test_the_frame_works_in_a_browser_and_runs_nothing_of_the_articles() -> None:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install playwright"
    )
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no browser: apt-get install chromium, or name one with $CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_content(demo.annotated_html(extract("He said no. " + HOSTILE, "a1")))
        frame = page.frame_locator("iframe")
        frame.locator("#view-articles").get_by_text("onerror=hit()").first.wait_for()
        frame.locator("#tab-quotes").click()  # a place in the page, not in the page around it
        frame.locator("#view-quotes").get_by_text("onerror=hit()").first.wait_for()
        with page.expect_download():
            frame.get_by_text("Download CSV").click()
        browser.close()
    assert errors == []


def test_the_record_is_kept_with_its_text(tmp_path: Path) -> None:
    gold = load_authored("dev")[0]
    found, page, record = demo.annotate(lambda text, id="": oracle(gold), gold.text, gold.id, tmp_path)
    row = json.loads(Path(record).read_text(encoding="utf-8"))
    assert row["text"] == gold.text and len(row["quotes"]) == len(gold.quotes)
    assert found.startswith(f"{len(gold.quotes)} quotes") and page.startswith("<iframe")
    assert demo.annotate(extract, "Again.", "a", tmp_path)[2] != record


@pytest.mark.parametrize("text", ["", " \n", "x" * (demo.LONGEST + 1)])
def test_no_text_and_too_much_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no text yet|too many"):
        demo.annotate(extract, text, "a", tmp_path)


def test_uploads_are_text_or_html(tmp_path: Path) -> None:
    text, page = tmp_path / "wire.txt", tmp_path / "site.html"
    text.write_text("He said no.\r\n", newline="")
    body = "<p>" + "The minister said on Monday that there would be no talks before the spring. " * 5 + "</p>"
    page.write_text(f"<html><body><script>hit()</script><article>{body}</article></body></html>")
    assert demo.read_upload(str(text)) == ("wire", "He said no.\r\n")
    id, words = demo.read_upload(str(page))
    assert id == "site" and words.startswith("The minister") and "hit" not in words
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xff")
    for name, said in (("bad.txt", "bad.txt: "), ("a.pdf", "neither .txt nor .html"), ("none.txt", "none.txt: ")):
        with pytest.raises(ValueError, match=said):
            demo.read_upload(str(tmp_path / name))


class TestBlocks:
    @pytest.fixture
    def handlers(self, tmp_path: Path) -> dict[str, Callable[..., Any]]:
        """Give the functions behind the demo's controls by name."""
        pytest.importorskip("gradio", reason="gradio is not installed: pip install 'quoth[demo]'")
        blocks = demo.build(extract, tmp_path)
        assert not blocks.analytics_enabled
        return {block.api_name: block.fn for block in blocks.fns.values()}

    def test_show_what_was_pasted_or_dropped(self, handlers: dict[str, Callable[..., Any]], tmp_path: Path) -> None:
        found, page, record = handlers["show"](HOSTILE, "")
        assert found == "1 quote, 1 speaker; stub 1" and len(Tags(page).tags) == 1
        assert json.loads(Path(record).read_text())["id"] == "article"
        (tmp_path / "wire.txt").write_text("He said no.")
        assert handlers["upload"](str(tmp_path / "wire.txt")) == ("He said no.", "wire")
        assert handlers["upload"](None) == ("", "")
        assert handlers["example"]()[1] == "tehran-wire"

    def test_say_what_is_wrong_in_plain_text(self, handlers: dict[str, Callable[..., Any]], tmp_path: Path) -> None:
        import gradio

        with pytest.raises(gradio.Error, match="no text yet"):
            handlers["show"](" ", "")
        (tmp_path / "<b>.pdf").write_text("x")
        with pytest.raises(gradio.Error, match=r"&lt;b&gt;\.pdf is neither"):
            handlers["upload"](str(tmp_path / "<b>.pdf"))


def test_it_listens_on_this_machine_only_and_reports_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    gradio = pytest.importorskip("gradio", reason="gradio is not installed: pip install 'quoth[demo]'")
    said: dict[str, Any] = {}
    told: list[str] = []

    def launch(self: Any, **options: Any) -> tuple[None, str, None]:
        said.update(options)
        return None, "http://127.0.0.1:7860/", None

    monkeypatch.setattr(gradio.Blocks, "launch", launch)
    monkeypatch.setattr(gradio.Blocks, "block_thread", lambda self: None)
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it called out"))
    demo.run(extract, None, open_browser=False, tell=told.append)
    assert told == ["http://127.0.0.1:7860/"]
    assert said["server_name"] == "127.0.0.1" and said["share"] is False and said["inbrowser"] is False
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert not Path(said["allowed_paths"][0]).exists()  # records go with the demo
