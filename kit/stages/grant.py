"""Stage 4: what should be granted follows from the record, what is granted is read back; the difference is done."""

from __future__ import annotations

from collections.abc import Mapping

from kit.decisions import Wanted, wanted
from kit.records import SYSTEM, Event, LearnerRecord
from kit.stages.opened import OpenCourse, Step


def grant_wanted(opened: OpenCourse) -> None:
    """Write new grants into the ledger, then make the exchange agree with it."""
    granted = opened.exchange.granted()
    for record in opened.learners():
        want = wanted(record, opened.catalogue)
        opened.record(*_changes(opened, record, want))
        have = granted.get(record.learner, frozenset())
        for name in sorted(want.keys() - have):
            opened.exchange.grant(record.learner, name, opened.course.release_dir / name)
            opened.watch(Step("grant", f"{record.learner} {name}"))
        for name in sorted(have - want.keys()):
            opened.exchange.withdraw(record.learner, name)
            opened.watch(Step("grant", f"{record.learner} {name} withdrawn"))


def _changes(opened: OpenCourse, record: LearnerRecord, want: Mapping[str, Wanted]) -> list[Event]:
    open_grants = {g.assignment for unit in record.units.values() for g in unit.grants.values() if not g.withdrawn_at}
    events = []
    for name in sorted(want.keys() - open_grants):
        assignment = want[name].assignment
        number = sum(1 for g in record.unit(assignment.unit).grants.values() if g.assignment == name)
        data = {
            "kind": assignment.kind, "revision": assignment.revision, "form": assignment.form,
            "objective": assignment.objective, "approach": assignment.approach,
        }  # fmt: skip
        key = f"granted:{record.learner}:{name}:{number}"
        events.append(
            Event(
                key, "granted", record.learner, opened.clock(), SYSTEM, assignment.unit, name, data, want[name].reason
            )
        )
    for name in sorted(open_grants - want.keys()):
        unit = opened.catalogue.assignment(name).unit
        events.append(
            Event(f"withdrawn:{record.learner}:{name}", "withdrawn", record.learner, opened.clock(), SYSTEM, unit, name,
                  why="a newer revision of the unit is there, and this one was never begun")
        )  # fmt: skip
    return events
