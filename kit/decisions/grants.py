"""`wanted`: which assignments a learner should be able to fetch. A pure function of the record and the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.decisions.decide import unseen_form
from kit.records import Assignment, Catalogue, LearnerRecord, Revision, UnitRecord


@dataclass(frozen=True, slots=True)
class Wanted:
    """One assignment the learner should be able to fetch, and why."""

    assignment: Assignment
    reason: str


def wanted(record: LearnerRecord, catalogue: Catalogue) -> dict[str, Wanted]:
    """Everything *record*'s learner should be able to fetch, by assignment id.

    What was fetched or handed in stays (a learner may want it again); beyond that only the next step of each unit whose
    requirements are mastered. Units of the catalogue that were never built are left out.
    """
    found: dict[str, Wanted] = {}
    for unit in catalogue.units:
        if not catalogue.revisions.get(unit.id):
            continue
        mine = record.unit(unit.id)
        for assignment, reason in _kept(mine, catalogue):
            found[assignment.id] = Wanted(assignment, reason)
        if mine.mastered_at is None and not set(unit.requires) <= record.mastered_units:
            continue
        for assignment, reason in _next(mine, catalogue):
            found.setdefault(assignment.id, Wanted(assignment, reason))
    return found


def _kept(unit: UnitRecord, catalogue: Catalogue) -> Iterator[tuple[Assignment, str]]:
    for grant in unit.grants.values():
        kept = grant.fetched_at is not None or grant.assignment in unit.submissions
        if kept and catalogue.knows(grant.assignment):
            yield catalogue.assignment(grant.assignment), "it was begun"


def _next(unit: UnitRecord, catalogue: Catalogue) -> Iterator[tuple[Assignment, str]]:
    # Until the learner engages they get the unit as it is today; from then on the revision they began with.
    revision = _revision(unit, catalogue)
    if unit.mastered_at is not None:
        if _at_first_attempt(unit) and revision.enrichment is not None:
            yield revision.enrichment, "the unit was mastered at the first attempt"
        return
    latest = unit.latest
    if unit.form_opened or latest is None:
        form = unseen_form(revision, unit) if not _unfinished(unit) else None
        if form is not None:
            reason = "an instructor opened another form" if unit.form_opened else "its requirements are mastered"
            yield form, reason
        return
    decision = latest.decision
    if decision is None or latest.undecided or decision.outcome != "gaps":
        return
    for name in decision.correctives:
        if catalogue.knows(name):
            yield catalogue.assignment(name), f"gap after form {latest.form}"
    if _worked_through(unit, decision.correctives) and decision.next_form and catalogue.knows(decision.next_form):
        yield catalogue.assignment(decision.next_form), "the correctives were handed in"


def _revision(unit: UnitRecord, catalogue: Catalogue) -> Revision:
    if unit.engaged_at is None:
        return catalogue.current(unit.unit)
    return catalogue.revision(unit.unit, unit.revision)


def _at_first_attempt(unit: UnitRecord) -> bool:
    return unit.mastered_by == "evidence" and len(unit.attempts) == 1


def _unfinished(unit: UnitRecord) -> bool:
    """A form is out and begun (its grant is kept anyway): no second one beside it."""
    return any(
        grant.kind == "form" and grant.form not in unit.spent_forms and grant.fetched_at is not None
        for grant in unit.grants.values()
    )


def _worked_through(unit: UnitRecord, correctives: tuple[str, ...]) -> bool:
    """Whether every corrective was handed in. Handing in is enough: their practice is never held against anyone."""
    handed_in = {name for name, submission in unit.submissions.items() if submission.state != "rejected"}
    return set(correctives) <= handed_in
