"""The courses that are measured: copies of one course in a temporary folder, built and peopled when asked for."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from benchmarks.cohort import write_history
from benchmarks.measure import Tell
from kit.build import build
from kit.course import Course, load_course
from kit.cycle import run
from kit.gradebook import Gradebook
from kit.stages.opened import Step


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    course: Path
    """Whose sources are copied."""
    form: str
    """Assignment id of the form that is handed in half right."""
    rounds: int = 5
    learners: int = 1_000
    many: int = 5_000
    """For how it grows."""
    cohort: int = 10_000
    """Learners of the large cohort whose frames and report are made."""
    players: int = 4
    """Learners of the played cohort."""
    player_rounds: int = 3
    submissions: int = 36
    """That a class hands in at once."""
    commands: int = 4
    """Of these the ones that get a command of nbgrader's each: it takes that long."""
    watched: int = 10
    """Of these the ones that `kit watch` gets, one at a time."""


class Ground:
    """A temporary folder with the courses in it; gone at the end."""

    def __init__(self, size: Size, tell: Tell) -> None:
        self.size = size
        self.tell = tell
        self._folder = tempfile.TemporaryDirectory(prefix="kit-bench-")
        self._known: dict[str, Path] = {}
        self._count = 0

    def __enter__(self) -> Ground:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def folder(self) -> Path:
        """A path of its own, where nothing is yet."""
        self._count += 1
        return Path(self._folder.name) / str(self._count)

    def sources(self) -> Course:
        """A new course with nothing but sources."""
        folder = self.folder()
        folder.mkdir()
        for name in ("course.toml", "units", "corrective"):
            source = self.size.course / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
        return load_course(folder)

    def built(self) -> Course:
        """A new course that is built and has no learners."""
        folder = self.folder()
        shutil.copytree(self._once("built", self._build), folder)
        return load_course(folder)

    def peopled(self, learners: int) -> Course:
        """The course with so many learners who have come to its end, with nothing to do; the same one at every call."""
        return load_course(self._once(f"{learners} learners", lambda: self._people(learners)))

    def _once(self, name: str, make: Callable[[], Path]) -> Path:
        if name not in self._known:
            self._known[name] = make()
        return self._known[name]

    def _build(self) -> Path:
        course = self.sources()
        with Gradebook(course) as gradebook:
            build(course, gradebook, set(), progress=lambda what, done, of: self.tell(f"building {what}", done, of))
        return course.root

    def _people(self, learners: int) -> Path:
        course = self.built()
        self.tell(f"writing the history of {learners:,} learners", 0, learners)
        write_history(course, learners)

        count = itertools.count(1)

        def watch(step: Step) -> None:
            if step.stage == "grant":
                self.tell(f"opening what {learners:,} learners were given", min(next(count), grants), grants)

        grants = learners * len(course.units) * 3
        run(course, watch=watch)
        return course.root
