"""The frames of a course: what stands in them, hand-calculated, and that they are what their docstrings say."""

from __future__ import annotations

import inspect
import json
import re
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine, event

from kit.cycle import alone
from kit.decisions import decide
from kit.errors import CourseError, LedgerError, UnknownName
from kit.reports import REPORTS, Frames, load
from tests.reports.written_history import BEGIN, History, write_course

FRAMES = ("learners", "attempts", "items", "objectives", "units", "progress", "correctives", "events")


def at(hours: float) -> pd.Timestamp:
    return pd.Timestamp(BEGIN + timedelta(hours=hours))


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Rows as tuples, with None for everything that is missing."""
    values = frame[list(columns)].astype("object")
    return list(values.where(values.notna(), None).itertuples(index=False, name=None))


def test_one_row_per_attempt_with_its_points_and_what_was_decided(cohort: History) -> None:
    columns = ("learner", "unit", "attempt", "form", "submitted_at", "score", "max", "share", "outcome", "cycle")
    assert rows(cohort.view().frames.attempts, *columns) == [
        ("ada", "01-values", 1, "a", at(3), 10, 10, 1.0, "mastered", 0),
        ("ada", "02-lists", 1, "a", at(6), 3, 5, 0.6, "gaps", 1),
        ("ada", "02-lists", 2, "b", at(9), 4, 5, 0.8, "mastered", 1),
        ("ben", "01-values", 1, "a", at(4), 6, 10, 0.6, "gaps", 1),
        # One answer waits for a person: not assessed is not zero, and nothing is decided yet.
        ("cleo", "01-values", 1, "a", at(2), None, 10, None, None, None),
    ]


def test_one_row_per_item_where_not_assessed_is_missing_and_never_zero(cohort: History) -> None:
    items = cohort.view().frames.items
    assert items.groupby(["learner", "unit", "attempt"]).size().to_dict() == {
        ("ada", "01-values", 1): 10,
        ("ada", "02-lists", 1): 5,
        ("ada", "02-lists", 2): 5,
        ("ben", "01-values", 1): 10,
        ("cleo", "01-values", 1): 10,
    }
    text = items[(items["learner"] == "cleo") & (items["objective"] == "text")]
    assert rows(text, "item", "score", "max") == [
        ("text-1", None, 1), ("text-2", 1, 1), ("text-3", 1, 1), ("text-4", 1, 1), ("text-5", 1, 1),
    ]  # fmt: skip


def test_one_row_per_verdict_with_the_criterion_it_was_held_against(cohort: History) -> None:
    columns = ("learner", "unit", "attempt", "objective", "score", "max", "share", "criterion", "state")
    assert rows(cohort.view().frames.objectives, *columns) == [
        ("ada", "01-values", 1, "names", 5, 5, 1.0, 0.8, "mastered"),
        ("ada", "01-values", 1, "text", 5, 5, 1.0, 0.8, "mastered"),
        ("ada", "02-lists", 1, "slicing", 3, 5, 0.6, 0.8, "gap"),
        ("ada", "02-lists", 2, "slicing", 4, 5, 0.8, 0.8, "mastered"),
        ("ben", "01-values", 1, "names", 4, 5, 0.8, 0.8, "mastered"),
        ("ben", "01-values", 1, "text", 2, 5, 0.4, 0.8, "gap"),
    ]


def test_one_row_per_learner_and_unit_with_the_time_to_mastery(cohort: History) -> None:
    columns = ("learner", "unit", "state", "attempts", "cycles", "correctives", "objectives_shown", "engaged_at",
               "mastered_at", "time_to_mastery", "by_override")  # fmt: skip
    hours = pd.Timedelta(hours=1)
    assert rows(cohort.view().frames.units, *columns) == [
        ("ada", "01-values", "mastered", 1, 0, 0, 2, at(1), at(3), 2 * hours, False),
        ("ada", "02-lists", "mastered", 2, 1, 1, 1, at(4), at(9), 5 * hours, False),
        ("ben", "01-values", "corrective", 1, 1, 0, 1, at(2), None, None, False),
        ("ben", "02-lists", "locked", 0, 0, 0, 0, None, None, None, False),
        ("cleo", "01-values", "waiting", 1, 0, 0, 0, at(1), None, None, False),
        ("cleo", "02-lists", "locked", 0, 0, 0, 0, None, None, None, False),
        ("dan", "01-values", "open", 0, 0, 0, 0, None, None, None, False),
        ("dan", "02-lists", "locked", 0, 0, 0, 0, None, None, None, False),
    ]


def test_one_row_per_corrective_with_what_the_attempt_after_it_showed(cohort: History) -> None:
    columns = ("learner", "objective", "approach", "granted_at", "submitted_at", "share", "next_attempt", "followed_by")
    assert rows(cohort.view().frames.correctives, *columns) == [
        ("ada", "slicing", "number-line", at(6.5), at(7), 1.0, 2, "mastered"),
        ("ben", "text", "tracing", at(5), None, None, None, None),
    ]


def test_a_corrective_that_could_not_be_read_is_not_handed_in(cohort: History) -> None:
    submission = cohort.submit("ben", "01-values.text.tracing", 6)
    cohort.happen("rejected", "ben", "01-values.text.tracing", 6, submission=submission, reason="It is not a notebook.")
    ben = cohort.view().frames.correctives.set_index("learner").loc["ben"]
    assert pd.isna(ben["submitted_at"])


def test_a_decision_that_waits_for_a_person_says_waiting_and_not_assessed(cohort: History) -> None:
    unit = cohort.records["cleo"].unit("01-values")
    attempt = unit.attempts[0]
    decision = decide(cohort.catalogue.current("01-values"), unit, attempt)
    data = {"submission": attempt.submission.id, "version": 1, "decision": decision.to_data()}
    cohort.happen("decided", "cleo", "01-values.a", 2, **data)
    view = cohort.view()
    verdicts = view.frames.objectives[view.frames.objectives["learner"] == "cleo"]
    assert rows(verdicts, "objective", "score", "state") == [("names", 5, "mastered"), ("text", None, "not-assessed")]
    assert view.frames.attempts.set_index("learner").loc["cleo", "outcome"] == "waiting"
    # There is no level to compare yet, neither of the whole nor of the part that is assessed.
    assert "cleo" not in set(REPORTS["first-and-final"](view.frames)["learner"])


def test_the_state_of_every_objective_is_the_one_that_standing_tells(cohort: History) -> None:
    view = cohort.view()
    told = [(s.learner, u.unit, o.id, o.state) for s in view.standings.values() for u in s.units for o in u.objectives]
    assert rows(view.frames.progress, "learner", "unit", "objective", "state") == told
    assert ("ben", "01-values", "text", "not-yet") in told
    assert ("ben", "01-values", "names", "shown") in told


def test_the_events_are_the_ledger_as_it_is(cohort: History) -> None:
    view = cohort.view()
    assert list(view.frames.events["key"]) == [e.key for e in view.history]
    decided = view.frames.events[
        (view.frames.events["kind"] == "decided") & (view.frames.events["learner"] == "ben")
    ].iloc[0]
    assert json.loads(decided["data"])["decision"]["correctives"] == ["01-values.text.tracing"]
    assert decided["at"] == at(4)


def test_mastery_that_an_instructor_declared_is_marked_and_its_time_is_kept(cohort: History) -> None:
    cohort.override("ben", "01-values", "mastered", 10, "Showed it at the board.")
    cohort.override("dan", "01-values", "mastered", 10, "Knew it before.")
    units = cohort.view().frames.units.set_index(["learner", "unit"])
    ben, dan = units.loc[("ben", "01-values")], units.loc[("dan", "01-values")]
    assert (ben["state"], ben["by_override"], ben["time_to_mastery"]) == ("mastered", True, pd.Timedelta(hours=8))
    # Nothing was begun, so there is no time to tell.
    assert (dan["state"], dan["by_override"], pd.isna(dan["time_to_mastery"])) == ("mastered", True, True)
    assert units.loc[("ben", "02-lists")]["state"] == "open"


def test_attempts_before_a_reset_stay_in_the_frame_and_say_so(cohort: History) -> None:
    cohort.override("ben", "01-values", "reset", 10, "Was ill.")
    cohort.attempt("ben", "01-values.b", 12, {"names": 5, "text": 5})
    view = cohort.view()
    ben = view.frames.attempts[view.frames.attempts["learner"] == "ben"]
    assert rows(ben, "attempt", "form", "before_reset") == [(1, "a", True), (2, "b", False)]
    unit = view.frames.units.set_index(["learner", "unit"]).loc[("ben", "01-values")]
    assert (unit["attempts"], unit["engaged_at"], unit["time_to_mastery"]) == (1, at(11), pd.Timedelta(hours=1))


def test_only_the_enrolled_are_counted(cohort: History) -> None:
    cohort.happen("set-aside", "stranger", "01-values.a", 5, submission="x", reason="It was never opened for stranger.")
    view = cohort.view()
    assert list(view.records) == ["ada", "ben", "cleo", "dan"]
    assert "stranger" in set(view.frames.events["learner"])


SITUATIONS = {
    "nobody is enrolled": lambda history: None,
    "somebody is enrolled and nothing happened": lambda history: history.enrol("ada"),
    "somebody has begun": lambda history: (history.enrol("ada"), history.fetch("ada", "01-values.a", 1)),
    "somebody has a decision": lambda history: (
        history.enrol("ada"),
        history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 1}),
    ),
}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("happened", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_columns_and_dtypes_are_the_documented_ones_whatever_happened(name: str, happened, history: History) -> None:
    happened(history)
    frame = getattr(history.view().frames, name)
    assert [(column, str(dtype)) for column, dtype in frame.dtypes.items()] == _documented(name)


def test_every_column_has_a_unit_and_a_meaning() -> None:
    for name in FRAMES:
        for column, _dtype, unit, meaning in _table(name):
            assert unit in {"–", "number", "points", "0–1", "UTC", "duration"}, (name, column)
            assert len(meaning.split()) >= 2, (name, column)


def _documented(name: str) -> list[tuple[str, str]]:
    return [(column, dtype) for column, dtype, _, _ in _table(name)]


def _table(name: str) -> list[tuple[str, ...]]:
    """The table of columns in the docstring of the frame."""
    attribute = inspect.getattr_static(Frames, name)
    lines = inspect.cleandoc(attribute.__doc__).splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("----"))
    return [tuple(re.split(r"\s{2,}", line, maxsplit=3)) for line in lines[head + 1 :] if line.strip()]


def test_reading_a_course_where_nothing_happened_makes_no_ledger(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    view = load(tmp_path)
    assert (len(view.frames.events), len(view.frames.units)) == (0, 0)
    assert not (course.gradebook_dir / "mastery.db").exists()
    assert not (course.gradebook_dir / "gradebook.db").exists()


def test_a_course_that_was_never_built_can_be_read(tmp_path: Path) -> None:
    write_course(tmp_path, build=False)
    assert load(tmp_path).frames.units.empty


def test_reading_writes_nothing(cohort: History) -> None:
    cohort.view()
    folder = cohort.course.root
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    view = load(folder)
    assert all(getattr(view.frames, name) is not None for name in FRAMES)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_course_can_be_read_while_a_reconciler_works_on_it(cohort: History) -> None:
    cohort.view()
    with alone(cohort.course):
        assert len(load(cohort.course.root).frames.attempts) == 5


def test_a_folder_that_is_no_course_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"course\.toml"):
        load(tmp_path)


def test_a_damaged_ledger_names_the_way_back(cohort: History) -> None:
    cohort.view()
    (cohort.course.gradebook_dir / "mastery.db").write_bytes(b"no database " * 1000)
    with pytest.raises(LedgerError, match="kit restore"):
        load(cohort.course.root)


def test_a_misspelt_learner_is_answered_with_names_that_look_alike(cohort: History) -> None:
    with pytest.raises(UnknownName, match="Did you mean cleo"):
        cohort.view().record("cloe")


@pytest.mark.parametrize("learners", [5, 500])
def test_the_number_of_queries_does_not_grow_with_the_cohort(learners: int, history: History) -> None:
    for number in range(learners):
        history.enrol(f"learner{number}")
        history.attempt(f"learner{number}", "01-values.a", 2, {"names": 5, "text": number % 6})
    history.view()
    statements: list[str] = []

    def count(connection, cursor, statement, parameters, context, executemany) -> None:  # type: ignore[no-untyped-def]
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        view = load(history.course.root)
        assert [len(getattr(view.frames, name)) > 0 for name in FRAMES if name != "correctives"] == [True] * 7
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert len(view.frames.attempts) == learners
    reading = [statement for statement in statements if "FROM event" in statement]
    # The last number, the histories, the events as they are; the rest asks whether the table is there.
    assert len(reading) == 3
    assert len(statements) <= 9


def test_a_lost_ledger_is_told_and_not_shown_as_an_empty_cohort(tmp_path: Path) -> None:
    write_course(tmp_path)
    (tmp_path / "gradebook").mkdir(exist_ok=True)
    (tmp_path / "gradebook/mastery.journal").write_text('{"seq": 1}\n')
    with pytest.raises(LedgerError, match="kit restore"):
        load(tmp_path)
