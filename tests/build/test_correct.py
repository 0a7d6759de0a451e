"""Corrected tests are put in place in a revision that learners are at work on; nothing else of it ever changes."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kit.build import Correction, correct, load_catalogue
from kit.errors import KitError, UnknownName
from kit.exchange import open_exchange
from kit.gradebook import Gradebook
from kit.lock import at_work
from kit.stages.opened import in_use, open_ledger
from tests.courses import cell, item, write_course
from tests.cycle.school import School

HIDDEN = "type(adding_1) is int"
VISIBLE = 'in globals(), \\"There is no name adding_1 yet.'


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(write_course(tmp_path / "course", items=1), "ada", "ben")


def unit_of(school: School) -> Path:
    return school.root / "units/01-one/unit.ipynb"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def correct_at(school: School, unit: str = "01-one") -> Correction:
    course = school.course
    with at_work(course), open_ledger(course) as ledger, Gradebook(course) as gradebook:
        return correct(course, gradebook, unit, in_use(ledger.events()))


def built(school: School, kind: str, assignment: str = "01-one.a") -> str:
    folder = {"source": "gradebook/source", "release": "release"}.get(kind, f"gradebook/{kind}")
    return (school.root / folder / assignment / "01-one.ipynb").read_text()


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("release", "gradebook")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and not path.name.endswith((".db", ".lock", ".journal"))
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    }


def saved_text(school: School, name: str, assignment: str = "01-one.a") -> str:
    with sqlite3.connect(school.root / "gradebook/gradebook.db") as database:
        ((text,),) = database.execute(
            "SELECT source_cell.source FROM source_cell JOIN notebook ON source_cell.notebook_id = notebook.id"
            " JOIN assignment ON notebook.assignment_id = assignment.id"
            " WHERE assignment.name = ? AND source_cell.name = ?",
            (assignment, name),
        ).fetchall()
    return str(text)


class TestATestIsCorrected:
    def test_every_form_has_it_under_the_same_name_and_the_learners_notebook_stays(self, school: School) -> None:
        before, released = built(school, "source"), built(school, "release")
        edit(unit_of(school), HIDDEN, "isinstance(adding_1, int)")
        report = correct_at(school)
        assert report.corrected == {1: {f"01-one.{form}": ["adding-1"] for form in "abcd"}}
        assert "isinstance(adding_1, int)" in built(school, "source", "01-one.d")
        assert built(school, "release") == released
        assert "isinstance(adding_1, int)" in saved_text(school, "adding-1"), "nbgrader's tools know it, too"
        assert built(school, "source-history", "01-one.a/1/source") == before

    def test_who_has_not_fetched_yet_gets_the_corrected_one(self, school: School) -> None:
        mine = school.fetch("ada", "01-one.a") / "01-one.ipynb"
        edit(unit_of(school), VISIBLE, 'in globals(), \\"Set adding_1 first.')
        correct_at(school)
        assert "Set adding_1 first." not in mine.read_text(), "what a learner has at home is theirs"
        assert "Set adding_1 first." in (school.fetch("ben", "01-one.a") / "01-one.ipynb").read_text()
        assert open_exchange(school.course).granted() == {"ada": {"01-one.a"}, "ben": {"01-one.a"}}

    def test_no_new_revision_is_built_of_it(self, school: School) -> None:
        edit(unit_of(school), HIDDEN, "True")
        correct_at(school)
        before = files(school.root)
        school.build()
        assert files(school.root) == before
        assert sorted(load_catalogue(school.course).revisions["01-one"]) == [1]

    def test_twice_is_the_same_as_once(self, school: School) -> None:
        edit(unit_of(school), HIDDEN, "True")
        correct_at(school)
        before = files(school.root)
        assert correct_at(school) == Correction(unchanged=[1])
        assert files(school.root) == before

    def test_a_second_correction_keeps_the_first_one_as_well(self, school: School) -> None:
        for text, number in (("True", 1), ("False", 2)):
            before = built(school, "source")
            edit(unit_of(school), HIDDEN if number == 1 else "assert True", text if number == 1 else f"assert {text}")
            correct_at(school)
            assert built(school, "source-history", f"01-one.a/{number}/source") == before

    def test_its_solution_may_be_corrected_along_with_it(self, school: School) -> None:
        edit(unit_of(school), "adding_1 = {{n}} + 1", "adding_1 = 1 + {{n}}")
        assert correct_at(school).corrected[1]["01-one.a"] == ["adding-1-answer"]

    def test_the_practice_of_a_corrective_too(self, school: School) -> None:
        edit(school.root / "corrective/01-one/adding/diagram.ipynb", "type(practice_1) is int", "True")
        assert correct_at(school).corrected == {1: {"01-one.adding.diagram": ["practice-1"]}}

    def test_every_revision_that_learners_have_is_corrected_if_no_more_than_tests_is_different(
        self, school: School
    ) -> None:
        school.fetch("ada", "01-one.a")
        school.run()
        edit(unit_of(school), HIDDEN, "isinstance(adding_1, int)")
        school.build()  # by habit: it becomes a revision of its own …
        school.run()  # … which ben, who had not begun, is given
        assert correct_at(school).corrected.keys() == {1}
        edit(unit_of(school), "isinstance(adding_1, int)", "True")
        assert correct_at(school).corrected.keys() == {1, 2}


CHANGES = {
    "a text that learners read": (lambda s: edit(unit_of(s), "How numbers", "Why numbers"), "is not a test"),
    "what an answer cell begins with": (
        lambda s: edit(unit_of(s), "### BEGIN SOLUTION\\nadding_1", "# so\\n### BEGIN SOLUTION\\nadding_1"),
        "01-one.a, cell adding-1-answer",
    ),
    "points": (lambda s: edit(unit_of(s), '"points": 1', '"points": 2'), "the forms, or their items and points"),
    "a new item": (lambda s: add_cells(s, item("adding-9", "adding", "9")), "items and points"),
    "a new text": (lambda s: add_cells(s, [cell("More.", kind="markdown")]), "cells before"),
    "the criterion": (
        lambda s: edit(s.root / "units/01-one/unit.toml", "[objectives.adding]", "[objectives.adding]\ncriterion = 1"),
        "objectives",
    ),
    "a form": (lambda s: edit(unit_of(s), "'d': {'n': 40}", "'d': {'n': 40}, 'e': {'n': 50}"), "the forms"),
    "the values of a form": (lambda s: edit(unit_of(s), "'n': 40", "'n': 44"), None),
    "a corrective's text": (
        lambda s: edit(s.root / "corrective/01-one/adding/diagram.ipynb", "quite another way", "my way"),
        "01-one.adding.diagram, cell 1",
    ),
    "a data file": (lambda s: add_data(s), "the data files changed"),
    "the cycles": (
        lambda s: edit(s.root / "units/01-one/unit.toml", "approach =", "max_cycles = 9\napproach ="), "max_cycles"
    ),
}  # fmt: skip


def add_cells(school: School, cells: list[dict]) -> None:
    book = json.loads(unit_of(school).read_text())
    book["cells"] += [{**one, "id": f"new-{number}"} for number, one in enumerate(cells)]
    unit_of(school).write_text(json.dumps(book))


def add_data(school: School) -> None:
    folder = school.root / "units/01-one/data"
    folder.mkdir()
    (folder / "numbers.csv").write_text("1,2,3\n")


class TestMoreThanATestIsDifferent:
    @pytest.mark.parametrize("what", [what for what, (_, said) in CHANGES.items() if said])
    def test_nothing_is_changed_and_it_says_why(self, school: School, what: str) -> None:
        change, said = CHANGES[what]
        before = files(school.root)
        edit(unit_of(school), HIDDEN, "True")
        change(school)
        report = correct_at(school)
        assert report.corrected == {}
        assert any(said in reason for reason in report.refused[1]), report.refused
        assert files(school.root) == before

    def test_values_that_only_tests_and_solutions_use_are_part_of_the_tests(self, school: School) -> None:
        CHANGES["the values of a form"][0](school)
        assert correct_at(school).corrected == {
            1: {"01-one.d": ["adding-1-answer", "adding-1", "taking-1-answer", "taking-1"]}
        }

    def test_what_nobody_has_been_given_is_built_as_ever(self, tmp_path: Path) -> None:
        school = School(write_course(tmp_path / "course", {"01-one": [], "02-two": ["01-one"]}, items=1), "ada")
        with pytest.raises(KitError, match=r"Nobody was given anything of 02-two yet. `kit build`"):
            correct_at(school, "02-two")
        with pytest.raises(UnknownName, match="no unit '03-three'"):
            correct_at(school, "03-three")

    def test_a_source_that_is_broken_changes_nothing(self, school: School) -> None:
        before = files(school.root)
        unit_of(school).write_text("{")
        with pytest.raises(KitError, match="not valid JSON"):
            correct_at(school)
        assert files(school.root) == before


def test_killed_before_any_change_it_is_not_begun_or_it_is_finished_by_the_next_build(tmp_path: Path) -> None:
    """SIGKILL before every rename, removal and opening of a database; each time on a fresh copy of the course."""
    school = School(
        write_course(tmp_path / "course", items=1, forms="ab", enrichment=False, objectives={"adding": ("diagram",)}),
        "ada",
    )
    edit(unit_of(school), HIDDEN, "True")
    edit(unit_of(school), VISIBLE, 'in globals(), \\"Set adding_1 first.')
    begun = files(school.root)
    done = at(shutil.copytree(school.root, school.root.with_name("done")))
    correct_at(done)
    finished = files(done.root)
    script = Path(__file__).with_name("killed_correction.py")
    ran = subprocess.run([sys.executable, str(script), str(school.root)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    ended = []
    for number in range(1, int(ran.stdout) + 1):
        copy = at(school.root.with_name(f"course.{number}"))
        copy.build()
        copy.run()  # a grant that was being renewed is given again
        ended.append("not begun" if 2 in load_catalogue(copy.course).revisions["01-one"] else "finished")
        if ended[-1] == "finished":
            assert files(copy.root) == finished, f"killed before change {number}"
        else:
            now = files(copy.root)
            assert [name for name, text in begun.items() if "exchange" not in name and now[name] != text] == []
    assert ended == sorted(ended, reverse=True)
    assert min(ended.count("finished"), ended.count("not begun")) >= 5


def at(root: Path) -> School:
    school = School.__new__(School)
    school.root = root
    return school
