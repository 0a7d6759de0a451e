"""A large cohort's history written straight into a ledger and a gradebook, in the order of time.

Every learner takes two forms in every unit and works through the correctives between them. Per unit some sixty ways are
walked with the real decisions; each learner is given one of them, with times and submissions of their own, so that a
million events take seconds to write.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader import api
from sqlalchemy import Engine, insert, select

from kit.build.revisions import save_revision
from kit.course import Course, load_course
from kit.databases import open_engine
from kit.decisions import decide, wanted
from kit.gradebook import Gradebook
from kit.ledger import Ledger
from kit.records import SYSTEM, Assignment, Event, Item, ItemScore, LearnerRecord, Revision, fold_all
from kit.records.catalogue import Catalogue

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OBJECTIVES = 4
FORMS = "abcd"
APPROACHES = ("tracing", "diagram", "debugging")
WAYS = 60
"""Ways through a unit that are walked with the real decisions."""
NOTE = "Expected was the slice from the second to the fourth element; what came out has one element too many."
_HERE = "\x00"
"""Where a learner's own submission id belongs in an event's values."""


def make_course(root: Path, units: int = 10, items: int = 20) -> Course:
    """A course of so many units, none of which requires another, with so many items on each form, built."""
    root.mkdir(parents=True)
    (root / "course.toml").write_text('title = "A large course"\nid = "large"\ncriterion = 0.8\nmax_cycles = 3\n')
    for number in range(1, units + 1):
        folder = root / "units" / f"{number:02}-unit"
        folder.mkdir(parents=True)
        (folder / "unit.toml").write_text(
            f'title = "Unit {number}"\napproach = "worked-example"\n'
            + "".join(
                f'[objectives.objective-{one}]\ntitle = "do the task number {one} of unit {number}"\n'
                f"correctives = {json.dumps(APPROACHES)}\n"
                for one in range(1, OBJECTIVES + 1)
            )
        )
    course = load_course(root)
    for unit in course.units:
        every = tuple(
            Item(f"{o.id}-{n}", o.id, 1.0) for o in unit.objectives for n in range(1, items // OBJECTIVES + 1)
        )
        forms = tuple(Assignment(f"{unit.id}.{f}", unit.id, 1, "form", unit.id, every, form=f) for f in FORMS)
        correctives = tuple(
            Assignment(f"{unit.id}.{o.id}.{a}", unit.id, 1, "corrective", a, (), objective=o.id, approach=a)
            for o in unit.objectives
            for a in o.correctives
        )
        made = Revision(unit.id, 1, "0" * 64, unit.title, unit.approach, unit.objectives, unit.rule, unit.max_cycles,
                        forms, correctives, None)  # fmt: skip
        save_revision(course, made)
    return course


@dataclass(frozen=True, slots=True)
class _Line:
    """An event of a way, without whom it is about."""

    kind: str
    assignment: str
    minutes: int
    """Since the unit was opened."""
    data: str
    """As JSON; `_HERE` stands for the submission's own part."""
    why: str


