"""What every command says to a person and how it ends: one line where something is wrong, never a traceback."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
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
def in_one_line(
    console: "Console", what: str, extra: str | None = None, interrupted: str = "interrupted"
) -> Iterator[None]:
    """Say in one line what a command could not do, and exit; `extra` names the packages that it needs, if any."""
    try:
        yield
    except ImportError as error:
        if extra is None:
            raise
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


def labels_of(value: str, option: str) -> tuple[str, ...]:
    """Read labels with commas between; raises typer.BadParameter where one is blank or there twice."""
    labels = tuple(label.strip() for label in value.split(","))
    if not all(labels) or len({*labels}) < len(labels):
        raise typer.BadParameter("give labels that differ, with commas between.", param_hint=option)
    return labels


def check_output(
    output: Path, inputs: Sequence[str | Path], as_folder: bool = False, also: Sequence[Path] = ()
) -> None:
    """Refuse, before any work is done, an output that cannot be written or would replace an input.

    as_folder: a folder is to be written, empty but for what a run that was stopped left in it. also: what else will be
    written. Raises typer.BadParameter.
    """
    from .batch.files import expand, is_pattern

    matched = [name for path in map(str, inputs) if is_pattern(path) for name in expand(path)]
    named = [path for path in map(str, inputs) if not is_pattern(path)]
    why = ""
    if not output.parent.is_dir():
        why = f"{output} lies in {output.parent}, which is not there; give a place that is."
    elif output.is_dir() and not as_folder:
        why = f"{output} is a folder; give the file to write."
    elif output.is_file() and _is_input(output, named, matched):
        why = f"{output} is an input, and would be replaced."
    elif clash := next((file for file in also if _is_among(file, named)), None):
        why = f"{clash}, for what fails, is an input, and would be replaced; give another name."
    elif output.is_dir() and not (output / ".parts").is_dir() and any(output.iterdir()):
        why = f"{output} is a folder with other things in it; give an empty or a new one (with / at its end)."
    if why:
        raise typer.BadParameter(why, param_hint="--output")


def _is_input(output: Path, named: Sequence[str], matched: Sequence[str]) -> bool:
    """Tell whether a file was named, fits a pattern, or is in a folder; what an earlier run wrote there is not."""
    from .batch.files import SUFFIXES
    from .batch.outputs import holds_records

    if _is_among(output, named):
        return True
    folders = [Path(path).resolve() for path in (*named, *matched) if os.path.isdir(path)]
    inside = any(folder in output.resolve().parents for folder in folders) and output.name.lower().endswith(SUFFIXES)
    return (inside or _is_among(output, matched)) and not holds_records(output)


def _is_among(file: Path, paths: Sequence[str]) -> bool:
    return os.path.realpath(file) in map(os.path.realpath, paths)


def stop_quietly() -> NoReturn:
    """Stop where nobody reads on, as `head` makes it."""
    discard_output()
    raise typer.Exit(PIPE_CLOSED)


def discard_output() -> None:
    """Let standard output go nowhere, once nobody reads it; what Python flushes when it exits must go somewhere too."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
