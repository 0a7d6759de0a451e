"""What a learner's folder may hold, and what the learner is told where it cannot be graded. No code runs here."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.course import Limits
from kit.errors import GraderFault
from kit.grading import Rejected, grade
from kit.grading.executors import Executor, Job, Run
from kit.grading.read import Submission, read_submission
from kit.grading.trusted import read_trusted
from tests.grading.notebooks import Exercise, answer, check, exercise, text


class Unneeded:
    """An executor for submissions that must never come to be run."""

    isolation = "none"

    def run(self, job: Job) -> Run:
        raise AssertionError("a submission that cannot be read was run")


@pytest.fixture
def counting(tmp_path: Path) -> Exercise:
    cells = [text("# Count"), answer("one-answer", "one = 1"), check("one", "assert one == 1")]
    made = exercise(tmp_path, cells, Unneeded())
    made.siblings = {"01-count.a": "form a", "01-count.b": "form b"}
    return made


def read(counting: Exercise, folder: Path) -> Submission:
    return read_submission(counting.work(folder), counting.limits, frozenset({"one", "one-answer"}))


def rejected(counting: Exercise, folder: Path) -> Rejected:
    result = counting.grade_folder(folder)
    assert isinstance(result, Rejected)
    assert result.reason.endswith((".", "!"))
    assert "Traceback" not in result.reason
    assert str(counting.folder) not in result.reason
    return result


NB: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not-a-notebook"),
    "not JSON": (b"my answers", "not-a-notebook"),
    "a list": (b"[]", "not-a-notebook"),
    "no cells": (b'{"nbformat": 4}', "not-a-notebook"),
    "cells that are no list": (b'{"nbformat": 4, "cells": {}}', "not-a-notebook"),
    "cut off": (json.dumps(NB).encode()[:-5], "not-a-notebook"),
    "Latin-1": (json.dumps({**NB, "cells": [{"source": "ü"}]}, ensure_ascii=False).encode("latin-1"), "not-a-notebook"),
    "a key that stands twice": (b'{"nbformat": 4, "cells": [], "cells": [1]}', "not-a-notebook"),
    "nested a million deep": (b"[" * 1_000_000, "not-a-notebook"),
    "a number of a million digits": (b'{"nbformat": 4, "cells": [' + b"9" * 1_000_000 + b"]}", "not-a-notebook"),
    "notebook format 3": (b'{"nbformat": 3, "worksheets": []}', "old-notebook"),
    "notebook format 5": (b'{"nbformat": 5, "cells": []}', "old-notebook"),
    "a hundred thousand cells": (json.dumps({**NB, "cells": [{}] * 100_000}).encode(), "too-many-cells"),
    "none of our cells": (json.dumps(NB).encode(), "another-notebook"),
}


@pytest.mark.parametrize(("content", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_notebook_is_rejected_with_a_sentence(counting: Exercise, content: bytes, code: str) -> None:
    result = rejected(counting, counting.folder_with({"unit.ipynb": content}))
    assert result.code == code
    assert "unit.ipynb" in result.reason


def test_a_missing_notebook_is_named(counting: Exercise) -> None:
    assert "unit.ipynb" in rejected(counting, counting.folder_with({"notes.txt": "hello"})).reason


def test_of_several_notebooks_none_is_guessed(counting: Exercise) -> None:
    whole = json.dumps(counting.released())
    result = rejected(counting, counting.folder_with({"a.ipynb": whole, "b.ipynb": whole}))
    assert result.code == "missing-notebook"


def test_a_single_notebook_of_another_name_needs_one_of_our_cells(counting: Exercise) -> None:
    assert read(counting, counting.folder_with({"mine.ipynb": json.dumps(counting.released())})).cells
    assert rejected(counting, counting.folder_with({"mine.ipynb": json.dumps(NB)})).code == "missing-notebook"


def test_the_notebook_of_another_form_is_named_with_the_one_that_is_open(counting: Exercise) -> None:
    notebook = counting.answered({}, lambda nb: nb["metadata"].update(mastery_kit={"assignment": "01-count.b"}))
    result = rejected(counting, counting.folder_with({"unit.ipynb": json.dumps(notebook)}))
    assert result.code == "another-assignment"
    assert result.reason.startswith("This is the notebook of form b; what is open for you is form a.")
    assert "01-count.a" in result.reason


@pytest.mark.parametrize("hint", [None, 3, "", {}], ids=["none", "a number", "empty", "an object"])
def test_a_hint_that_makes_no_sense_is_no_hint(counting: Exercise, hint: object) -> None:
    notebook = counting.answered({}, lambda nb: nb["metadata"].update(mastery_kit={"assignment": hint}))
    assert read(counting, counting.folder_with({"unit.ipynb": json.dumps(notebook)})).hint == ""


def test_more_than_the_limit_is_rejected_without_being_read(counting: Exercise) -> None:
    counting.limits = replace(counting.limits, submission_bytes=1000, submission_files=3)
    junk = counting.folder_with({"unit.ipynb": "{}"})
    with (junk / "junk.bin").open("wb") as stream:
        stream.truncate(100_000_000)
    assert rejected(counting, junk).code == "too-large"
    many = counting.folder_with({"unit.ipynb": "{}", **{f"{n}.txt": "x" for n in range(9)}})
    assert rejected(counting, many).code == "too-many-files"


def test_a_notebook_that_is_a_link_is_rejected(counting: Exercise) -> None:
    folder = counting.folder_with({})
    (folder / "unit.ipynb").symlink_to(counting.source)
    assert rejected(counting, folder).code == "not-a-file"


def test_a_notebook_that_is_a_pipe_or_a_folder_does_not_hang(counting: Exercise) -> None:
    folder = counting.folder_with({})
    os.mkfifo(folder / "unit.ipynb")
    assert rejected(counting, folder).code == "not-a-file"
    other = counting.folder_with({"unit.ipynb/x": "x"})
    assert rejected(counting, other).code == "missing-notebook"


def test_links_beside_the_notebook_are_passed_over(counting: Exercise) -> None:
    secret = counting.folder / "secret.txt"
    secret.write_text("secret")
    folder = counting.folder_with({"unit.ipynb": json.dumps(counting.released()), "data/mine.csv": "1"})
    (folder / "link.txt").symlink_to(secret)
    (folder / "up").symlink_to(counting.folder, target_is_directory=True)
    os.mkfifo(folder / "pipe")
    assert read(counting, folder).files == {"data/mine.csv": b"1"}


def test_checkpoints_and_other_notebooks_are_not_handed_to_the_code(counting: Exercise) -> None:
    whole = json.dumps(counting.released())
    files = {
        "unit.ipynb": whole,
        "old.ipynb": whole,
        ".ipynb_checkpoints/unit-checkpoint.ipynb": whole,
        "a.py": "x = 1",
    }
    assert set(read(counting, counting.folder_with(files)).files) == {"a.py"}


ODD_CELLS: dict[str, tuple[Any, str]] = {
    "a source in lines": ({"cell_type": "code", "source": ["a = 1\n", "b = 2"]}, "a = 1\nb = 2"),
    "a source that is a number": ({"cell_type": "code", "source": 3}, ""),
    "half a character": ({"cell_type": "code", "source": "x = '\ud83c'"}, "x = '?'"),
    "a NUL": ({"cell_type": "code", "source": "x\0"}, "x\ufffd"),
    "Windows line ends": ({"cell_type": "code", "source": "a\r\nb"}, "a\nb"),
    "no cell at all": ("cell", ""),
    "metadata that is a list": ({"cell_type": "code", "source": "x", "metadata": [1]}, "x"),
    "a grade_id that is a list": (
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"grade_id": []}}},
        "x",
    ),
}


@pytest.mark.parametrize(("cell", "source"), ODD_CELLS.values(), ids=ODD_CELLS.keys())
def test_an_odd_cell_costs_no_more_than_itself(counting: Exercise, cell: Any, source: str) -> None:
    notebook = counting.answered({}, lambda nb: nb["cells"].insert(0, cell))
    submission = read(counting, counting.folder_with({"unit.ipynb": json.dumps(notebook)}))
    assert submission.cells[0].source == source
    assert submission.cells[2].grade_id == "one-answer"


def test_a_notebook_with_a_byte_order_mark_is_read(counting: Exercise) -> None:
    content = "\ufeff" + json.dumps(counting.released())
    assert read(counting, counting.folder_with({"unit.ipynb": content})).cells


TRUSTED_FAULTS = {
    "the source is missing": lambda made: made.source.unlink(),
    "the release is not JSON": lambda made: made.release.write_text("{"),
    "the release lacks a cell": lambda made: made.release.write_text(json.dumps(NB)),
    "a check with a syntax error": lambda made: made.source.write_text(
        made.source.read_text().replace("assert one == 1", "assert one = = 1")
    ),
}


@pytest.mark.parametrize("damage", TRUSTED_FAULTS.values(), ids=TRUSTED_FAULTS.keys())
def test_a_fault_on_our_side_is_never_a_result(counting: Exercise, damage: Any) -> None:
    folder = counting.folder_with({"unit.ipynb": json.dumps(counting.released())})
    damage(counting)
    with pytest.raises(GraderFault, match="kit build"):
        counting.grade_folder(folder)


def test_an_executor_that_breaks_is_a_grader_fault(counting: Exercise) -> None:
    class Broken:
        isolation = "none"

        def run(self, job: Job) -> Run:
            raise OSError("no space left on device")

    broken: Executor = Broken()
    folder = counting.folder_with({"unit.ipynb": json.dumps(counting.released())})
    with pytest.raises(GraderFault, match="no space left"):
        grade(counting.work(folder), broken, Limits())


def test_an_item_that_no_cell_carries_is_a_grader_fault(counting: Exercise) -> None:
    item = replace(counting.assignment.items[0], id="gone")
    counting.assignment = replace(counting.assignment, items=(item,))
    with pytest.raises(GraderFault, match="gone"):
        read_trusted(counting.work(counting.folder))
