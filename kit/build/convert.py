"""From an instructor's notebook to a learner's, through nbgrader's own converter."""

from __future__ import annotations

import contextlib
import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor, SaveCells
from nbgrader.utils import is_locked
from traitlets import Any as AnyTrait
from traitlets.config import Config

from kit.course import Course
from kit.errors import CourseError, Fault
from kit.gradebook import Gradebook, SavedCell
from kit.notebooks import cells_of

SOURCE = "gradebook/source"
RELEASE = "release"
CODE_STUB = "# write your answer here, then run this cell\n..."
"""`...` rather than nbgrader's NotImplementedError: a beginner who runs an empty cell should not meet an error."""


class SaveCellsAtOnce(NbGraderPreprocessor):
    """nbgrader's SaveCells in one transaction: it commits each of some fifty rows by itself."""

    book = AnyTrait()

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Save what a grader will need of *nb*, which is left as it is."""
        plain = [{**cell, "id": cell.get("id", "")} for cell in nb.cells]
        saved = [
            SavedCell(look, is_locked(cell), cell.metadata["nbgrader"].get("checksum"))
            for look, cell in zip(cells_of({"cells": plain}), nb.cells, strict=True)
            if look.grade_id
        ]
        names = resources["nbgrader"]
        self.book.save_cells(names["assignment"], names["notebook"], nb.metadata.get("kernelspec", {}), saved)
        return nb, resources


def generate(course: Course, gradebook: Gradebook, assignment: str) -> None:
    """Make ``release/<assignment>`` from ``gradebook/source/<assignment>`` and describe it in *gradebook*.

    CourseError with nbgrader's own words if it refuses the notebook.
    """
    config = Config()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = SOURCE
    config.CourseDirectory.release_directory = RELEASE
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.assignment_id = assignment
    # nbgrader refuses languages it has no stub for, so its own ones stay.
    config.ClearSolutions.code_stub = {**ClearSolutions.class_traits()["code_stub"].default(), "python": CODE_STUB}
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.no_database = True
    converter.force = True
    save = SaveCellsAtOnce(book=gradebook)
    converter.preprocessors = [save if step is SaveCells else step for step in converter.preprocessors]
    log = io.StringIO()
    with _logged_to(converter.log, log):
        try:
            converter.start()
        except NbGraderException:
            where = f"{SOURCE}/{assignment}"
            said = next((line for line in reversed(log.getvalue().splitlines()) if ": " in line), "no reason given")
            raise CourseError(
                [Fault("nbgrader-refused", where, f"nbgrader cannot make a release of it: {said}.",
                       "Mend the cell in the unit's source and build again.")]
            ) from None  # fmt: skip


@contextlib.contextmanager
def _logged_to(log: Any, stream: io.StringIO) -> Iterator[None]:
    """nbgrader's log goes into *stream*, its change of working directory is undone whatever happens."""
    logger = log if isinstance(log, logging.Logger) else logging.getLogger("traitlets")
    handler = logging.StreamHandler(stream)
    kept, propagate, before = logger.handlers[:], logger.propagate, Path.cwd()
    logger.handlers, logger.propagate = [handler], False
    try:
        yield
    finally:
        logger.handlers, logger.propagate = kept, propagate
        os.chdir(before)
