"""`python -m benchmarks [PART …]`: measure, and put the tables into docs/benchmarks.md.

Two have commands of their own: `benchmarks.attacks`, and `benchmarks.hub`, which starts a JupyterHub.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from benchmarks.ground import Ground, Size
from benchmarks.measure import Tell
from benchmarks.page import replaced, table
from benchmarks.parts import PARTS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)), metavar="[PART]…")
@click.option("--rounds", type=click.IntRange(1), help="Rounds for every part. Default: 5, and 3 of the demo.")
def main(parts: tuple[str, ...], rounds: int | None) -> None:
    """Run PARTs (default: all of them) and write their tables into docs/benchmarks.md. All of them take a while."""
    size = Size(ROOT, "02-lists.a")
    if rounds is not None:
        size = replace(size, rounds=rounds, player_rounds=rounds)
    for part in [name for name in PARTS if name in parts] or list(PARTS):
        load = os.getloadavg()[0]
        # A ground for each part: what one leaves behind must not be in the way of the next.
        with bar(part) as tell, Ground(size, tell) as ground:
            text = table(part, PARTS[part](ground), when=date.today(), load=load)
        # One part after the other: an interrupted run keeps what it has.
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), part, text), encoding="utf-8")
        click.echo(text)


@contextmanager
def bar(part: str) -> Iterator[Tell]:
    """Show what goes on, on the terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<60}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Redrawn rarely: drawing costs processor time too.
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=2) as progress:
        task = progress.add_task(part, total=None)
        yield lambda what, done, of: progress.update(task, description=f"{part}: {what}", completed=done, total=of)


if __name__ == "__main__":
    main()
