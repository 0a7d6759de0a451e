"""A test was wrong and is corrected: what was handed in is graded again, and everybody keeps what is theirs."""

from __future__ import annotations

import contextlib
import html
import io
import json
import sqlite3
from pathlib import Path

import pytest
from rich.console import Console

from kit.build import correct
from kit.errors import KitError, UnknownName
from kit.exchange import open_exchange
from kit.gradebook import Gradebook
from kit.lock import at_work
from kit.records import Event
from kit.reports import load, record_page
from kit.stages.opened import Scope, Step, in_use, open_ledger
from kit.stages.people import override
from kit.stages.regrade import Affected, ItemChange, Regraded, regrade
from kit.stages.restoring import restore_gradebook
from tests.build.test_correct import edit
from tests.courses import cell, write_course
from tests.cycle.school import School

RIGHT, WRONG = "type(adding_1) is int", "type(adding_1) is float"
"""What the hidden test of item adding-1 should say, and what its author wrote: right answers fail."""


def make_wrong(school: School, right: str = RIGHT, wrong: str = WRONG) -> None:
    edit(school.root / "units/01-one/unit.ipynb", right, wrong)


def mend(school: School, right: str = RIGHT, wrong: str = WRONG) -> None:
    """The author corrects the source, and has it put in place."""
    edit(school.root / "units/01-one/unit.ipynb", wrong, right)
    course = school.course
    with at_work(course), open_ledger(course) as ledger, Gradebook(course) as gradebook:
        assert correct(course, gradebook, "01-one", in_use(ledger.events())).corrected


def again(school: School, **more) -> Regraded:  # type: ignore[no-untyped-def]
    return regrade(school.course, "01-one", **{"why": "the test asked for a float", "by": "kim", **more})


def scores(school: School, learner: str, assignment: str = "01-one.a") -> dict[str, float | None]:
    return {item.item: item.score for item in school.unit(learner).submissions[assignment].items}


def page(school: School, learner: str, assignment: str = "01-one.a") -> str:
    return html.unescape(open_exchange(school.course).feedback(learner, assignment)[-1].html.decode())


@pytest.fixture
def school(tmp_path: Path) -> School:
    """ada's answers are all right, ben's all but one; the wrong test costs each of them adding-1."""
    school = School(write_course(tmp_path / "course", items=1))
    make_wrong(school)
    school.build()
    from kit.stages.people import enrol

    enrol(school.course, {"ada": "", "ben": ""}, by="test")
    school.run()
    school.submit("ada", "01-one.a", 1)
    school.submit("ben", "01-one.a", {"adding": 1, "taking": 0})
    school.run()
    assert scores(school, "ada") == {"adding-1": 0, "taking-1": 1}
    return school


