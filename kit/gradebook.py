"""nbgrader's own gradebook.db: written here and nowhere else, in nbgrader's own schema, one transaction at a time.

nbgrader keeps one submission per learner and assignment; one form is one assignment, so attempts never meet. A score of
None means "not assessed" and is stored as NULL with `needs_manual_grade`; nothing of an earlier submission survives.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import delete, inspect, or_, select, text
from sqlalchemy.orm import Session

from kit.course import Course
from kit.databases import in_words, open_engine
from kit.errors import GradebookError
from kit.notebooks import Cell
from kit.records import Assignment, ItemScore

_WAY_BACK = "Move gradebook.db aside and run `kit restore --gradebook`: it is written again from the ledger."

# nbgrader's schema has no index besides its unique constraints; at 100,000 grades one look-up takes 200 ms without.
_INDEXES = {
    "kit_grade_notebook": "grade (notebook_id)",
    "kit_comment_notebook": "comment (notebook_id)",
    "kit_submitted_notebook": "submitted_notebook (assignment_id)",
    "kit_submitted_student": "submitted_assignment (student_id)",
    "kit_base_cell_notebook": "base_cell (notebook_id)",
    "kit_source_cell_notebook": "source_cell (notebook_id)",
}


@dataclass(frozen=True, slots=True)
class BookScore:
    """One row of the gradebook, as nbgrader has it."""

    auto: float | None
    manual: float | None
    extra: float | None
    needs_manual: bool

    @property
    def score(self) -> float | None:
        """What counts: the person's score, else the automatic one; None while a person is still to look."""
        base = self.manual if self.manual is not None else self.auto
        return None if base is None else base + (self.extra or 0.0)


