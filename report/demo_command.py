"""The command `quoth demo`: Quoth in a browser, for those who will not use a terminal."""

from importlib.util import find_spec
from typing import Annotated

import typer

from ..model.terminal import in_one_line, load, say

DEMO_EXAMPLE = """[bold]Example[/bold]

[cyan]quoth demo[/cyan]    opens a browser; Ctrl-C ends it

It listens on this machine only, and sends nothing anywhere."""


def demo(
    model: Annotated[
        str | None, typer.Option(metavar="FOLDER|HUB-ID", help="Another model than the one that comes with quoth.")
    ] = None,
    device: Annotated[str | None, typer.Option(metavar="DEVICE", help="cpu, cuda …; else the best there is.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, metavar="N", help="Else the first free from 7860.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open it in a browser.")] = True,
) -> None:
    """Read articles in a browser: paste or drop one, see its quotes, take the record away."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with in_one_line(console, "the demo", "demo", "stopped"):
        if find_spec("gradio") is None:
            raise ImportError("No module named 'gradio'")
        from .demo import run

        extractor = load(model, device, console)
        run(extractor, port, browser, lambda address: say(console, f"the demo is at {address}; Ctrl-C ends it"))
