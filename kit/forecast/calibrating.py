"""What a course's own records tell about learners: how much they can do after the first instruction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kit.course import Course
from kit.records import LearnerRecord, UnitRecord

ENOUGH = 20
"""Learners from which on the course's own records are taken instead of an assumption."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What learners could do at their first form."""

    first: float
    """Mean share of points, 0–1, over learners."""
    learners: int


def seen_in(course: Course) -> Seen | None:
    """From the ledger of *course*: None where fewer than `ENOUGH` learners have a first form that is all assessed.

    Only units that build on no other one count where there are such: what others begin with is already mastery of
    what they require. Nothing is written. LedgerError if the ledger cannot be read.
    """
    from kit.reports import load  # SQLAlchemy takes a moment

    return seen_among(course, load(course.root).records.values())


def seen_among(course: Course, records: Iterable[LearnerRecord]) -> Seen | None:
    """The same from *records*."""
    units = [unit.id for unit in course.units if not unit.requires] or [unit.id for unit in course.units]
    shares = [share for record in records if (share := _mean_share(record.unit(name) for name in units)) is not None]
    if len(shares) < ENOUGH:
        return None
    # A cohort that can do everything, or nothing, has no logit to begin with.
    return Seen(min(max(sum(shares) / len(shares), 0.01), 0.99), len(shares))


def _mean_share(units: Iterable[UnitRecord]) -> float | None:
    shares = [share for unit in units if (share := _first_share(unit)) is not None]
    return sum(shares) / len(shares) if shares else None


def _first_share(unit: UnitRecord) -> float | None:
    if not unit.attempts or not unit.attempts[0].submission.complete:
        return None
    items = unit.attempts[0].submission.items
    there_are = sum(item.max for item in items)
    return sum(item.score or 0.0 for item in items) / there_are if there_are > 0 else None
