"""course.toml and unit.toml: read whole, or refused with every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.course import is_learner_name, load_course, read_course
from kit.errors import CourseError, UnknownName
from tests.courses import write_course, write_unit


def test_a_course_is_read_with_its_units_in_an_order_that_respects_what_they_require(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"01-z": ["02-a"], "02-a": [], "03-b": ["02-a"]})
    course = load_course(root)
    assert [unit.id for unit in course.units] == ["02-a", "01-z", "03-b"]
    assert course.unit("01-z").objective("adding").criterion == 0.8


def test_the_nearest_criterion_counts(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    (root / "course.toml").write_text('title = "N"\nid = "n"\ncriterion = 0.9\n')
    assert load_course(root).units[0].objectives[0].criterion == 0.9
    write_unit(root, "01-one", extra="criterion = 0.85\n")
    assert load_course(root).units[0].objectives[0].criterion == 0.85


@pytest.mark.parametrize(
    ("file", "text", "code", "said"),
    [
        pytest.param("course.toml", "title = x\n", "toml-broken", "line 1", id="broken TOML names the line"),
        pytest.param("course.toml", "id = 'n'", "value-wrong", "title", id="a missing key is named"),
        pytest.param("course.toml", "title='x'\nid='n'\ncriteron=0.9", "key-unknown", "criteron", id="a typing error"),
        pytest.param("course.toml", "title='x'\nid='n'\ncriterion=80", "value-wrong", "less than or equal to 1",
                     id="a criterion in percent"),
        pytest.param("units/01-one/unit.toml", "title='x'\napproach='a'\n[objectives.A]\ntitle='t'",
                     "name-invalid", "'A'",
                     id="an objective that cannot be a name"),
        pytest.param("units/01-one/unit.toml", "title='x'\napproach='a'\n[objectives]",
                     "objectives-missing", "no objective",
                     id="no objective"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, file: str, text: str, code: str, said: str) -> None:
    root = write_course(tmp_path)
    (root / file).write_text(text)
    _, faults = read_course(root)
    fault = next(fault for fault in faults if fault.code == code)
    assert fault.where.startswith(file)
    assert said in fault.what
    assert fault.next


def test_every_fault_comes_at_once(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"01-one": [], "02-two": []})
    for unit in ("01-one", "02-two"):
        (root / "units" / unit / "unit.toml").write_text("title = 1\nwrong = 2\n")
    with pytest.raises(CourseError) as error:
        load_course(root)
    assert len(error.value.faults) == 8


def test_requirements_in_a_circle_are_named_in_order(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"01-a": ["02-b"], "02-b": ["03-c"], "03-c": ["01-a"]})
    with pytest.raises(CourseError, match=r"requires-cycle.*→.*→.*→"):
        load_course(root)


def test_an_unknown_unit_is_answered_with_the_ones_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="The units are: 01-one"):
        load_course(write_course(tmp_path)).unit("02-two")


@pytest.mark.parametrize("name", ["ada", "Ada.Lovelace", "a@b.org", "x_1", "9lives", "_svc"])
def test_these_can_be_learners(name: str) -> None:
    assert is_learner_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "-x", "a/b", "a+b", "a b", "ä", "a\n", "a" * 65, "../../etc"])
def test_these_cannot_be_learners(name: str) -> None:
    assert not is_learner_name(name)