class Gradebook:
    """The gradebook of one course. Opening it creates what is missing; GradebookError if it cannot be used."""

    def __init__(self, course: Course) -> None:
        self.course_id = course.id
        with self._guard():
            self._engine = open_engine(course.gradebook_url)
            self._prepare()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def save_cells(
        self, assignment: str, notebook: str, kernelspec: Mapping[str, Any], cells: Iterable[SavedCell]
    ) -> None:
        """Describe *assignment* with its one notebook, replacing an earlier description.

        GradebookError if somebody has already submitted it and the cells are not the same: a changed unit needs a new
        revision, not new cells.
        """
        saved_cells = list(cells)
        with self._guard(), Session(self._engine) as session, session.begin():
            if self._submitted_as_is(session, assignment, saved_cells):
                return
            self._forget(session, assignment)
            row = api.Assignment(name=assignment, course_id=self.course_id)
            book = api.Notebook(name=notebook, assignment=row, kernelspec=json.dumps(dict(kernelspec)))
            session.add(row)
            for saved in saved_cells:
                for cell in saved.rows():
                    cell.notebook = book
                    session.add(cell)

    def forget(self, assignment: str) -> None:
        """Remove *assignment*; GradebookError if somebody has already submitted it."""
        with self._guard(), Session(self._engine) as session, session.begin():
            self._forget(session, assignment)

    def write_scores(
        self, learner: str, assignment: Assignment, submitted_at: datetime, scores: Iterable[ItemScore]
    ) -> None:
        """Write the automatic scores of one submission, replacing whatever was there for this assignment.

        *submitted_at* is aware; it becomes nbgrader's time stamp (UTC). GradebookError names the assignment if it was
        never built.
        """
        with self._guard(), Session(self._engine) as session, session.begin():
            notebook = self._notebook(session, learner, assignment, submitted_at)
            by_name = {score.item: score for score in scores}
            for grade in notebook.grades:
                score = by_name[grade.cell.name].score
                grade.auto_score, grade.manual_score, grade.extra_credit = score, None, None
                grade.needs_manual_grade = score is None

    def read_scores(self, learner: str, assignment: str) -> dict[str, BookScore]:
        """The scores of *learner*'s submission of *assignment* by grade_id; empty if there is none. One query."""
        query = (
            select(
                api.BaseCell.name, api.Grade.auto_score, api.Grade.manual_score, api.Grade.extra_credit,
                api.Grade.needs_manual_grade,
            )
            .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
            .join(api.SubmittedNotebook, api.Grade.notebook_id == api.SubmittedNotebook.id)
            .join(api.SubmittedAssignment, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
            .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
            .where(api.SubmittedAssignment.student_id == learner, api.Assignment.name == assignment)
        )  # fmt: skip
        with self._guard(), Session(self._engine) as session:
            return {name: BookScore(*row) for name, *row in session.execute(query)}

    def manual_scores(self) -> dict[tuple[str, str], dict[str, float]]:
        """Every score a person gave: (learner, assignment) → grade_id → points with extra credit. One query."""
        query = (
            select(
                api.SubmittedAssignment.student_id, api.Assignment.name, api.BaseCell.name, api.Grade.auto_score,
                api.Grade.manual_score, api.Grade.extra_credit, api.Grade.needs_manual_grade,
            )
            .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
            .join(api.SubmittedNotebook, api.Grade.notebook_id == api.SubmittedNotebook.id)
            .join(api.SubmittedAssignment, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
            .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
            .where(or_(api.Grade.manual_score.is_not(None), api.Grade.extra_credit.is_not(None)))
        )  # fmt: skip
        found: dict[tuple[str, str], dict[str, float]] = {}
        with self._guard(), Session(self._engine) as session:
            for learner, assignment, cell, *score in session.execute(query):
                points = BookScore(*score).score
                if points is not None:
                    found.setdefault((learner, assignment), {})[cell] = points
        return found

    @contextmanager
    def _guard(self) -> Iterator[None]:
        with in_words("The gradebook (gradebook.db)", GradebookError, _WAY_BACK):
            yield

    def _prepare(self) -> None:
        fresh = not inspect(self._engine).has_table("assignment")
        api.Base.metadata.create_all(self._engine)
        with Session(self._engine) as session, session.begin():
            if fresh:
                session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
                # nbgrader asks the `alembic` command on PATH, which need not be there; the answer is the same.
                version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
                session.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
            if session.get(api.Course, self.course_id) is None:
                session.add(api.Course(id=self.course_id))
            for name, place in _INDEXES.items():
                session.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {place}"))

    def _submitted_as_is(self, session: Session, assignment: str, cells: Sequence[SavedCell]) -> bool:
        row = session.scalars(select(api.Assignment).where(api.Assignment.name == assignment)).one_or_none()
        if row is None or not row.submissions:
            return False
        known = {(cell.name, cell.source) for notebook in row.notebooks for cell in notebook.source_cells}
        return known == {(c.name, c.source) for s in cells for c in s.rows() if isinstance(c, api.SourceCell)}

    def _forget(self, session: Session, assignment: str) -> None:
        row = session.scalars(select(api.Assignment).where(api.Assignment.name == assignment)).one_or_none()
        if row is None:
            return
        if row.submissions:
            raise GradebookError(
                f"{assignment} has submissions, so its cells cannot be changed. "
                "Build the changed unit as a new revision."
            )
        for notebook in row.notebooks:
            for model in (api.GradeCell, api.SolutionCell, api.TaskCell):
                for cell in session.scalars(select(model).where(model.notebook_id == notebook.id)):
                    session.delete(cell)
            session.execute(delete(api.SourceCell).where(api.SourceCell.notebook_id == notebook.id))
            session.delete(notebook)
        session.flush()
        session.delete(row)
        session.flush()

    def _notebook(
        self, session: Session, learner: str, assignment: Assignment, submitted_at: datetime
    ) -> api.SubmittedNotebook:
        row = session.scalars(select(api.Assignment).where(api.Assignment.name == assignment.id)).one_or_none()
        if row is None:
            raise GradebookError(
                f"{assignment.id} is not in the gradebook. Run `kit restore --gradebook`: it puts it there again."
            )
        if session.get(api.Student, learner) is None:
            session.add(api.Student(id=learner))
        query = select(api.SubmittedAssignment).where(
            api.SubmittedAssignment.student_id == learner, api.SubmittedAssignment.assignment_id == row.id
        )
        submission = session.scalars(query).one_or_none() or api.SubmittedAssignment(
            assignment_id=row.id, student_id=learner
        )
        # nbgrader keeps naive UTC.
        submission.timestamp = submitted_at.astimezone(UTC).replace(tzinfo=None)
        session.add(submission)
        session.flush()
        if submission.notebooks:
            return submission.notebooks[0]
        source = row.notebooks[0]
        notebook = api.SubmittedNotebook(notebook=source, assignment=submission)
        session.add(notebook)
        for cell in (*source.grade_cells, *source.task_cells):
            session.add(api.Grade(cell_id=cell.id, notebook=notebook))
        for cell in (*source.solution_cells, *source.task_cells):
            session.add(api.Comment(cell_id=cell.id, notebook=notebook))
        session.flush()
        session.refresh(notebook)
        return notebook


@dataclass(frozen=True, slots=True)
class SavedCell:
    """A cell as nbgrader keeps it: what a grader may trust later."""

    cell: Cell
    locked: bool
    checksum: str | None

    def rows(self) -> Iterable[Any]:
        """nbgrader's rows for it (it keeps a source, and one row for each role)."""
        kind = "code" if self.cell.kind == "code" else "markdown"
        name, points = self.cell.grade_id, self.cell.points
        if self.cell.grade:
            yield api.GradeCell(name=name, max_score=points, cell_type=kind)
        if self.cell.solution:
            yield api.SolutionCell(name=name)
        if self.cell.task:
            yield api.TaskCell(name=name, max_score=points, cell_type=kind)
        if self.cell.is_item or self.cell.solution or self.locked:
            yield api.SourceCell(
                name=name, cell_type=kind, source=self.cell.source, locked=self.locked, checksum=self.checksum
            )
