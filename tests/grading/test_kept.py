"""What is worked out from the author's side once and kept for all submissions is never kept too long."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kit.errors import GraderFault
from kit.grading.executors.local import LocalExecutor
from kit.grading.trusted import read_trusted
from tests.grading.notebooks import Exercise, answer, check, exercise, text


@pytest.fixture
def counting(tmp_path: Path) -> Exercise:
    cells = [text("# Count"), answer("one-answer", "one = 1"), check("one", "assert one == 12")]
    return exercise(tmp_path, cells, LocalExecutor("none"))  # nothing is run here: it starts with the first job


def test_every_submission_of_an_assignment_meets_the_same_author(counting: Exercise) -> None:
    ada, ben = counting.work(counting.folder / "ada"), counting.work(counting.folder / "ben")
    assert read_trusted(ada) is read_trusted(ben)


def test_a_source_that_changed_is_read_again_even_with_its_old_size_and_time(counting: Exercise) -> None:
    work = counting.work(counting.folder)
    before = read_trusted(work)
    about = os.stat(work.source)
    work.source.write_text(work.source.read_text().replace("one == 12", "one == 21"))
    os.utime(work.source, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert os.stat(work.source).st_size == about.st_size
    after = read_trusted(work)
    assert [cell.source for cell in before.cells if cell.role == "check"] == ["assert one == 12"]
    assert [cell.source for cell in after.cells if cell.role == "check"] == ["assert one == 21"]


def test_a_release_that_changed_is_read_again(counting: Exercise) -> None:
    work = counting.work(counting.folder)
    before = read_trusted(work)
    work.release.write_text(json.dumps({**json.loads(work.release.read_text()), "metadata": {"new": 1}}))
    assert read_trusted(work) is not before


def test_other_items_are_looked_at_anew(counting: Exercise) -> None:
    work = counting.work(counting.folder)
    read_trusted(work)
    gone = replace(work.assignment, items=(replace(work.assignment.items[0], id="gone"),))
    with pytest.raises(GraderFault, match="gone"):
        read_trusted(replace(work, assignment=gone))


def test_the_same_content_elsewhere_is_the_same_author(counting: Exercise, tmp_path: Path) -> None:
    work = counting.work(counting.folder)
    shutil.copytree(work.source.parent, tmp_path / "elsewhere")
    assert read_trusted(replace(work, source=tmp_path / "elsewhere" / work.source.name)) is read_trusted(work)


def test_a_source_that_is_gone_is_a_grader_fault_though_it_was_read_before(counting: Exercise) -> None:
    work = counting.work(counting.folder)
    read_trusted(work)
    work.source.unlink()
    with pytest.raises(GraderFault, match=r"unit\.ipynb cannot be read.*kit build"):
        read_trusted(work)
