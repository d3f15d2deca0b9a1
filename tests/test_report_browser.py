"""The report in a real browser: what an analyst does with it, what a hostile article cannot, and how fast it is.

Needs `pip install playwright` and a Chromium: Debian's (apt-get install chromium), or one that $CHROMIUM names.
"""

import csv
import json
import os
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quoth.eval.oracle import oracle
from quoth.model.records import Article, Mention, Quote, Span, Stance
from quoth.seeds.corpus import load_authored

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
page_module = pytest.importorskip("quoth.report.page", reason="jinja2 is not installed: pip install 'quoth[report]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt-get install chromium, or name one with $CHROMIUM"),
]
OUTLETS = ("Harbour Post", "Northern Wire", "Gulf Broadcasting", "Public Radio")
HOSTILE = "</script><script>window.hit=1</script><img src=x onerror=window.hit=2><a href=javascript:window.hit=3>\"'"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])  # CI runs as root
        yield browser
        browser.close()


class Report:
    """A report that is open in a page, and all that the browser complained of."""

    def __init__(self, page: "Page", path: Path) -> None:
        self.page, self.path, self.complaints = page, path, list[str]()
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.complaints.append(request.url) if request.url[:4] == "http" else None)

    def open(self, view: str = "") -> "Page":
        self.page.goto("about:blank")  # for the view to be drawn anew
        self.page.goto(f"{self.path.as_uri()}#{view}")
        return self.page

    def write(self, articles: list[Article], **options: Any) -> "Report":
        self.path.write_text(page_module.render(articles, {}, **options), encoding="utf-8")
        return self


@pytest.fixture
def report(browser: "Browser", tmp_path: Path) -> Iterator[Report]:
    context = browser.new_context(viewport={"width": 1600, "height": 1800})
    page = context.new_page()
    page.set_default_timeout(5000)
    opened = Report(page, tmp_path / "report.html")
    yield opened
    context.close()
    assert opened.complaints == []


@pytest.fixture(scope="module")
def tehran() -> list[Article]:
    return [
        replace(article, meta={"title": f"Title {number}", "date": f"2022-01-{10 + number}", "outlet": OUTLETS[number]})
        for number, article in enumerate(map(oracle, load_authored("tehran")))
    ]


def many(count: int) -> list[Article]:
    """Make articles out of ours, their names shuffled, with dates, outlets and scores."""
    chance = random.Random(5)
    scores = dict.fromkeys(("rejection", "denial", "assurance", "offer", "none"), 0.2)
    ours = [oracle(gold) for split in ("tehran", "train", "dev", "test") for gold in load_authored(split)]
    names = sorted({quote.speaker.name for article in ours for quote in article.quotes if quote.speaker})[:600]

    def renamed(mention: Mention | None) -> Mention | None:
        return mention and replace(mention, name=names[int(len(names) * chance.random() ** 3)])

    made = []
    for number in range(count):
        article = ours[number % len(ours)]
        day = f"{2020 + number % 3}-{1 + number % 12:02d}-{1 + number % 28:02d}"
        meta = {"title": f"{article.text[:60]} {number}", "date": day, "outlet": OUTLETS[number % 4]}
        quotes = tuple(
            replace(
                quote,
                speaker=renamed(quote.speaker),
                target=renamed(quote.target),
                score=round(chance.betavariate(5, 1), 3),
                stance=Stance(quote.stance.label, 0.9, scores),
            )
            for quote in article.quotes
        )
        made.append(replace(article, id=f"n{number}", meta=meta, quotes=quotes))
    return made


def count(page: "Page") -> int:
    """Read how many quotes are shown."""
    return int(page.inner_text("#count").split()[0].replace(",", ""))


def arrive(page: "Page", title: str | re.Pattern[str]) -> None:
    """Wait for an article's title: a link changes the address, and the page is drawn anew a moment later."""
    playwright.expect(page.locator(".reader h2")).to_have_text(title)


def turn_to(page: "Page", view: str) -> None:
    """Wait for a view that a click led to."""
    page.locator(f"#tab-{view}[aria-current]").wait_for()


def rows(page: "Page") -> list[str]:
    """Give the column of quotes, as far as it is drawn."""
    return page.locator(".sheet .c-quote").all_inner_texts()


def where(articles: list[Article], **wanted: str) -> list[Quote]:
    """Find the quotes of a speaker, target, stance or kind."""

    def told(quote: Quote) -> dict[str, str]:
        speaker, target = (mention.name if mention else "" for mention in (quote.speaker, quote.target))
        return {"speaker": speaker, "target": target, "stance": quote.stance.label, "kind": quote.kind}

    return [quote for article in articles for quote in article.quotes if wanted.items() <= told(quote).items()]


