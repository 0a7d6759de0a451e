"""A seeded cohort of known parameters: real events, decided by the real rules; only the notebooks are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from scipy import special

from kit.build.revisions import save_revision
from kit.course import Course, load_course
from kit.decisions import decide, wanted
from kit.ledger import Ledger
from kit.records import (
    SYSTEM,
    Assignment,
    Catalogue,
    Event,
    Item,
    ItemScore,
    LearnerRecord,
    Revision,
    assignment_id,
    fold_all,
)
from kit.reports import CourseView, load
from tests.reports.written_history import BEGIN

UNIT = "01-loops"
OBJECTIVES = ("counting", "nesting", "ending")
APPROACHES = ("tracing", "diagram", "debugging")

_COURSE = 'title = "Loops"\nid = "loops"\ncriterion = 0.8\nmax_cycles = 5\n'
_UNIT = 'title = "Loops"\napproach = "worked-example"\n' + "".join(
    f'[objectives.{name}]\ntitle = "do {name}"\ncorrectives = {list(APPROACHES)}\n'.replace("'", '"')
    for name in OBJECTIVES
)


def make_course(root: Path, *, items: int = 10, points: float = 1.0) -> Course:
    """One unit with three objectives of so many items with so many points each, built once."""
    (root / "units" / UNIT).mkdir(parents=True)
    (root / "course.toml").write_text(_COURSE)
    (root / "units" / UNIT / "unit.toml").write_text(_UNIT)
    course = load_course(root)
    build_unit(course, 1, APPROACHES, items=items, points=points)
    return course


def build_unit(
    course: Course, number: int, approaches: Sequence[str], *, items: int = 10, points: float = 1.0, forms: str = "abcd"
) -> None:
    """Revision *number*, with the approaches of each objective in that order."""
    unit = course.units[0]
    objectives = tuple(replace(o, correctives=tuple(approaches)) for o in unit.objectives)
    every = tuple(Item(f"{o.id}-{n}", o.id, points) for o in unit.objectives for n in range(1, items + 1))
    given = tuple(Assignment(assignment_id(UNIT, number, f), UNIT, number, "form", UNIT, every, form=f) for f in forms)
    extra = tuple(
        Assignment(assignment_id(UNIT, number, o.id, a), UNIT, number, "corrective", a, (), objective=o.id, approach=a)
        for o in unit.objectives
        for a in o.correctives
    )
    save_revision(course, Revision(UNIT, number, "0" * 64, unit.title, unit.approach, objectives, unit.rule,
                                   unit.max_cycles, given, extra, None))  # fmt: skip


@dataclass
class World:
    """What is true of a course, known only to the test."""

    alpha: float = 8.0
    beta: float = 3.0
    """Of the levels on each objective before any corrective."""
    common: float = 0.5
    """Correlation of a learner's levels on two objectives (of the normal scores beneath them)."""
    helps: Mapping[str, float] = field(default_factory=dict)
    """Per approach the share of what is missing that it closes; 0.5 where it is not named."""
    harder: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Per (form, objective) what is taken from everybody's chance."""
    chance: Callable[[str, float, int], float | None] = lambda item, level, number: level
    """The chance to do an item right on the first form, from its id, the level and the learner's number; None: NULL."""
    closed: float = 0.0
    """Share of learners for whom an instructor closed form a before they began."""


def play(course: Course, learners: int, world: World, *, seed: int = 1, prefix: str = "l") -> CourseView:
    """Let so many learners go through the unit until they master it, or nothing is open for them."""
    course_view = load(course.root)
    rng = np.random.default_rng(seed)
    events: list[Event] = []
    for number in range(learners):
        levels = _levels(world, rng)
        events += _Way(f"{prefix}{number:04}", number, levels, world, rng, course_view.catalogue).walk()
    with Ledger(course.ledger_url) as ledger:
        ledger.append(events)
    return load(course.root)


def _levels(world: World, rng: np.random.Generator) -> dict[str, float]:
    normal = np.sqrt(world.common) * rng.normal() + np.sqrt(1 - world.common) * rng.normal(size=len(OBJECTIVES))
    shares = special.betaincinv(world.alpha, world.beta, special.ndtr(normal))
    return dict(zip(OBJECTIVES, map(float, shares), strict=True))


class _Way:
    def __init__(
        self, learner: str, number: int, levels: dict[str, float], world: World, rng: np.random.Generator,
        catalogue: Catalogue,
    ) -> None:  # fmt: skip
        self.learner, self.number, self.levels, self.world, self.rng = learner, number, levels, world, rng
        self.catalogue = catalogue
        self.revision = catalogue.current(UNIT)
        self.records = {learner: LearnerRecord(learner)}
        self.now: datetime = BEGIN + timedelta(minutes=number)
        self.events: list[Event] = []

    def walk(self) -> list[Event]:
        self._event("enrolled")
        self._grant()
        if self.rng.random() < self.world.closed:
            self._event("fetched", self.revision.forms[0])
            self._event("overridden", None, {"action": "another-form", "revision": self.revision.number}, unit=UNIT)
        while True:
            self._grant()
            todo = [w.assignment for w in wanted(self.records[self.learner], self.catalogue).values()]
            unit = self.records[self.learner].unit(UNIT)
            todo = [a for a in todo if a.form not in unit.closed_forms and a.id not in unit.submissions]
            if not todo:
                return self.events
            self._work(todo[0])

    def _grant(self) -> None:
        record = self.records[self.learner]
        for name, want in wanted(record, self.catalogue).items():
            if name not in record.unit(UNIT).grants:
                self._event("granted", want.assignment, want.assignment.grant_data())

    def _work(self, what: Assignment) -> None:
        self._event("fetched", what)
        unit = self.records[self.learner].unit(UNIT)
        revision = self.revision
        if what.kind == "form" and unit.engaged_at is None:
            criteria = {o.id: o.criterion for o in revision.objectives}
            self._event("engaged", what, {"revision": revision.number, "criteria": criteria, "rule": revision.rule,
                                          "max_cycles": revision.max_cycles})  # fmt: skip
        self.now += timedelta(minutes=30)
        submission = f"{what.id}@{self.learner}"
        self._event("submitted", what, {"submission": submission, "kind": what.kind})
        items = [asdict(self._answer(item, what.form)) for item in what.items]
        self._event("graded", what, {"submission": submission, "items": items, "version": 1, "seconds": 1.0})
        if what.kind == "corrective":
            gain = self.world.helps.get(what.approach or "", 0.5)
            self.levels[what.objective or ""] += gain * (1 - self.levels[what.objective or ""])
            return
        unit = self.records[self.learner].unit(UNIT)
        if unit.attempts[-1].undecided:
            decision = decide(revision, unit, unit.attempts[-1])
            self._event("decided", what, {"submission": submission, "version": 1, "decision": decision.to_data()})

    def _answer(self, item: Item, form: str | None) -> ItemScore:
        level = self.levels[item.objective] - self.world.harder.get((form or "", item.objective), 0.0)
        chance = self.world.chance(item.id, level, self.number) if form == "a" else level
        if chance is None:
            return ItemScore(item.id, item.objective, None, item.points)
        return ItemScore(item.id, item.objective, item.points * (self.rng.random() < chance), item.points)

    def _event(self, kind, what=None, data=None, *, unit=None) -> None:  # type: ignore[no-untyped-def]
        name = what.id if what else None
        key = f"{kind}:{self.learner}:{name or unit}"
        event = Event(key, kind, self.learner, self.now, SYSTEM, what.unit if what else unit, name, data or {})
        self.events.append(event)
        fold_all([event], self.records)
