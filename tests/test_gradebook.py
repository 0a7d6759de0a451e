"""The rows the kit writes are those nbgrader itself would have written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from nbgrader import api

from kit.build import load_catalogue
from kit.course import Course, load_course
from kit.errors import GradebookError
from kit.gradebook import Gradebook, SavedCell
from kit.notebooks import cells_of
from kit.records import Assignment, ItemScore
from tests.courses import item, write_course
from tests.cycle.school import School

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    School(write_course(tmp_path / "course"))
    return load_course(tmp_path / "course")


@pytest.fixture
def form(course: Course) -> Assignment:
    return load_catalogue(course).assignment("01-one.a")


def scores(form: Assignment, *points: float | None) -> list[ItemScore]:
    given = points or (1.0,) * len(form.items)
    return [ItemScore(i.id, i.objective, score, i.points) for i, score in zip(form.items, given, strict=True)]


def rows(course: Course, learner: str) -> dict[str, Any]:
    """Everything nbgrader has of a learner's submission, without the ids it draws."""
    with api.Gradebook(course.gradebook_url, course.id) as book:
        submission = book.find_submission("01-one.a", learner)
        [notebook] = submission.notebooks
        return {
            "submission": (submission.assignment.name, submission.extension, submission.total_seconds_late),
            "notebook": (notebook.name, notebook.flagged, notebook.late_submission_penalty),
            "grades": sorted((g.name, g.manual_score, g.extra_credit) for g in notebook.grades),
            "comments": sorted((c.name, c.auto_comment, c.manual_comment) for c in notebook.comments),
        }


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's way of adding a submission
def test_a_submission_has_the_rows_that_nbgrader_makes(course: Course, form: Assignment) -> None:
    with Gradebook(course) as book:
        book.write_scores("ada", form, NOON, scores(form))
    with api.Gradebook(course.gradebook_url, course.id) as theirs:
        theirs.update_or_create_student("ben")
        theirs.add_submission("01-one.a", "ben", timestamp=NOON.replace(tzinfo=None))
    ada = rows(course, "ada")
    assert ada == rows(course, "ben")
    assert len(ada["grades"]) == len(form.items)


def test_nbgrader_reads_the_score_and_the_time(course: Course, form: Assignment) -> None:
    with Gradebook(course) as book:
        book.write_scores("ada", form, NOON, scores(form, 1.0, 0.0, 1.0, None))
    with api.Gradebook(course.gradebook_url, course.id) as theirs:
        submission = theirs.find_submission("01-one.a", "ada")
        assert (submission.score, submission.max_score) == (2.0, 4.0)
        assert submission.needs_manual_grade
        assert submission.timestamp == NOON.replace(tzinfo=None)


def test_a_second_writing_replaces_the_first_and_what_a_person_gave(course: Course, form: Assignment) -> None:
    with Gradebook(course) as book:
        book.write_scores("ada", form, NOON, scores(form, 0.0, 0.0, 0.0, None))
    with api.Gradebook(course.gradebook_url, course.id) as theirs:
        for grade in theirs.find_submission("01-one.a", "ada").notebooks[0].grades:
            grade.manual_score, grade.extra_credit = 0.5, 0.25
        theirs.db.commit()
    with Gradebook(course) as book:
        assert len(book.manual_scores()["ada", "01-one.a"]) == len(form.items)
        later = NOON.replace(hour=13)
        book.write_scores("ada", form, later, scores(form))
        assert {score.score for score in book.read_scores("ada", "01-one.a").values()} == {1.0}
        assert book.manual_scores() == {}
    with api.Gradebook(course.gradebook_url, course.id) as theirs:
        [submission] = theirs.assignment_submissions("01-one.a")
        assert submission.timestamp == later.replace(tzinfo=None)


def test_scores_of_what_was_never_built_are_refused_with_the_way_back(course: Course, form: Assignment) -> None:
    with Gradebook(course) as book:
        book.forget("01-one.a")
        with pytest.raises(GradebookError, match=r"01-one\.a is not in the gradebook.*kit restore --gradebook"):
            book.write_scores("ada", form, NOON, scores(form))


def test_an_open_gradebook_notices_that_cells_are_described_anew(course: Course, form: Assignment) -> None:
    cells = [{**made, "id": str(number)} for number, made in enumerate(item("other-1", "adding", "1"))]
    with Gradebook(course) as book:
        with pytest.raises(KeyError):
            book.write_scores("ada", form, NOON, [])
        book.save_cells("01-one.a", "01-one", {}, [SavedCell(cell, True, None) for cell in cells_of({"cells": cells})])
        book.write_scores("ada", form, NOON, [ItemScore("other-1", "adding", 1.0, 1.0)])
        assert {name: score.score for name, score in book.read_scores("ada", "01-one.a").items()} == {"other-1": 1.0}


def test_the_grades_a_person_has_a_part_in_have_an_index_of_their_own(course: Course) -> None:
    with Gradebook(course) as book, book._engine.connect() as connection:
        question = "SELECT notebook_id FROM grade WHERE manual_score IS NOT NULL OR extra_credit IS NOT NULL"
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}").all()
    assert "kit_grade_by_person" in str(plan)
