"""`quoth demo`: paste or drop an article in a browser, see it annotated, take the records away. All on this machine.

The page of `report.page` is shown in a frame whose sandbox lets its own script run and save a file; it has no origin,
so that it reaches neither the demo nor anything that a browser keeps. A policy keeps the demo's own page here, too.

>>> framed("<p>a & b</p>").rpartition(" ")[2]
'src="data:text/html;charset=utf-8;base64,PHA+YSAmIGI8L3A+"></iframe>'
"""

import os
import tempfile
from base64 import b64encode
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..model.records import Article

if TYPE_CHECKING:
    from gradio import Blocks

HOST: Final = "127.0.0.1"
POLICY: Final = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'; base-uri 'self'"
LONGEST: Final = 1_000_000  # characters of one article
EXAMPLE: Final = Path(__file__).parents[1] / "seeds" / "tehran" / "tehran-wire.txt"


class Extracts(Protocol):
    """What the demo asks of an `Extractor`."""

    def __call__(self, text: str, id: str = "") -> Article:
        """Extract one article's quotes."""


def annotated_html(article: Article) -> str:
    """Give the article with its quotes as a frame for another page; all that comes from it is escaped."""
    from .page import render

    return framed(render([article], {article.id: article.text}, title=article.id))


def framed(page: str) -> str:
    """Put a whole HTML page into a sandboxed frame.

    By its data, not by `srcdoc`: there, links to places in the page would lead to the page around it.
    """
    data = b64encode(page.encode("utf-8", errors="replace")).decode()
    style = "width:100%;height:80vh;border:1px solid #8888"
    return (
        f'<iframe title="The article and its quotes" style="{style}" sandbox="allow-scripts allow-downloads" '
        f'src="data:text/html;charset=utf-8;base64,{data}"></iframe>'
    )


def read_upload(path: str) -> tuple[str, str]:
    """Give an uploaded file's id and text; raises ValueError where it is no article, OSError where it is not there."""
    from ..model.batch.articles import InputError
    from ..model.batch.inputs import read_file

    if not path.lower().endswith((".txt", ".html", ".htm")):
        raise ValueError(f"{Path(path).name} is neither .txt nor .html")
    (article,) = read_file(path)
    if isinstance(article, InputError):
        raise ValueError(f"{Path(path).name}: {article.reason}")
    return article.id, article.text


def annotate(extractor: Extracts, text: str, id: str, folder: Path) -> tuple[str, str, str]:
    """Give one line on what was found, the annotated article, and the path of its record, a JSON line with the text.

    Raises ValueError where there is no text, or too much of it.
    """
    from dataclasses import replace

    from ..model.batch.outputs import json_line
    from .notices import counted

    if not text.strip():
        raise ValueError("there is no text yet: paste an article, or drop a .txt or .html file")
    if len(text) > LONGEST:
        raise ValueError(f"{len(text):,} characters are too many for the demo; use quoth extract")
    article = replace(extractor(text, id), keeps_text=True)
    record = Path(tempfile.mkdtemp(dir=folder)) / "quotes.jsonl"
    record.write_bytes(json_line(article))
    speakers = {quote.speaker.name for quote in article.quotes if quote.speaker}
    found = f"{counted(len(article.quotes), 'quote')}, {counted(len(speakers), 'speaker')}; {article.model}"
    return found, annotated_html(article), str(record)


def build(extractor: Extracts, folder: Path) -> "Blocks":
    """Build the demo; records go below `folder`."""
    import gradio as gr

    def show(text: str, id: str) -> tuple[Any, ...]:
        try:
            return annotate(extractor, text, id or "article", folder)
        except ValueError as error:
            raise gr.Error(escape(str(error)), print_exception=False) from None

    def upload(path: str | None) -> tuple[str, str]:
        if path is None:
            return "", ""
        try:
            id, text = read_upload(path)
        except (ValueError, OSError) as error:
            raise gr.Error(escape(str(error)), print_exception=False) from None
        return text, id

    with gr.Blocks(title="Quoth", analytics_enabled=False) as demo:
        gr.Markdown("# Quoth\nWho said what, to whom, and what they meant by it. Nothing leaves this machine.")
        with gr.Row():
            text = gr.Textbox(label="Article", lines=12, max_lines=12, placeholder="Paste a news article", scale=3)
            with gr.Column(scale=1):
                file = gr.File(label="or drop a .txt or .html file", file_types=[".txt", ".html", ".htm"])
                example = gr.Button("An example")
        go = gr.Button("Find the quotes", variant="primary")
        found = gr.Textbox(label="Found", interactive=False)
        page = gr.HTML(label="The article and its quotes")
        record = gr.File(label="Its record, as JSON lines", interactive=False)
        name = gr.State("")
        shown = [found, page, record]
        file.change(upload, file, [text, name], api_name="upload")
        example.click(
            lambda: (EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.stem), None, [text, name], api_name="example"
        )
        go.click(show, [text, name], shown, api_name="show")
    return demo


def run(extractor: Extracts, port: int | None, open_browser: bool, tell: Callable[[str], None]) -> None:
    """Serve the demo on this machine only, until it is stopped; records go with it.

    `tell` is given its address. Raises OSError where the port, or every one from 7860 on, is taken.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from starlette.middleware import Middleware

    with tempfile.TemporaryDirectory(prefix="quoth-demo-") as folder:
        demo = build(extractor, Path(folder))
        _, address, _ = demo.launch(
            server_name=HOST,
            server_port=port,
            share=False,
            inbrowser=open_browser,
            allowed_paths=[folder],
            app_kwargs={"middleware": [Middleware(_Policy)]},
            quiet=True,
            prevent_thread_lock=True,
        )
        tell(str(address))
        demo.block_thread()


class _Policy:
    """Sends `POLICY` with every answer: a browser then asks nobody but the demo, whatever Gradio's page asks for."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, as ASGI has it."""

        async def with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", POLICY.encode())]
            await send(message)

        await self.app(scope, receive, with_policy)
