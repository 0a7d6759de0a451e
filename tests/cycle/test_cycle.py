"""The whole loop on real notebooks: fetched, answered, handed in, executed, decided, granted."""

from __future__ import annotations

import html
import json
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest

from kit.cycle import run
from kit.errors import Busy, KitError, UnknownName
from kit.exchange import open_exchange
from kit.gradebook import Gradebook
from kit.lock import alone
from kit.stages.opened import Scope, Step
from kit.stages.people import enrol, override
from kit.watching import watch_course
from tests.courses import write_course, write_unit
from tests.cycle.school import School


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(write_course(tmp_path / "course"), "ada", "ben")


def test_one_learner_needs_a_corrective_and_the_other_never_sees_it(school: School) -> None:
    school.submit("ada", "01-one.a", {"adding": 2, "taking": 1})
    school.submit("ben", "01-one.a", 2)
    school.run()
    assert school.todo("ada") == ["01-one.taking.analogy"]
    assert "form b" in school.next("ada")
    assert open_exchange(school.course).granted()["ben"] == {"01-one.a", "01-one.enrichment"}
    assert school.next("ben") == "You have mastered every unit of this course."

    school.submit("ada", "01-one.taking.analogy", 0)
    school.run()
    assert school.todo("ada") == ["01-one.b"]
    assert "instruction" not in (school.fetch("ada", "01-one.b") / "01-one.ipynb").read_text()

    school.submit("ada", "01-one.b", {"adding": 0, "taking": 2})
    school.run()
    ada = school.unit("ada")
    assert ada.mastered_by == "evidence"
    assert [a.decision.outcome for a in ada.attempts] == ["gaps", "mastered"]
    assert [(w.objective, w.approach) for w in ada.correctives] == [("taking", "analogy")]


def test_the_feedback_says_of_each_objective_what_the_decision_says(school: School) -> None:
    def page(assignment: str) -> str:
        (feedback,) = open_exchange(school.course).feedback("ada", assignment)
        return html.unescape(feedback.html.decode())

    school.submit("ada", "01-one.a", {"adding": 2, "taking": 1})
    school.run()
    first = page("01-one.a")
    assert school.unit("ada").attempts[0].decision.sentence in first
    assert "Unit 01-one, form a" in first
    assert "Not yet" in first
    assert "1 of 2 points, 80% needed" in first
    school.submit("ada", "01-one.taking.analogy", 1)
    school.run()
    school.submit("ada", "01-one.b", {"adding": 0, "taking": 2})
    school.run()
    assert "Shown before, and yours" in page("01-one.b")


def test_scores_stand_in_nbgraders_own_gradebook(school: School) -> None:
    school.submit("ada", "01-one.a", {"adding": 2, "taking": 1})
    school.run()
    with Gradebook(school.course) as book:
        scores = book.read_scores("ada", "01-one.a")
    assert {name: row.score for name, row in scores.items()} == {
        "adding-1": 1, "adding-2": 1, "taking-1": 1, "taking-2": 0,
    }  # fmt: skip


def test_formgrader_finds_the_submission_with_its_scores(school: School) -> None:
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    school.submit("ada", "01-one.a", {"adding": 2, "taking": 1})
    school.run()
    config = Config()
    config.CourseDirectory.root = str(school.root)
    config.CourseDirectory.course_id = "numbers"
    config.CourseDirectory.db_url = school.course.gradebook_url
    for name in ("submitted", "autograded", "feedback", "source"):
        config.CourseDirectory[f"{name}_directory"] = f"gradebook/{name}"
    api = NbGraderAPI(config=config)
    row = api.get_submission("01-one.a", "ada")
    assert (row["autograded"], row["score"], row["max_score"], row["needs_manual_grade"]) == (True, 3, 4, False)
    assert api.get_notebook_submissions("01-one.a", "01-one")[0]["student"] == "ada"


def test_a_second_run_finds_nothing_to_do(school: School) -> None:
    school.submit("ada", "01-one.a", 1)
    school.run()
    before = school.state()
    seen: list[str] = []
    school.run(watch=lambda step: seen.append(step.stage))
    assert seen == []
    assert school.state() == before


def test_the_next_unit_opens_when_all_it_requires_is_mastered(tmp_path: Path) -> None:
    units = {"01-one": [], "02-two": ["01-one"], "03-three": ["01-one"], "04-four": ["02-two", "03-three"]}
    school = School(write_course(tmp_path / "course", units, items=1), "ada")
    assert school.todo("ada") == ["01-one.a"]
    school.submit("ada", "01-one.a")
    school.run()
    assert school.todo("ada") == ["02-two.a", "03-three.a"]
    school.submit("ada", "03-three.a")
    school.run()
    assert school.todo("ada") == ["02-two.a"]


def test_the_filters_leave_everybody_else_alone(school: School) -> None:
    school.submit("ada", "01-one.a")
    school.submit("ben", "01-one.a")
    school.run(scope=Scope(learners=frozenset({"ada"})))
    assert school.unit("ada").mastered_at
    assert not school.unit("ben").attempts
    school.run(scope=Scope(units=frozenset({"99-other"})))
    assert not school.unit("ben").attempts
    school.run()
    assert school.unit("ben").mastered_at


