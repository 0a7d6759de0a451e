"""course.toml and unit.toml: read whole, or refused with every fault at once."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from kit.course import Dask, Limits, is_learner_name, load_course, read_course
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
        pytest.param("course.toml", "title='x'\nid='n'\nsandbox='off'", "value-wrong", "'bubblewrap' or 'none'",
                     id="no sandbox, but not in so many words"),
        pytest.param("course.toml", "title='x'\nid='n'\nsandbox=false", "value-wrong", "'bubblewrap' or 'none'",
                     id="no sandbox, as a truth value"),
        pytest.param("course.toml", "title='x'\nid='n'\npreload=['os; evil']", "value-wrong", "name of a module",
                     id="what is to be imported is no module"),
        pytest.param("course.toml", "title='x'\nid='n'\nexecutor='dask'", "value-wrong", "needs a table [dask]",
                     id="a cluster without a way there"),
        pytest.param("course.toml", "title='x'\nid='n'\n[dask]\naddress='tcp://a:1'\ngateway='https://b'",
                     "value-wrong", "either address",
                     id="two ways to the cluster"),
        pytest.param("course.toml", "title='x'\nid='n'\n[dask]\naddress='a:8786'", "value-wrong", "tcp://host:8786",
                     id="an address without its kind"),
        pytest.param("course.toml", "title='x'\nid='n'\n[dask]\naddress='tcp://a:1'\ncluster='big'", "value-wrong",
                     "give gateway as well",
                     id="a cluster's name without a gateway"),
        pytest.param("course.toml", "title='x'\nid='n'\n[limits]\nmemory_bytes=0", "value-wrong", "greater than 0",
                     id="no memory at all"),
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


def test_a_key_that_is_not_known_is_answered_with_those_of_its_table(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    (root / "course.toml").write_text('title = "N"\nid = "n"\n[limits]\nproceses = 3\n')
    _, (fault, *_) = read_course(root)
    assert "processes" in fault.next
    assert "criterion" not in fault.next


def test_learners_code_is_kept_apart_unless_asked_otherwise(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    assert load_course(root).sandbox == "bubblewrap"
    (root / "course.toml").write_text('title = "N"\nid = "n"\nsandbox = "none"\n')
    assert load_course(root).sandbox == "none"


def test_how_grading_is_to_be_done_is_read(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    (root / "course.toml").write_text(
        'title = "N"\nid = "n"\nexecutor = "dask"\npreload = ["scipy.stats", "größen"]\n'
        '[dask]\ngateway = "https://hub.example.org/gateway"\ncluster = "numbers"\n'
        "[limits]\nmemory_bytes = 500_000_000\nprocesses = 8\nscratch_bytes = 1_000_000\n"
    )
    course = load_course(root)
    assert course.preload == ("scipy.stats", "größen")
    assert course.dask == Dask(gateway="https://hub.example.org/gateway", cluster="numbers")
    assert course.limits == Limits(memory_bytes=500_000_000, processes=8, scratch_bytes=1_000_000)


def test_every_limit_is_in_the_docs_with_its_default() -> None:
    page = (Path(__file__).resolve().parent.parent / "docs/running.md").read_text()
    told = dict(
        pair
        for keys, values in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (`[\d_]+`(?:, `[\d_]+`)*) \|", page, re.M)
        for pair in zip(re.findall(r"\w+", keys), re.findall(r"\w+", values), strict=True)
    )
    assert {f.name: float(told.get(f.name, "nan")) for f in fields(Limits)} == asdict(Limits())


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
