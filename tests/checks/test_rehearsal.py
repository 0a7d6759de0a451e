"""What `kit check` says after it has built units aside and graded them for real: each unit here has one thing wrong."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from kit.checks import check_course
from kit.checks.trials_kept import FILE
from kit.errors import Fault
from tests.checks.course import Spoil, add, all_of, append, edit, good_course, put, source
from tests.courses import cell, write_unit

_UNITS = {
    "01-reference": "reference-fails",
    "02-untouched": "release-reaches-criterion",
    "03-given": "item-given-away",
    "04-instruction": "instruction-fails",
    "05-misstep": "misstep-passes",
    "06-idle": "item-never-fails",
    "07-solution": "solution-leaked",
    "08-build": "build-failed",
    "09-unbuilt": "build-failed",
    "10-no-python": "trial-failed",
    "11-corrective": "reference-fails",
    "12-hidden": "hidden-test-leaked",
    "13-company": "misstep-passes",
    "14-nothing": "item-catches-nothing",
    "15-survives": "mutant-survives",
    "16-right": "right-answer-fails",
    "17-listed": "mutant-survives",
    "18-endless": "hidden-tests-missing",
    "19-wrong": "reference-fails",
}
"""Unit → the code it is there for."""

pytestmark = pytest.mark.xdist_group("rehearsal")  # the good unit is tried once for all of them


def unit(name: str) -> str:
    return f"units/{name}/unit.ipynb"


_MISSTEP = '\n[[misstep]]\ncell = "adding-{n}-answer"\nname = "{name}"\ncode = """\n{code}\n"""\n'


def missteps(name: str, *wrong: tuple[int, str, str]) -> Spoil:
    where = f"units/{name}/missteps.toml"
    text = "".join(_MISSTEP.format(n=n, name=words, code=code) for n, words, code in wrong)
    return lambda root: (root / where).write_text(text)


_LAX = 'assert "adding_1" in globals()\n'
_RIGHT = """
[[right]]
cell = "adding-1-answer"
name = "counts in floats"
code = "adding_1 = {{n}} + 1.0"

[[right]]
cell = "adding-2-answer"
code = "adding_2 = 2 + {{n}}"
"""
_COUNTING = """### BEGIN SOLUTION
adding_1 = {{n}}
while adding_1 != {{n}} + 1:
    adding_1 += 1
### END SOLUTION"""