class TestSomebodyWasWronged:
    def test_the_table_says_who_is_affected_and_whose_decision_is_another_one(self, school: School) -> None:
        mend(school)
        gained = (ItemChange("adding-1", 0, 1),)
        assert again(school).affected == [
            Affected("ada", "01-one.a", gained, "gaps", "mastered"),
            Affected("ben", "01-one.a", gained, "gaps", "gaps"),
        ]

    def test_the_next_round_decides_on_it(self, school: School) -> None:
        assert school.todo("ada") == ["01-one.adding.diagram"]
        mend(school)
        again(school)
        school.run()
        assert school.unit("ada").mastered_by == "evidence"
        assert school.todo("ada") == []
        assert open_exchange(school.course).granted()["ada"] == {"01-one.a", "01-one.enrichment"}
        assert school.todo("ben") == ["01-one.taking.analogy"], "one corrective less"

    def test_the_old_evidence_stays_and_the_new_one_says_who_wanted_it_and_why(self, school: School) -> None:
        mend(school)
        again(school)
        with open_ledger(school.course) as ledger:
            first, second = [event for event in ledger.events("ada") if event.kind == "graded"]
        assert [first.data["version"], second.data["version"]] == [1, 2]
        assert first.data["items"][0]["score"] == 0
        assert (second.who, second.why, second.data["regraded"]) == ("kim", "the test asked for a float", True)
        assert first.data["tests"] != second.data["tests"], "each version says which tests it is of"

    def test_gradebook_and_feedback_say_the_same_as_the_ledger(self, school: School) -> None:
        assert "Not yet" in page(school, "ada")
        mend(school)
        again(school)
        school.run()
        with Gradebook(school.course) as book:
            assert {name: row.score for name, row in book.read_scores("ada", "01-one.a").items()} == {
                "adding-1": 1, "taking-1": 1,
            }  # fmt: skip
        assert "Not yet" not in page(school, "ada")
        assert school.unit("ada").attempts[0].decision.sentence in page(school, "ada")
        autograded = school.root / "gradebook/autograded/ada/01-one.a/01-one.ipynb"
        assert RIGHT in autograded.read_text()

    def test_twice_is_the_same_as_once(self, school: School) -> None:
        mend(school)
        again(school)
        school.run()
        before = school.state()
        assert again(school) == Regraded(looked_at=2)
        school.run()
        assert school.state() == before

    def test_a_dry_run_says_the_same_and_writes_nothing(self, school: School) -> None:
        mend(school)
        before = school.state()
        foreseen = again(school, dry_run=True, why="")
        assert school.state() == before
        assert foreseen.affected == again(school).affected

    def test_without_a_corrected_test_nobody_is_affected(self, school: School) -> None:
        before = school.state()
        assert again(school) == Regraded(looked_at=2)
        assert school.state() == before

    def test_a_learner_alone(self, school: School) -> None:
        mend(school)
        assert [a.learner for a in again(school, scope=Scope(learners=frozenset({"ben"}))).affected] == ["ben"]
        assert scores(school, "ada")["adding-1"] == 0

    def test_interrupted_it_keeps_what_is_done_and_the_rest_is_done_next_time(self, school: School) -> None:
        mend(school)

        def interrupt(step: Step) -> None:
            if step.stage == "regrade" and step.what.startswith("ben"):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            again(school, watch=interrupt)
        assert [scores(school, name)["adding-1"] for name in ("ada", "ben")] == [1, 0]
        report = again(school).affected
        assert [(a.learner, len(a.items), a.after) for a in report] == [("ada", 0, "mastered"), ("ben", 1, "gaps")]


class TestFurtherAttempts:
    @pytest.fixture
    def school(self, school: School) -> School:
        """ben's second attempt shows what the first did not; the wrong test costs him adding-1 again."""
        for corrective in ("01-one.adding.diagram", "01-one.taking.analogy"):
            school.submit("ben", corrective, 0)
        school.run()
        school.submit("ben", "01-one.b", {"adding": 0, "taking": 1})
        school.run()
        assert [a.decision.outcome for a in school.unit("ben").attempts] == ["gaps", "gaps"]
        return school

    def test_a_later_attempt_is_decided_again_because_of_an_earlier_one(self, school: School) -> None:
        mend(school)
        assert again(school, scope=Scope(learners=frozenset({"ben"}))).affected == [
            Affected("ben", "01-one.a", (ItemChange("adding-1", 0, 1),), "gaps", "gaps"),
            Affected("ben", "01-one.b", (), "gaps", "mastered"),
        ]
        school.run()
        unit = school.unit("ben")
        assert [a.decision.outcome for a in unit.attempts] == ["gaps", "mastered"]
        assert unit.mastered_by == "evidence"
        assert "Shown before, and yours" in page(school, "ben", "01-one.b")

    def test_with_a_form_its_further_attempts_are_looked_at_and_earlier_ones_are_not(self, school: School) -> None:
        mend(school)
        assert again(school, form="b", dry_run=True).looked_at == 1
        assert again(school, form="a", dry_run=True).looked_at == 3
        assert again(school, dry_run=True).looked_at == 5, "correctives too"

    def test_what_was_before_a_reset_is_graded_again_and_decides_nothing(self, school: School) -> None:
        override(school.course, "ben", "01-one", "reset", why="another book", by="kim")
        school.run()
        mend(school)
        report = again(school, scope=Scope(learners=frozenset({"ben"})))
        assert [(a.assignment, a.before, a.after) for a in report.affected] == [("01-one.a", "gaps", "gaps")]
        school.run()
        assert school.unit("ben").mastered_at is None