class TestArticle:
    def test_marks_the_quotes_and_ties_them(self, report: Report, tehran: list[Article]) -> None:
        page = report.write(tehran).open("articles/1")
        badges = page.locator(".badge")
        assert badges.count() == len(tehran[1].quotes)
        at = next(at for at, quote in enumerate(tehran[1].quotes) if quote.speaker and quote.target and quote.cue)
        quote = tehran[1].quotes[at]
        badges.nth(at).focus()
        for role, span in (("speaker", quote.speaker), ("target", quote.target), ("cue", quote.cue)):
            assert span and "".join(page.locator(f".text .on-{role}").all_inner_texts()) == span.text
        words = "".join(page.locator(".text .words.on-words").all_inner_texts())
        assert words == "".join(segment.text for segment in quote.segments).replace("\n", "")
        badges.nth(at).blur()
        assert page.locator(".text .on").count() == 0
        page.locator(".text .speaker").first.hover()
        assert page.locator(".text .on-words").count() > 0 and page.locator(".card.on").count() > 0

    def test_text_is_whole(self, report: Report, tehran: list[Article]) -> None:
        page = report.write(tehran).open("articles/2")
        shown = "".join(page.locator(".text p").all_text_contents())
        for shape in "✕≠✓+·":
            shown = shown.replace(shape, "")
        assert "".join(shown.split()) == "".join(tehran[2].text.split())

    def test_scores_on_demand_and_a_slider_for_the_least(self, report: Report, tehran: list[Article]) -> None:
        quotes = tuple(replace(quote, score=0.1 * (number % 8)) for number, quote in enumerate(tehran[0].quotes))
        page = report.write([replace(tehran[0], quotes=quotes)], min_score=0.15).open("articles/0")
        kept = sum(quote.score >= 0.15 for quote in quotes)
        assert page.locator(".badge").count() == count(page) == kept < len(quotes)
        meter = page.locator(".card .meter").first
        assert not meter.is_visible()
        page.locator(".card summary").first.click()
        assert meter.is_visible()
        page.fill("#least", "0.55")
        assert page.locator(".badge").count() == count(page) == sum(quote.score >= 0.55 for quote in quotes)
        paler = page.locator(".badge").evaluate_all("all => all.map(one => one.style.getPropertyValue('--sure'))")
        assert paler == sorted(paler) and len(set(paler)) > 1

    def test_the_list_leads_to_an_article_and_back(self, report: Report, tehran: list[Article]) -> None:
        page = report.write(tehran).open()
        page.get_by_role("link", name="Title 2").click()
        arrive(page, "Title 2")
        page.go_back()
        arrive(page, "Title 0")


