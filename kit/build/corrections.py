"""Corrected tests put in the place of wrong ones, in revisions that learners are at work on.

    gradebook/correcting/                       a correction that is complete and not put in place everywhere yet
    gradebook/source-history/<assignment>/<N>/  what was there before it, numbered from 1: the evidence keeps its tests

`kit.build.corrector` makes a correction aside. From the moment at which it lies in ``gradebook/correcting`` it holds:
whoever works on the course next finishes what a killed process has left to do.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from kit.build.revisions import save_revision
from kit.course import Course
from kit.exchange import open_exchange
from kit.files import close_to_others, copy_folder, storing
from kit.gradebook import Gradebook
from kit.records import Revision

CORRECTING = "gradebook/correcting"
HISTORY = "gradebook/source-history"
BUILDING = "gradebook/building"
"""Seen from the course. What a killed build left there is nothing anybody needs."""
WHAT = "correction.json"
"""In a correction: the corrected revisions; and for each assignment the number under which what was there before is
kept, with the text and checksum that nbgrader is to keep of each cell, by grade_id."""
PARTS = {"source": "gradebook/source", "release": "release"}
"""Folder in a correction → folder in the course; each has one folder for each assignment."""


def finish_correction(course: Course, gradebook: Gradebook) -> None:
    """Put everything of a correction in its place; nothing happens where there is none. May be killed and repeated."""
    folder = course.root / CORRECTING
    if not folder.exists():
        return
    close_to_others(course.gradebook_dir, folder, course.root / HISTORY)
    what = json.loads((folder / WHAT).read_text(encoding="utf-8"))
    for name, facts in what["assignments"].items():
        before = course.root / HISTORY / name / str(facts["number"])
        _keep(course, name, before)
        _put(course, name, folder)
        gradebook.correct_cells(name, {cell: tuple(saved) for cell, saved in facts["cells"].items()})
        if files_of(before / "release") != files_of(folder / "release" / name):
            _offer_anew(course, name)
    for values in what["revisions"]:
        save_revision(course, Revision.from_json(values))
    with storing(CORRECTING):
        # Away in one step: half a correction must never be taken for a whole one. The next build clears that place.
        gone = course.root / BUILDING
        shutil.rmtree(gone, ignore_errors=True)
        os.rename(folder, gone)
        shutil.rmtree(gone)


def history_number(course: Course, assignment: str) -> int:
    """The number under which what is there of *assignment* is to be kept."""
    folder = course.root / HISTORY / assignment
    return 1 + max((int(path.name) for path in folder.glob("[0-9]*")), default=0)


def files_of(folder: Path) -> dict[str, str]:
    """The digest of every file in *folder*, by its path in there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _keep(course: Course, name: str, before: Path) -> None:
    """Copy what is there to *before*; that it is there already says that replacing has begun."""
    if before.exists():
        return
    beside = before.with_name(f".{before.name}")
    with storing(HISTORY):
        shutil.rmtree(beside, ignore_errors=True)
        for part, place in PARTS.items():
            copy_folder(course.root / place / name, beside / part)
        os.rename(beside, before)


def _put(course: Course, name: str, folder: Path) -> None:
    for part, place in PARTS.items():
        copy_folder(folder / part / name, course.root / place / name)
        for left in (course.root / place).glob(f".{name}.*"):  # by a process that was killed
            shutil.rmtree(left)


def _offer_anew(course: Course, name: str) -> None:
    """Who fetches it from now on gets the corrected one; what learners have at home stays theirs."""
    exchange = open_exchange(course)
    for learner, granted in exchange.granted().items():
        if name in granted:
            exchange.withdraw(learner, name)
            exchange.grant(learner, name, course.release_dir / name)
