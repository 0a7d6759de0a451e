"""The parts there are, by the word that names them on the command line and in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from benchmarks.ground import Ground
from benchmarks.measure import Row


def _part(name: str) -> Callable[[Ground], list[Row]]:
    # Imported when it is asked for: what a part imports would otherwise count in the memory of the ones before it.
    def run(ground: Ground) -> list[Row]:
        rows: list[Row] = import_module(f"benchmarks.{name}").run(ground)
        return rows

    return run


PARTS: Mapping[str, Callable[[Ground], list[Row]]] = {
    name: _part(name)
    for name in ("start", "build", "check", "submission", "grading", "demo", "idle", "forecast", "report")
}
"""In the order in which all of them run: what fills the memory comes last."""
