"""The side place of a build: assignments are made in ``gradebook/building`` and put where they belong when all are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit.build.convert import RELEASE, SOURCE, Description, convert
from kit.build.corrections import BUILDING
from kit.build.drafts import Draft
from kit.build.generated import with_generated
from kit.course import Course
from kit.files import close_to_others, copy_folder, storing, write_text
from kit.notebooks import dumps


@dataclass(frozen=True, slots=True)
class Staging:
    """One build's side place. Two must not be open for a course at once: hold `kit.lock.at_work`."""

    course: Course

    def make(self, draft: Draft) -> Description:
        """Write the instructor's notebook and the learner's. CourseError, naming the author's source, if refused."""
        name = draft.assignment.id
        source = self._place(SOURCE, name)
        if draft.data is not None:
            copy_folder(draft.data, source)
        path = source / f"{draft.assignment.notebook}.ipynb"
        write_text(path, dumps(draft.notebook))
        origin = draft.origin.relative_to(self.course.root).as_posix()
        described = convert(self.course, name, _inside(SOURCE), _inside(RELEASE), origin)
        if described.generated:
            write_text(path, dumps(with_generated(draft.notebook, described.generated)))
        return described

    def make_release(self, assignment: str) -> None:
        """Make the learner's notebook once more from the built source that is there."""
        convert(self.course, assignment, SOURCE, _inside(RELEASE), f"{SOURCE}/{assignment}")

    def put(self, folder: str, assignment: str) -> None:
        """Replace the course's *folder* (SOURCE or RELEASE) of *assignment* by the one made here, if there is one."""
        made, target = self._place(folder, assignment), self.course.root / folder / assignment
        if not made.exists():
            return
        with storing(f"{folder}/{assignment}"):
            if target.exists():
                shutil.move(target, self._place("former", folder, assignment))
            shutil.move(made, target)

    def _place(self, *parts: str) -> Path:
        path = self.course.root.joinpath(BUILDING, *parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@contextmanager
def staging(course: Course) -> Iterator[Staging]:
    """An empty side place, gone afterwards."""
    folder = course.root / BUILDING
    with storing(BUILDING):
        if folder.exists():
            shutil.rmtree(folder)
    # All of them show solutions or forms that nobody has seen yet.
    close_to_others(course.gradebook_dir, folder, course.root / SOURCE, course.root / RELEASE)
    try:
        yield Staging(course)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _inside(folder: str) -> str:
    return f"{BUILDING}/{folder}"
