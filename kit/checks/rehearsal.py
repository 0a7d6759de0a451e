"""Try each unit out: build it aside, hand notebooks in as learners would, grade them for real.

Nothing of this touches the course: a copy of the sources is built in a temporary folder with a gradebook of its own.
The stages, in order: copy, build, look for leaks, grade (reference, untouched, missteps, other right answers), then the
mutants of the first form's reference; and once more alone each answer whose outcome in company is not the expected one.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

from kit.build import build, load_catalogue
from kit.build.sources import DATA
from kit.checks.leaks import leaks_in_file
from kit.checks.material import Material, Sheet, UnitMaterial
from kit.checks.trials import Rehearsal, Trial
from kit.checks.trials_kept import Keeper
from kit.checks.tries import Try, carried_by, handed_in, mutant_tries, plain_tries, sheet_of, tried_by
from kit.course import Course, Limits, Unit
from kit.errors import CourseError, Fault, GraderFault, KitError
from kit.files import write_text
from kit.gradebook import Gradebook
from kit.grading import Rejected, Work, grade
from kit.grading.executors import Executor, open_executor
from kit.notebooks import cells_of, dumps, read_notebook
from kit.notebooks.source import Notebook
from kit.records import Assignment

Watch = Callable[[str, int, int], None]
_RAISES = "raises-exception"
"""Jupyter's own tag for a cell that is meant to fail."""


def rehearse(material: Material, watch: Watch) -> dict[str, Rehearsal]:
    """The rehearsal of each unit of *material*; what was kept of an earlier one is used where nothing changed.

    Empty where the course's executor cannot be opened (which has a rule of its own).
    """
    keeper = Keeper.open(material.course)
    known = {unit.unit.id: keeper.get(unit) for unit in material.units}
    rehearsals = {name: rehearsal for name, rehearsal in known.items() if rehearsal is not None}
    left = [unit for unit in material.units if unit.unit.id not in rehearsals]
    if left:
        try:
            executor = open_executor(material.course)
        except KitError:
            return rehearsals
        with tempfile.TemporaryDirectory(prefix="kit-check-") as folder:
            rehearsals |= _Stage(material.course, Path(folder), executor, watch).play(left)
        keeper.keep({unit.unit.id: (unit, rehearsals[unit.unit.id]) for unit in material.units})
    return rehearsals


