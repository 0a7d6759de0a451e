"""The sections of the HTML page as values: words and numbers ready to be set, each number with its n."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kit.decisions.words import counted
from kit.reports.charts import levels
from kit.reports.cohort import unit_progress
from kit.reports.growth import first_and_final, gaps_by_objective
from kit.reports.instruction import approaches, cycles_to_mastery, time_to_mastery
from kit.reports.signs import SIGNS
from kit.reports.view import CourseView
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
class Approach:
    """One approach of correctives, and what followed."""

    name: str
    opened: int
    handed_in: int
    followed: int
    shown: int
    practice: str


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


def headlines(view: CourseView) -> list[Headline]:
    """The numbers at the top of the page."""
    units = view.units
    n, pairs = len(view.records), len(units)
    mastered = int((units["state"] == "mastered").sum())
    done = sum(all(u.state == "mastered" for u in s.units) and bool(s.units) for s in view.standings.values())
    handed_in = view.correctives["submitted_at"].notna()
    asked = int(units["attention"].notna().sum())
    return [
        Headline(str(n), "learner" if n == 1 else "learners", "enrolled"),
        Headline(str(mastered), "units mastered", f"of {pairs} (learners × units)"),
        Headline(str(done), "with every unit mastered", f"of {counted(n, 'learner')}"),
        Headline(str(len(view.attempts)), "attempts", f"{int(view.attempts['outcome'].notna().sum())} of them decided"),
        Headline(str(int(handed_in.sum())), "correctives worked through", f"of {len(handed_in)} opened"),
        Headline(str(asked), "asks for you" if asked == 1 else "ask for you", f"of {pairs} (learners × units)"),
    ]


def totals(view: CourseView) -> list[tuple[str, str, int, list[tuple[str, int]]]]:
    """(unit, title, learners, [(state, count), …] without zeros) per unit."""
    titles = dict(zip(view.units["unit"], view.units["title"], strict=True))
    return [
        (str(unit), titles[unit], int(row["learners"]), [(state, int(row[state])) for state in SIGNS if row[state]])
        for unit, row in unit_progress(view).iterrows()
    ]


def growth(view: CourseView) -> list[Growth]:
    """First attempt and as it stands, for every unit somebody has tried."""
    found = first_and_final(view)
    units = view.units.drop_duplicates("unit")
    tried = [(u, t) for u, t in zip(units["unit"], units["title"], strict=True) if (found["unit"] == u).any()]
    return [_growth(view, unit, title, found[found["unit"] == unit]) for unit, title in tried]


def _growth(view: CourseView, unit: str, title: str, mine: pd.DataFrame) -> Growth:
    first, final = list(mine["first"].astype(float)), list(mine["final"].astype(float))
    criteria = set(view.progress.loc[view.progress["unit"] == unit, "criterion"])
    criterion = float(criteria.pop()) if len(criteria) == 1 else None
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
        ("First attempt", list(zip(first, mine["all_at_first"], strict=True))),
        ("As it stands", list(zip(final, mine["all_now"], strict=True))),
    )
    chart = levels(panels, criterion, f"{unit}. {words}")
    return Growth(unit, title, n, words, chart, rows)


def gaps(view: CourseView) -> list[Gap]:
    """Every objective somebody has tried, in the course's order."""
    found = gaps_by_objective(view)
    found = found[found["tried"] > 0]
    return [
        Gap(row["unit"], row["title"], row["tried"], row["gap_at_first"], row["shown_now"], row["not_yet"],
            percent(min(row["certainty"], 0.99)) if row["certainty"] == row["certainty"] else "–")
        for row in _rows(found.astype({"certainty": "float64"}))
    ]  # fmt: skip


def correctives(view: CourseView) -> list[Approach]:
    """Every approach of which a corrective was opened."""
    return [
        Approach(row["approach"], row["opened"], row["handed_in"], row["followed"], row["shown"],
                 percent(row["practice"]) if row["practice"] == row["practice"] else "–")
        for row in _rows(approaches(view).astype({"practice": "float64"}))
    ]  # fmt: skip


def pace(view: CourseView) -> list[Pace]:
    """Cycles and time to mastery, unit by unit."""
    cycles = cycles_to_mastery(view)
    return [_pace(row, cycles[cycles["unit"] == row["unit"]]) for row in _rows(time_to_mastery(view))]


def _pace(row: dict[str, Any], mine: pd.DataFrame) -> Pace:
    n = int(mine["learners"].sum())
    spent = ", ".join(f"{cycles}: {k}" for cycles, k in zip(mine["cycles"], mine["learners"], strict=True))
    counts = {name: row[name] for name in ("unit", "title", "learners", "begun", "mastered", "by_override")}
    q1, middle, q3 = (duration(row[f"time_{name}"].to_pytimedelta() if n else None) for name in ("q1", "median", "q3"))
    spread = f"{q1} to {q3}" if n >= QUARTILES_FROM else "–"
    return Pace(**counts, cycles=spent or "–", n=n, median=middle, spread=spread)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
