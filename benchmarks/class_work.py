"""What a class hands in: the same notebooks for every contender of a benchmark."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.peer import Nbgrader
from benchmarks.pupils import Answers, fetch_and_answer, open_form
from kit import cycle
from kit.build import build, load_catalogue
from kit.course import Course, load_course
from kit.exchange import open_exchange
from kit.gradebook import Gradebook
from kit.grading.match import place
from kit.grading.read import read_submission
from kit.grading.trusted import read_trusted
from kit.grading.work import Work
from kit.records import LearnerRecord
from kit.simulate.answers import AnswerBook

SENSORS = Path(__file__).parent / "sensors"
UNIT = "90-sensors"
"""26 cells, ten checks, arrays and tables."""
_CORRECTIVES = {"arrays": "drawing", "tables": "tracing"}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One submission."""

    learner: str
    form: str
    folder: Path
    right: int
    """Of two items of an objective how many are right."""
    cells: tuple[str, ...]
    """What a grader runs of it: the learner's code and the author's checks, in their order."""


class ClassWork:
    """A built course, and a class of which everybody has answered one form and handed nothing in yet."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.course = _with_sensors(ground)
        self.forms = tuple(f"{unit.id}.a" for unit in self.course.units)
        count = ground.size.submissions
        names = {form: [_learner(number) for number in range(first, count, len(self.forms))]
                 for first, form in enumerate(self.forms)}  # fmt: skip
        for form, learners in names.items():
            open_form(self.course, form, learners)
        book, desks = AnswerBook(self.course), ground.folder()
        self.handed_in = [self._answered(number, book, desks) for number in range(count)]
        cycle.run(self.course)  # that they fetched is known
        self._handed_in = self.copied(ground.folder(), handed_in=False).root
        exchange = open_exchange(load_course(self._handed_in))
        for one in self.handed_in:
            exchange.submit(one.learner, one.form, one.folder)

    def __len__(self) -> int:
        return len(self.handed_in)

    def copied(self, folder: Path, *, handed_in: bool = True) -> Course:
        """A copy of the course in the new *folder*, with everything handed in and nothing looked at, or without."""
        shutil.copytree(self._handed_in if handed_in else self.course.root, folder)
        return load_course(folder)

    def at_nbgraders(self, folder: Path) -> Nbgrader:
        """A plain nbgrader course in the new *folder* that has collected the same notebooks."""
        nbgrader = Nbgrader(folder, self.course)
        for form in self.forms:
            nbgrader.generate_assignment(form)
        for one in self.handed_in:
            nbgrader.take_in(one.learner, one.form, one.folder)
        return nbgrader

    def check(self, records: Mapping[str, LearnerRecord]) -> None:
        """RuntimeError unless everything was graded and decided, and what is wholly right has all its points."""
        for one in self.handed_in:
            assignment = load_catalogue(self.course).assignment(one.form)
            unit = records[one.learner].unit(assignment.unit)
            [attempt] = unit.attempts
            items = attempt.submission.items
            if attempt.decision is None or (one.right == 2 and any(item.score != item.max for item in items)):
                raise RuntimeError(f"{one.learner} {one.form}: {attempt.submission}, {attempt.decision}")

    def _answered(self, number: int, book: AnswerBook, desks: Path) -> HandedIn:
        learner, form = _learner(number), self.forms[number % len(self.forms)]
        right = 2 - number // len(self.forms) % 3
        folder = fetch_and_answer(self.course, form, Answers(learner, right), desks / learner, book)
        return HandedIn(learner, form, folder, right, self._cells(form, folder))

    def _cells(self, form: str, folder: Path) -> tuple[str, ...]:
        assignment = load_catalogue(self.course).assignment(form)
        file = f"{assignment.notebook}.ipynb"
        source, release = self.course.gradebook_dir / "source" / form / file, self.course.release_dir / form / file
        work = Work(assignment, source, release, folder)
        trusted = read_trusted(work)
        sent = read_submission(work, self.course.limits, frozenset(cell.grade_id for cell in trusted.cells) - {""})
        return tuple(cell.source for cell in place(trusted.cells, sent.cells) if cell.runs)


def _learner(number: int) -> str:
    return f"learner{number:03}"


def _with_sensors(ground: Ground) -> Course:
    root = ground.sources().root
    unit = root / "units" / UNIT
    unit.mkdir()
    for name in ("unit.ipynb", "unit.toml"):
        shutil.copy2(SENSORS / name, unit / name)
    for objective, approach in _CORRECTIVES.items():
        folder = root / "corrective" / UNIT / objective
        folder.mkdir(parents=True)
        shutil.copy2(SENSORS / f"{approach}.ipynb", folder / f"{approach}.ipynb")
    course = load_course(root)
    with Gradebook(course) as gradebook:
        build(course, gradebook, set())
    return course
