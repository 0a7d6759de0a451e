"""What a simulated learner writes into a fetched notebook."""

from __future__ import annotations

from pathlib import Path

from kit.build import read_sources
from kit.course import Course
from kit.files import write_text
from kit.notebooks import (
    answered,
    cells_of,
    dumps,
    read_missteps,
    read_notebook,
    read_variants,
    reference_answers,
    substitute,
)
from kit.records import Assignment
from kit.simulate.cohort import SimulatedLearner


class AnswerBook:
    """The author's right and typically wrong answers for every answer cell, form by form."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._wrong: dict[str, dict[str, list[str]]] = {}
        for unit in course.units:
            values = read_variants(read_notebook(read_sources(course, unit).notebook))
            for misstep in read_missteps(unit.folder):
                for form in values:
                    code = substitute(misstep.code, values[form])
                    self._wrong.setdefault(f"{unit.id}/{form}", {}).setdefault(misstep.cell, []).append(code)

    def fill(self, learner: SimulatedLearner, assignment: Assignment, folder: Path) -> None:
        """Write into the notebook in *folder* what *learner* can do now.

        An item the learner cannot do gets a misstep of its cell where the author wrote one, else it is left open.
        """
        file = f"{assignment.notebook}.ipynb"
        source = read_notebook(self._course.gradebook_dir / "source" / assignment.id / file)
        right = reference_answers(source)
        wrong = self._wrong.get(f"{assignment.unit}/{assignment.form}", {})
        answers: dict[str, str] = {}
        for cell in cells_of(source):
            if not cell.solution or cell.grade_id is None:
                continue
            objective = cell.objectives[0] if cell.objectives else assignment.objective or ""
            if learner.does(assignment.unit, objective):
                answers[cell.grade_id] = right[cell.grade_id]
            elif cell.grade_id in wrong:
                answers[cell.grade_id] = learner.random.choice(wrong[cell.grade_id])
        released = read_notebook(folder / file)
        write_text(folder / file, dumps(answered(source, released, answers)))
