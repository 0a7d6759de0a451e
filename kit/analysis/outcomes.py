"""`outcomes`: what became of every corrective in every learner's hands, worked out for a whole cohort at once.

A learner in a unit is a *pair*, an objective of it a *triple*; both are numbers made of the places of their categories,
so that looking something up for everybody is a search in a sorted array.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kit.analysis.levels import Levels, levels
from kit.analysis.sheets import Bools, Floats
from kit.reports import CourseView

if TYPE_CHECKING:
    import pandas as pd

Ints = np.ndarray[Any, np.dtype[np.int64]]
Key = tuple[str, str, str]
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One corrective in one learner's hands."""

    place: int
    """0 for the first corrective taken on this objective, 1 for the second …"""
    taken: bool
    completed: bool
    passed: bool | None
    """Whether the next attempt reached the criterion; None while there is none that was assessed."""
    retest: float
    """Chance (0–1) that it would have, had nothing been learned; NaN where it cannot be told."""
    work: float
    """Seconds from fetching to handing in; NaN without either."""
    until: float
    """Seconds from handing in to handing in the next attempt."""
    form: str
    """Of the next attempt; empty without one."""


def outcomes(course: CourseView, unit: str | None = None) -> dict[Key, list[Outcome]]:
    """By (unit, objective, approach) in the course's order, in the order in which they were granted."""
    work = course.frames.correctives
    if unit is not None:
        work = work[work["unit"] == unit]
    # Offered and taken back before anybody looked at it: not given.
    work = work[~(work["withdrawn_at"].notna() & work["fetched_at"].isna() & work["submitted_at"].isna())]
    work = work.sort_values("granted_at", kind="stable")
    if work.empty:
        return {}
    fetched, handed_in = _seconds(work["fetched_at"]), _seconds(work["submitted_at"])
    done = ~np.isnan(handed_in)
    taken = done | ~np.isnan(fetched)
    triples = _triples(work)
    tries = _Tries(course)
    then, there = tries.first_since(_pairs(work), handed_in)
    share, right, of = tries.around(triples, then, there)
    models, which = _models(course, unit, work)
    passed = (share >= _criteria(course, triples, models, which) - 1e-9).astype(object)
    passed[np.isnan(share)] = None
    columns = (
        _earlier(triples, taken), taken, done, passed,
        _retests(models, which, np.where(done, right, -1.0), of), np.maximum(handed_in - fetched, 0.0),
        np.maximum(np.where(there, tries.times[then], NAN) - handed_in, 0.0), np.where(there, tries.forms[then], ""),
    )  # fmt: skip
    found: dict[Key, list[Outcome]] = {}
    keys = zip(*(work[name].tolist() for name in ("unit", "objective", "approach")), strict=True)
    for key, values in zip(keys, zip(*(column.tolist() for column in columns), strict=True), strict=True):
        found.setdefault(key, []).append(Outcome(*values))
    order = {key: place for place, key in enumerate(_order(course))}
    return {key: found[key] for key in sorted(found, key=lambda key: (order.get(key, len(order)), key))}


def _order(course: CourseView) -> Iterator[Key]:
    for unit in course.course.units:
        for objective in unit.objectives:
            for approach in objective.correctives:
                yield unit.id, objective.id, approach


class _Tries:
    """Every attempt of everybody, by pair and time; positions below are places in this order."""

    def __init__(self, course: CourseView) -> None:
        attempts, items = course.frames.attempts, course.frames.items
        pairs, times = _pairs(attempts), _seconds(attempts["submitted_at"])
        order = np.lexsort((times, pairs))
        self._pairs, numbers = pairs[order], attempts["attempt"].to_numpy(dtype=np.int64)[order]
        # One past the last stands for "none", so that every position can be looked up.
        self.times = np.append(times[order], NAN)
        self.forms = np.append(attempts["form"].astype("object").to_numpy()[order], "")
        self._size = len(order) + 1
        attempt, triples, self._shares = _assessed(items)
        place = np.argsort(_attempts(self._pairs, numbers), kind="stable")
        position = place[np.searchsorted(_attempts(self._pairs, numbers)[place], attempt)]
        self._keys = triples * self._size + position
        sort = np.argsort(self._keys, kind="stable")
        self._keys, self._shares = self._keys[sort], self._shares[sort]
        self._sums = np.concatenate([[0.0], np.cumsum(self._shares)])

    def first_since(self, pairs: Ints, since: Floats) -> tuple[Ints, Bools]:
        """Per row the position of the pair's first attempt at or after *since* (seconds), and whether there is one."""
        known = np.unique(np.concatenate([self.times[:-1], since[~np.isnan(since)]]))
        base = len(known) + 1
        mine = self._pairs * base + np.searchsorted(known, self.times[:-1])
        then = np.searchsorted(mine, pairs * base + np.searchsorted(known, np.nan_to_num(since, nan=np.inf)))
        there = (np.append(self._pairs, -1)[then] == pairs) & ~np.isnan(since)
        return then, there

    def around(self, triples: Ints, then: Ints, there: Bools) -> tuple[Floats, Floats, Ints]:
        """Per row, of the objective: its share at position *then* (NaN: none), and sum and number of those before."""
        at = np.searchsorted(self._keys, triples * self._size + then)
        found = np.append(self._keys, -1)[at] == triples * self._size + then
        share = np.where(found & there, np.append(self._shares, NAN)[at], NAN)
        begin = np.searchsorted(self._keys, triples * self._size)
        return share, self._sums[at] - self._sums[begin], at - begin