class TestTable:
    def test_search_and_filters(self, report: Report, tehran: list[Article]) -> None:
        page = report.write(tehran).open("quotes")
        everything = where(tehran)
        assert count(page) == len(everything) == len(rows(page))
        page.fill("#search", "MUTTAQI worries")
        assert count(page) == 1 and "without any worries" in rows(page)[0]
        page.click("#clear")
        page.click("#more-filters")
        page.fill("[name=speaker]", "=Amir Khan Muttaqi")
        assert count(page) == len(where(tehran, speaker="Amir Khan Muttaqi"))
        page.select_option("[name=stance]", "assurance")
        assert count(page) == len(where(tehran, speaker="Amir Khan Muttaqi", stance="assurance"))
        page.select_option("[name=kind]", "direct")
        assert count(page) == len(where(tehran, speaker="Amir Khan Muttaqi", stance="assurance", kind="direct"))
        page.click("#clear")
        for field, value in (("article", "title 1"), ("date", "2022-01-11"), ("outlet", "northern")):
            page.fill(f"[name={field}]", value)
            assert count(page) == len(tehran[1].quotes)
            page.fill(f"[name={field}]", "")
        page.fill("[name=target]", "=")
        assert count(page) == len(where(tehran, target=""))
        page.fill("[name=target]", "")
        page.fill("[name=quote]", "no such words")
        assert page.get_by_text("No quote passes the filters.").is_visible() and page.locator("#csv").is_disabled()
        page.fill("[name=quote]", "")
        page.click("[data-stance=none]")
        assert count(page) == len(everything) - len(where(tehran, stance="none"))

    def test_sorts_by_a_column_both_ways_and_back(self, report: Report, tehran: list[Article]) -> None:
        page = report.write(tehran).open("quotes")
        before = rows(page)
        header = page.get_by_role("columnheader", name="Speaker")
        speakers = page.locator(".sheet .c-speaker")
        header.get_by_role("button").click()
        assert header.get_attribute("aria-sort") == "ascending"
        up = speakers.all_inner_texts()
        assert up == sorted(up, key=str.lower)
        header.get_by_role("button").click()
        assert speakers.all_inner_texts() == up[::-1]
        header.get_by_role("button").click()
        assert rows(page) == before

    def test_a_row_leads_to_its_place_in_the_article(self, report: Report, tehran: list[Article]) -> None:
        page = report.write(tehran).open("quotes")
        page.locator(".sheet .row", has_text="We rejected his offer").click()
        arrive(page, "Title 1")
        words = page.locator(".text .words.on").first
        assert "We rejected his offer" in words.inner_text()
        box = words.bounding_box()
        assert box and 100 < box["y"] < 1500
        assert "rejection" in str(page.evaluate("document.activeElement.getAttribute('aria-label')"))

    def test_the_keyboard_reaches_rows(self, report: Report) -> None:
        page = report.write(many(40)).open("quotes")
        page.locator(".sheet a").first.focus()
        for _ in range(60):
            page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.closest('[data-row]').dataset.row") == "60"
        page.keyboard.press("End")
        assert page.evaluate("document.activeElement.closest('[data-row]').dataset.row") == str(count(page) - 1)
        assert len(rows(page)) < 60
        page.keyboard.press("Enter")
        arrive(page, re.compile(" 39$"))

    def test_csv_of_shown_rows_runs_nothing(self, report: Report, tehran: list[Article], tmp_path: Path) -> None:
        text = '=cmd|"/c calc"!A1, \u200b@SUM(1) He'
        stance, speaker = Stance("offer", 1.0, {"offer": 1.0}), Mention(0, 1, "=", "+1\n2")
        evil = Quote("indirect", (Span.of(text, 0, len(text)),), None, speaker, None, stance, 1.0)
        evils = Article("-1+1", (evil,), "m", text, {"title": "\t=1", "date": "2022-01-01", "outlet": "@x,\"y'"})
        page = report.write([*tehran, evils]).open("quotes")
        page.click("[data-stance=none]")
        with page.expect_download() as download:
            page.click("#csv")
        download.value.save_as(tmp_path / "quotes.csv")
        data = (tmp_path / "quotes.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
        written = list(csv.DictReader(data.decode("utf-8-sig").splitlines(keepends=True)))
        assert len(written) == count(page) == len(where(tehran)) - len(where(tehran, stance="none")) + 1
        assert written[0]["Speaker"] == "Media in Afghanistan" and written[0]["Article id"] == "tehran-daily"
        last = written[-1]
        assert all(last[name].startswith("'") for name in ("Speaker", "Quote", "Article", "Outlet", "Article id"))


class TestPeople:
    def test_a_cell_and_a_share_lead_to_their_quotes(self, report: Report, tehran: list[Article]) -> None:
        page = report.write(tehran).open("people")
        cell = page.get_by_role("button", name="Amir Khan Muttaqi to Ahmad Massoud: ")
        wanted = where(tehran, speaker="Amir Khan Muttaqi", target="Ahmad Massoud")
        assert cell.inner_text().split() == ["✓", str(len(wanted))]
        cell.focus()
        page.keyboard.press("Enter")
        turn_to(page, "quotes")
        assert page.url.endswith("#quotes") and count(page) == len(wanted)
        page.click("#clear")
        page.click("#tab-people")
        page.get_by_role("button", name="Amir Khan Muttaqi: 5 assurance").click()
        turn_to(page, "quotes")
        assert count(page) == len(where(tehran, speaker="Amir Khan Muttaqi", stance="assurance")) == 5

    def test_a_bar_of_the_timeline_leads_to_its_quotes(self, report: Report, tehran: list[Article]) -> None:
        page = report.write(tehran).open("time")
        assert page.locator(".timeline .mark").count() > 3
        page.get_by_role("button", name=re.compile("^2022-01-12: ")).press("Enter")
        turn_to(page, "quotes")
        assert count(page) == len(tehran[2].quotes)

    def test_groups_stand_side_by_side(self, report: Report, tehran: list[Article]) -> None:
        groups = {
            (article.id, index): 4
            for article in tehran
            for index, quote in enumerate(article.quotes)
            if quote.stance.label == "assurance"
        }
        page = report.write(tehran, groups=groups).open("same")
        assert page.locator(".version").count() == len(groups)
        assert {"Harbour Post", "Northern Wire"} <= set(page.locator(".version figcaption > strong").all_inner_texts())
        page.locator(".version a").first.click()
        turn_to(page, "articles")
        assert page.locator(".card.pinned").get_by_role("link", name="group 4").is_visible()
        page.click("#tab-quotes")
        page.click("#more-filters")
        page.fill("[name=group]", "4")
        assert count(page) == len(groups)


@pytest.mark.parametrize("view", ["articles", "quotes", "people", "time"])
def test_shows_what_there_is(view: str, report: Report, tehran: list[Article]) -> None:
    bare = [replace(article, text="", meta={}) for article in tehran]
    page = report.write(bare).open(view)
    assert page.get_by_text("No article has a date").is_visible()
    if view == "articles":
        assert page.get_by_text("The text of this article is not in the report").is_visible()
        assert page.locator(".card").count() == len(tehran[0].quotes)
        page = report.open("articles/0/3")
        assert page.locator(".card.pinned").count() == 1
    report.write([replace(article, quotes=()) for article in tehran]).open(view)
    assert page.get_by_text("No quote was found").first.is_visible()
    report.write([]).open(view)
    assert page.get_by_text("There is no article in this report").first.is_visible()


def test_a_hostile_article_executes_nothing(report: Report) -> None:
    text = f"{HOSTILE} said {HOSTILE}"
    mention = Mention(0, len(HOSTILE), HOSTILE, HOSTILE)
    words, cue = Span.of(text, len(text) - len(HOSTILE), len(text)), Span.of(text, 110, 112)
    stance = Stance(HOSTILE, 0.9, {HOSTILE: 0.9, "__proto__": 0.1})
    quote = Quote("direct", (words,), cue, mention, mention, stance, 0.9)
    meta = {"title": HOSTILE, "date": HOSTILE, "outlet": HOSTILE, "url": "javascript:window.hit=4", HOSTILE: HOSTILE}
    evil = Article(HOSTILE, (quote,), HOSTILE, text, meta)
    dated = replace(evil, id="constructor", meta={**meta, "date": "2022-01-01"})
    groups = {(article.id, 0): 1 for article in (evil, dated)}
    page = report.write([evil, dated], title=HOSTILE, groups=groups).open("articles/0/0")
    for view in ("quotes", "people", "time", "same", "articles"):
        page.click(f"#tab-{view}")
        turn_to(page, view)
        assert page.locator("img, a[href^='javascript']").count() == 0
    assert page.inner_text(".reader h2") == HOSTILE
    page.locator(".card summary").first.click()
    assert page.evaluate("window.hit") is None and page.evaluate("document.scripts.length") == 2
    page.evaluate("document.body.append(document.createElement('script'))")
    # Were there a hole after all, the policy would still stop it: a handler in an attribute does not run.
    page.evaluate("try { document.body.setAttribute('onclick', 'window.hit = 5') } catch {}")
    page.click("h1")
    assert page.evaluate("window.hit") is None
    assert any("TrustedScript" in complaint for complaint in report.complaints)
    report.complaints.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_and_width(scheme: Any, report: Report, tehran: list[Article]) -> None:
    groups = {(article.id, 0): 0 for article in tehran}
    page = report.write([*tehran, *many(30)], groups=groups).page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for view in ("articles/0/1", "quotes", "people", "time", "same"):
        for width in (1600, 1300, 360):
            page.set_viewport_size({"width": width, "height": 760})
            report.open(view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view
            assert page.evaluate(LOW_CONTRAST) == [], (view, width)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


# Texts with a contrast under 4.5 to what lies behind them. Colours are drawn, for the browser to compute any of them.
LOW_CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const over = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const luminance = ([red, green, blue]) =>
    0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
  const found = [];
  for (const node of document.querySelectorAll("body *:not(script):not(style):not(svg *)")) {
    const said = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
    if (!said || !node.checkVisibility() || node.disabled) continue;
    const behind = [];
    for (let at = node; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
    const colours = [over(behind), over([...behind, getComputedStyle(node).color])];
    const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.push([node.className, node.textContent.slice(0, 30), contrast]);
  }
  return found;
}"""


def test_two_thousand_articles_are_fast(report: Report) -> None:
    articles = many(2000)
    page = report.write(articles).page
    assert report.path.stat().st_size < 15e6
    page.goto("about:blank")
    page.goto(f"{report.path.as_uri()}#quotes")
    page.locator(".sheet .row").first.wait_for()
    opened = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert count(page) == sum(len(article.quotes) for article in articles) > 15000
    page.click("#more-filters")
    times = {"open": opened}
    inputs = {"#search": "offer", "[name=speaker]": "a", "[name=quote]": "the", "#least": "0.7", "[name=date]": "2021"}
    for selector, value in inputs.items():
        for view in ("quotes", "people", "time", "articles"):
            page.evaluate(f"location.hash = '#{view}'")
            turn_to(page, view)
            times[f"{view}: {selector} {value}"] = page.evaluate(
                """([selector, value]) => {
                  const input = document.querySelector(selector);
                  input.value = value;
                  const times = [1, 2, 3].map(() => { // the least of three: other programs' time is not the page's
                    const began = performance.now();
                    input.dispatchEvent(new Event("input", { bubbles: true }));
                    document.body.offsetHeight; // with the layout
                    return performance.now() - began;
                  });
                  return Math.min(...times);
                }""",
                [selector, value],
            )
    print(json.dumps({what: round(time) for what, time in times.items()}, indent=1))
    assert times.pop("open") < 2000
    assert max(times.values()) < 100, times
