"""`kit tidy`: sources as they should be committed, and nothing else touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.author import tidy
from kit.checks import check_course
from kit.errors import UnknownName
from tests.checks.course import CORRECTIVE, UNIT, edit, good_course

_OUTPUT = {"output_type": "stream", "name": "stdout", "text": "4\n"}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    good_course(tmp_path)
    tidy(tmp_path)
    return tmp_path


def cells(path: Path) -> list[dict]:  # type: ignore[type-arg]
    return json.loads(path.read_text())["cells"]


def test_a_tidy_course_is_left_alone_to_the_byte(course: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in course.rglob("*")}
    assert tidy(course) == []
    assert {path: path.stat().st_mtime_ns for path in course.rglob("*")} == before


def test_outputs_and_traces_of_a_run_go_sources_stay(course: Path) -> None:
    sources = [cell["source"] for cell in cells(course / UNIT)]
    edit(UNIT, "adding-1", lambda c: c.update(outputs=[_OUTPUT], execution_count=7))(course)
    edit(UNIT, "adding-2", lambda c: c["metadata"].update(execution={"iopub.execute_input": "2026"}))(course)
    (change,) = tidy(course)
    assert str(change) == f"{UNIT}: outputs of 1 cell cleared, traces of the last run removed"
    assert [cell["source"] for cell in cells(course / UNIT)] == sources
    assert all(not c.get("outputs") and c.get("execution_count") is None for c in cells(course / UNIT))
    assert check_course(course, fast=True) == []


def test_ids_that_are_there_stay_and_missing_ones_are_the_same_every_time(course: Path) -> None:
    before = [cell["id"] for cell in cells(course / UNIT)]
    for number in (0, "adding-1"):
        edit(UNIT, number, lambda c: c.pop("id"))(course)
    (change,) = tidy(course)
    first = [cell["id"] for cell in cells(course / UNIT)]
    assert change.what == ("2 cells given an id that stays",)
    assert first[1:4] == before[1:4]
    assert first[4] == "adding-1"
    edit(UNIT, 0, lambda c: c.pop("id"))(course)
    tidy(course)
    assert [cell["id"] for cell in cells(course / UNIT)] == first


def test_two_cells_with_one_id_are_told_apart(course: Path) -> None:
    edit(UNIT, 1, lambda c: c.update(id="adding-1"))(course)
    tidy(course)
    ids = [cell["id"] for cell in cells(course / UNIT)]
    assert len(set(ids)) == len(ids)
    assert check_course(course, fast=True) == []


@pytest.mark.parametrize(
    ("paths", "done"),
    [([UNIT], [UNIT]), (["corrective"], [CORRECTIVE]), (["units", CORRECTIVE], [UNIT, CORRECTIVE])],
    ids=["one notebook", "a folder", "several"],
)
def test_only_what_is_named_is_tidied(course: Path, paths: list[str], done: list[str]) -> None:
    for where in (UNIT, CORRECTIVE):
        edit(where, -1, lambda c: c.update(execution_count=1))(course)
    assert [change.where for change in tidy(course, paths)] == done


def test_paths_may_be_seen_from_where_one_stands(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(UNIT, -1, lambda c: c.update(execution_count=1))(course)
    monkeypatch.chdir(course / "units")
    assert [change.where for change in tidy(course, ["01-one/unit.ipynb"])] == [UNIT]


@pytest.mark.parametrize("path", ["course.toml", "nowhere.ipynb", "release", "units/01-one/unit.toml"])
def test_what_is_no_source_is_refused(course: Path, path: str) -> None:
    with pytest.raises(UnknownName, match=path):
        tidy(course, [path])


def test_a_broken_notebook_is_left_as_it_is_and_told(course: Path) -> None:
    (course / UNIT).write_text('{"cells": [')
    edit(CORRECTIVE, -1, lambda c: c.update(execution_count=1))(course)
    changes = {change.where: change for change in tidy(course)}
    assert not changes[UNIT].done
    assert "not valid JSON" in str(changes[UNIT])
    assert (course / UNIT).read_text() == '{"cells": ['
    assert changes[CORRECTIVE].done


def test_data_checkpoints_and_other_folders_are_not_touched(course: Path) -> None:
    odd = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    for where in (
        "units/01-one/data/a.ipynb",
        "units/01-one/.ipynb_checkpoints/a.ipynb",
        "release/x/a.ipynb",
        "a.ipynb",
    ):
        (course / where).parent.mkdir(parents=True, exist_ok=True)
        (course / where).write_text(odd)
    assert tidy(course) == []
