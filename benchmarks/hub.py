"""`python -m benchmarks.hub [PART …]`: a real JupyterHub under load, into the hub's section of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import click

from benchmarks import hub_load, hub_memory, hub_page, hub_panel, hub_restart
from benchmarks.__main__ import PAGE, ROOT, bar
from benchmarks.ground import Ground, Size
from benchmarks.page import replaced


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(["load", "panel", "memory", "restart"]), metavar="[PART]…")
@click.option("--learners", type=click.IntRange(2, 900), default=300, show_default=True, help="That hand in (load).")
@click.option("--seconds", type=click.FloatRange(1), default=60.0, show_default=True, help="Within which they do.")
@click.option("--known", type=click.IntRange(1), default=1_000, show_default=True, help="Learners there are (memory).")
@click.option("--listening", type=click.IntRange(0), default=50, show_default=True, help="Streams open (memory).")
@click.option("--clicks", type=click.IntRange(1), default=12, show_default=True, help="On Submit (panel).")
@click.option("--peers", type=click.IntRange(1), default=6, show_default=True, help="Notebooks nbgrader gets too.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="Of everything ended (restart).")
@click.option("--dry", is_flag=True, help="Print the tables only.")
def main(
    parts: tuple[str, ...], learners: int, seconds: float, known: int, listening: int, clicks: int, peers: int,
    rounds: int, dry: bool,
) -> None:  # fmt: skip
    """Measure PARTs (default: all of them): load, panel, memory, restart. All of them take a quarter of an hour."""
    size = replace(Size(ROOT, "02-lists.a"), submissions=learners, learners=known)
    ways: dict[str, Callable[[Ground], list[str]]] = {
        "load": lambda ground: hub_page.load_table(hub_load.run(ground, seconds, peers)),
        "panel": lambda ground: hub_page.panel_table(hub_panel.run(ground, clicks, peers)),
        "memory": lambda ground: hub_page.memory_table(hub_memory.run(ground, min(listening, known))),
        "restart": lambda ground: hub_page.restart_table(hub_restart.run(ground, rounds)),
    }
    for part in [name for name in ways if name in parts] or list(ways):
        busy = hub_page.busy()
        with bar(part) as tell, Ground(size, tell) as ground:
            text = hub_page.with_origin(ways[part](ground), part, when=date.today(), load=busy)
        if not dry:
            PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), f"hub {part}", text), encoding="utf-8")
        click.echo(text)


if __name__ == "__main__":
    main()