class _Stage:
    """A temporary copy of the course, where units are built and graded."""

    def __init__(self, course: Course, folder: Path, executor: Executor, watch: Watch) -> None:
        self.folder = folder
        # The real databases may be on a server: here everything is a file in the temporary folder.
        book = f"sqlite:///{folder / 'gradebook' / 'gradebook.db'}"
        self.course = replace(course, root=folder, gradebook_url=book, ledger_url="sqlite://", units=())
        self.original = course
        self.executor = executor
        self.watch = watch
        self.numbers = count()

    def play(self, units: list[UnitMaterial]) -> dict[str, Rehearsal]:
        """Build all *units*, then grade everything of them, several notebooks at a time."""
        rehearsals: dict[str, Rehearsal] = {}
        tries: list[Try] = []
        autotests = self.original.root / "autotests.yml"
        if autotests.is_file():
            shutil.copyfile(autotests, self.folder / autotests.name)
        with Gradebook(self.course) as book:
            for done, unit in enumerate(units):
                self.watch(f"building {unit.unit.id}", done, len(units))
                faults, built = self._build(unit, book)
                rehearsals[unit.unit.id] = Rehearsal(unit.unit.id, (), tuple(faults))
                tries += built
        self.watch("building", len(units), len(units))
        for unit_id, trials in self._grade(tries).items():
            rehearsals[unit_id] = replace(rehearsals[unit_id], trials=tuple(trials))
        return rehearsals

    def _build(self, unit: UnitMaterial, book: Gradebook) -> tuple[list[Fault], list[Try]]:
        if unit.sheet is None or not unit.forms:
            what = "The unit cannot be built as it stands, so its solutions and tests were not tried out."
            return [Fault("build-failed", unit.where, what, "Mend its other faults first.", "warning")], []
        course = replace(self.course, units=(self._copy(unit),))
        try:
            build(course, book, frozenset())
        except CourseError as error:
            return [_build_fault(unit, fault) for fault in error.faults], []
        except KitError as error:
            return [Fault("build-failed", unit.where, str(error), "Mend it and check again.")], []
        revision = load_catalogue(course).current(unit.unit.id)
        pairs = [(assignment, sheet_of(unit, assignment)) for assignment in revision.assignments]
        faults = [fault for assignment, sheet in pairs for fault in self._leaks(assignment, sheet)]
        unique = {(fault.code, fault.where): fault for fault in reversed(faults)}
        return list(reversed(unique.values())), list(plain_tries(unit, pairs))

    def _copy(self, unit: UnitMaterial) -> Unit:
        """Copy what can be read of *unit*; the unit as the build should see it there."""
        for sheet in unit.sheets:
            target = self.folder / sheet.where
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(sheet.path, target)
            if (sheet.path.parent / DATA).is_dir():
                data = sheet.path.parent / DATA
                shutil.copytree(data, target.parent / DATA, dirs_exist_ok=True, ignore_dangling_symlinks=True)
        there = {(sheet.objective, sheet.approach) for sheet in unit.correctives}
        objectives = tuple(
            replace(o, correctives=tuple(a for a in o.correctives if (o.id, a) in there)) for o in unit.unit.objectives
        )
        return replace(unit.unit, folder=self.folder / unit.where, objectives=objectives)

    def _leaks(self, assignment: Assignment, sheet: Sheet) -> Iterator[Fault]:
        released = self.course.release_dir / assignment.id
        for path in sorted(p for p in released.rglob("*") if p.is_file()):
            source = self.course.gradebook_dir / "source" / assignment.id / path.relative_to(released)
            for leak in leaks_in_file(path, source if source.is_file() else None):
                cell = next((c for c in sheet.cells if leak.id and c.id == leak.id), None)
                where = sheet.at(cell) if cell else f"{sheet.where}, {path.name}"
                on = f" (form {assignment.form})" if assignment.form else ""
                yield Fault(leak.code, where, leak.what + on, "Take it out of this cell: learners can read it.")

    def _grade(self, tries: list[Try]) -> dict[str, list[Trial]]:
        with ThreadPoolExecutor(self.original.workers) as pool:
            trials = self._settled(pool, tries, "grading")
            sown = list(mutant_tries(trials, self.original.limits))
            trials += self._settled(pool, sown, "trying mutants")
        found: dict[str, list[Trial]] = {}
        for attempt, trial in trials:
            found.setdefault(attempt.unit.unit.id, []).append(trial)
        return found

    def _settled(self, pool: ThreadPoolExecutor, tries: list[Try], what: str) -> list[tuple[Try, Trial]]:
        """Grade all *tries*, and once more alone what company leaves in doubt."""
        trials = list(self._run(pool, tries, what))
        again = [one for attempt, trial in trials for one in attempt.doubts(trial)]
        alone = {attempt.key: trial for attempt, trial in self._run(pool, again, f"{what} once more")}
        return [(attempt, attempt.settled(trial, alone)) for attempt, trial in trials]

    def _run(self, pool: ThreadPoolExecutor, tries: list[Try], what: str) -> Iterator[tuple[Try, Trial]]:
        self.watch(what, 0, len(tries))
        for done, (attempt, trial) in enumerate(zip(tries, pool.map(self._try, tries), strict=True), 1):
            self.watch(what, done, len(tries))
            yield attempt, trial

    def _try(self, attempt: Try) -> Trial:
        assignment = attempt.assignment
        file = f"{assignment.notebook}.ipynb"
        source = self.course.gradebook_dir / "source" / assignment.id / file
        release = self.course.release_dir / assignment.id / file
        instructor = read_notebook(source)
        folder = self.folder / "handed-in" / str(next(self.numbers))
        write_text(folder / file, dumps(handed_in(attempt, instructor, read_notebook(release))))
        work = Work(assignment=assignment, source=source, release=release, folder=folder)
        trial = Trial(attempt.kind, assignment.id, attempt.sheet.where, assignment.form, {}, {})
        try:
            result = grade(work, self.executor, generous(attempt.limits or self.original.limits))
        except (GraderFault, KitError) as error:
            return replace(trial, trouble=str(error), missteps=carried_by(attempt, {}))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(result, Rejected):
            return replace(trial, trouble=result.reason, missteps=carried_by(attempt, {}))
        scores = {score.item: score.score for score in result.items}
        return replace(
            trial,
            scores=scores,
            notes={score.item: score.note for score in result.items if score.note},
            missteps=carried_by(attempt, scores),
            mutants=tried_by(attempt, scores),
            complaints=_complaints(result.notebook, instructor, attempt.sheet) if attempt.kind == "reference" else None,
            seconds=result.seconds,
        )


def generous(limits: Limits) -> Limits:
    """*limits* of a course for a rehearsal: the size of what the kit itself hands in is no question here."""
    return replace(limits, submission_bytes=max(limits.submission_bytes, 50_000_000))


def _complaints(graded: Notebook, instructor: Notebook, sheet: Sheet) -> dict[str, str]:
    """Errors of cells that are neither answer nor item, by the cell's name in the source."""
    ids = {cell.source: cell.id for cell in cells_of(instructor) if not (cell.is_item or cell.solution)}
    names = {cell.id: cell.name for cell in sheet.cells if _RAISES not in cell.tags}
    found = {}
    for cell in graded["cells"]:
        name = names.get(ids.get(cell["source"], ""))
        if name is None:
            continue
        for output in cell.get("outputs", ()):
            if output.get("output_type") == "error":
                found[name] = f"{output.get('ename')}: {output.get('evalue')}"
    return found


def _build_fault(unit: UnitMaterial, fault: Fault) -> Fault:
    """A fault of the build, with a place in the sources instead of the temporary copy."""
    part = fault.where.removeprefix("gradebook/source/").removeprefix(f"{unit.unit.id}.")
    sheet = next((sheet for sheet in unit.sheets if sheet.assignment_part == part), unit.sheet)
    where = sheet.where if sheet and fault.where.startswith("gradebook/source/") else fault.where
    return replace(fault, code="build-failed", where=where)
