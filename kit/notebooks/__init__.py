"""Notebooks as their author wrote them: read, looked at cell by cell, turned into forms.

Words (defined here once):

- **item cell**: a cell that nbgrader scores (`grade: true`, or a task); tagged `objective:<id>`
- **answer cell**: a cell a learner writes in (`solution: true`), with the reference between BEGIN and END SOLUTION
- **variants**: a cell, never released, whose `variants` gives each form its values
- **instruction**: cells that go out with the first form only
- **misstep**: a typical wrong answer for one answer cell, kept beside the unit
- **right answer**: one that differs from the reference and is as right, kept beside the missteps
"""

from kit.notebooks.cells import Cell, cells_of, items_of
from kit.notebooks.forms import FormError, instantiate, read_variants, substitute
from kit.notebooks.missteps import Misstep, MisstepError, RightAnswer, read_missteps, read_right_answers
from kit.notebooks.solutions import answered, has_solution, reference_answers, solution_parts, with_part
from kit.notebooks.source import NotebookError, dumps, find_source, read_notebook

__all__ = [
    "Cell",
    "FormError",
    "Misstep",
    "MisstepError",
    "NotebookError",
    "RightAnswer",
    "answered",
    "cells_of",
    "dumps",
    "find_source",
    "has_solution",
    "instantiate",
    "items_of",
    "read_missteps",
    "read_notebook",
    "read_right_answers",
    "read_variants",
    "reference_answers",
    "solution_parts",
    "substitute",
    "with_part",
]