SPOILS: dict[str, Spoil] = {
    "01-reference": edit(unit("01-reference"), "adding-1", source("assert adding_1 == 11, 'Form a has 10.'")),
    "02-untouched": all_of(*(edit(unit("02-untouched"), f"adding-{n}", source("assert True")) for n in (1, 2))),
    "03-given": all_of(
        edit(unit("03-given"), "adding-1", source("assert {{n}} > 0")),
        missteps("03-given", (2, "forgets", "adding_2 = {{n}}")),
    ),
    "04-instruction": edit(unit("04-instruction"), 1, lambda c: c.update(
        cell_type="code", source="pritn('hello')", outputs=[], execution_count=None)),
    "05-misstep": all_of(
        edit(unit("05-misstep"), "adding-1", source("assert adding_1 in ({{n}}, {{n}} + 1)")),
        missteps("05-misstep", (1, "forgets", "adding_1 = {{n}}"), (1, "writes a text", "adding_1 = 'x'"),
                 (2, "forgets", "adding_2 = {{n}}")),
    ),
    "06-idle": missteps("06-idle", (2, "forgets", "adding_2 = {{n}}")),
    "07-solution": all_of(
        put(unit("07-solution"), "adding_1 = {{n}} + 1", "adding_1 = {{n}} + 3 - 2"),
        edit(unit("07-solution"), 0, source("First you write `adding_1 = {{n}} + 3 - 2`.")),
    ),
    "08-build": edit(unit("08-build"), "adding-1-answer", source("### BEGIN SOLUTION\nadding_1 = {{n}} + 1")),
    "09-unbuilt": edit(unit("09-unbuilt"), 2, source("variants = 3")),
    "10-no-python": edit(unit("10-no-python"), "adding-1", source("assert adding_1 ==")),
    "11-corrective": all_of(
        lambda root: write_unit(root, "11-corrective", objectives={"adding": ("diagram",)}, forms="ab",
                                enrichment=False),
        put("corrective/11-corrective/adding/diagram.ipynb", "assert practice_1 == 0 + 1", "assert practice_1 == 7"),
    ),
    "12-hidden": all_of(
        edit(unit("12-hidden"), "adding-1", source("assert adding_1 == {{n}} + 1\n### BEGIN HIDDEN TESTS\n"
                                                   "assert adding_1 * 7 - 3 > 40\n### END HIDDEN TESTS")),
        add(unit("12-hidden"), cell("number = 6  # a cell that is no item\nassert number * 7 - 3 < 40")),
        edit(unit("12-hidden"), 0, source("It is tested like this:\n\n    assert adding_1 * 7 - 3 > 40\n")),
    ),
    # Item 2 catches what happens to item 1's name only while item 2's own answer is there.
    "13-company": all_of(
        edit(unit("13-company"), "adding-1", source('assert "adding_1" in globals()')),
        edit(unit("13-company"), "adding-2", source("assert adding_1 + 1 == adding_2 == {{n}} + 2")),
        missteps("13-company", (1, "is caught by the other item", "adding_1 = {{n}}"),
                 (2, "forgets", "adding_2 = {{n}}")),
    ),
    "14-nothing": edit(unit("14-nothing"), "adding-1", source(_LAX)),
    "15-survives": edit(unit("15-survives"), "adding-1", source("assert adding_1 in ({{n}} - 1, {{n}} + 1)")),
    "16-right": lambda root: append("units/16-right/missteps.toml", _RIGHT)(root),
    "17-listed": all_of(
        edit(unit("17-listed"), "adding-1", source("assert adding_1 in ({{n}} - 1, {{n}} + 1)")),
        append("units/17-listed/missteps.toml", '[[right]]\ncell = "adding-1-answer"\ncode = "adding_1 = {{n}}-1"\n'),
    ),
    "18-endless": all_of(
        edit(unit("18-endless"), "adding-1-answer", source(_COUNTING)),
        edit(unit("18-endless"), "adding-1", source("assert adding_1 == {{n}} + 1")),
    ),
    "19-wrong": edit(unit("19-wrong"), "adding-2", source("assert adding_2 == {{n}} + 3")),
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One course of bad units; `00-good` is right."""
    root = good_course(tmp_path_factory.mktemp("rehearsal") / "course", units={"01-one": ()}, items=1)
    for name in ("00-good", *_UNITS):
        write_unit(root, name, objectives={"adding": ()}, forms="ab", enrichment=False)
        missteps(name, (1, "forgets", "adding_1 = {{n}}"), (2, "forgets", "adding_2 = {{n}}"))(root)
    for spoil in SPOILS.values():
        spoil(root)
    return root


@pytest.fixture(scope="module")
def before(root: Path) -> dict[Path, str]:
    return digests(root)


@pytest.fixture(scope="module")
def faults(root: Path, before: dict[Path, str]) -> list[Fault]:
    return check_course(root, units=frozenset({"00-good", *_UNITS}))


def digests(root: Path) -> dict[Path, str]:
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*") if p.is_file()}


def mutants_tried(root: Path, unit: str) -> list[dict[str, Any]]:
    kept = json.loads((root / "gradebook" / FILE).read_text())["units"][unit]["rehearsal"]
    return [mutant for trial in kept["trials"] for mutant in trial["mutants"]]


def of(faults: list[Fault], unit: str, code: str) -> list[Fault]:
    return [f for f in faults if f"/{unit}" in f.where and f.code == code]


def test_a_good_unit_passes_every_trial(faults: list[Fault]) -> None:
    assert {f.code for f in faults if "/00-good" in f.where} == {"correctives-few", "items-few", "forms-few"}


@pytest.mark.parametrize(
    ("unit", "code", "where", "words"),
    [
        ("01-reference", "reference-fails", "units/01-reference/unit.ipynb, cell adding-1",
         "earns 0 of 1 on form b. It says: Form a has 10."),
        ("02-untouched", "release-reaches-criterion", "units/02-untouched/unit.ipynb, form a", "2 of 2 points"),
        ("03-given", "item-given-away", "units/03-given/unit.ipynb, cell adding-1", "without any answer on form a, b"),
        ("04-instruction", "instruction-fails", "units/04-instruction/unit.ipynb, cell 2", "pritn"),
        ("05-misstep", "misstep-passes", "units/05-misstep/missteps.toml, adding-1-answer “forgets”", "form a, b"),
        ("06-idle", "item-never-fails", "units/06-idle/unit.ipynb, cell adding-1", "No misstep"),
        ("14-nothing", "item-catches-nothing", "units/14-nothing/unit.ipynb, cell adding-1",
         "and no misstep fails this item"),
        ("15-survives", "mutant-survives", "units/15-survives/unit.ipynb, cell adding-1-answer",
         "1 of 6 mistakes made here on purpose earns every point on form a"),
        ("16-right", "right-answer-fails", "units/16-right/missteps.toml, adding-1-answer “counts in floats”",
         "fails adding-1 on form a, b"),
        ("07-solution", "solution-leaked", "units/07-solution/unit.ipynb, cell 1", "adding-1-answer"),
        ("08-build", "build-failed", "units/08-build/unit.ipynb", "no end solution statement"),
        ("09-unbuilt", "build-failed", "units/09-unbuilt", "cannot be built"),
        ("10-no-python", "trial-failed", "units/10-no-python/unit.ipynb, form a", "adding-1"),
        ("11-corrective", "reference-fails", "corrective/11-corrective/adding/diagram.ipynb, cell practice-1",
         "earns 0 of 1"),
        ("12-hidden", "hidden-test-leaked", "units/12-hidden/unit.ipynb, cell 1", "adding_1 * 7 - 3 > 40"),
    ],
)  # fmt: skip
def test_what_only_running_the_notebooks_shows(
    faults: list[Fault], unit: str, code: str, where: str, words: str
) -> None:
    mine = of(faults, unit, code)
    assert where in [f.where for f in mine], [f for f in faults if f"/{unit}" in f.where]
    assert words in next(f"{f.what} {f.next}" for f in mine if f.where == where)


def test_only_the_misstep_that_passes_is_told_not_its_neighbours(faults: list[Fault]) -> None:
    assert [f.where.split(", ")[1] for f in of(faults, "05-misstep", "misstep-passes")] == ["adding-1-answer “forgets”"]


def test_a_misstep_caught_by_another_item_of_its_objective_is_caught(faults: list[Fault]) -> None:
    assert of(faults, "13-company", "misstep-passes") == []
    assert of(faults, "13-company", "mutant-survives") == []
    assert [f.where for f in of(faults, "13-company", "item-catches-nothing")] == [
        "units/13-company/unit.ipynb, cell adding-1"
    ]


def test_a_mutant_that_survives_is_shown_as_a_difference(faults: list[Fault]) -> None:
    [fault] = of(faults, "15-survives", "mutant-survives")
    assert fault.details == "@@ -1 +1 @@ operator\n-adding_1 = 10 + 1\n+adding_1 = 10 - 1"


def test_a_mutant_that_is_listed_as_right_is_told_no_more(faults: list[Fault]) -> None:
    assert of(faults, "17-listed", "mutant-survives") == of(faults, "17-listed", "right-answer-fails") == []


def test_right_answers_that_pass_are_not_told(faults: list[Fault]) -> None:
    assert len(of(faults, "16-right", "right-answer-fails")) == 1


def test_a_mistake_that_never_ends_is_found(root: Path, faults: list[Fault]) -> None:
    endless = [mutant for mutant in mutants_tried(root, "18-endless") if "+    adding_1 -= 1" in mutant["diff"]]
    assert [mutant["fails"] for mutant in endless] == [["adding-1"]]


def test_no_mutants_are_made_of_a_reference_that_fails(root: Path, faults: list[Fault]) -> None:
    assert [f.where for f in of(faults, "19-wrong", "reference-fails")] == ["units/19-wrong/unit.ipynb, cell adding-2"]
    assert mutants_tried(root, "19-wrong") == []
    assert len(mutants_tried(root, "00-good")) == 12


def test_nothing_but_the_kept_trials_is_written_into_the_course(
    root: Path, before: dict[Path, str], faults: list[Fault]
) -> None:
    after = digests(root)
    assert after.keys() - before.keys() == {root / "gradebook" / FILE}  # a build has failed: no verdict is kept
    assert {path: after[path] for path in before} == before


def test_a_second_check_runs_nothing_that_did_not_change(root: Path, faults: list[Fault]) -> None:
    steps: list[str] = []
    again = check_course(root, units=frozenset({"00-good", "01-reference"}), watch=lambda what, *_: steps.append(what))
    assert set(steps) == {"reading"}
    assert again == [f for f in faults if "/00-good" in f.where or "/01-reference" in f.where]


@pytest.mark.parametrize(
    "change",
    [
        edit(unit("00-good"), 0, source("# Another title")),
        append("units/00-good/missteps.toml", _MISSTEP.format(n=1, name="new", code="adding_1 = None")),
        append("course.toml", "[limits]\ncell_seconds = 19\n"),
    ],
    ids=["its notebook", "its missteps", "the limits"],
)
def test_a_unit_is_tried_again_when_something_changed(root: Path, faults: list[Fault], change: Spoil) -> None:
    kept = {path: path.read_text() for path in (*root.glob("units/00-good/*"), root / "course.toml")}
    steps: set[str] = set()
    try:
        change(root)
        check_course(root, units=frozenset({"00-good"}), watch=lambda what, *_: steps.add(what))
    finally:
        for path, text in kept.items():
            path.write_text(text)
    assert "grading" in steps


def test_a_damaged_cache_is_no_fault(root: Path, faults: list[Fault]) -> None:
    path = root / "gradebook" / FILE
    kept = path.read_text()
    entries = json.loads(kept)
    entries["units"]["00-good"]["rehearsal"] = {"trials": 3}
    path.write_text(json.dumps(entries))
    codes = {f.code for f in check_course(root, units=frozenset({"00-good"}))}
    assert codes == {"correctives-few", "items-few", "forms-few"}
    path.write_text(kept)
