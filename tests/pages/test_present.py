"""The course as the pages have it: always what the ledger says, read once and then only what is new."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from kit.course import load_course
from kit.decisions import standing
from kit.errors import CourseError
from kit.ledger import Ledger, restore
from kit.pages import present as module
from kit.pages.present import Presence
from kit.records import fold_all
from tests.reports.written_history import History, write_course


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(write_course(tmp_path))


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """Every question that any database is asked while the test runs."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def test_before_anything_has_happened_nobody_is_there_and_no_ledger_is_made(history: History) -> None:
    now = Presence(history.course).now()
    assert (dict(now.records), now.number) == ({}, 0)
    assert not (history.course.gradebook_dir / "mastery.db").exists()


def test_everyone_stands_where_the_ledger_says(history: History) -> None:
    history.enrol("ben")
    history.enrol("ada", "Ada Lovelace")
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 2})
    history.view()
    now = Presence(history.course).now()
    assert list(now.records) == ["ada", "ben"]
    assert now.standings == {name: standing(record, now.catalogue) for name, record in now.records.items()}
    assert now.standings["ada"].next_assignment == "01-values.text.tracing"


def test_what_came_since_is_taken_in_and_nobody_else_is_looked_at_again(history: History) -> None:
    for learner in ("ada", "ben"):
        history.enrol(learner)
    history.view()
    presence = Presence(history.course)
    before = presence.now()
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 5})
    history.view()
    now = presence.now()
    assert now.standings["ada"].units[0].state == "mastered"
    assert now.standings["ben"] is before.standings["ben"]
    assert now.records["ben"] is before.records["ben"]


def test_where_nothing_is_new_one_question_is_asked(history: History, queries: list[str]) -> None:
    history.enrol("ada")
    history.view()
    presence = Presence(history.course)
    first = presence.now()
    queries.clear()
    assert presence.now() is first
    assert [text.split()[0] for text in queries] == ["SELECT"]
    assert "LIMIT" in queries[0]


@pytest.mark.parametrize("learners", [3, 30], ids=["few", "many"])
def test_the_number_of_questions_does_not_grow_with_the_cohort(
    history: History, queries: list[str], learners: int
) -> None:
    for number in range(learners):
        history.enrol(f"learner{number}")
    history.view()
    presence = Presence(history.course)
    presence.now()
    for number in range(learners):
        history.attempt(f"learner{number}", "01-values.a", 3, {"names": 5, "text": 5})
    history.view()
    queries.clear()
    presence.now()
    assert len(queries) == 3  # the last one, which ones are new, and the histories of whom they are about


def test_news_about_very_many_are_read_as_a_whole(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 1)
    for learner in ("ada", "ben"):
        history.enrol(learner)
    history.view()
    presence = Presence(history.course)
    presence.now()
    for learner in ("ada", "ben"):
        history.attempt(learner, "01-values.a", 3, {"names": 5, "text": 5})
    history.view()
    assert {name: one.units[0].state for name, one in presence.now().standings.items()} == dict.fromkeys(
        ("ada", "ben"), "mastered"
    )


def test_a_ledger_that_was_restored_is_noticed(history: History) -> None:
    history.enrol("ada")
    history.view()
    presence = Presence(history.course)
    presence.now()
    path = history.course.gradebook_dir / "mastery.db"
    with Ledger(history.course.ledger_url, history.course.gradebook_dir / "mastery.journal"):
        pass  # brings the journal up to date
    for file in path.parent.glob("mastery.db*"):
        file.unlink()
    restore(history.course.ledger_url, history.course.gradebook_dir / "mastery.journal")
    history.enrol("ben")
    history.view()
    assert list(presence.now().records) == ["ada", "ben"]


def test_a_course_that_was_built_anew_is_noticed(tmp_path: Path) -> None:
    for name in ("course", "other"):
        (tmp_path / name).mkdir()
    course = write_course(tmp_path / "course", build=False)
    presence = Presence(course)
    assert presence.now().catalogue.revisions == {}
    built = write_course(tmp_path / "other")
    shutil.copytree(built.gradebook_dir / "revisions", course.gradebook_dir / "revisions")
    assert set(presence.now().catalogue.revisions) == {"01-values", "02-lists"}


def test_a_unit_that_is_wrong_while_it_is_edited_leaves_the_course_as_it_was(history: History) -> None:
    history.enrol("ada")
    history.view()
    presence = Presence(history.course)
    before = presence.now()
    path = history.course.units_dir / "02-lists" / "unit.toml"
    good = path.read_text()
    path.write_text("title = ")
    assert presence.now().standings == before.standings
    path.write_text(good.replace("Lists and slicing", "Lists").replace('requires = ["01-values"]', "requires = []"))
    assert presence.now().standings["ada"].units[1].state == "open"


def test_a_course_that_was_wrong_from_the_beginning_is_said_to_be(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    (tmp_path / "course.toml").write_text("title = ")
    with pytest.raises(CourseError):
        Presence(course).now()


def test_the_events_of_one_learner_are_theirs_alone(history: History) -> None:
    history.enrol("ada")
    history.enrol("ben")
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 5})
    history.view()
    events = Presence(load_course(history.course.root)).events("ada")
    assert {event.learner for event in events} == {"ada"}
    assert fold_all(events)["ada"].mastered_units == {"01-values"}
