"""The sections of the HTML page as values: words and numbers ready to be set, each number with its n."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kit.decisions.words import counted
from kit.overview.report import Report
from kit.reports.charts import levels
from kit.reports.signs import SIGNS
from kit.reports.words import duration, percent

if TYPE_CHECKING:
    import pandas as pd

QUARTILES_FROM = 4
"""With fewer learners quartiles say nothing that the values themselves do not."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One number with what it counts."""

    number: str
    what: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """First attempt and as it stands, of one unit."""

    unit: str
    title: str
    n: int
    words: str
    chart: Markup
    rows: tuple[tuple[str, str, str], ...]
    """(level, learners at first, learners as it stands) of every level that occurs."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One objective: who had a gap at first, and who has it now."""

    unit: str
    title: str
    tried: int
    gap_at_first: int
    shown_now: int
    not_yet: int
    sure: str
    """How sure it was when it was shown, median."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Cycles and time to mastery of one unit."""

    unit: str
    title: str
    learners: int
    begun: int
    mastered: int
    by_override: int
    cycles: str
    n: int
    """Learners who mastered it by evidence."""
    median: str
    spread: str


def headlines(report: Report) -> list[Headline]:
    """The numbers at the top of the page."""
    frames = report.frames
    units, learners = frames.units, frames.learners
    n, pairs = len(learners), len(units)
    mastered = int((units["state"] == "mastered").sum())
    done = int(((learners["mastered"] == learners["units"]) & (learners["units"] > 0)).sum())
    handed_in = frames.correctives["submitted_at"].notna()
    asked, decided = int(units["attention"].notna().sum()), int(frames.attempts["outcome"].notna().sum())
    return [
        Headline(str(n), "learner" if n == 1 else "learners", "enrolled"),
        Headline(str(mastered), "units mastered", f"of {pairs} (learners × units)"),
        Headline(str(done), "with every unit mastered", f"of {counted(n, 'learner')}"),
        Headline(str(len(frames.attempts)), "attempts", f"{decided} of them decided"),
        Headline(str(int(handed_in.sum())), "correctives worked through", f"of {len(handed_in)} opened"),
        Headline(str(asked), "asks for you" if asked == 1 else "ask for you", f"of {pairs} (learners × units)"),
    ]


def totals(report: Report) -> list[tuple[str, str, int, list[tuple[str, int]]]]:
    """(unit, title, learners, [(state, count), …] without zeros) per unit."""
    units = report.frames.units.drop_duplicates("unit")
    titles = dict(zip(units["unit"], units["title"], strict=True))
    return [
        (str(unit), titles[unit], int(row["learners"]), [(state, int(row[state])) for state in SIGNS if row[state]])
        for unit, row in report.progress.iterrows()
    ]


def growth(report: Report) -> list[Growth]:
    """First attempt and as it stands, for every unit somebody has tried."""
    units = report.frames.units.drop_duplicates("unit")
    parts = {str(unit): mine for unit, mine in report.levels.groupby("unit", observed=True)}
    progress = report.frames.progress.drop_duplicates(["unit", "criterion"])
    criteria = {unit: set(mine["criterion"]) for unit, mine in progress.groupby("unit", observed=True)}
    pairs = zip(units["unit"], units["title"], strict=True)
    return [_growth(unit, title, parts[unit], criteria[unit]) for unit, title in pairs if unit in parts]


def _growth(unit: str, title: str, mine: pd.DataFrame, criteria: set[float]) -> Growth:
    first, final = mine["first"].astype(float).tolist(), mine["final"].astype(float).tolist()
    criterion = float(next(iter(criteria))) if len(criteria) == 1 else None
    n = len(first)
    middle = "median " if n > 1 else ""
    shown = f"at the first attempt {sum(mine['all_at_first'])}, now {sum(mine['all_now'])}"
    words = (
        f"{counted(n, 'learner')}: {middle}{percent(median(first))} at the first attempt, "
        f"{percent(median(final))} as it stands. Every objective shown: {shown}."
    )
    at_first, now = Counter(map(percent, first)), Counter(map(percent, final))
    order = sorted(at_first.keys() | now.keys(), key=lambda p: int(p.split("\u00a0")[0]))
    rows = tuple((level, str(at_first[level]), str(now[level])) for level in order)
    panels = (
        ("First attempt", list(zip(first, mine["all_at_first"].tolist(), strict=True))),
        ("As it stands", list(zip(final, mine["all_now"].tolist(), strict=True))),
    )
    chart = levels(panels, criterion, f"{unit}. {words}")
    return Growth(unit, title, n, words, chart, rows)


def gaps(report: Report) -> list[Gap]:
    """Every objective somebody has tried, in the course's order."""
    found = report.gaps
    found = found[found["tried"] > 0]
    return [
        Gap(row["unit"], row["title"], row["tried"], row["gap_at_first"], row["shown_now"], row["not_yet"],
            percent(min(row["certainty"], 0.99)) if row["certainty"] == row["certainty"] else "–")
        for row in plain_rows(found.astype({"certainty": "float64"}))
    ]  # fmt: skip


def pace(report: Report) -> list[Pace]:
    """Cycles and time to mastery, unit by unit."""
    cycles = report.cycles_to_mastery
    return [_pace(row, cycles[cycles["unit"] == row["unit"]]) for row in plain_rows(report.time_to_mastery)]


def _pace(row: dict[str, Any], mine: pd.DataFrame) -> Pace:
    n = int(mine["learners"].sum())
    spent = ", ".join(f"{cycles}: {k}" for cycles, k in zip(mine["cycles"], mine["learners"], strict=True))
    counts = {name: row[name] for name in ("unit", "title", "learners", "begun", "mastered", "by_override")}
    q1, middle, q3 = (duration(row[f"time_{name}"].to_pytimedelta() if n else None) for name in ("q1", "median", "q3"))
    spread = f"{q1} to {q3}" if n >= QUARTILES_FROM else "–"
    return Pace(**counts, cycles=spent or "–", n=n, median=middle, spread=spread)


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows by column name."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
