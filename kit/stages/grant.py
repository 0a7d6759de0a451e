"""Stage 4: what should be granted follows from the record, what is granted is read back; the difference is done."""

from __future__ import annotations

from collections.abc import Mapping

from kit.decisions import Wanted, wanted
from kit.errors import KitError
from kit.records import SYSTEM, Assignment, Event, EventKind, GrantState, LearnerRecord
from kit.stages.opened import OpenCourse, Step


def grant_wanted(opened: OpenCourse) -> None:
    """Write new grants into the ledger, then make the exchange agree with it, learner by learner.

    What cannot be done for one learner is kept in `opened.problems`; the others are served.
    """
    opened.refresh()
    granted = opened.exchange.granted(opened.scope.learners)
    for record in opened.learners():
        try:
            _grant(opened, record, granted.get(record.learner, frozenset()))
        except KitError as error:
            opened.problems.append(str(error))


def _grant(opened: OpenCourse, record: LearnerRecord, have: frozenset[str]) -> None:
    want = wanted(record, opened.catalogue)
    changes = _changes(opened, record, want)
    if changes:
        opened.record(*changes)
        opened.watch(Step("grant", f"{record.learner}: {len(changes)} written down"))
    for name in sorted(want.keys() - have):
        opened.exchange.grant(record.learner, name, opened.course.release_dir / name)
        opened.watch(Step("grant", f"{record.learner} {name}"))
    for name in sorted(have - want.keys()):
        opened.exchange.withdraw(record.learner, name)
        opened.watch(Step("grant", f"{record.learner} {name} withdrawn"))


def _changes(opened: OpenCourse, record: LearnerRecord, want: Mapping[str, Wanted]) -> list[Event]:
    grants = {grant.assignment: grant for unit in record.units.values() for grant in unit.grants.values()}
    open_grants = {name for name, grant in grants.items() if not grant.withdrawn_at}
    events = []
    for name in sorted(want.keys() - open_grants):
        assignment = want[name].assignment
        events.append(
            _event("granted", opened, record, assignment, grants.get(name), want[name].reason, assignment.grant_data())
        )
    for name in sorted(open_grants - want.keys()):
        assignment = opened.catalogue.assignment(name)
        newer = opened.catalogue.current(assignment.unit).number > assignment.revision
        reason = "a newer revision is there, and this was never begun" if newer else "it is no longer the next step"
        events.append(_event("withdrawn", opened, record, assignment, grants[name], reason, {}))
    return events


def _event(
    kind: EventKind, opened: OpenCourse, record: LearnerRecord, assignment: Assignment, grant: GrantState | None,
    reason: str, data: Mapping[str, object],
) -> Event:  # fmt: skip
    # The same thing may be given and withdrawn several times: the key counts.
    key = f"{kind}:{record.learner}:{assignment.id}:{grant.withdrawals if grant else 0}"
    return Event(key, kind, record.learner, opened.clock(), SYSTEM, assignment.unit, assignment.id, data, reason)
