"""The later sections of the page as values: tables ready to be set, each with its plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from kit.analysis import tables
from kit.decisions.words import counted, listing
from kit.overview import plots
from kit.overview.evenness import WHOLE
from kit.overview.report import Report
from kit.overview.sections import plain_rows
from kit.reports.words import duration, plain

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table with its plot, if it has one, and what is said above it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    plot: str = ""
    words: str = ""
    flagged: frozenset[int] = frozenset()
    """Which rows are marked."""


_GAP = {
    "n": "n", "mean, first": ("%", "first_mean"), "final": ("%", "final_mean"), "SD, first": ("0.00", "first_sd"),
    "final ": ("0.00", "final_sd"), "SD ratio": ("0.00", "sd_ratio"), "quarters apart, first": ("%", "first_gap"),
    "final  ": ("%", "final_gap"), "correlation": ("0.00", "correlation"),
}  # fmt: skip


def achievement(report: Report) -> Sheet:
    """The achievement gap, unit by unit, each number with its interval."""
    rows = tuple(
        (row["unit"], *(str(row["n"]) if name == "n" else _interval(row, *name) for name in _GAP.values()))
        for row in tables.rows(report.achievement_gap)
    )
    return Sheet(("unit", *(head.strip() for head in _GAP)), rows)


def _interval(row: dict[str, Any], kind: str, name: str) -> str:
    """`62 % (58–66)` or `0.62 (0.58–0.66)`; – where it cannot be told, no interval where that cannot."""
    values = [row[f"{name}{end}"] for end in ("", "_low", "_high")]
    if tables.missing(values[0]):
        return "–"

    def told(value: float) -> str:
        text = f"{100 * value:.0f}" if kind == "%" else f"{value:.2f}"
        return text.replace("-", "−")

    value = told(values[0]) + ("\u00a0%" if kind == "%" else "")
    return value if tables.missing(values[1]) else f"{value} ({told(values[1])}–{told(values[2])})"


def times(report: Report) -> Markup:
    """The plot of times to mastery by evidence."""
    units = report.frames.units
    mine = units[(units["state"] == "mastered") & ~units["by_override"] & units["time_to_mastery"].notna()]
    seconds = mine.assign(s=mine["time_to_mastery"].dt.total_seconds()).groupby("unit", observed=False)["s"].apply(list)
    rows = [(unit, seconds[unit] if unit in seconds.index else []) for unit in units["unit"].drop_duplicates()]
    told = [f"{unit}: median {_span(np.median(values))} (n = {len(values)})" for unit, values in rows if values]
    return plots.times_plot(rows, f"Time to mastery by unit. {'; '.join(told)}.") if told else Markup("")


def _span(seconds: float) -> str:
    from datetime import timedelta

    return duration(timedelta(seconds=float(seconds)))


def cycles(report: Report) -> Markup:
    """The plot of cycles to mastery by evidence."""
    found = report.cycles_to_mastery
    last = plots.CYCLES - 1
    rows = []
    for unit in report.frames.units["unit"].drop_duplicates():
        counts = [0] * plots.CYCLES
        for row in plain_rows(found[found["unit"] == unit]):
            counts[min(int(row["cycles"]), last)] += int(row["learners"])
        rows.append((str(unit), counts))
    told = [f"{unit}: {', '.join(map(str, counts))}" for unit, counts in rows if sum(counts)]
    label = f"Learners who mastered each unit after 0, 1, 2 and {last} or more cycles. {'; '.join(told)}."
    return plots.cycles_plot(rows, label) if told else Markup("")


def ratio(report: Report) -> Sheet:
    """How much longer the slow take, unit by unit."""
    found = [row for row in tables.rows(report.time_ratio) if not tables.missing(row["ratio"])]
    known = [(row["unit"], float(row["ratio"]), _number(row["ratio_low"]), _number(row["ratio_high"])) for row in found]
    told = "; ".join(f"{unit}: {value:.1f}" for unit, value, _, _ in known)
    plot = plots.ratio_plot(known, f"Slow over fast time to mastery, by unit. {told}.")
    rows = tuple(
        (row["unit"], str(row["n"]), _delta(row["fast"]), _delta(row["slow"]),
         _interval({**row, "r": row["ratio"], "r_low": row["ratio_low"], "r_high": row["ratio_high"]}, "0.00", "r"))
        for row in tables.rows(report.time_ratio)
    )  # fmt: skip
    return Sheet(("unit", "n", "fast", "slow", "slow ÷ fast"), rows, plot)


def _number(value: Any) -> float | None:
    return None if tables.missing(value) else float(value)


def _delta(value: Any) -> str:
    return "–" if tables.missing(value) else duration(value.to_pytimedelta())


def lockstep(report: Report) -> Sheet:
    """Who was moved on by override."""
    found = tables.rows(report.lockstep)
    rows = tuple(
        (row["unit"], str(row["mastered"]), str(row["by_override"]), _interval(row, "%", "share")) for row in found
    )
    flagged = frozenset(place for place, row in enumerate(found) if row["flag"])
    names = [row["unit"] for row in found if row["flag"] and row["unit"] != WHOLE]
    words = f"Learners are moved on without evidence in {listing(names)}." if names else ""
    return Sheet(("unit", "mastered", "by an instructor", "share"), rows, words=words, flagged=flagged)


def correctives(report: Report) -> Sheet:
    """What became of each corrective, from `kit.analysis`."""
    heads = ("objective", "approach", "given", "next", "reach it", "retest", "against others", "until next")
    return _analysed(report.correctives, {head: tables.CORRECTIVES[head] for head in heads}, "")


def items(report: Report) -> Sheet:
    """The items that are flagged, from `kit.analysis`."""
    found = report.items
    flagged = found[found["flags"].notna()]
    cells = {head: tables.ITEMS[head] for head in ("form", "item", "n", "right", "discr.")}
    words = f"{counted(len(found), 'item')} of all forms looked at, {len(flagged)} flagged." if len(found) else ""
    return _analysed(flagged, cells, words)


def _analysed(found: pd.DataFrame, cells: Mapping[str, tables.Cell], words: str) -> Sheet:
    rows, marked = [], set()
    for place, row in enumerate(tables.rows(found)):
        said = [plain(str(row[name])) for name in ("flags", "told") if name in row and not tables.missing(row[name])]
        rows.append((str(row["unit"]), *(cell(row) for cell in cells.values()), "; ".join(said)))
        if not tables.missing(row["flags"]):
            marked.add(place)
    return Sheet(("unit", *cells, "in words"), tuple(rows), words=words, flagged=frozenset(marked))


@dataclass(frozen=True, slots=True)
class Shown:
    """A plot as a notebook shows it."""

    plot: str

    def _repr_html_(self) -> str:
        return f"<style>{_STYLE}</style>{self.plot}" if self.plot else "<p>Nothing to draw yet.</p>"


_STYLE = (
    ".plot{max-width:52rem;height:auto}.plot text{font:12px sans-serif;fill:currentColor}"
    ".plot .tick{text-anchor:middle}"
    ".plot .axis{stroke:#9aa2ad;stroke-width:.7}.plot .reach{stroke:#7a828d;stroke-width:1.6}.plot .half{fill:#56b4e9}"
    ".plot .middle{stroke:currentColor;stroke-width:2.4}.plot .point{fill:#0072b2}.plot .c0{fill:#cfe3f1}"
    ".plot .c1{fill:#7fb8dd}.plot .c2{fill:#2f7fb8}.plot .c3{fill:#0d4a78}"
    ".plot .inside{text-anchor:middle;fill:#10202c}"
    ".plot .i2,.plot .i3{fill:#fff}"
)


def shown(plot: str) -> Shown:
    """*plot* for a notebook, which has no style sheet of ours."""
    return Shown(plot)
