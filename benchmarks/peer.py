"""The peer: nbgrader's own converters through its NbGraderAPI, in this process, which is its best case."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from benchmarks.start import program
from kit.course import Course


class Nbgrader:
    """A plain nbgrader course in the new *folder*, with the instructor's notebooks that *course* was built from."""

    def __init__(self, folder: Path, course: Course) -> None:
        self.folder = folder
        self._course = course.id
        shutil.copytree(course.gradebook_dir / "source", folder / "source")
        (folder / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.course_id = {course.id!r}\n")
        config = Config()
        config.CourseDirectory.root = str(folder)
        config.CourseDirectory.course_id = course.id
        config.Exchange.root = str(folder / "exchange")
        with _as_before():
            self._api = NbGraderAPI(CourseDirectory(config=config), config=config)

    def generate_assignment(self, assignment: str) -> None:
        """`nbgrader generate_assignment`; RuntimeError with its log if it fails."""
        self._do("generate_assignment", assignment)

    def generate_everything(self) -> None:
        """`generate_assignment` for every assignment there is."""
        for path in sorted((self.folder / "source").iterdir()):
            self.generate_assignment(path.name)

    def take_in(self, learner: str, assignment: str, folder: Path) -> None:
        """Put *folder* where `nbgrader collect` puts a submission."""
        shutil.copytree(folder, self.folder / "submitted" / learner / assignment)

    def grade(self, learner: str, assignment: str) -> None:
        """`nbgrader autograde`, then `nbgrader generate_feedback`; RuntimeError with its log if one fails."""
        self._do("autograde", assignment, learner)
        self._do("generate_feedback", assignment, learner)

    def autograde(self, assignment: str) -> None:
        """`nbgrader autograde` of everybody's submission of *assignment*; RuntimeError with its log if it fails."""
        self._do("autograde", assignment, "*")

    def command(self, assignment: str, learner: str) -> None:
        """`nbgrader autograde` of one submission as a command of its own."""
        command = [program("nbgrader"), "autograde", assignment, "--student", learner]
        environment = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"nbgrader autograde {assignment} {learner} failed:\n{done.stderr}")

    def release(self, assignment: str) -> None:
        """`nbgrader release_assignment`, into an exchange folder of its own."""
        self._do("release_assignment", assignment)

    def submit(self, assignment: str, folder: Path) -> None:
        """`nbgrader submit` as a command, by whoever runs this; *folder* is theirs and named like the assignment."""
        exchange = f"--Exchange.root={self.folder / 'exchange'}"
        command = [program("nbgrader"), "submit", assignment, "--course", self._course, exchange]
        done = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"nbgrader submit {assignment} failed:\n{done.stderr}")

    def _do(self, what: str, *names: str) -> None:
        with _as_before():
            result: dict[str, Any] = getattr(self._api, what)(*names)
        if not result["success"]:
            raise RuntimeError(f"nbgrader {what} {names} failed:\n{result.get('error')}\n{result.get('log')}")


@contextlib.contextmanager
def _as_before() -> Iterator[None]:
    """Its converters change the working directory, ask the `alembic` command on PATH, log and warn; its kernels too."""
    path = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    terminal = os.dup(2)
    try:
        with contextlib.chdir("."), open(os.devnull, "wb") as nowhere, warnings.catch_warnings():
            os.dup2(nowhere.fileno(), 2)
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.environ["PATH"] = path
