"""What a class the author asks for may answer, and what a forged name may make the judge import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kit.grading.inside import known
from tests.grading.judging import judge_cells

VECTOR = """
class Vector:
    def __init__(self, *x): self.x = x
    def __eq__(self, other): return True
    def __len__(self): return 3
    def __mul__(self, k): return Vector(*self.x)
class Longer(Vector):
    pass
class check(Vector): pass
def f(n): return Vector(n)
def h(n): return check(n)
def g(n): return Longer(n)
"""
OWN = {"own_classes": ["Vector"]}


@pytest.mark.parametrize(
    ("check", "state"),
    [
        pytest.param("assert f(2) == 4", "failed", id="a plain value in a check about something else"),
        pytest.param("assert 4 == f(2)", "failed", id="the same from the right"),
        pytest.param("assert [f(2)] == [4]", "failed", id="in a list"),
        pytest.param("check = h(2)\nassert check == 4", "failed", id="a class they gave a name of the check's"),
        pytest.param("assert f(2)", "failed", id="whether it is true"),
        pytest.param("f(2) * 3", "failed", id="a product with a number"),
        pytest.param("class Money: pass\nassert f(2) == Money()", "failed", id="an object of the test's"),
        pytest.param("assert f(2) == f(3)", "ran", id="two of a kind"),
        pytest.param("assert f(2) == g(3) and g(1) == f(1)", "ran", id="an object of a class below it"),
        pytest.param("v = Vector(1)\nassert v == 4 and v and v * 3 == v", "ran", id="a check about the class"),
        pytest.param("assert len(f(2)) == 3", "ran", id="no operator"),
    ],
)
def test_a_class_the_author_asks_for_answers_where_the_check_is_about_it(check: str, state: str) -> None:
    assert judge_cells(VECTOR, check, begin=dict(OWN))["state"] == state


@pytest.mark.parametrize(
    "name",
    [
        *("venv.__main__:main", "unittest.__main__:main", "__main__:Hidden", "pty:spawn", "zipapp:ZipAppError"),
        *("pdb:Pdb", "functools:namedtuple", "unittest.case:SkipTest", "unittest:SkipTest"),
        *("unittest.case:_ShouldStop", "_pytest.outcomes:Skipped", "pytest:Exit", "this:c", "antigravity:geohash"),
        *("idlelib:error",),
    ],
)
def test_a_forged_name_imports_and_means_nothing(name: str) -> None:
    program = (
        "import sys\nfrom kit.grading.inside import known\nbefore = set(sys.modules)\n"
        "try:\n    known.resolve(sys.argv[1])\nexcept LookupError:\n    assert set(sys.modules) == before\n"
        "else:\n    raise AssertionError\n"
    )
    subprocess.run([sys.executable, "-c", program, name], check=True, timeout=60)


@pytest.mark.parametrize("name", ["json.decoder:JSONDecodeError", "zipfile:BadZipFile", "sqlite3:Error", "math:sqrt"])
def test_exceptions_of_the_standard_library_are_the_same_on_both_sides(name: str) -> None:
    assert known.name_of(known.resolve(name)) == name


LARGE = {
    "five million numbers": ("list(range(5_000_000))", "x[-1] == 4_999_999 and len(x) == 5_000_000"),
    "hundreds of thousands of pairs": ("[(i, i) for i in range(700_000)]", "x[5] == (5, 5) and len(x) == 700_000"),
    "a dict of half a million": ("{i: str(i) for i in range(500_000)}", "x[7] == '7' and len(x) == 500_000"),
}


@pytest.mark.parametrize("case", LARGE)
def test_large_answers_are_compared_as_any_other(case: str) -> None:
    made, expected = LARGE[case]
    assert judge_cells(f"x = {made}", f"assert {expected}", reads=["x"], seconds=120.0)["state"] == "ran"
