"""A cohort's history written straight into a ledger: real events, decided by the real rules, no notebook executed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from kit.build import load_catalogue
from kit.course import Course
from kit.decisions import decide, wanted
from kit.exchange.names import new_submission
from kit.records import SYSTEM, Assignment, Catalogue, Event, EventKind, ItemScore, LearnerRecord, fold_all
from kit.stages.opened import open_ledger

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOTE = "The slice from the second to the fourth element was expected here; what came out has one element too many."
"""As long as what a real check says about a wrong answer."""


def write_history(course: Course, learners: int) -> int:
    """Write the whole way of so many learners into *course*'s empty ledger; return how many events that are.

    In every unit each of them leaves one gap, hands in its corrective, and masters the unit on the second form.
    """
    catalogue = load_catalogue(course)
    count = 0
    with open_ledger(course) as ledger:
        for first in range(0, learners, 250):
            names = [f"learner{number:05}" for number in range(first, min(first + 250, learners))]
            events = [event for name in names for event in _Way(name, catalogue).walk()]
            count += len(ledger.append(events))
    return count


class _Way:
    """One learner's way through the course."""

    def __init__(self, learner: str, catalogue: Catalogue) -> None:
        self.learner = learner
        self.catalogue = catalogue
        self.records = {learner: LearnerRecord(learner)}
        self.now = BEGIN

    def walk(self) -> Iterator[Event]:
        yield self._event("enrolled", f"enrolled:{self.learner}", data={"name": f"Learner {self.learner[-5:]}"})
        while True:
            yield from self._granted()
            todo = next(self._todo(), None)
            if todo is None:
                return
            yield from self._worked(todo)

    def _granted(self) -> Iterator[Event]:
        known = {name for unit in self.records[self.learner].units.values() for name in unit.grants}
        for name, want in wanted(self.records[self.learner], self.catalogue).items():
            if name not in known:
                what = want.assignment
                data = {"kind": what.kind, "revision": what.revision, "form": what.form, "objective": what.objective,
                        "approach": what.approach}  # fmt: skip
                yield self._event("granted", f"granted:{self.learner}:{name}:0", what, data=data, why=want.reason)

    def _todo(self) -> Iterator[Assignment]:
        for want in wanted(self.records[self.learner], self.catalogue).values():
            what = want.assignment
            if what.kind != "enrichment" and what.id not in self.records[self.learner].unit(what.unit).submissions:
                yield what

    def _worked(self, what: Assignment) -> Iterator[Event]:
        unit = self.records[self.learner].unit(what.unit)
        yield self._event("fetched", f"fetched:{self.learner}:{what.id}", what, who=self.learner)
        if what.kind == "form" and unit.engaged_at is None:
            revision = self.catalogue.revision(what.unit, what.revision)
            data = revision.engagement_data()
            yield self._event("engaged", f"engaged:{self.learner}:{what.unit}:0", what, data=data)
        self.now += timedelta(hours=1)
        submission = new_submission(self.now)
        data = {"submission": submission, "kind": what.kind}
        yield self._event("submitted", f"submitted:{self.learner}:{submission}", what, who=self.learner, data=data)
        items = [asdict(score) for score in self._scores(what)]
        data = {"submission": submission, "items": items, "version": 1, "seconds": 1.234}
        yield self._event("graded", f"graded:{self.learner}:{submission}:1", what, data=data)
        if what.kind == "form":
            yield self._decided(what, submission)

    def _scores(self, what: Assignment) -> Iterator[ItemScore]:
        """The first form of a unit leaves its first objective open; everything after it is right."""
        revision = self.catalogue.revision(what.unit, what.revision)
        weak = revision.objectives[0].id if what.form == revision.forms[0].form else ""
        for item in what.items:
            right = item.objective != weak
            yield ItemScore(item.id, item.objective, item.points if right else 0.0, item.points, "" if right else NOTE)

    def _decided(self, what: Assignment, submission: str) -> Event:
        unit = self.records[self.learner].unit(what.unit)
        decision = decide(self.catalogue.revision(what.unit, unit.revision), unit, unit.attempts[-1])
        data = {"submission": submission, "version": 1, "decision": decision.to_data()}
        return self._event("decided", f"decided:{self.learner}:{submission}:1", what, data=data, why=decision.sentence)

    def _event(
        self, kind: EventKind, key: str, what: Assignment | None = None, *, who: str = SYSTEM,
        data: Mapping[str, object] | None = None, why: str = "",
    ) -> Event:  # fmt: skip
        unit, name = (what.unit, what.id) if what else (None, None)
        event = Event(key, kind, self.learner, self.now, who, unit, name, data or {}, why)
        fold_all([event], self.records)
        return event
