"""Courses with histories that the tests of the reports share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reports.written_history import History, write_course


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Two units, nobody enrolled yet."""
    return History(write_course(tmp_path))


@pytest.fixture
def cohort(history: History) -> History:
    """Four learners whose frames can be worked out by hand; `test_frames` says what must come out.

    ada    01-values at once; 02-lists with one corrective
    ben    a gap in text, its corrective fetched and not handed in
    cleo   a part of the first form waits for a person
    dan    enrolled, nothing more
    """
    for learner, name in (("dan", ""), ("ada", "Ada Lovelace"), ("ben", ""), ("cleo", "")):
        history.enrol(learner, name)
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 5}, took=2)
    history.attempt("ada", "02-lists.a", 6, {"slicing": 3}, took=2)
    history.attempt("ada", "02-lists.slicing.number-line", 7, {"slicing": 2}, took=0.5)
    history.attempt("ada", "02-lists.b", 9, {"slicing": 4}, took=1)
    history.attempt("ben", "01-values.a", 4, {"names": 4, "text": 2}, took=2)
    history.fetch("ben", "01-values.text.tracing", 5)
    history.attempt("cleo", "01-values.a", 2, {"names": 5, "text": None}, took=1)
    return history


def stuck(history: History, learner: str) -> None:
    """Three attempts at 01-values that show nothing, with every corrective between them: an instructor is asked for."""
    history.enrol(learner)
    for start, form, text, names in (
        (1, "a", "tracing", "diagram"),
        (5, "b", "debugging", "tracing"),
        (9, "c", "", ""),
    ):
        history.attempt(learner, f"01-values.{form}", start + 1, {"names": 1, "text": 0})
        if text:
            history.attempt(learner, f"01-values.text.{text}", start + 2, {"text": 1}, took=0.5)
            history.attempt(learner, f"01-values.names.{names}", start + 3, {"names": 1}, took=0.5)


@pytest.fixture
def attention_cohort(tmp_path: Path) -> History:
    """Three learners who ask for an instructor, each for another reason, and one who does not.

    eve    two cycles are done, every form is seen
    finn   our grader has failed three times
    gina   an answer waits for a person
    hugo   has begun
    """
    history = History(write_course(tmp_path))
    stuck(history, "eve")
    for learner in ("finn", "gina", "hugo"):
        history.enrol(learner)
        history.fetch(learner, "01-values.a", 1)
    submission = history.submit("finn", "01-values.a", 2)
    for hours in (2.1, 2.2, 2.3):
        history.happen("fault", "finn", "01-values.a", hours, submission=submission, what="The kernel did not start.")
    history.grade("gina", "01-values.a", 2, {"names": 5, "text": None})
    return history
