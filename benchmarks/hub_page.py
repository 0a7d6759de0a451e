"""The tables of the hub's section in docs/benchmarks.md."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version

from benchmarks.hub_load import Load
from benchmarks.hub_memory import Memories
from benchmarks.hub_panel import Clicks
from benchmarks.hub_restart import Restarts
from benchmarks.page import machine


def load_table(load: Load) -> list[str]:
    """The class of one minute: what it came to, and its times."""
    peer, result, submit = load.nbgrader_grade, load.results, load.nbgrader_submit
    rows = [
        _times("click → receipt (in the exchange and in the ledger)", load.receipts, submit, "`nbgrader submit`"),
        _times("click → result in the panel", result, peer, "nbgrader: autograde + feedback"),
        _times("the hub says who somebody is, meanwhile", load.hub),
        _times("`nbgrader submit`, one command, afterwards", submit),
        _times("nbgrader: autograde + feedback of one, afterwards", peer),
    ]
    each = ", ".join(f"{name} {1000 * used / load.learners:,.0f}" for name, used in load.cpu.items())
    again = sum(load.refused.values())
    return [
        "| hub: load | median, s | 95 of 100, s | longest, s | ratio of medians | held against |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        f"{load.learners} learners within {load.within:.0f} s: **{len(load.receipts)} accepted, none lost, none "
        f"counted twice**; {again} answers asked to come again. {load.waiting} waited at the worst moment; the last "
        f"one was decided {load.drained:.1f} s after the last one was received. Processor time for each submission, "
        f"in ms: {each}.",
    ]


def memory_table(memories: Memories) -> list[str]:
    """MiB, by process."""
    columns = f"{memories.learners:,} known, {memories.listening} listening"
    return [
        f"| hub: memory, MiB | nobody: RSS | nobody: PSS | {columns}: RSS | {columns}: PSS |",
        "|---|---|---|---|---|",
        *(
            f"| {_WORDS[name]} | {alone.rss:.0f} | {alone.pss:.0f} | {crowd.rss:.0f} | {crowd.pss:.0f} |"
            for name, alone, crowd in ((n, memories.nobody[n], memories.everybody[n]) for n in memories.nobody)
        ),
    ]


_WORDS = {
    "service": "the service's web process",
    "controller": "the controller (`kit watch`)",
    "graders": "its warm parent and judge",
    "hub": "JupyterHub",
    "proxy": "the trial hub's proxy",
}


def panel_table(clicks: Clicks) -> list[str]:
    """From Submit to the result in the panel."""
    found = clicks.clicks
    shown = [click.shown for click in found]
    rows = [
        _ninety("click → receipt in the ledger", [click.received for click in found]),
        _ninety("click → scores in the ledger", [click.graded for click in found]),
        _ninety("click → result in the panel", shown, clicks.nbgrader, "nbgrader: autograde + feedback"),
        _ninety("nbgrader: autograde + feedback", clicks.nbgrader),
    ]
    return [
        f"| hub: panel, {len(found)} clicks | median, s | 90 of 100 | longest | ratio of medians | held against |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def restart_table(restarts: Restarts) -> list[str]:
    """After the end of a process, until learners are served again."""
    return [
        "| hub: restart | median, s | shortest, s | longest, s |",
        "|---|---|---|---|",
        *(
            f"| {what} | {statistics.median(times):.1f} | {min(times):.1f} | {max(times):.1f} |"
            for what, times in restarts.items()
        ),
    ]


def with_origin(lines: Sequence[str], part: str, *, when: date, load: float) -> str:
    """*lines* as a section, with where the figures are from."""
    hub = version("jupyterhub")
    return "\n".join([
        *lines,
        "",
        f"{when:%d %B %Y}, load {load:.1f} at the beginning. {machine()}, jupyterhub {hub}. "
        f"Repeat with `python -m benchmarks.hub {part}`.",
        "",
    ])  # fmt: skip


def busy() -> float:
    """How much the machine has to do, as `uptime` says it."""
    return os.getloadavg()[0]


def _times(what: str, times: Sequence[float], peer: Sequence[float] = (), against: str = "") -> str:
    return _row(what, times, 0.95, peer, against)


def _ninety(what: str, times: Sequence[float], peer: Sequence[float] = (), against: str = "") -> str:
    return _row(what, times, 0.90, peer, against)


def _row(what: str, times: Sequence[float], share: float, peer: Sequence[float], against: str) -> str:
    if not times:
        return f"| {what} | | | | | |"
    middle = statistics.median(times)
    ratio = f"× {middle / statistics.median(peer):.2g}" if peer else ""
    shown = " | ".join(f"{value:.3f}" for value in (middle, quantile(times, share), max(times)))
    return f"| {what} | {shown} | {ratio} | {against if peer else ''} |"


def quantile(times: Sequence[float], share: float) -> float:
    """The smallest of *times* that at least *share* of them do not exceed."""
    ordered = sorted(times)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