class TestSomebodyWasGivenTooMuch:
    @pytest.fixture
    def school(self, tmp_path: Path) -> School:
        """The test lets everything pass; ada answered adding-1 wrong, and has mastered the unit."""
        root = write_course(tmp_path / "course", items=1)
        for old, new in (("adding_1 == {{n}} + 1", "True"), ("type(adding_1) is int", "True")):
            edit(root / "units/01-one/unit.ipynb", old, new)
        school = School(root, "ada", "ben")
        school.submit("ada", "01-one.a", {"adding": 0, "taking": 1})
        school.submit("ben", "01-one.a", 0)
        school.run()
        assert school.unit("ada").mastered_by == "evidence"
        edit(root / "units/01-one/unit.ipynb", "assert True, f", "assert adding_1 == {{n}} + 1, f")
        course = school.course
        with at_work(course), open_ledger(course) as ledger, Gradebook(course) as gradebook:
            assert correct(course, gradebook, "01-one", in_use(ledger.events())).corrected
        return school

    def test_what_was_mastered_stays_mastered_and_the_table_says_so(self, school: School) -> None:
        lost = (ItemChange("adding-1", 1, 0),)
        assert again(school).affected == [
            Affected("ada", "01-one.a", lost, "mastered", "mastered", ("adding",)),
            Affected("ben", "01-one.a", lost, "gaps", "gaps", ("adding",)),
        ]
        school.run()
        ada, ben = school.unit("ada"), school.unit("ben")
        assert ada.mastered_by == "evidence"
        assert ada.attempts[0].decision.outcome == "mastered"
        assert school.todo("ben") == ["01-one.taking.analogy"], "nothing is added to what he has to do"
        assert set(ben.mastered) == {"adding"}
        assert "Shown before, and yours" in page(school, "ada")


class TestAPersonsPoints:
    ESSAY = {"grade": True, "solution": True, "locked": False, "points": 2, "grade_id": "essay"}  # noqa: RUF012

    @pytest.fixture
    def school(self, tmp_path: Path) -> School:
        """An item that a person scores beside two with tests; that of adding-1 is wrong."""
        root = write_course(tmp_path / "course", items=1)
        path = root / "units/01-one/unit.ipynb"
        book = json.loads(path.read_text())
        essay = {**cell("Explain.", "objective:adding", kind="markdown", **self.ESSAY), "id": "essay"}
        path.write_text(json.dumps({**book, "cells": [*book["cells"], essay]}))
        edit(path, RIGHT, WRONG)
        school = School(root, "ada")
        folder = school.fetch("ada", "01-one.a")
        notebook = json.loads((folder / "01-one.ipynb").read_text())
        texts = {"essay": "Because.", "adding-1-answer": "adding_1 = 11", "taking-1-answer": "taking_1 = 0"}
        for found in notebook["cells"]:
            name = found["metadata"].get("nbgrader", {}).get("grade_id")
            found["source"] = texts.get(name, found["source"])
        (folder / "01-one.ipynb").write_text(json.dumps(notebook))
        school.hand_in("ada", "01-one.a")
        school.run()
        assert scores(school, "ada") == {"adding-1": 0, "taking-1": 0, "essay": None}
        return school

    def give(self, school: School, **points: float) -> None:
        from nbgrader.api import Gradebook as Nbgrader

        with Nbgrader(school.course.gradebook_url, "numbers") as book:
            for name, score in points.items():
                grade = book.find_grade(name.replace("_", "-"), "01-one", "01-one.a", "ada")
                grade.manual_score, grade.needs_manual_grade = score, False
            book.db.commit()

    @pytest.mark.parametrize("when", ["read before", "not read yet", "read, and the gradebook made again since"])
    def test_they_stay(self, school: School, when: str) -> None:
        self.give(school, essay=2.0, taking_1=0.5)
        if when != "not read yet":
            school.run()
        if "again" in when:
            for path in (school.root / "gradebook").glob("gradebook.db*"):
                path.unlink()
            restore_gradebook(school.course)
        mend(school)
        again(school)
        assert scores(school, "ada") == {"adding-1": 1, "taking-1": 0.5, "essay": 2}
        with Gradebook(school.course) as book:
            rows = book.read_scores("ada", "01-one.a")
        assert (rows["essay"].manual, rows["taking-1"].manual, rows["adding-1"].manual) == (2, 0.5, None)
        before = school.state()
        school.run()
        assert scores(school, "ada") == {"adding-1": 1, "taking-1": 0.5, "essay": 2}
        assert school.state()["scores"] == before["scores"]

    def test_what_waits_for_a_person_goes_on_waiting(self, school: School) -> None:
        mend(school)
        assert again(school).affected == [Affected("ada", "01-one.a", (ItemChange("adding-1", 0, 1),), "", "")]
        assert "A person" in page(school, "ada")
        school.run()
        assert school.unit("ada").attempts[0].decision is None
        assert "by hand in formgrader" in school.standing("ada").attention[0][1]


