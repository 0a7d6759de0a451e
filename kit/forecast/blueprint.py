"""What a plan needs of a course, read from its sources as a build would read them; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kit.build import read_sources
from kit.course import Course, Objective
from kit.errors import KitError
from kit.records import Assignment, Revision, assignment_id

WITHOUT_END = 12
"""Forms, approaches and cycles there are when a plan asks how many would be needed."""


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """One unit as learners would meet it."""

    revision: Revision
    """Forms with their items, objectives with criteria and correctives, rule, settings, cycles."""
    requires: tuple[str, ...]
    minutes: int
    """The author's estimate of the work on instruction and first form."""


def blueprint(course: Course) -> tuple[PlannedUnit, ...]:
    """Every unit of *course*, in its order. KitError if a source cannot be read, or there is no unit.

    The course need not be built. A corrective that is named and not written yet does not exist here either.
    """
    if not course.units:
        raise KitError("There is no unit to plan. Add units/<name>/unit.toml and unit.ipynb, then `kit check`.")
    return tuple(PlannedUnit(_revision(course, unit.id), unit.requires, unit.minutes) for unit in course.units)


def _revision(course: Course, unit: str) -> Revision:
    from kit.build.drafts import drafts_of, revision_of  # nbformat takes a moment

    sources = read_sources(course, course.unit(unit))
    return revision_of(sources, 1, "", list(drafts_of(sources, 1)))


def with_bar(units: Sequence[PlannedUnit], criterion: float) -> tuple[PlannedUnit, ...]:
    """*units* with every criterion that is lower raised to *criterion* (0–1)."""

    def raised(objective: Objective) -> Objective:
        return replace(objective, criterion=max(objective.criterion, criterion))

    return tuple(
        replace(unit, revision=replace(unit.revision, objectives=tuple(map(raised, unit.revision.objectives))))
        for unit in units
    )


def without_end(units: Sequence[PlannedUnit]) -> tuple[PlannedUnit, ...]:
    """*units* with `WITHOUT_END` forms, and as many cycles and approaches for every objective.

    What is added is like what is there: a further form has the items of an earlier one, in number and points.
    """
    return tuple(replace(unit, revision=_endless(unit.revision)) for unit in units)


def _endless(revision: Revision) -> Revision:
    forms = list(revision.forms)
    for number in range(len(forms), max(WITHOUT_END, len(forms))):
        form = f"more-{number + 1}"
        like = revision.forms[number % len(revision.forms)]
        forms.append(replace(like, id=assignment_id(revision.unit, revision.number, form), form=form))
    objectives = tuple(_endless_objective(revision, objective) for objective in revision.objectives)
    correctives = tuple(
        revision.corrective(objective.id, approach) or _corrective(revision, objective.id, approach)
        for objective in objectives
        for approach in objective.correctives
    )
    cycles = max(WITHOUT_END, revision.max_cycles)
    return replace(revision, forms=tuple(forms), objectives=objectives, correctives=correctives, max_cycles=cycles)


def _endless_objective(revision: Revision, objective: Objective) -> Objective:
    written = [a for a in objective.correctives if revision.corrective(objective.id, a) is not None]
    more = [f"more-{number + 1}" for number in range(len(written), WITHOUT_END)]
    return replace(objective, correctives=(*written, *more))


def _corrective(revision: Revision, objective: str, approach: str) -> Assignment:
    name = assignment_id(revision.unit, revision.number, objective, approach)
    return Assignment(name, revision.unit, revision.number, "corrective", approach, (), None, objective, approach)
