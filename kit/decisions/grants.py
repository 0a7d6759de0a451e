"""`wanted`: which assignments a learner should be able to fetch. A pure function of the record and the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.course import Unit
from kit.decisions.decide import unseen_form
from kit.records import Assignment, Catalogue, LearnerRecord, Revision, UnitRecord


@dataclass(frozen=True, slots=True)
class Wanted:
    """One assignment the learner should be able to fetch, and why."""

    assignment: Assignment
    reason: str


def wanted(record: LearnerRecord, catalogue: Catalogue) -> dict[str, Wanted]:
    """Everything *record*'s learner should be able to fetch, by assignment id.

    What was fetched or handed in stays (a learner may want it again); beyond that only the `next_steps` of each unit.
    Units of the catalogue that were never built are left out.
    """
    found: dict[str, Wanted] = {}
    for unit in catalogue.units:
        for assignment in _kept(record.unit(unit.id), catalogue):
            found[assignment.id] = Wanted(assignment, "it was begun")
        for step in next_steps(record, unit, catalogue):
            found.setdefault(step.assignment.id, step)
    return found


def next_steps(record: LearnerRecord, unit: Unit, catalogue: Catalogue) -> list[Wanted]:
    """What is there to be done in *unit* now, handed in or not; empty while its requirements are not mastered."""
    mine = record.unit(unit.id)
    if not catalogue.revisions.get(unit.id):
        return []
    if mine.mastered_at is None and not set(unit.requires) <= record.mastered_units:
        return []
    return [Wanted(assignment, reason) for assignment, reason in _next(mine, catalogue)]


def _kept(unit: UnitRecord, catalogue: Catalogue) -> Iterator[Assignment]:
    for grant in unit.grants.values():
        kept = grant.fetched_at is not None or grant.assignment in unit.submissions
        if kept and catalogue.knows(grant.assignment):
            yield catalogue.assignment(grant.assignment)


def _next(unit: UnitRecord, catalogue: Catalogue) -> Iterator[tuple[Assignment, str]]:
    # Until the learner engages they get the unit as it is today; from then on the revision they began with.
    revision = _revision(unit, catalogue)
    if unit.mastered_at is not None:
        if _without_gap(unit) and revision.enrichment is not None:
            yield revision.enrichment, "the unit was mastered without a gap"
        return
    latest = unit.latest
    if unit.form_opened or latest is None:
        reason = "an instructor opened another form" if unit.form_opened else "its requirements are mastered"
        form = _begun_form(unit, catalogue) or unseen_form(revision, unit)
        if form is not None:
            yield form, reason
        return
    decision = latest.decision
    if decision is None or latest.undecided or decision.outcome not in ("gaps", "more"):
        return
    for name in decision.correctives:
        if catalogue.knows(name):
            yield catalogue.assignment(name), f"gap after form {latest.form}"
    if _worked_through(unit, decision.correctives) and decision.next_form and catalogue.knows(decision.next_form):
        more = decision.outcome == "more"
        reason = f"not enough evidence after form {latest.form}" if more else "the correctives were handed in"
        yield catalogue.assignment(decision.next_form), reason


def _revision(unit: UnitRecord, catalogue: Catalogue) -> Revision:
    if unit.engaged_at is None:
        return catalogue.current(unit.unit)
    return catalogue.revision(unit.unit, unit.revision)


def _without_gap(unit: UnitRecord) -> bool:
    """Mastered at once: at the first attempt, or at further ones that were asked for only to be surer."""
    earlier = [attempt.decision for attempt in unit.attempts[:-1]]
    return unit.mastered_by == "evidence" and all(one is not None and one.outcome == "more" for one in earlier)


def _begun_form(unit: UnitRecord, catalogue: Catalogue) -> Assignment | None:
    """The form the learner is working on: no second one is opened beside it."""
    for grant in unit.grants.values():
        begun = grant.kind == "form" and grant.fetched_at is not None and grant.form not in unit.spent_forms
        if begun and catalogue.knows(grant.assignment):
            return catalogue.assignment(grant.assignment)
    return None


def _worked_through(unit: UnitRecord, correctives: tuple[str, ...]) -> bool:
    """Whether every corrective was handed in. Handing in is enough: their practice is never held against anyone."""
    handed_in = {name for name, submission in unit.submissions.items() if submission.state != "rejected"}
    return set(correctives) <= handed_in
