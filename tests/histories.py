"""Histories of one learner as data: what was handed in and how it came out, played through fold, decide and wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from kit.course import Objective, Settings, Unit
from kit.decisions import decide, wanted
from kit.records import Assignment, Catalogue, Event, Item, ItemScore, LearnerRecord, Revision, assignment_id, fold_all

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEARNER = "ada"


def make_revision(
    unit: str = "u1", number: int = 1, *, objectives: Mapping[str, Sequence[str]] | None = None, items: int = 5,
    forms: str = "abcde", criterion: float = 0.8, max_cycles: int = 3, manual: Sequence[str] = (),
    rule: str = "every-objective", settings: Settings | None = None,
) -> Revision:  # fmt: skip
    objectives = objectives or {"x": ("diagram", "tracing"), "y": ("analogy", "debugging")}
    every = tuple(Item(f"{o}-{i}", o, 1.0, f"{o}-{i}" in manual) for o in objectives for i in range(1, items + 1))

    def made(kind, *parts, **more):  # type: ignore[no-untyped-def]
        return Assignment(assignment_id(unit, number, *parts), unit, number, kind, parts[-1], every, **more)

    return Revision(
        unit, number, f"digest-{number}", f"Unit {unit}", "worked-example",
        tuple(Objective(o, f"do {o}", criterion, tuple(a)) for o, a in objectives.items()),
        rule, max_cycles,
        tuple(made("form", f, form=f) for f in forms),
        tuple(made("corrective", o, a, objective=o, approach=a) for o, aa in objectives.items() for a in aa),
        made("enrichment", "enrichment"),
        settings or Settings(),
    )  # fmt: skip


def make_catalogue(*revisions: Revision, requires: Mapping[str, Sequence[str]] | None = None) -> Catalogue:
    by_unit: dict[str, dict[int, Revision]] = {}
    for revision in revisions:
        by_unit.setdefault(revision.unit, {})[revision.number] = revision
    units = tuple(
        Unit(name, name, "", tuple((requires or {}).get(name, ())), "worked-example", 60, r[max(r)].objectives,
             "every-objective", 3, None)  # type: ignore[arg-type]
        for name, r in by_unit.items()
    )  # fmt: skip
    return Catalogue(units, by_unit)


class History:
    """One learner's course, event by event; grants and decisions follow as the controller would make them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.events: list[Event] = []
        self.records: dict[str, LearnerRecord] = {}
        self.now = START
        self._add("enrolled")
        self.settle()

    @property
    def record(self) -> LearnerRecord:
        return self.records[LEARNER]

    @property
    def wanted(self) -> set[str]:
        return set(wanted(self.record, self.catalogue))

    @property
    def todo(self) -> set[str]:
        """What is open and was not handed in."""
        done = {
            s.assignment for u in self.record.units.values() for s in u.submissions.values() if s.state != "rejected"
        }
        return self.wanted - done

    def settle(self) -> None:
        """What the controller does: decide, then grant."""
        for unit in list(self.record.units.values()):
            for attempt in unit.attempts:
                if attempt.undecided and not attempt.before_reset:
                    taken = self.catalogue.assignment(attempt.submission.assignment)
                    decision = decide(self.catalogue.revision(unit.unit, taken.revision), unit, attempt)
                    data = {"submission": attempt.submission.id, "version": attempt.submission.version}
                    data |= {"decision": decision.to_data()}
                    self._add("decided", attempt.submission.assignment, at=attempt.submission.at, data=data)
        have = {g.assignment for u in self.record.units.values() for g in u.grants.values() if not g.withdrawn_at}
        for name in sorted(self.wanted - have):
            a = self.catalogue.assignment(name)
            self._add("granted", name, data=a.grant_data())
        for name in sorted(have - self.wanted):
            self._add("withdrawn", name)

    def fetch(self, name: str) -> None:
        self._add("fetched", name)
        a = self.catalogue.assignment(name)
        if a.kind == "form" and self.record.unit(a.unit).engaged_at is None:
            r = self.catalogue.revision(a.unit, a.revision)
            self._add("engaged", name, data=r.engagement_data())

    def submit(self, name: str, scores: Mapping[str, float | None] | float = 0, *, at: datetime | None = None) -> str:
        """Hand in *name*; *scores* are points per objective (its first items right), None = not assessed."""
        assert name in self.wanted, f"{name} is not open; open are {sorted(self.wanted)}"
        self.fetch(name)
        submission = f"s{len(self.events)}"
        self._add("submitted", name, at=at, data={"submission": submission})
        self.grade(name, submission, scores, at=at)
        return submission

    def grade(self, name, submission, scores, *, at=None, version=1):  # type: ignore[no-untyped-def]
        items = []
        for it in self.catalogue.assignment(name).items:
            points = scores if isinstance(scores, (int, float)) else scores.get(it.objective, 0)
            number = int(it.id.rpartition("-")[2])
            score = None if points is None else float(number <= points)
            items.append(asdict(ItemScore(it.id, it.objective, score, it.points)))
        at = at or self.now
        self._add("graded", name, at=at, data={"submission": submission, "items": items, "version": version})
        self.settle()

    def reject(self, name: str) -> None:
        self.fetch(name)
        self._add("submitted", name, data={"submission": f"s{len(self.events)}"})
        self._add("rejected", name, data={"submission": f"s{len(self.events) - 1}", "reason": "It is not a notebook."})
        self.settle()

    def override(self, unit: str, action: str) -> None:
        data = {"action": action, "revision": self.catalogue.current(unit).number}
        self._add("overridden", unit=unit, data=data)
        self.settle()

    def _add(self, kind, assignment=None, *, unit=None, at=None, data=None) -> None:  # type: ignore[no-untyped-def]
        self.now += timedelta(minutes=1)
        unit = unit or (self.catalogue.assignment(assignment).unit if assignment else None)
        event = Event(f"{kind}:{len(self.events)}", kind, LEARNER, at or self.now, "test", unit, assignment, data or {})
        self.events.append(event)
        fold_all([event], self.records)


def with_criterion(revision: Revision, criterion: float) -> Revision:
    return replace(revision, objectives=tuple(replace(o, criterion=criterion) for o in revision.objectives))
