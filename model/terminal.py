"""What every command says to a person and how it ends: one line where something is wrong, never a traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from .extractor import Extractor

FAILED, USAGE, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141  # the last two as the shell has them: 128 + the signal


def say(console: "Console", message: str) -> None:
    """Print a message on one line, with what would steer a terminal made visible."""
    from .view import printable

    console.print(printable(message), markup=False, soft_wrap=True)


@contextmanager
def in_one_line(console: "Console", what: str, extra: str, interrupted: str = "interrupted") -> Iterator[None]:
    """Say in one line what a command could not do, and exit; `extra` names the packages that it needs."""
    try:
        yield
    except ImportError as error:
        say(console, f"error: {what} needs packages that are not installed ({error}): pip install 'quoth[{extra}]'")
        raise typer.Exit(USAGE) from None
    except (ValueError, OSError) as error:
        say(console, f"error: {error}")
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt:
        say(console, interrupted)
        raise typer.Exit(INTERRUPTED) from None


def load(model: str | None, device: str | None, console: "Console", precision: str = "auto") -> "Extractor":
    """Load the model, or say in one line why not and exit: whatever is raised here, the call asked for it."""
    try:
        from .extractor import Extractor

        return Extractor.from_pretrained(model, device=device, precision=precision)
    except Exception as error:
        say(console, f"error: cannot load {model or 'the model that comes with quoth'}: {error}")
        raise typer.Exit(USAGE) from None


def one_of(value: str, choices: tuple[str, ...], option: str) -> str:
    """Give the value of an option that must be one of some words; raises typer.BadParameter."""
    if value not in choices:
        raise typer.BadParameter(f"{value!r} is none of {', '.join(choices)}.", param_hint=option)
    return value


def stop_quietly() -> NoReturn:
    """Stop where nobody reads on, as `head` makes it."""
    discard_output()
    raise typer.Exit(PIPE_CLOSED)


def discard_output() -> None:
    """Let standard output go nowhere, once nobody reads it; what Python flushes when it exits must go somewhere too."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
