"""From an instructor's notebook to a learner's, through nbgrader's own converter."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellExecutionError
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, InstantiateTests, NbGraderPreprocessor, SaveCells
from nbgrader.utils import is_locked
from traitlets import Any as AnyTrait
from traitlets.config import Config

from kit.build.generated import WriteOutTests
from kit.course import Course
from kit.errors import CourseError, Fault
from kit.files import copy_folder
from kit.gradebook import Gradebook, SavedCell
from kit.notebooks import cells_of

SOURCE = "gradebook/source"
RELEASE = "release"
CODE_STUB = "# write your answer here, then run this cell\n..."
"""`...` rather than nbgrader's NotImplementedError: a beginner who runs an empty cell should not meet an error."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the gradebook is to know of one converted notebook, and what its instructor's version still lacks."""

    assignment: str
    notebook: str
    kernelspec: Mapping[str, Any]
    cells: tuple[SavedCell, ...]
    generated: Mapping[int, str]
    """Place of a cell → its text with nbgrader's AUTOTEST lines written out; see `kit.build.generated`."""

    def save(self, gradebook: Gradebook) -> None:
        """Write it, in one transaction; see `Gradebook.save_cells`."""
        gradebook.save_cells(self.assignment, self.notebook, self.kernelspec, self.cells)


class CollectCells(NbGraderPreprocessor):
    """Takes the place of nbgrader's SaveCells: remembers what is to be saved, and leaves the gradebook alone."""

    found = AnyTrait()
    tests = AnyTrait()

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Remember what a grader will need of *nb*, which is left as it is."""
        plain = [{**cell, "id": cell.get("id", "")} for cell in nb.cells]
        saved = tuple(
            SavedCell(look, is_locked(cell), cell.metadata["nbgrader"].get("checksum"))
            for look, cell in zip(cells_of({"cells": plain}), nb.cells, strict=True)
            if look.grade_id
        )
        names = resources["nbgrader"]
        kernelspec = nb.metadata.get("kernelspec", {})
        generated = dict(self.tests.generated)
        self.found.append(Description(names["assignment"], names["notebook"], kernelspec, saved, generated))
        return nb, resources


def convert(course: Course, assignment: str, source: str, release: str, origin: str) -> Description:
    """Make ``<release>/<assignment>`` from ``<source>/<assignment>``; both are folders seen from the course.

    CourseError, naming *origin* and nbgrader's own reason, if it refuses the notebook.
    """
    config = Config()
    # The root stays the course: nbgrader looks for autotests.yml there.
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = source
    config.CourseDirectory.release_directory = release
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.assignment_id = assignment
    # nbgrader refuses languages it has no stub for, so its own ones stay.
    config.ClearSolutions.code_stub = {**ClearSolutions.class_traits()["code_stub"].default(), "python": CODE_STUB}
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.no_database = True
    converter.force = True
    found: list[Description] = []
    tests = WriteOutTests(config=config)
    ours = {InstantiateTests: tests, SaveCells: CollectCells(found=found, tests=tests)}
    converter.preprocessors = [ours.get(step, step) for step in converter.preprocessors]
    with _listening(converter.log) as reasons:
        try:
            converter.start()
        except NbGraderException as error:
            said = _in_a_line(reasons[-1] if reasons else error)
            raise CourseError(
                [Fault("nbgrader-refused", origin, f"nbgrader cannot make a release of it: {said}.",
                       f"Mend {origin} and build again.")]
            ) from None  # fmt: skip
    return found[-1]


def generate(course: Course, gradebook: Gradebook, assignment: str) -> None:
    """Make ``release/<assignment>`` from ``gradebook/source/<assignment>`` and describe it in *gradebook*.

    CourseError if nbgrader refuses the notebook; release/ is as it was then.
    """
    with tempfile.TemporaryDirectory(dir=course.gradebook_dir, prefix="generating.") as folder:
        place = Path(folder).name
        described = convert(course, assignment, SOURCE, f"gradebook/{place}", f"{SOURCE}/{assignment}")
        copy_folder(Path(folder) / assignment, course.release_dir / assignment)
    described.save(gradebook)


class _Reasons(logging.Handler):
    """nbgrader logs what went wrong while it handles the exception, and raises another that says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[BaseException] = []
        self._ours = sys.exc_info()[1]

    def emit(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if error is not None and error is not self._ours:
            self.seen.append(error)


@contextlib.contextmanager
def _listening(log: Any) -> Iterator[list[BaseException]]:
    """The exceptions nbgrader handles meanwhile; its log is kept quiet, its change of folder undone."""
    logger = log if isinstance(log, logging.Logger) else logging.getLogger("traitlets")
    handler = _Reasons()
    kept, propagate, before = logger.handlers[:], logger.propagate, Path.cwd()
    logger.handlers, logger.propagate = [handler], False
    try:
        yield handler.seen
    finally:
        logger.handlers, logger.propagate = kept, propagate
        os.chdir(before)


def _in_a_line(error: BaseException) -> str:
    if isinstance(error, CellExecutionError):
        # Raised while AUTOTEST lines are written out, with a list where its text should be.
        return f"the code its AUTOTEST lines need fails with {error.ename}: {error.evalue}".rstrip(".")
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or ["no reason given"]
    said = lines[0] if len(lines) == 1 else f"{lines[0]} … {lines[-1]}"
    name = "" if isinstance(error, NbGraderException) else f"{type(error).__name__}: "
    return (name + said).rstrip(".")
