"""A small school for tests: a built course, learners who act through the exchange, and what came of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from kit.build import build
from kit.course import Course, load_course
from kit.cycle import run
from kit.decisions import standing
from kit.exchange import Receipt, open_exchange
from kit.gradebook import Gradebook
from kit.lock import at_work
from kit.records import LearnerRecord, fold_all
from kit.stages.opened import in_use, open_ledger
from kit.stages.people import enrol
from tests.courses import answer, form_value


class School:
    """One course with its learners' desks beside it."""

    def __init__(self, root: Path, *learners: str) -> None:
        self.root = root
        self.build()
        if learners:
            enrol(self.course, dict.fromkeys(learners, ""), by="test")
            self.run()

    @property
    def course(self) -> Course:
        return load_course(self.root)

    def build(self) -> None:
        course = self.course
        with at_work(course), open_ledger(course) as ledger, Gradebook(course) as gradebook:
            build(course, gradebook, in_use(ledger.events()))

    def run(self, **more: Any) -> dict[str, LearnerRecord]:
        return run(self.course, **more).records

    def desk(self, learner: str) -> Path:
        return self.root.parent / "desks" / learner

    def fetch(self, learner: str, assignment: str) -> Path:
        shutil.rmtree(self.desk(learner) / assignment, ignore_errors=True)
        return open_exchange(self.course).fetch(learner, assignment, self.desk(learner))

    def submit(self, learner: str, assignment: str, right: Any = 2) -> Receipt:
        """Fetch *assignment*, answer so many items of each objective right, and hand it in."""
        folder = self.fetch(learner, assignment)
        form = assignment.count(".") == 1 or ".r" in assignment
        answer(folder, right, form_value(assignment) if form and "enrichment" not in assignment else 0)
        return self.hand_in(learner, assignment)

    def hand_in(self, learner: str, assignment: str) -> Receipt:
        return open_exchange(self.course).submit(learner, assignment, self.desk(learner) / assignment)

    def records(self) -> dict[str, LearnerRecord]:
        with open_ledger(self.course) as ledger:
            return fold_all(ledger.events())

    def unit(self, learner: str, unit: str = "01-one") -> Any:
        return self.records()[learner].unit(unit)

    def todo(self, learner: str) -> list[str]:
        """What the learner is told to do, as the exchange tells it."""
        progress = open_exchange(self.course).progress(learner)
        assert progress is not None
        return [name for unit in progress["units"] for name in unit["todo"]]

    def next(self, learner: str) -> str:
        progress = open_exchange(self.course).progress(learner)
        assert progress is not None
        return str(progress["next"])

    def notices(self, learner: str) -> list[str]:
        progress = open_exchange(self.course).progress(learner)
        assert progress is not None
        return list(progress["notices"])

    def standing(self, learner: str) -> Any:
        from kit.build import load_catalogue

        return standing(self.records()[learner], load_catalogue(self.course))

    def state(self) -> dict[str, Any]:
        """Everything that must be the same however often the reconciler was killed on the way."""
        course = self.course
        exchange = open_exchange(course)
        with open_ledger(course) as ledger:
            # Grants carry the time at which they were made, grading how long it took: those differ from run to run.
            events = sorted(
                (e.key, e.kind, e.learner, e.unit, e.assignment, e.why, str({**e.data, "seconds": 0}))
                for e in ledger.events()
            )
        return {
            "events": events,
            "scores": _rows(course.gradebook_url, _SCORES),
            "granted": exchange.granted(),
            "waiting": list(exchange.arrivals()),
            "progress": {name: exchange.progress(name) for name in exchange.granted()},
            "feedback": sorted(
                path.relative_to(self.root).as_posix()
                for folder in ("feedback", "autograded", "submitted", "archive")
                for path in (self.root / "gradebook" / folder).rglob("*")
                if path.is_file()
            ),
        }


_SCORES = """
    select sa.student_id, a.name, bc.name, g.auto_score, g.needs_manual_grade, sa.timestamp
    from grade g join base_cell bc on g.cell_id = bc.id join submitted_notebook sn on g.notebook_id = sn.id
    join submitted_assignment sa on sn.assignment_id = sa.id join assignment a on sa.assignment_id = a.id
    order by 1, 2, 3
"""


def _rows(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return rows
