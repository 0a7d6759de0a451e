"""Notebooks about to be handed in for a rehearsal: what stands in them, and what their scores say about it.

One notebook carries many wrong answers at once, in cells that have nothing to do with each other. Where that leaves a
doubt (a wrong answer that cost nothing, a right one that cost something) it is tried once more alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kit.checks.material import Sheet, UnitMaterial
from kit.checks.missteps import Tried, plan_missteps, plan_right_answers
from kit.checks.mutants import Planted, plan_mutants
from kit.checks.trials import Carried, Trial, TrialKind, TriedMutant
from kit.course import Limits
from kit.notebooks import answered, cells_of
from kit.notebooks.source import Notebook
from kit.records import Assignment

MUTANT_SECONDS = 3.0
"""A cell of a mutant gets this long, or `MUTANT_PATIENCE` times the whole reference where that is longer: a mistake may
run without end, and that must not hold the check up."""
MUTANT_PATIENCE = 3.0

Key = tuple[str, str, str]
"""Assignment, answer cell, and what distinguishes the answer put there."""


@dataclass(frozen=True, slots=True)
class Try:
    """One notebook about to be graded."""

    kind: TrialKind
    unit: UnitMaterial
    sheet: Sheet
    assignment: Assignment
    answers: tuple[Tried, ...] = ()
    """Missteps, or other right answers."""
    mutants: tuple[Planted, ...] = ()
    limits: Limits | None = None
    """None where the course's own hold."""

    @property
    def key(self) -> Key:
        """The name of a notebook that carries one thing alone."""
        return _key(self.assignment, (self.answers or self.mutants)[0])

    def doubts(self, trial: Trial) -> Iterator[Try]:
        """What of *trial* has to be tried alone, one notebook each."""
        if len(self.answers) > 1:
            for tried, carried in zip(self.answers, trial.missteps, strict=True):
                if bool(carried.fails) == (self.kind == "right"):
                    yield replace(self, answers=(tried,))
        if len(self.mutants) > 1 and not trial.trouble:
            for planted, mutant in zip(self.mutants, trial.mutants, strict=True):
                if not mutant.fails:
                    yield replace(self, mutants=(planted,))

    def settled(self, trial: Trial, alone: Mapping[Key, Trial]) -> Trial:
        """*trial* with what was tried *alone* in its place."""
        carried: list[Tried | Planted] = [*self.answers, *self.mutants]
        tried = [alone.get(_key(self.assignment, one)) for one in carried]
        if trial.trouble or not any(tried):
            return trial
        missteps = tuple(
            one.missteps[0] if one else carried for one, carried in zip(tried, trial.missteps, strict=False)
        )
        mutants = tuple(
            one.mutants[0] if one and one.mutants else mutant for one, mutant in zip(tried, trial.mutants, strict=False)
        )
        trouble = next((one.trouble for one in tried if one and one.trouble), None)
        return replace(trial, missteps=missteps, mutants=mutants, trouble=trouble)


def _key(assignment: Assignment, one: Tried | Planted) -> Key:
    return assignment.id, one.cell, one.name if isinstance(one, Tried) else one.mutant.code


def plain_tries(unit: UnitMaterial, pairs: list[tuple[Assignment, Sheet]]) -> Iterator[Try]:
    """All of *unit* but its mutants."""
    for assignment, sheet in pairs:
        if not assignment.items:
            continue
        yield Try("reference", unit, sheet, assignment)
        if assignment.kind == "form":
            yield Try("untouched", unit, sheet, assignment)
            form = next(form for form in unit.forms if form.id == assignment.form)
            for batch in plan_missteps(unit, form):
                yield Try("missteps", unit, sheet, assignment, batch)
            for batch in plan_right_answers(unit, form):
                yield Try("right", unit, sheet, assignment, batch)


def mutant_tries(trials: list[tuple[Try, Trial]], limits: Limits) -> Iterator[Try]:
    """The mutants of each unit's first form, where its reference earns every point: else every item would find them."""
    done: set[str] = set()
    for attempt, trial in trials:
        name = attempt.unit.unit.id
        if attempt.kind != "reference" or attempt.assignment.kind != "form" or name in done:
            continue
        done.add(name)
        if trial.trouble or _failed(attempt.assignment, trial.scores):
            continue
        form = next(form for form in attempt.unit.forms if form.id == attempt.assignment.form)
        seconds = min(limits.cell_seconds, max(MUTANT_SECONDS, MUTANT_PATIENCE * trial.seconds))
        for batch in plan_mutants(attempt.unit, form):
            yield replace(attempt, kind="mutants", mutants=batch, limits=replace(limits, cell_seconds=seconds))


def sheet_of(unit: UnitMaterial, assignment: Assignment) -> Sheet:
    """The source *assignment* was built from."""
    if assignment.kind == "enrichment" and unit.enrichment:
        return unit.enrichment
    for sheet in unit.correctives:
        if (sheet.objective, sheet.approach) == (assignment.objective, assignment.approach):
            return sheet
    assert unit.sheet is not None  # nothing is built of a unit without a notebook
    return unit.sheet


def handed_in(attempt: Try, instructor: Notebook, released: Notebook) -> Notebook:
    """The released notebook with the reference in every answer cell, or with something else in some, or as it is."""
    if attempt.kind == "untouched":
        return released
    other = {tried.cell: tried.code for tried in attempt.answers}
    notebook = answered(instructor, released, other)
    sources = {cell.grade_id: cell.source for cell in cells_of(instructor) if cell.solution}
    sources |= {planted.cell: planted.source for planted in attempt.mutants}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in sources and name not in other:
            cell["source"] = sources[name]
    return notebook


def carried_by(attempt: Try, scores: Mapping[str, float | None]) -> tuple[Carried, ...]:
    """For each answer put in the items it cost: alone any of its objective, in company only those of its own cell."""
    failed = _failed(attempt.assignment, scores)
    alone = len(attempt.answers) == 1
    return tuple(
        Carried(t.cell, t.name, tuple(i for i in (t.of_objective if alone else t.own) if i in failed))
        for t in attempt.answers
    )


def tried_by(attempt: Try, scores: Mapping[str, float | None]) -> tuple[TriedMutant, ...]:
    """For each mutant the items that found it: alone any there is, in company only those of its own cell."""
    failed = _failed(attempt.assignment, scores)
    alone = len(attempt.mutants) == 1
    return tuple(_tried(planted, failed, alone) for planted in attempt.mutants)


def _tried(planted: Planted, failed: frozenset[str], alone: bool) -> TriedMutant:
    fails = tuple(item for item in (planted.of_objective if alone else planted.own) if item in failed)
    elsewhere = tuple(sorted(failed - set(planted.of_objective))) if alone and not fails else ()
    mutant = planted.mutant
    return TriedMutant(planted.cell, planted.objective, mutant.kind, mutant.line, mutant.diff, fails, elsewhere)


def _failed(assignment: Assignment, scores: Mapping[str, float | None]) -> frozenset[str]:
    points = {item.id: item.points for item in assignment.items}
    return frozenset(item for item, score in scores.items() if score is not None and score < points[item])
