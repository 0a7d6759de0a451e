"""Answer cells: the reference between BEGIN and END SOLUTION, and putting another answer in its place."""

from __future__ import annotations

import copy
import re
import textwrap
from collections.abc import Mapping

from kit.notebooks.cells import cells_of
from kit.notebooks.source import Notebook

_REGION = re.compile(r"^([ \t]*)### BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*### END SOLUTION[^\n]*$", re.S | re.M)


def has_solution(source: str) -> bool:
    """Whether *source* marks a reference solution."""
    return _REGION.search(source) is not None


def reference_answers(notebook: Notebook) -> dict[str, str]:
    """The reference solution of each answer cell of an instructor's notebook, by grade_id, flush left.

    A cell without the marks is its own reference as a whole.
    """
    answers = {}
    for cell in cells_of(notebook):
        if cell.solution and cell.grade_id:
            region = _REGION.search(cell.source)
            answers[cell.grade_id] = textwrap.dedent(region[2]).strip("\n") if region else cell.source
    return answers


def solution_parts(source: str) -> tuple[str, ...]:
    """What stands between each BEGIN and END SOLUTION of an answer cell, flush left; empty without the marks."""
    return tuple(textwrap.dedent(region[2]).strip("\n") for region in _REGION.finditer(source))


def with_part(source: str, number: int, code: str) -> str:
    """An answer cell's *source*, marks and all, with *code* (flush left) as its part *number* (from 0)."""
    region = list(_REGION.finditer(source))[number]
    put = textwrap.indent(code, region[1]) + "\n"
    return source[: region.start(2)] + put + source[region.end(2) :]


def answered(instructor: Notebook, released: Notebook, answers: Mapping[str, str]) -> Notebook:
    """The *released* notebook as a learner who wrote *answers* (by grade_id, flush left) would hand it in.

    Answers go where the reference stood in the *instructor*'s notebook, at its indentation; other cells stay.
    """
    sources = {cell.grade_id: cell.source for cell in cells_of(instructor) if cell.solution}
    notebook = copy.deepcopy(released)
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in sources and grade_id in answers:
            cell["source"] = _answer(sources[grade_id], answers[grade_id])
    return notebook


def _answer(source: str, answer: str) -> str:
    answer = textwrap.dedent(answer).strip("\n")
    if not has_solution(source):
        return answer
    regions = iter([answer])
    # One answer cell has one answer: further regions of the same cell are left empty.
    return _REGION.sub(lambda region: textwrap.indent(next(regions, "pass"), region[1]), source)
