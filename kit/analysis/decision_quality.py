"""`decisions`: how often the course's own decisions are right, and how often they would be repeated.

Nobody sees a true level. But first attempts, which nobody was selected for, show how levels differ beyond luck (KR-21);
with a beta distribution of levels and binomial scores everything else follows (Huynh 1976).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kit.analysis import columns, enough
from kit.analysis.certainty import certainties
from kit.analysis.levels import Levels, levels
from kit.psychometrics.binomial import chance_to_pass
from kit.psychometrics.decision_table import DecisionTable, table
from kit.reports import CourseView
from kit.reports.columns import frame

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


def decisions(course: CourseView, unit: str | None = None) -> pd.DataFrame:
    """One row per objective, and one per unit (objective NA: every objective reached), for each revision.

    name                   dtype    unit    meaning
    ---------------------  -------  ------  --------------------------------------------------------------------------
    unit                   string   –       unit id
    revision               Int64    number  which build of the unit
    objective              string   –       objective id; NA in the row of the whole unit
    n                      Int64    number  learners whose first attempt it rests on
    items                  Int64    number  on one form
    cut                    Int64    number  items right that reach the criterion; NA in the row of the whole unit
    criterion              Float64  0–1     share from which it counts as mastered; NA in the row of the whole unit
    mean                   Float64  0–1     mean share of items right
    kr21                   Float64  ≤ 1     KR-21 of the items right; NA without variance, and for the whole unit
    passes                 Float64  0–1     share of learners that one form passes, as estimated (NA: `told` says why)
    masters                Float64  0–1     share of learners whose true level reaches the criterion
    consistency            Float64  0–1     P₀: share on whom two parallel forms decide alike
    kappa                  Float64  ≤ 1     the same beyond chance (Cohen 1960)
    accuracy               Float64  0–1     share on whom one form decides rightly
    false_master           Float64  0–1     share passed whose true level is below the criterion
    false_non_master       Float64  0–1     share not passed whose true level reaches it
    not_masters_of_passed  Float64  0–1     false_master ÷ passes: of those passed, how many should not have been
    mastered               Int64    number  decisions “mastered” so far, at any attempt
    rated                  Int64    number  of these, the ones that say how sure they are
    unsure                 Int64    number  of these, the ones less sure than 0.5; NA where none says so
    told                   string   –       what can be told, as a sentence

    All shares are about **one form**, taken once, by a cohort like this one before any corrective, against the bare
    criterion; a rule that pools forms or asks for confidence does better, retests do worse (`retests`). A whole unit is
    passed where every objective is: given a learner's own scores, objectives err independently.
    """
    sure = certainties(course, unit)
    known: dict[tuple[str, int], list[Levels]] = {}
    for key, one in levels(course, unit).items():
        known.setdefault(key[:2], []).append(one)
    rows = (row for parts in known.values() for row in _rows(parts, sure, course.course.assessment.margin))
    return frame(columns.DECISIONS, rows)


def _rows(parts: Sequence[Levels], sure: pd.DataFrame, margin: float) -> Iterator[tuple[Any, ...]]:
    here = sure[(sure["unit"] == parts[0].unit) & (sure["revision"] == parts[0].revision)]
    passed = here[here["state"] == "mastered"]
    for one in parts:
        mine = passed[passed["objective"] == one.objective]["certainty"]
        told = _told(one.table) if one.table else f"{one.fault} {_bare(one, margin)}"
        yield _row(
            one, (one.objective, one.n, one.items, one.cut, one.criterion, one.mean / one.items, one.kr21), one.table,
            (len(mine), *_unsure(mine)), told,
        )  # fmt: skip
    if len(parts) > 1:
        whole = unit_table(parts)
        n = min(one.n for one in parts)
        items = sum(one.items for one in parts)
        mean = sum(one.mean for one in parts) / items
        told = _told(whole) if whole else f"Not told for the whole unit: {_first_fault(parts)}"
        everyone = passed["certainty"]
        yield _row(
            parts[0], (None, n, items, None, NAN, mean, NAN), whole, (len(everyone), *_unsure(everyone)), told
        )  # fmt: skip


def _row(one: Levels, head: tuple[Any, ...], found: DecisionTable | None, counts: Any, told: str) -> tuple[Any, ...]:
    wrong = found.false_master / found.passes if found and found.passes > 0 else NAN
    values = (
        (found.passes, found.masters, found.consistency, found.kappa, found.accuracy, found.false_master,
         found.false_non_master, wrong) if found else (NAN,) * 8
    )  # fmt: skip
    return columns.row(one.unit, one.revision, *head, *values, *counts, told)


def _unsure(certainty: pd.Series) -> tuple[int, int | None]:
    known = certainty.dropna().to_numpy(dtype=float)
    return len(known), int((known < enough.UNSURE).sum()) if len(known) else None


def unit_table(parts: Sequence[Levels]) -> DecisionTable | None:
    """The table of “every objective reached”, or None where one of *parts* has none.

    For each learner assessed on all of them, levels follow the posterior that their own scores give, objective by
    objective; chances multiply; then the mean over learners. With one objective this is Huynh's table, up to sampling.
    """
    if any(one.table is None for one in parts):
        return None
    scores = [dict(zip(one.learners, one.right, strict=True)) for one in parts]
    everyone = sorted(set.intersection(*(set(mine) for mine in scores)))
    if len(everyone) < enough.FEWEST_FOR_MODEL:
        return None
    sums = np.zeros(4)
    for name in everyone:
        product = np.ones(4)
        for one, mine in zip(parts, scores, strict=True):
            found = one.after(float(mine[name]), one.items)
            assert found is not None
            both = (found.consistency - 1 + 2 * found.passes) / 2
            product *= (found.masters, found.passes, found.true_master, both)
        sums += product
    masters, passes, right, both = sums / len(everyone)
    return table(float(masters), float(passes), float(right), float(both))


def _first_fault(parts: Sequence[Levels]) -> str:
    faulty = next((one for one in parts if one.fault), None)
    return f"{faulty.objective}: {faulty.fault}" if faulty else "too few were assessed on every objective."


def _told(found: DecisionTable) -> str:
    wrong = found.false_master / found.passes if found.passes > 0 else NAN
    return (
        f"Of 100 learners one form decides rightly on {100 * found.accuracy:.0f}, and a second would repeat it for "
        f"{100 * found.consistency:.0f}. Of those it passes, {100 * wrong:.0f} % are not yet at the criterion."
    )


def _bare(one: Levels, margin: float) -> str:
    """What the length of the check alone tells, whoever takes it."""
    level = max(0.0, one.criterion - margin)
    chance = chance_to_pass(one.items, one.cut, level)
    return (
        f"Whoever the learners are: with {one.items} {'item' if one.items == 1 else 'items'}, {one.cut} to be right, "
        f"somebody at a level of {level:.2f} passes with a chance of {100 * chance:.0f} %."
    )
