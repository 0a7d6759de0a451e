"""What stays in memory between two rounds says nothing else than the ledger, read from its beginning, would."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.cycle import reconcile
from kit.records import Event, fold_all
from kit.stages.opened import MANY, OpenCourse, Scope, open_course, open_ledger
from kit.stages.people import enrol, override
from kit.watching import AT_ONCE, _Bell, _narrowed, _sign
from tests.courses import write_course
from tests.cycle.school import School


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(write_course(tmp_path / "course"), "ada", "ben")


def reset(school: School, learner: str = "ada") -> None:
    override(school.course, learner, "01-one", "reset", why="ill for weeks", by="teacher")


def an_event(learner: str) -> Event:
    now = datetime.now(UTC)
    return Event(f"fetched:{learner}:01-one.a", "fetched", learner, now, learner, "01-one", "01-one.a")


STRANGE: dict[str, Callable[[School, OpenCourse], object]] = {
    "nothing": lambda school, opened: None,
    "an override of somebody": lambda school, opened: reset(school),
    "a new learner": lambda school, opened: enrol(school.course, {"cem": "Cem"}, by="teacher"),
    "more new learners than are worth reading one by one": lambda school, opened: enrol(
        school.course, {f"learner{number}": "" for number in range(MANY + 1)}, by="teacher"
    ),
    "an override, then an event of our own about the same learner": lambda school, opened: (
        reset(school), opened.record(an_event("ada"))
    ),
    "an event of our own, then an override of the same learner": lambda school, opened: (
        opened.record(an_event("ada")), reset(school)
    ),
    "our own events alone": lambda school, opened: opened.record(an_event("ada"), an_event("ben")),
}  # fmt: skip


@pytest.mark.parametrize("what", STRANGE)
def test_a_refresh_comes_to_what_the_whole_ledger_says(school: School, what: str) -> None:
    with open_course(school.course) as opened:
        for _ in range(2):  # once again: what was taken in is not taken in twice
            STRANGE[what](school, opened)
            opened.refresh()
            assert opened.records == fold_all(opened.ledger.events())


def test_a_refresh_reads_again_only_whom_the_news_are_about(school: School) -> None:
    with open_course(school.course) as opened:
        ada, ben = opened.records["ada"], opened.records["ben"]
        reset(school)
        opened.refresh()
        assert opened.records["ben"] is ben
        assert opened.records["ada"] is not ada
        assert opened.records["ada"].unit("01-one").reset_at is not None


def test_a_course_that_is_opened_again_takes_the_records_along_and_what_happened_between(school: School) -> None:
    with open_course(school.course) as first:
        ben, executor = first.records["ben"], first.executor
    reset(school)
    with open_course(school.course, before=first) as second:
        assert second.records == fold_all(second.ledger.events())
        assert second.records["ben"] is ben
        assert second.executor is executor, "what is warm stays warm"


def test_another_sandbox_needs_another_executor(school: School) -> None:
    with open_course(school.course) as first:
        pass
    (school.root / "course.toml").write_text((school.root / "course.toml").read_text() + 'sandbox = "none"\n')
    with open_course(school.course, before=first) as second:
        assert second.executor is not first.executor


def test_a_ledger_that_has_taken_the_place_of_another_is_read_wholly(school: School, tmp_path: Path) -> None:
    other = School(write_course(tmp_path / "other"), "zoe")
    with open_course(school.course) as first:
        pass
    for name in ("mastery.db", "mastery.journal"):
        (school.root / "gradebook" / name).unlink()
        shutil.copy2(other.root / "gradebook" / name, school.root / "gradebook" / name)
    with open_course(school.course, before=first) as second:
        assert sorted(second.records) == ["zoe"]


def test_a_round_about_one_learner_leaves_what_others_handed_in_waiting(school: School) -> None:
    school.submit("ada", "01-one.a", 2)
    school.submit("ben", "01-one.a", 2)
    with open_course(school.course, scope=Scope(learners=frozenset({"ada"}))) as opened:
        reconcile(opened)
    assert school.unit("ada").mastered_by == "evidence"
    assert school.unit("ben").submissions == {}
    with open_ledger(school.course) as ledger:
        assert not [event for event in ledger.events("ben") if event.kind in ("fetched", "submitted")]
    school.run()
    assert school.unit("ben").mastered_by == "evidence"


@pytest.mark.parametrize(
    ("path", "whom"),
    [
        ("/x/exchange/ada/inbox/20260302T120000000000Z-abc123+01-one.a", "ada"),
        ("/x/exchange/ada/fetched/01-one.a", "ada"),
        ("/x/exchange/.nudge", ""),
        ("/x/exchange/ada/inbox/.20260302T120000000000Z-abc123+01-one.a", None),
        ("/x/exchange/ada/inbox/.half/01-one.ipynb", None),
        ("/x/exchange/ada/inbox/whole/01-one.ipynb", None),
        ("/x/exchange/ada/feedback/01-one.a", None),
        ("/x/exchange/.nudge.k2j3", None),
    ],
    ids=["handed in", "fetched", "nudged", "not finished", "a file of what is not finished", "a file of an arrival",
         "what the desk itself writes", "a nudge not finished"],
)  # fmt: skip
def test_a_sign_says_whom_it_is_about(path: str, whom: str | None) -> None:
    assert _sign(path) == whom


@pytest.mark.parametrize(
    ("rung", "whom"),
    [
        ([], None),
        ([({"ada"}, False), ({"ben"}, False)], {"ada", "ben"}),
        ([({"ada"}, False), (set(), True)], None),
    ],
    ids=["no sign: everybody", "two learners", "a learner and a nudge: everybody"],
)
def test_the_bell_says_whom_a_round_is_about_and_is_silent_then(
    rung: list[tuple[set[str], bool]], whom: set[str] | None
) -> None:
    bell = _Bell()
    for learners, everybody in rung:
        bell.ring(learners, everybody)
    assert bell.wait(0) is bool(rung)
    assert bell.take() == whom
    assert not bell.wait(0)


def test_when_a_class_arrives_at_once_a_round_is_about_the_first_and_the_bell_goes_on_ringing() -> None:
    bell = _Bell()
    coming = [f"z{number}" for number in range(AT_ONCE, 0, -1)] + ["ada", "ben"]
    for name in [*coming, "z1"]:
        bell.ring({name}, False)
    assert bell.take() == set(coming[:AT_ONCE]), "in the order of arrival, not of their names"
    assert bell.wait(0)
    bell.ring({"cem"}, False)
    assert bell.take() == {"ada", "ben", "cem"}
    assert not bell.wait(0)


def test_a_round_about_everybody_leaves_nobody_over() -> None:
    bell = _Bell()
    bell.ring({f"ada{number}" for number in range(2 * AT_ONCE)}, True)
    assert bell.take() is None
    assert not bell.wait(0)


@pytest.mark.parametrize(
    ("asked", "arrived", "learners"),
    [
        (None, None, None),
        (None, {"ada"}, {"ada"}),
        ({"ada", "ben"}, {"ada", "cem"}, {"ada"}),
        ({"ben"}, {"ada"}, set()),
        ({"ben"}, None, {"ben"}),
    ],
    ids=["everybody", "who arrived", "who arrived of those asked for", "nobody of those asked for", "all asked for"],
)
def test_a_round_is_about_those_who_arrived_and_were_asked_for(
    asked: set[str] | None, arrived: set[str] | None, learners: set[str] | None
) -> None:
    scope = Scope(None if asked is None else frozenset(asked), frozenset({"01-one"}))
    narrowed = _narrowed(scope, None if arrived is None else frozenset(arrived))
    assert narrowed == Scope(None if learners is None else frozenset(learners), frozenset({"01-one"}))