def write_ledger(course: Course, catalogue: Catalogue, learners: int, seed: int = 1) -> int:
    """Write two forms in every unit for so many learners into *course*'s empty ledger; return how many events."""
    rng = random.Random(seed)
    Ledger(course.ledger_url).close()
    count = 0
    with sqlite3.connect(course.ledger_url.removeprefix("sqlite:///")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for rows in _rows(course, catalogue, learners, rng):
            connection.executemany("INSERT INTO event VALUES (NULL,?,?,?,?,?,?,?,?,?,?)", rows)
            count += len(rows)
    connection.close()
    return count


def _rows(
    course: Course, catalogue: Catalogue, learners: int, rng: random.Random
) -> Iterator[list[tuple[object, ...]]]:
    names = [f"learner{number:05}" for number in range(learners)]
    start = BEGIN.isoformat(timespec="microseconds")
    yield [
        (f"enrolled:{name}", "enrolled", name, start, "instructor", None, None,
         json.dumps({"name": f"Learner {name[-5:]}"}), "", start)
        for name in names
    ]  # fmt: skip
    for place, unit in enumerate(course.units):
        ways = [_way(catalogue, unit.id, rng) for _ in range(WAYS)]
        given = [rng.randrange(WAYS) for _ in names]
        opened = BEGIN + timedelta(days=7 * place)
        for step in range(max(map(len, ways))):
            rows: list[tuple[object, ...]] = []
            for number, name in enumerate(names):
                way = ways[given[number]]
                if step < len(way):
                    line = way[step]
                    at = (opened + timedelta(minutes=line.minutes * (1 + number % 5), seconds=number)).isoformat(
                        timespec="microseconds"
                    )
                    own = f"{number:06x}"
                    who = name if line.kind in ("submitted", "fetched") else SYSTEM
                    key = f"{line.kind}:{name}:{line.assignment}:{step}"
                    rows.append((key, line.kind, name, at, who, unit.id, line.assignment,
                                 line.data.replace(_HERE, own), line.why, at))  # fmt: skip
            yield rows


def _way(catalogue: Catalogue, unit: str, rng: random.Random) -> list[_Line]:
    """Two forms and what lies between them, decided by the real rules; at first one objective at least is a gap."""
    learner = "x"
    records = {learner: LearnerRecord(learner)}
    lines: list[_Line] = []
    minutes = 0
    level = rng.betavariate(8, 2)
    weak = rng.randrange(OBJECTIVES)
    taken = 0

    def happen(kind: str, what: Assignment, data: dict[str, object], why: str = "") -> None:
        event = Event(f"{kind}:{len(lines)}", kind, learner, BEGIN + timedelta(minutes=minutes), SYSTEM, what.unit,
                      what.id, data, why)  # type: ignore[arg-type]  # fmt: skip
        fold_all([event], records)
        # As the ledger writes it; the place for the learner's own part is no JSON escape.
        text = json.dumps(data, ensure_ascii=False, sort_keys=True).replace("\\u0000", _HERE)
        lines.append(_Line(kind, what.id, minutes, text, why))

    while True:
        record = records[learner]
        mine = record.unit(unit)
        for want in wanted(record, catalogue).values():
            what = want.assignment
            if what.unit == unit and what.id not in mine.grants:
                happen("granted", what, what.grant_data(), want.reason)
        todo = [w.assignment for w in wanted(record, catalogue).values() if w.assignment.unit == unit]
        todo = [a for a in todo if a.id not in records[learner].unit(unit).submissions]
        if not todo or (todo[0].kind == "form" and taken == 2):
            return lines
        what = todo[0]
        happen("fetched", what, {})
        if what.kind == "form" and records[learner].unit(unit).engaged_at is None:
            happen("engaged", what, catalogue.current(unit).engagement_data())
        minutes += rng.randint(20, 400)
        submission = f"2026{taken}-{what.form or what.objective}-{what.approach}-{_HERE}"
        happen("submitted", what, {"submission": submission, "kind": what.kind})
        scores = [_score(item, level if taken == 0 else 0.95, rng) for item in what.items]
        if taken == 0:
            weakest = f"objective-{weak + 1}"
            scores = [ItemScore(s.item, s.objective, 0.0, s.max, NOTE) if s.objective == weakest and n % 2 else s
                      for n, s in enumerate(scores)]  # fmt: skip
        happen("graded", what, {"submission": submission, "items": [asdict(s) for s in scores], "version": 1,
                                "seconds": 0.123, "tests": "0" * 16})  # fmt: skip
        if what.kind == "form":
            taken += 1
            mine = records[learner].unit(unit)
            decision = decide(catalogue.revision(unit, mine.revision), mine, mine.attempts[-1])
            data = {"submission": submission, "version": 1, "decision": decision.to_data()}
            happen("decided", what, data, decision.sentence)


def _score(item: Item, chance: float, rng: random.Random) -> ItemScore:
    right = rng.random() < chance
    return ItemScore(item.id, item.objective, item.points if right else 0.0, item.points, "" if right else NOTE)


def write_gradebook(course: Course, catalogue: Catalogue, learners: int, seed: int = 1) -> int:
    """Write a grade for every item of two forms of every unit for so many learners; return how many grades.

    Straight into nbgrader's own tables, as nbgrader would have left them: what `nbgrader export` reads.
    """
    Gradebook(course).close()  # makes the tables and their indexes
    engine = open_engine(course.gradebook_url)
    rng = random.Random(seed)
    count = 0
    try:
        names = [f"learner{number:05}" for number in range(learners)]
        with engine.begin() as connection:
            connection.execute(insert(api.Student.__table__), [{"id": name} for name in names])
        for unit in course.units:
            for form in catalogue.current(unit.id).forms[:2]:
                count += _write_form(engine, course.id, form, names, rng)
    finally:
        engine.dispose()
    return count


def _write_form(engine: Engine, course: str, form: Assignment, names: list[str], rng: random.Random) -> int:
    def key(kind: str, *parts: object) -> str:
        return "-".join(map(str, (kind, form.id, *parts)))

    with engine.begin() as connection:
        course_table = api.Course.__table__
        if connection.execute(select(course_table.c.id).where(course_table.c.id == course)).first() is None:
            connection.execute(insert(course_table), [{"id": course}])
        connection.execute(insert(api.Assignment.__table__), [{"id": key("a"), "name": form.id, "course_id": course}])
        connection.execute(
            insert(api.Notebook.__table__), [{"id": key("n"), "name": form.notebook, "assignment_id": key("a")}]
        )
        cells = [
            {"id": key("c", i.id), "name": i.id, "notebook_id": key("n"), "type": "GradeCells"} for i in form.items
        ]
        connection.execute(insert(api.BaseCell.__table__), cells)
        grade_cells = [{"id": key("c", i.id), "max_score": i.points, "cell_type": "code"} for i in form.items]
        connection.execute(insert(api.GradeCell.__table__), grade_cells)
        at = BEGIN.replace(tzinfo=None)
        submitted = [{"id": key("s", n), "assignment_id": key("a"), "student_id": n, "timestamp": at} for n in names]
        connection.execute(insert(api.SubmittedAssignment.__table__), submitted)
        books = [{"id": key("b", n), "assignment_id": key("s", n), "notebook_id": key("n")} for n in names]
        connection.execute(insert(api.SubmittedNotebook.__table__), books)
        grades = [
            {"id": key("g", n, i.id), "cell_id": key("c", i.id), "notebook_id": key("b", n),
             "auto_score": float(rng.random() < 0.8), "needs_manual_grade": False}
            for n in names
            for i in form.items
        ]  # fmt: skip
        connection.execute(insert(api.Grade.__table__), grades)
    return len(names) * len(form.items)