class TestOverride:
    def test_an_instructor_counts_a_unit_as_mastered_with_a_reason(self, school: School) -> None:
        override(school.course, "ada", "01-one", "mastered", why="shown at the board", by="kim")
        school.run()
        unit = school.unit("ada")
        assert unit.mastered_by == "override"
        assert (unit.overrides[0].who, unit.overrides[0].why) == ("kim", "shown at the board")

    def test_another_form_opens_at_once(self, school: School) -> None:
        school.submit("ada", "01-one.a", 0)
        school.run()
        override(school.course, "ada", "01-one", "another-form", why="was ill", by="kim")
        school.run()
        assert "01-one.b" in school.todo("ada")

    @pytest.mark.parametrize(
        ("learner", "unit", "why", "said"),
        [
            ("nobody", "01-one", "x", "no learner 'nobody'. Enrolled are: ada, ben"),
            ("ada", "99", "x", "no unit '99'. The units are: 01-one"),
            ("ada", "01-one", " ", "needs a reason"),
        ],
    )
    def test_what_cannot_be_is_refused_with_what_there_is(self, school, learner, unit, why, said) -> None:
        with pytest.raises(KitError, match=said):
            override(school.course, learner, unit, "mastered", why=why, by="kim")

    def test_what_would_change_nothing_is_refused_with_what_would(self, tmp_path: Path) -> None:
        school = School(write_course(tmp_path / "course", {"01-one": [], "02-two": ["01-one"]}, items=1), "ada")
        with pytest.raises(KitError, match=r"requires 01-one.*kit override ada 01-one --mastered"):
            override(school.course, "ada", "02-two", "another-form", why="x", by="kim")
        override(school.course, "ada", "01-one", "mastered", why="x", by="kim")
        for action in ("mastered", "another-form"):
            with pytest.raises(KitError, match="use --reset"):
                override(school.course, "ada", "01-one", action, why="x", by="kim")

    def test_a_reset_in_the_middle_of_a_round_is_not_undone_by_it(self, school: School) -> None:
        school.submit("ada", "01-one.a")
        done = []

        def interfere(step: Step) -> None:
            if step.stage == "grade" and "feedback is out" in step.what and not done:
                done.append(step)
                override(school.course, "ada", "01-one", "reset", why="wrong notebook", by="kim")

        school.run(watch=interfere)
        school.run()
        unit = school.unit("ada")
        assert done
        assert unit.mastered_at is None
        assert school.todo("ada") == ["01-one.b"]

    def test_no_form_left_says_what_to_do(self, tmp_path: Path) -> None:
        school = School(write_course(tmp_path / "course", forms="a"), "ada")
        school.submit("ada", "01-one.a", 0)
        school.run()
        with pytest.raises(KitError, match=r"Write another one.*kit build"):
            override(school.course, "ada", "01-one", "another-form", why="x", by="kim")


class TestACourseEditedUnderWay:
    def test_who_is_under_way_keeps_theirs_and_who_is_not_gets_the_new_one(self, school: School) -> None:
        school.submit("ada", "01-one.a", {"adding": 2, "taking": 0})
        school.run()
        write_unit(school.root, "01-one", items=3)
        school.build()
        school.run()
        assert school.todo("ada") == ["01-one.taking.analogy"]
        assert school.todo("ben") == ["01-one.r2.a"]
        school.submit("ada", "01-one.taking.analogy", 0)
        school.run()
        school.submit("ada", "01-one.b", 2)
        school.run()
        assert school.unit("ada").mastered_by == "evidence"
        assert len(school.unit("ada").attempts[1].submission.items) == 4

    def test_a_stricter_criterion_is_not_applied_to_who_has_begun(self, school: School) -> None:
        school.fetch("ada", "01-one.a")
        school.run()
        write_unit(school.root, "01-one", extra="criterion = 1.0\n")
        school.build()
        school.run()
        assert school.unit("ada").criteria == {"adding": 0.8, "taking": 0.8}

    def test_a_unit_that_no_longer_loads_stops_the_run_and_loses_nothing(self, school: School) -> None:
        school.submit("ada", "01-one.a")
        path = school.root / "units/01-one/unit.toml"
        good = path.read_text()
        path.write_text("title = ")
        with pytest.raises(KitError, match="toml-broken"):
            school.run()
        path.write_text(good)
        school.run()
        assert school.unit("ada").mastered_at


