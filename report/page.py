"""The page: template, styles and scripts of `templates/` around the data, in one string that needs nothing else.

Its Content-Security-Policy lets run what stands in `templates/`, by hash, and nothing else: no network, no picture, no
frame, no form, no markup made of strings.
"""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .. import __version__
from ..model.records import Article
from .data import embedded, page_data
from .notices import counted, notices

TEMPLATES: Final = Path(__file__).parent / "templates"
SCRIPTS: Final = (
    "dom.js",
    "state.js",
    "virtual.js",
    "stances.js",
    "filters.js",
    "article.js",
    "articles.js",
    "csv.js",
    "table.js",
    "matrix.js",
    "timeline.js",
    "groups.js",
    "main.js",
)
"""In the order in which they stand in the page: one function scope, in which each uses what came before."""


def render(
    articles: Sequence[Article],
    texts: Mapping[str, str],
    *,
    groups: Mapping[tuple[str, int], int] | None = None,
    parties: Mapping[tuple[str, str], str] | None = None,
    title: str = "Who said what",
    min_score: float = 0.0,
) -> str:
    """Give the report's HTML.

    texts: by the article's id, for articles that carry none; one whose words are not at the offsets is not shown, and
    the page says so. groups: (article id, number of the quote in its article, from 0) to the number of its group of
    quotes that report the same words. parties: (article id, name) to the name that all articles share. min_score: where
    the slider for the least score stands at first.

    >>> "No quote was found" in render([Article("a1", (), "quoth-base 0.1.0", "Nothing said.")], {})
    True
    """
    data = page_data(articles, texts, groups, parties)
    style, script = _style(), _script()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html.jinja").render(
        title=title,
        policy=policy(script, style),
        style=Markup(style),
        script=Markup(script),
        data=Markup(embedded(data)),
        notices=notices(data),
        summary=_summary(articles),
        min_score=min_score,
    )


def policy(script: str, style: str) -> str:
    """Give the Content-Security-Policy under which only this script runs, and only this style sheet applies."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()


def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


def _script() -> str:
    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def _summary(articles: Sequence[Article]) -> str:
    """Say in a line how much there is, and whose work it is."""
    quotes = sum(len(article.quotes) for article in articles)
    models = sorted({article.model for article in articles})
    made = f"found by {', '.join(models)}, " if models else ""
    return f"{counted(quotes, 'quote')} in {counted(len(articles), 'article')}, {made}shown by quoth {__version__}"
