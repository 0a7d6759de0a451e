"""The generated tables of docs/benchmarks.md, each between two marker comments; the rest is hand-written."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version

from benchmarks.measure import Row, median_and_range

_PACKAGES = ("nbgrader", "nbclient", "ipykernel", "SQLAlchemy", "pandas")


def replaced(page: str, part: str, text: str) -> str:
    """*page* with *text* between the marker comments of *part*; ValueError if they are not there, each once."""
    begin, end = f"<!-- generated: {part} -->\n", f"<!-- end: {part} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed or begin in after:
        raise ValueError(f"docs/benchmarks.md needs one pair of markers for {part!r}: {begin.strip()} … {end}")
    return f"{before}{begin}{text}{end}{after}"


def table(part: str, rows: Sequence[Row], *, when: date, load: float) -> str:
    """A part's figures as Markdown; *load* is how busy the machine was at the beginning, as `uptime` says it."""
    rounds = len(rows[0].costs)
    lines = [
        f"| {part} | wall time, s | CPU time, s | ratio, wall | ratio, CPU | held against |",
        "|---|---|---|---|---|---|",
        *map(_line, rows),
        "",
        f"{when:%d %B %Y}, load {load:.1f} at the beginning. {machine()}. Median (min–max) of {rounds} rounds. "
        f"Repeat with `python -m benchmarks {part}`.",
        "",
    ]
    return "\n".join(lines)


def machine() -> str:
    """What the figures were measured on; no names, no paths."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}, {packages}"


def _line(row: Row) -> str:
    wall = median_and_range(cost.wall for cost in row.costs)
    cpu = median_and_range(cost.cpu for cost in row.costs)
    what = f"{row.what}: **{row.note}**" if row.note else row.what
    ratios = (row.ratio(lambda cost: cost.wall), row.ratio(lambda cost: cost.cpu))
    shown = " | ".join("" if ratio is None else f"× {ratio:.2g}" for ratio in ratios)
    return f"| {what} | {wall} | {cpu} | {shown} | {row.peer.what if row.peer else ''} |"