def _pairs(rows: pd.DataFrame) -> Ints:
    learner, unit = (rows[name].cat for name in ("learner", "unit"))
    found: Ints = learner.codes.to_numpy(dtype=np.int64) * len(unit.categories) + unit.codes.to_numpy(dtype=np.int64)
    return found


def _triples(rows: pd.DataFrame) -> Ints:
    objective = rows["objective"].cat
    found: Ints = _pairs(rows) * len(objective.categories) + objective.codes.to_numpy(dtype=np.int64)
    return found


def _attempts(pairs: Ints, numbers: Ints) -> Ints:
    return pairs * 100_000 + numbers


def _seconds(times: pd.Series) -> Floats:
    """Seconds since 1970; NaN for NaT."""
    moments = times.dt.tz_convert(None).to_numpy().astype("datetime64[us]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / 1e6)


def _assessed(items: pd.DataFrame) -> tuple[Ints, Ints, Floats]:
    """(attempt, triple, share 0–1 of its points) of every objective that is wholly assessed in an attempt."""
    if items.empty:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    objectives = len(items["objective"].cat.categories)
    attempt = _attempts(_pairs(items), items["attempt"].to_numpy(dtype=np.int64))
    key = attempt * objectives + items["objective"].cat.codes.to_numpy(dtype=np.int64)
    # Items of one objective mostly stand together: each run is added up first, then the runs of the same key.
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    scores, most = (items[name].to_numpy(dtype=float, na_value=np.nan) for name in ("score", "max"))
    keys, places = np.unique(key[starts], return_inverse=True)
    reached, there = (np.bincount(places, weights=np.add.reduceat(one, starts)) for one in (scores, most))
    told = ~np.isnan(reached) & (there > 0)
    attempt, objective = np.divmod(keys[told], objectives)
    return attempt, attempt // 100_000 * objectives + objective, reached[told] / there[told]


def _earlier(triples: Ints, taken: Bools) -> Ints:
    """Per row how many rows before it have the same triple and were taken."""
    order = np.argsort(triples, kind="stable")
    before: Ints = np.cumsum(taken[order]) - taken[order]
    first = np.searchsorted(triples[order], triples[order])
    places = np.empty(len(triples), dtype=np.int64)
    places[order] = before - before[first]
    return places


def _models(course: CourseView, unit: str | None, work: pd.DataFrame) -> tuple[list[Levels | None], Ints]:
    """The levels of the cohort that belong to each row: all that occur, and which of them."""
    known = levels(course, unit)
    names = zip(*(work[name].tolist() for name in ("unit", "revision", "objective")), strict=True)
    keys = dict.fromkeys(known)
    places = {key: place for place, key in enumerate(keys)}
    which = np.array([places.get(key, len(places)) for key in names], dtype=np.int64)
    return [*known.values(), None], which


def _criteria(course: CourseView, triples: Ints, models: list[Levels | None], which: Ints) -> Floats:
    """Per row the criterion as it is for this learner; the revision's where their unit is gone; else 1."""
    progress = course.frames.progress
    known, criteria = _triples(progress), progress["criterion"].to_numpy(dtype=float)
    order = np.argsort(known, kind="stable")
    at = np.searchsorted(known[order], triples)
    found = np.append(known[order], -1)[at] == triples
    others = np.array([model.criterion if model else 1.0 for model in models])[which]
    return np.where(found, np.append(criteria[order], NAN)[at], others)


def _retests(models: list[Levels | None], which: Ints, shares: Floats, count: Ints) -> Floats:
    """Per row the chance to reach the criterion on one more form, from the sum of so many shares before it.

    A sum of −1 is one that cannot be told.
    """
    # Sums of a cohort come out of one long sum: what lies beyond nine digits is its rounding.
    rows = np.column_stack([which, np.round(shares, 9), count])
    distinct, places = np.unique(rows, axis=0, return_inverse=True)
    chances = [_retest(models[int(model)], share, int(of)) for model, share, of in distinct]
    return np.array(chances, dtype=float)[places.ravel()]


def _retest(model: Levels | None, share: float, of: int) -> float:
    if model is None or share < 0:
        return NAN
    table = model.after(share * model.items, of * model.items)
    return NAN if table is None else table.passes
