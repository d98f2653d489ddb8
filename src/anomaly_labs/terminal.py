"""What every command shares: the console, and errors in one sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.text import Text

console = Console(width=None if sys.stdout.isatty() else 120)


@contextmanager
def one_sentence_errors() -> Iterator[None]:
    """Print what stops a command as its message, without a traceback."""
    from anomaly_labs.errors import LabsError

    try:
        yield
    except (LabsError, OSError) as error:
        console.print(f"[bold red]{type(error).__name__}[/]")
        console.print(Text.from_ansi(str(error)))
        raise typer.Exit(1) from None