class TestAPersonsScores:
    MANUAL: ClassVar = {"grade": True, "solution": True, "locked": False, "points": 2, "grade_id": "essay"}

    @pytest.fixture
    def school(self, tmp_path: Path) -> School:
        from tests.courses import cell

        root = write_course(tmp_path / "course", objectives={"adding": ("diagram", "tracing")}, items=1)
        path = root / "units/01-one/unit.ipynb"
        book = json.loads(path.read_text())
        book["cells"].append({**cell("Explain.", "objective:adding", kind="markdown", **self.MANUAL), "id": "essay"})
        path.write_text(json.dumps(book))
        return School(root, "ada")

    def test_nothing_is_decided_before_a_person_has_read_it_and_then_it_is(self, school: School) -> None:
        folder = school.fetch("ada", "01-one.a")
        path = folder / "01-one.ipynb"
        book = json.loads(path.read_text())
        for found in book["cells"]:
            name = found["metadata"].get("nbgrader", {}).get("grade_id")
            if name == "essay":
                found["source"] = "Because 10 and 1 make 11."
            if name == "adding-1-answer":
                found["source"] = "adding_1 = 11"
        path.write_text(json.dumps(book))
        school.hand_in("ada", "01-one.a")
        school.run()
        unit = school.unit("ada")
        assert {i.item: i.score for i in unit.submissions["01-one.a"].items} == {"adding-1": 1, "essay": None}
        assert unit.attempts[0].decision is None
        assert "by hand in formgrader" in school.standing("ada").attention[0][1]

        self._score_as_formgrader_does(school, 2.0)
        school.run()
        unit = school.unit("ada")
        assert unit.submissions["01-one.a"].version == 2
        assert unit.mastered_by == "evidence"

    def test_a_score_changed_in_formgrader_is_taken_over_whatever_it_was(self, tmp_path: Path) -> None:
        school = School(write_course(tmp_path / "other", items=1), "ada")
        school.submit("ada", "01-one.a", {"adding": 1, "taking": 0})
        school.run()
        assert not school.unit("ada").mastered_at
        self._score_as_formgrader_does(school, 1.0, "taking-1")
        school.run()
        assert school.unit("ada").mastered_by == "evidence"
        before = school.state()
        school.run()
        assert school.state() == before, "it is taken over once"

    def _score_as_formgrader_does(self, school: School, score: float, cell: str = "essay") -> None:
        from nbgrader.api import Gradebook as Nbgrader

        with Nbgrader(school.course.gradebook_url, "numbers") as book:
            grade = book.find_grade(cell, "01-one", "01-one.a", "ada")
            grade.manual_score, grade.needs_manual_grade = score, False
            book.db.commit()


def test_two_reconcilers_at_once_the_second_says_so_and_leaves(school: School) -> None:
    with alone(school.course), pytest.raises(Busy, match=r"Process \d+ already works on this course"):
        run(school.course)


def test_watching_answers_by_itself_and_stops_when_told(school: School) -> None:
    stop = threading.Event()
    errors: list[BaseException] = []

    def watch() -> None:
        try:
            watch_course(school.course, stop)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        school.submit("ada", "01-one.a", 0)
        end = time.monotonic() + 90
        while school.todo("ada") != ["01-one.adding.diagram", "01-one.taking.analogy"]:
            assert time.monotonic() < end, "no answer came"
            assert thread.is_alive(), errors
            time.sleep(0.1)
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
    assert errors == []


def test_watching_survives_a_bad_moment_and_sees_a_unit_added_meanwhile(school: School) -> None:
    stop, told = threading.Event(), []
    thread = threading.Thread(
        target=watch_course, args=(school.course, stop), kwargs={"report": told.append, "every": 1}
    )
    path = school.root / "units/01-one/unit.toml"
    good = path.read_text()
    path.write_text("title = ")
    with pytest.raises(KitError):
        _ = school.course
    path.write_text(good)
    thread.start()
    try:
        path.write_text("title = ")
        wait_for(lambda: any("toml-broken" in words for words in told), thread)
        path.write_text(good)
        school.submit("ada", "01-one.a")
        wait_for(lambda: "mastered every unit" in school.next("ada"), thread)
        write_unit(school.root, "02-two", requires=["01-one"], items=1)
        school.build()
        wait_for(lambda: school.todo("ada") == ["02-two.a"], thread)
    finally:
        stop.set()
        thread.join(60)
    assert len([words for words in told if "toml-broken" in words]) == 1, "it is told once"


def wait_for(true, thread: threading.Thread) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + 90
    while not true():
        assert thread.is_alive()
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def test_a_learner_whose_folder_cannot_be_written_does_not_keep_the_others_waiting(school: School) -> None:
    school.submit("ben", "01-one.a")
    school.submit("ada", "01-one.a", 0)
    release = school.root / "release/01-one.adding.diagram"
    release.rename(release.with_name("away"))
    with pytest.raises(KitError, match=r"01-one\.adding\.diagram"):
        school.run()
    assert school.todo("ben") == []
    assert "mastered every unit" in school.next("ben")
    release.with_name("away").rename(release)
    school.run()
    assert "01-one.adding.diagram" in open_exchange(school.course).granted()["ada"]


def test_unknown_learners_and_names_that_cannot_be(school: School) -> None:
    with pytest.raises(UnknownName):
        override(school.course, "zoe", "01-one", "reset", why="x", by="kim")
    with pytest.raises(KitError, match=r"cannot be accounts: '\.\./x'"):
        enrol(school.course, {"../x": "", "zoe": ""}, by="kim")
    assert "zoe" not in school.records(), "nobody is enrolled when somebody cannot be"
