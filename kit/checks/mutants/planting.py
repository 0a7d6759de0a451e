"""Which mutants a unit is tried with, and which of them can share a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from kit import syntax
from kit.checks.items import items_following
from kit.checks.material import Form, UnitMaterial
from kit.checks.mutants.influence import changes, may_run_on, mentions
from kit.checks.mutants.making import MOST, Mutant, mutants_of
from kit.notebooks import Cell, FormError, Misstep, RightAnswer, solution_parts, substitute, with_part


@dataclass(frozen=True, slots=True)
class Planted:
    """A mutant in its answer cell, about to be tried on one form."""

    cell: str
    """grade_id of the answer cell."""
    objective: str
    mutant: Mutant
    source: str
    """The whole answer cell with the mistake in it."""
    own: tuple[str, ...]
    """Items that belong to its answer cell."""
    of_objective: tuple[str, ...]
    """All automatic items of its objective."""


@dataclass(frozen=True, slots=True)
class _Bed:
    """An answer cell that mutants are planted in, and what it has to do with others."""

    planted: tuple[Planted, ...]
    changes: frozenset[str]
    depends: frozenset[str]
    """Names that its answer and its items use."""
    may_run_on: bool

    def touches(self, other: _Bed) -> bool:
        """Whether a mistake in one of the two may cost an item of the other."""
        return not (self.changes.isdisjoint(other.depends) and other.changes.isdisjoint(self.depends))


def plan_mutants(unit: UnitMaterial, form: Form, most: int = MOST) -> list[tuple[Planted, ...]]:
    """The mutants of every answer on *form*, at most *most* each, in batches that one notebook can carry.

    In a batch no answer uses what another one makes, so each item fails by its own answer's mistake alone; and at most
    one may run without end. Empty for a notebook of another language.
    """
    if not _is_python(form):
        return []
    beds = [bed for answer in form.cells if (bed := _bed(unit, form, answer, most)) is not None]
    batches: list[list[tuple[_Bed, Planted]]] = []
    for turn in zip_longest(*(bed.planted for bed in beds)):
        for bed, planted in zip(beds, turn, strict=True):
            if planted is None:
                continue
            batch = next((b for b in batches if _fits(bed, [other for other, _ in b])), None)
            if batch is None:
                batches.append(batch := [])
            batch.append((bed, planted))
    return [tuple(planted for _, planted in batch) for batch in batches]


def _fits(bed: _Bed, others: list[_Bed]) -> bool:
    if any(bed is other or bed.touches(other) for other in others):
        return False
    return not (bed.may_run_on and any(other.may_run_on for other in others))


def _bed(unit: UnitMaterial, form: Form, answer: Cell, most: int) -> _Bed | None:
    """None for a cell that is no answer, has no reference to make mutants of, or that no automatic item is about."""
    parts = solution_parts(answer.source) if answer.solution and not answer.grade and answer.kind == "code" else ()
    if not parts or answer.grade_id is None or not all(_is_code(part) for part in parts):
        return None
    own = [cell for cell in items_following(form.cells, answer) if _is_automatic(cell)]
    objective = next((o for cell in (answer, *own) for o in cell.objectives), None)
    changed = frozenset().union(*map(changes, parts))
    of_objective = [c for c in form.cells if _is_automatic(c) and objective is not None and objective in c.objectives]
    later = [c for c in of_objective if c.index > answer.index]
    if objective is None or not (own or any(changed & mentions([c.source]) for c in later)):
        return None
    known = [*_known(unit, form, answer.grade_id)]
    items = _names(own), _names(of_objective)
    planted = tuple(
        Planted(answer.grade_id, objective, mutant, with_part(answer.source, number, mutant.code), *items)
        for number, part in enumerate(parts)
        for mutant in mutants_of(part, max(most // len(parts), 1), known)
    )
    around = _cells_of(form, answer, own)
    return _Bed(planted, changed, mentions(cell.source for cell in around), any(map(may_run_on, parts)))


def _known(unit: UnitMaterial, form: Form, cell: str) -> Iterator[str]:
    """What the author has judged already, right or wrong; both are tried themselves."""
    judged: list[Misstep | RightAnswer] = [*unit.right, *unit.missteps]
    for answer in judged:
        if answer.cell == cell:
            try:
                yield substitute(answer.code, form.values)
            except FormError:
                continue


def _cells_of(form: Form, answer: Cell, own: list[Cell]) -> Iterator[Cell]:
    """The answer, its items, and the code that prepares it: cells since the answer or item before it."""
    before = [cell for cell in form.cells if cell.index < answer.index]
    border = max((cell.index for cell in before if cell.solution or cell.is_item), default=-1)
    yield from (cell for cell in before if cell.index > border and cell.kind == "code")
    yield answer
    yield from own


def _is_python(form: Form) -> bool:
    kernel = (form.notebook.get("metadata") or {}).get("kernelspec") or {}
    return str(kernel.get("language") or kernel.get("name") or "python").lower().startswith("python")


def _is_automatic(cell: Cell) -> bool:
    return cell.grade and not cell.solution and not cell.task and cell.kind == "code"


def _is_code(text: str) -> bool:
    try:
        return bool(syntax.parse(text).body)
    except (SyntaxError, ValueError):
        return False


def _names(cells: list[Cell]) -> tuple[str, ...]:
    return tuple(cell.grade_id for cell in cells if cell.grade_id)
