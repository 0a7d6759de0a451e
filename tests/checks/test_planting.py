"""Which mutants share a notebook: those whose answers have nothing to do with each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.checks.material import UnitMaterial, read_material
from kit.checks.mutants import Planted, mutants_of, plan_mutants
from kit.checks.mutants.influence import changes, may_run_on, mentions
from tests.checks.course import MISSTEPS, UNIT, append, drop_cell, edit, good_course, source


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return good_course(tmp_path / "course", units={"01-one": ()}, items=2, forms="ab")


def unit_in(root: Path) -> UnitMaterial:
    material, faults = read_material(root)
    assert material is not None
    assert faults == []
    return material.units[0]


def batches(root: Path) -> list[tuple[Planted, ...]]:
    unit = unit_in(root)
    return plan_mutants(unit, unit.forms[0])


def answer(number: int, code: str, given: str = "") -> object:
    text = f"{given}### BEGIN SOLUTION\n{code}\n### END SOLUTION"
    return edit(UNIT, f"adding-{number}-answer", source(text))


def test_answers_that_have_nothing_to_do_with_each_other_share_notebooks(root: Path) -> None:
    planned = batches(root)
    assert [len(batch) for batch in planned] == [2] * len(mutants_of("adding_1 = 10 + 1"))
    assert {planted.cell for planted in planned[0]} == {"adding-1-answer", "adding-2-answer"}


@pytest.mark.parametrize(
    "code",
    ["adding_2 = adding_1 + 1", "adding_1 = 10 + 2\nadding_2 = adding_1", "adding_2 = globals()['adding_1'] + 1"],
    ids=["uses what another one makes", "makes the same name", "uses it by its text"],
)
def test_answers_that_depend_on_each_other_do_not(root: Path, code: str) -> None:
    answer(2, code)(root)  # type: ignore[operator]
    assert {len(batch) for batch in batches(root)} == {1}


def test_one_notebook_has_no_two_mistakes_that_may_never_end(root: Path) -> None:
    for number in (1, 2):
        answer(number, f"adding_{number} = 0\nwhile adding_{number} < 11:\n    adding_{number} += 1")(root)  # type: ignore[operator]
    assert {len(batch) for batch in batches(root)} == {1}


def test_the_whole_answer_cell_is_handed_in_with_what_was_given_in_it(root: Path) -> None:
    answer(1, "adding_1 = n + 1", given="n = 10\n")(root)  # type: ignore[operator]
    first = next(planted for batch in batches(root) for planted in batch if planted.cell == "adding-1-answer")
    assert first.source == f"n = 10\n### BEGIN SOLUTION\n{first.mutant.code}\n### END SOLUTION"


def test_every_part_of_an_answer_in_two_parts_gets_its_mistakes(root: Path) -> None:
    text = "### BEGIN SOLUTION\nn = 1\n### END SOLUTION\n### BEGIN SOLUTION\nadding_1 = n + 10\n### END SOLUTION"
    edit(UNIT, "adding-1-answer", source(text))(root)
    sources = [p.source for batch in batches(root) for p in batch if p.cell == "adding-1-answer"]
    assert any("n = 2\n" in one and "adding_1 = n + 10\n" in one for one in sources)
    assert any("n = 1\n" in one and "adding_1 = n - 10\n" in one for one in sources)


@pytest.mark.parametrize(
    "spoil",
    [drop_cell(UNIT, "adding-1"), edit(UNIT, "adding-1-answer", source("adding_1 = 11"))],
    ids=["no item is about it", "no reference is marked"],
)
def test_no_mutants_are_made_where_they_would_show_nothing(root: Path, spoil: object) -> None:
    spoil(root)  # type: ignore[operator]
    assert {planted.cell for batch in batches(root) for planted in batch} == {"adding-2-answer"}


def test_an_answer_that_a_later_item_looks_at_gets_its_mistakes(root: Path) -> None:
    drop_cell(UNIT, "adding-1")(root)
    edit(UNIT, "adding-2", source("assert (adding_1, adding_2) == ({{n}} + 1, {{n}} + 2)"))(root)
    found = [planted for batch in batches(root) for planted in batch if planted.cell == "adding-1-answer"]
    assert {planted.own for planted in found} == {()}
    assert {planted.of_objective for planted in found} == {("adding-2",)}


@pytest.mark.parametrize("table", ["misstep", "right"])
def test_what_an_author_has_judged_is_not_made_again(root: Path, table: str) -> None:
    before = {planted.mutant.code for batch in batches(root) for planted in batch}
    append(MISSTEPS, f'\n[[{table}]]\ncell = "adding-1-answer"\nname = "less"\ncode = "adding_1 = {{{{n}}}} - 1"\n')(
        root
    )
    after = {planted.mutant.code for batch in batches(root) for planted in batch}
    assert before - after == {"adding_1 = 10 - 1"}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a = b + 1", {"a"}),
        ("a.append(b)", {"a", "b"}),
        ("a[0].c = b", {"a"}),
        ("def a(b):\n    return b", {"a"}),
        ("a = len(b)", {"a"}),
        ("a = f(b)", {"a", "b"}),
        ("import a.b", {"a"}),
        ("for a in b:\n    pass", {"a"}),
    ],
)
def test_what_an_answer_may_change(code: str, names: set[str]) -> None:
    assert changes(code) == names


def test_a_name_may_be_mentioned_as_a_text() -> None:
    assert mentions(["assert 'a' in globals()", "print(b)", "this is no Python"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("code", "may"),
    [("while a:\n    b()", True), ("def f(n):\n    return f(n - 1)", True), ("for a in b:\n    c()", False)],
)
def test_what_may_run_without_end(code: str, may: bool) -> None:
    assert may_run_on(code) is may
