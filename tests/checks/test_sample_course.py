"""The course that comes with the kit passes its own check, with no warning."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kit.checks import assess_course, check_course

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its sources alone: nothing built, nothing kept from an earlier check."""
    root = tmp_path_factory.mktemp("sample") / "course"
    for folder in ("units", "corrective"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for file in ("course.toml", "nbgrader_config.py"):
        shutil.copy(ROOT / file, root / file)
    return root


def test_what_can_be_said_without_running_it_is_nothing(course: Path) -> None:
    assert check_course(course, fast=True) == []


def test_every_form_tells_masters_from_others_as_well_as_the_course_asks(course: Path) -> None:
    bound, forms = assess_course(course)
    assert forms
    assert [(form.unit, form.objective) for form in forms if not form.within(bound.risk)] == []


@pytest.mark.long
def test_its_solutions_tests_missteps_and_mutants_leave_nothing_to_say(course: Path) -> None:
    assert check_course(course) == []