def test_what_cannot_be_graded_again_stays_as_it_was_and_is_named(school: School) -> None:
    mend(school)
    (notebook,) = (school.root / "gradebook/archive/ada").rglob("01-one.ipynb")
    notebook.write_text("{")
    report = again(school)
    assert [(learner, assignment) for learner, assignment, _ in report.failed] == [("ada", "01-one.a")]
    assert [affected.learner for affected in report.affected] == ["ben"]
    assert scores(school, "ada")["adding-1"] == 0


def test_what_cannot_be_put_out_is_named_and_the_others_are_graded_again(school: School) -> None:
    mend(school)
    book = school.root / "gradebook/gradebook.db"
    refused = "create trigger refused before update on grade begin select raise(abort, 'refused') where exists ("
    of_ada = "select 1 from submitted_notebook n join submitted_assignment a on a.id = n.assignment_id "
    with contextlib.closing(sqlite3.connect(book)) as db, db:
        db.execute(f"{refused}{of_ada} where n.id = old.notebook_id and a.student_id = 'ada'); end")
    report = again(school)
    ((learner, _, why),) = report.failed
    assert learner == "ada"
    assert "cannot be put out" in why
    assert [name for name in ("ada", "ben") if len(graded(school, name)) == 2] == ["ben"]
    with contextlib.closing(sqlite3.connect(book)) as db, db:
        db.execute("drop trigger refused")
    assert again(school).failed == []
    assert len(graded(school, "ada")) == 2


def graded(school: School, learner: str) -> list[Event]:
    with open_ledger(school.course) as ledger:
        return [event for event in ledger.events(learner) if event.kind == "graded"]


def test_the_record_tells_who_had_it_graded_again_and_why(school: School) -> None:
    mend(school)
    again(school)
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(record_page(load(school.root), "ada"))
    told = console.export_text()
    assert "kim had it graded again: 01-one.a" in told
    assert "the test asked for a float" in told


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        pytest.param({"why": " "}, KitError, "needs a reason", id="no reason"),
        pytest.param({"form": "z"}, KitError, "has no form 'z'. It has: a, b, c, d", id="no such form"),
    ],
)
def test_what_cannot_be_is_refused(school: School, more: dict, error: type, said: str) -> None:
    before = school.state()
    with pytest.raises(error, match=said):
        again(school, **more)
    assert school.state() == before


def test_an_unknown_unit_is_answered_with_the_ones_there_are(school: School) -> None:
    with pytest.raises(UnknownName, match="The units are: 01-one"):
        regrade(school.course, "99", why="x", by="kim")
