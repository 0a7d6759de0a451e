"""Two kinds of courses: a history written by hand, and notebooks that were really handed in and graded."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import Terminal
from tests.courses import answer, cell, form_value, write_course
from tests.reports.written_history import History
from tests.reports.written_history import write_course as write_bare_course


@pytest.fixture
def history(tmp_path: Path) -> History:
    """ada: 01-values at once, 02-lists by a corrective; ben: an override; cleo: enrolled; all in one course."""
    history = History(write_bare_course(tmp_path))
    for learner, name in (("ada", "Ada Lovelace"), ("ben", "Benedikt"), ("cleo", "Cleopatra")):
        history.enrol(learner, name)
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 5}, took=2)
    history.attempt("ada", "02-lists.a", 6, {"slicing": 3}, took=2)
    history.attempt("ada", "02-lists.slicing.number-line", 7, {"slicing": 2}, took=0.5)
    history.attempt("ada", "02-lists.b", 9, {"slicing": 4}, took=1)
    history.attempt("ben", "01-values.a", 4, {"names": 4, "text": 2}, took=2)
    history.override("ben", "01-values", "mastered", 5, "showed it at the blackboard")
    history.view()
    return history


@dataclass(frozen=True)
class Place:
    """A real course, and who is at which terminal."""

    root: Path
    teacher: Terminal
    ada: Terminal


def png() -> str:
    """One grey dot, in base64."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head, dot = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\0\x80")
    return base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dot) + chunk(b"IEND", b"")
    ).decode()


HOSTILE = (
    "My note <script>alert('note')</script> <img src=x onerror=alert(1)> [here](javascript:alert(2)) "
    "![far](https://evil.example/spy.png) [fine](https://example.org/)\u202e"
)


def add_own_cells(folder: Path) -> None:
    """A note and a cell of the learner's own, with output that wants to be more than text."""
    path = next(folder.glob("*.ipynb"))
    book = json.loads(path.read_text())
    own: dict[str, Any] = cell("print('seen </pre><script>alert(3)</script>')")
    own["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "seen </pre><script>alert(3)</script>\x1b[31m\n"},
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>alert(4)</script>"}},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": png(), "text/plain": "a picture"}},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": "bm8gcGljdHVyZQ=="}},
        "no output at all",
    ]
    book["cells"] += [{**cell(HOSTILE, kind="markdown"), "id": "note"}, {**own, "id": "own"}]
    path.write_text(json.dumps(book))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """ada leaves a gap on form a, takes the corrective, and masters form b; ben hands in form a."""
    root = write_course(tmp_path_factory.mktemp("real") / "course", items=2)
    teacher = Terminal(root)
    teacher.kit("build")
    (root / "names.csv").write_text("learner,name\nada,Ada <b>Lovelace</b>\nben,Benedikt Secret\n")
    teacher.kit("enrol", "--csv", "names.csv")
    desks = {}
    for learner in ("ada", "ben"):
        desk = tmp_path_factory.mktemp(learner)
        desks[learner] = Terminal(desk, KIT_COURSE=str(root), KIT_LEARNER=learner)

    def hand_in(learner: str, assignment: str, right: int | dict[str, int], n: int, own: bool = False) -> None:
        desk = desks[learner]
        desk.kit("fetch", assignment)
        answer(desk.folder / assignment, right, n)
        if own:
            add_own_cells(desk.folder / assignment)
        desk.kit("submit", assignment)
        teacher.kit("run")

    hand_in("ada", "01-one.a", {"adding": 2, "taking": 0}, form_value("01-one.a"))
    hand_in("ben", "01-one.a", 0, 4711)
    hand_in("ada", "01-one.taking.analogy", 1, 0)
    hand_in("ada", "01-one.b", 2, form_value("01-one.b"), own=True)
    return Place(root, teacher, desks["ada"])
