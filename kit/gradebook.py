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
from typing import Any, NamedTuple

from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import Connection, Insert, bindparam, delete, insert, inspect, or_, select, text, update
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
    # The few grades a person has a part in: asked for at every round (`manual_scores`, whose condition it repeats).
    "kit_grade_by_person": "grade (notebook_id) WHERE manual_score IS NOT NULL OR extra_credit IS NOT NULL",
}

_CELL = api.BaseCell.__table__


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
        self._known: dict[str, _Described] = {}
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
        self._known.pop(assignment, None)
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
        self._known.pop(assignment, None)
        with self._guard(), Session(self._engine) as session, session.begin():
            self._forget(session, assignment)

    def correct_cells(self, assignment: str, cells: Mapping[str, tuple[str, str | None]]) -> None:
        """Replace text and checksum of cells of *assignment*, by grade_id; grades and everything else stay."""
        of_assignment = (
            select(api.SourceCell)
            .join(api.Notebook, api.SourceCell.notebook_id == api.Notebook.id)
            .join(api.Assignment, api.Notebook.assignment_id == api.Assignment.id)
            .where(api.Assignment.name == assignment)
        )
        with self._guard(), Session(self._engine) as session, session.begin():
            for row in session.scalars(of_assignment):
                if row.name in cells:
                    row.source, row.checksum = cells[row.name]

    def write_scores(
        self, learner: str, assignment: Assignment, submitted_at: datetime, scores: Iterable[ItemScore]
    ) -> None:
        """Write the automatic scores of one submission, replacing whatever was there for this assignment.

        *submitted_at* is aware; it becomes nbgrader's time stamp (UTC). GradebookError names the assignment if it was
        never built.
        """
        rows = {score.item: BookScore(score.score, None, None, score.score is None) for score in scores}
        self.put_scores(learner, assignment, submitted_at, rows)

    def put_scores(
        self, learner: str, assignment: Assignment, submitted_at: datetime, rows: Mapping[str, BookScore]
    ) -> None:
        """Write whole rows by grade_id, with what a person gave; otherwise as `write_scores`."""
        with self._guard(), self._engine.begin() as connection:
            described = self._described(connection, assignment.id)
            notebook = _submitted_notebook(connection, learner, described, submitted_at)
            grades = [
                {
                    "of_cell": cell, "of_notebook": notebook, "auto": rows[name].auto, "manual": rows[name].manual,
                    "extra": rows[name].extra, "waits": rows[name].needs_manual,
                }
                for name, cell in described.graded.items()
            ]  # fmt: skip
            if grades:
                connection.execute(_WRITE_GRADES, grades)

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
        tables = set(inspect(self._engine).get_table_names())
        if not tables.issuperset(api.Base.metadata.tables):
            api.Base.metadata.create_all(self._engine)
        fresh = "assignment" not in tables
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

    def _described(self, connection: Connection, assignment: str) -> _Described:
        """The rows that describe *assignment*, read once; GradebookError where there are none."""
        if assignment not in self._known:
            rows = connection.execute(_DESCRIBED, {"name": assignment}).all()
            if not rows:
                raise GradebookError(
                    f"{assignment} is not in the gradebook. Run `kit restore --gradebook`: it puts it there again."
                )
            graded = {row.name: row.cell for row in rows if row.type in ("GradeCell", "TaskCell")}
            commented = tuple(row.cell for row in rows if row.type in ("SolutionCell", "TaskCell"))
            self._known[assignment] = _Described(rows[0].assignment, rows[0].notebook, graded, commented)
        return self._known[assignment]


class _Described(NamedTuple):
    """The database's ids of an assignment's rows."""

    assignment: str
    notebook: str
    graded: dict[str, str]
    """grade_id → the cell a grade belongs to."""
    commented: tuple[str, ...]


_DESCRIBED = (
    select(
        api.Assignment.id.label("assignment"), api.Notebook.id.label("notebook"), _CELL.c.id.label("cell"),
        _CELL.c.name, _CELL.c.type,
    )
    .join(api.Notebook, api.Notebook.assignment_id == api.Assignment.id)
    .outerjoin(_CELL, _CELL.c.notebook_id == api.Notebook.id)
    .where(api.Assignment.name == bindparam("name"))
)  # fmt: skip
_SUBMITTED = (
    select(api.SubmittedAssignment.id, api.SubmittedNotebook.id)
    .outerjoin(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
    .where(
        api.SubmittedAssignment.student_id == bindparam("learner"),
        api.SubmittedAssignment.assignment_id == bindparam("assignment"),
    )
)
_GRADE, _COMMENT = api.Grade.__table__, api.Comment.__table__
_WRITE_GRADES = (
    update(_GRADE)
    .where(_GRADE.c.cell_id == bindparam("of_cell"), _GRADE.c.notebook_id == bindparam("of_notebook"))
    .values(
        auto_score=bindparam("auto"),
        manual_score=bindparam("manual"),
        extra_credit=bindparam("extra"),
        needs_manual_grade=bindparam("waits"),
    )
)


def _submitted_notebook(connection: Connection, learner: str, described: _Described, submitted_at: datetime) -> str:
    """The id of the row for this learner's notebook, which is made with its grades and comments if it is not there."""
    when = submitted_at.astimezone(UTC).replace(tzinfo=None)  # nbgrader keeps naive UTC
    keys = {"learner": learner, "assignment": described.assignment}
    submission, notebook = connection.execute(_SUBMITTED, keys).first() or (None, None)
    if submission is None:
        submission = _new_submission(connection, learner, described.assignment, when)
    else:
        row = api.SubmittedAssignment.__table__
        connection.execute(update(row).where(row.c.id == submission).values(timestamp=when))
    return notebook or _new_notebook(connection, submission, described)


def _new_submission(connection: Connection, learner: str, assignment: str, when: datetime) -> str:
    student, row = api.Student.__table__, api.SubmittedAssignment.__table__
    if connection.execute(select(student.c.id).where(student.c.id == learner)).first() is None:
        connection.execute(insert(student).values(id=learner))
    made = insert(row).values(assignment_id=assignment, student_id=learner, timestamp=when)
    return _key(connection, made)


def _key(connection: Connection, made: Insert) -> str:
    key = connection.execute(made).inserted_primary_key
    assert key is not None
    return str(key[0])


def _new_notebook(connection: Connection, submission: str, described: _Described) -> str:
    made = insert(api.SubmittedNotebook.__table__).values(assignment_id=submission, notebook_id=described.notebook)
    notebook = _key(connection, made)
    grades = [{"cell_id": cell, "notebook_id": notebook} for cell in described.graded.values()]
    comments = [{"cell_id": cell, "notebook_id": notebook} for cell in described.commented]
    for table, rows in ((_GRADE, grades), (_COMMENT, comments)):
        if rows:
            connection.execute(insert(table), rows)
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
