"""Leaks in release/ as it lies there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.build import build
from kit.checks import check_course
from kit.course import load_course
from kit.gradebook import Gradebook
from tests.checks.course import good_course
from tests.courses import cell

RELEASE = "release/01-one.b/01-one.ipynb"
Change = Callable[[list[dict[str, Any]]], object]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = good_course(tmp_path_factory.mktemp("built") / "course")
    course = load_course(root)
    with Gradebook(course) as gradebook:
        build(course, gradebook, frozenset())
    return root


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "course"))


def named(cells: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


LEAKS: dict[str, tuple[Change, str, str]] = {
    "the solution in its own cell": (
        lambda cells: named(cells, "adding-2-answer").update(source="adding_2 = 20 + 2"),
        "solution-leaked", "cell adding-2-answer"),
    "the solution in a text": (
        lambda cells: cells[0].update(source="Write `adding_2 = 20 + 2` below."), "solution-leaked", "cell 1"),
    "the marks of a solution": (
        lambda cells: named(cells, "adding-1-answer").update(source="### BEGIN SOLUTION\n### END SOLUTION"),
        "solution-leaked", "cell adding-1-answer"),
    "the marks of a hidden test": (
        lambda cells: named(cells, "adding-1").update(source="### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS"),
        "hidden-test-leaked", "cell adding-1"),
    "the values of all forms": (
        lambda cells: cells.append({**cell("variants = {}", "variants"), "id": "v"}), "variants-leaked", "cell 10"),
    "outputs": (
        lambda cells: named(cells, "adding-1").update(
            outputs=[{"output_type": "stream", "name": "stdout", "text": "22"}], execution_count=1),
        "outputs-released", "cell adding-1"),
}  # fmt: skip


def test_what_the_kit_built_itself_leaks_nothing(course: Path) -> None:
    assert check_course(course, fast=True) == []


@pytest.mark.parametrize(("change", "code", "place"), LEAKS.values(), ids=LEAKS)
def test_a_leak_in_a_released_notebook_is_found(course: Path, change: Change, code: str, place: str) -> None:
    book = json.loads((course / RELEASE).read_text())
    change(book["cells"])
    (course / RELEASE).write_text(json.dumps(book))
    faults = check_course(course, fast=True)
    assert [(f.code, f.where, f.severity) for f in faults] == [(code, f"{RELEASE}, {place}", "error")]
    assert "kit build" in faults[0].next


def test_a_hidden_test_with_its_values_is_found_anywhere_in_the_notebook(course: Path) -> None:
    private = course / "gradebook/source/01-one.b/01-one.ipynb"
    text = private.read_text().replace("assert type(adding_1) is int", "assert round(adding_1 * 1.5) == 32")
    assert "1.5" in text
    private.write_text(text)
    book = json.loads((course / RELEASE).read_text())
    book["cells"][0]["source"] = "A hint: `assert round(adding_1 * 1.5) == 32`"
    (course / RELEASE).write_text(json.dumps(book))
    assert [(f.code, f.where) for f in check_course(course, fast=True)] == [
        ("hidden-test-leaked", f"{RELEASE}, cell 1")
    ]


def test_a_solution_file_among_the_released_files_is_found(course: Path) -> None:
    (course / "release/01-one.a/notes.py").write_text("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n")
    (course / "release/01-one.a/table.csv").write_text("city,sum\nOslo,4\n")
    (course / "release/01-one.a/picture.png").write_bytes(b"\x89PNG\xff\xfe")
    assert [(f.code, f.where) for f in check_course(course, fast=True)] == [
        ("solution-leaked", "release/01-one.a/notes.py")
    ]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [4]}'])
def test_a_released_notebook_that_cannot_be_read_hides_no_other_leak(course: Path, content: str) -> None:
    (course / "release/01-one.a/01-one.ipynb").write_text(content)
    book = json.loads((course / RELEASE).read_text())
    book["cells"][-1]["execution_count"] = 4
    (course / RELEASE).write_text(json.dumps(book))
    assert [f.code for f in check_course(course, fast=True)] == ["outputs-released"]
