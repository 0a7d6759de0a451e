"""A course with a hand-written history: real course files, ledger and decisions; only the notebooks are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kit.build.revisions import load_catalogue, save_revision
from kit.course import Course, load_course
from kit.decisions import decide
from kit.ledger import Ledger
from kit.records import SYSTEM, Assignment, Event, Item, ItemScore, LearnerRecord, Revision, fold_all
from kit.reports import CourseView, load

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Monday morning; `hours` in the methods below count from here."""

_COURSE = 'title = "Python for data"\nid = "python-for-data"\ncriterion = 0.8\nmax_cycles = 2\n'
_UNITS = {
    "01-values": """
title = "Values and names"
approach = "worked-example"
[objectives.names]
title = "give a value a name"
correctives = ["diagram", "tracing"]
[objectives.text]
title = "write and join texts"
correctives = ["tracing", "debugging"]
""",
    "02-lists": """
title = "Lists and slicing"
requires = ["01-values"]
approach = "worked-example"
[objectives.slicing]
title = "take a run of elements out of a list"
correctives = ["number-line", "debugging"]
""",
}
ITEMS = 5
"""Per objective and form, one point each."""


def write_course(
    root: Path, units: Mapping[str, str] | None = None, *, build: bool = True, forms: str = "abc"
) -> Course:
    """A course of *units* (id → unit.toml) in *root*, with one built revision of each unless *build* is False."""
    (root / "course.toml").write_text(_COURSE, encoding="utf-8")
    for unit, toml in (units or _UNITS).items():
        (root / "units" / unit).mkdir(parents=True)
        (root / "units" / unit / "unit.toml").write_text(toml, encoding="utf-8")
    course = load_course(root)
    for unit in course.units if build else ():
        save_revision(course, _revision(unit, forms))
    return course


def _revision(unit, forms) -> Revision:  # type: ignore[no-untyped-def]
    def items(objective: str) -> tuple[Item, ...]:
        return tuple(Item(f"{objective}-{n}", objective, 1.0) for n in range(1, ITEMS + 1))

    every = tuple(item for objective in unit.objectives for item in items(objective.id))
    given = tuple(Assignment(f"{unit.id}.{f}", unit.id, 1, "form", unit.id, every, form=f) for f in forms)
    correctives = tuple(
        Assignment(f"{unit.id}.{o.id}.{approach}", unit.id, 1, "corrective", approach, items(o.id)[:2],
                   objective=o.id, approach=approach)
        for o in unit.objectives
        for approach in o.correctives
    )  # fmt: skip
    enrichment = Assignment(f"{unit.id}.enrichment", unit.id, 1, "enrichment", "enrichment", ())
    return Revision(unit.id, 1, "0" * 64, unit.title, unit.approach, unit.objectives, unit.rule, unit.max_cycles,
                    given, correctives, enrichment)  # fmt: skip


class History:
    """Writes what happened into the ledger of *course*, and keeps the records a controller would keep."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.catalogue = load_catalogue(course)
        self.records: dict[str, LearnerRecord] = {}
        self._pending: list[Event] = []

    def view(self) -> CourseView:
        """The course as `kit.load` reads it now."""
        with Ledger(self.course.ledger_url) as ledger:
            ledger.append(self._pending)
        self._pending.clear()
        return load(self.course.root)

    def enrol(self, learner: str, name: str = "", hours: float = 0) -> None:
        self._write("enrolled", learner, hours, who="instructor", data={"name": name})

    def fetch(self, learner: str, assignment: str, hours: float) -> None:
        """Granted at the same time, fetched, and engaged if it is the first form of the unit."""
        what = self.catalogue.assignment(assignment)
        if assignment not in self.records[learner].unit(what.unit).grants:
            data = {"kind": what.kind, "revision": what.revision, "form": what.form, "objective": what.objective,
                    "approach": what.approach}  # fmt: skip
            self._write("granted", learner, hours, what, data=data)
        self._write("fetched", learner, hours, what, who=learner)
        if what.kind == "form" and self.records[learner].unit(what.unit).engaged_at is None:
            revision = self.catalogue.revision(what.unit, what.revision)
            self._write("engaged", learner, hours, what, data=revision.engagement_data())

    def submit(self, learner: str, assignment: str, hours: float) -> str:
        """Handed in and not graded yet; returns the submission id."""
        what = self.catalogue.assignment(assignment)
        submission = f"{assignment}@{hours:g}"
        self._write("submitted", learner, hours, what, who=learner, data={"submission": submission, "kind": what.kind})
        return submission

    def grade(self, learner: str, assignment: str, hours: float, right: Mapping[str, int | None]) -> None:
        """Graded and decided: *right* says per objective how many items earn their point (None: not all assessed)."""
        what = self.catalogue.assignment(assignment)
        submission = self.submit(learner, assignment, hours)
        items = [asdict(score) for objective, count in right.items() for score in _scores(what, objective, count)]
        self._write("graded", learner, hours, what, data={"submission": submission, "items": items, "version": 1})
        self.decide(learner, what, hours)

    def attempt(
        self, learner: str, assignment: str, hours: float, right: Mapping[str, int | None], took: float = 1
    ) -> None:
        """Fetched *took* hours before it was handed in at *hours*, then graded and decided."""
        self.fetch(learner, assignment, hours - took)
        self.grade(learner, assignment, hours, right)

    def decide(self, learner: str, what: Assignment, hours: float) -> None:
        unit = self.records[learner].unit(what.unit)
        for attempt in unit.attempts:
            if attempt.undecided and not attempt.before_reset:
                decision = decide(self.catalogue.revision(what.unit, unit.revision), unit, attempt)
                data = {"submission": attempt.submission.id, "version": 1, "decision": decision.to_data()}
                self._write("decided", learner, hours, what, data=data, why=decision.sentence)

    def override(self, learner: str, unit: str, action: str, hours: float, why: str, who: str = "grace") -> None:
        data = {"action": action, "revision": 1}
        self._write("overridden", learner, hours, unit=unit, who=who, data=data, why=why)

    def happen(self, kind: str, learner: str, assignment: str, hours: float, **data: object) -> None:
        """Any other event about an assignment, with *data*."""
        self._write(kind, learner, hours, self.catalogue.assignment(assignment), data=data)

    def write(self, *events: Event) -> None:
        """Events exactly as they are."""
        self._pending += events
        fold_all(events, self.records)

    def _write(self, kind, learner, hours, what=None, *, unit=None, who=SYSTEM, data=None, why="") -> None:  # type: ignore[no-untyped-def]
        unit, name = (what.unit, what.id) if what else (unit, None)
        more = [str((data or {}).get(name, "")) for name in ("submission", "version", "action")]
        key = ":".join([kind, learner, str(what.id if what else unit), f"{hours:g}", *more])
        at = BEGIN + timedelta(hours=hours)
        self.write(Event(key, kind, learner, at, who, unit, name, data or {}, why))


def _scores(what: Assignment, objective: str, count: int | None) -> list[ItemScore]:
    mine = [item for item in what.items if item.objective == objective]
    scores = [ItemScore(item.id, objective, 0.0, item.points) for item in mine]
    if count is None:
        return [replace(score, score=None) for score in scores[:1]] + [replace(s, score=1.0) for s in scores[1:]]
    return [replace(score, score=1.0 if n < count else 0.0) for n, score in enumerate(scores)]
