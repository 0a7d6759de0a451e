"""What the trials of a rehearsal show: the reference earns everything, nothing earns nothing, a misstep is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kit.checks.base import Check
from kit.checks.items import automatic_items
from kit.checks.material import Material, UnitMaterial
from kit.checks.trials import Rehearsal, Trial, TrialKind
from kit.errors import Fault
from kit.notebooks import items_of

_ROUNDING = 1e-9
"""0.8 of 5 points is 4.000000000000001 in binary."""


class OfTrials(Check):
    """Common part: what is wrong with the trials of one unit."""

    def look(self, material: Material) -> Iterator[Fault]:
        """What the rule's own part finds, unit by unit."""
        for unit in material.units:
            rehearsal = material.rehearsals.get(unit.unit.id)
            if rehearsal is not None:
                yield from self.look_at(unit, rehearsal)

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """What is wrong with one unit's trials."""
        raise NotImplementedError


class TrialFailed(OfTrials):
    """A notebook that cannot be graded here cannot be graded for a learner either;
    example: a kernel that is not installed.
    """

    code = "trial-failed"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each assignment that could not be graded."""
        for trial in rehearsal.trials:
            if trial.trouble:
                what = f"The {_WORDS[trial.kind]} could not be graded: {trial.trouble}"
                yield self.fault(trial.place, what, "Mend what is named and run `kit check` again.")


_WORDS: dict[TrialKind, str] = {
    "reference": "reference solution",
    "untouched": "untouched notebook",
    "missteps": "notebook with missteps",
    "right": "notebook with other right answers",
    "mutants": "notebook with mutants of the reference",
}


class ReferenceFails(OfTrials):
    """The reference must earn every point on every form, or nobody can;
    example: a hidden test that still expects `12`.
    """

    code = "reference-fails"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each item, with the forms on which it fails."""
        failed: dict[tuple[str, str], list[tuple[Trial, float]]] = defaultdict(list)
        points = _points(unit)
        for trial in trials_of("reference", rehearsal):
            for item, score in trial.scores.items():
                if score is not None and item in points[trial.sheet] and score < points[trial.sheet][item] - _ROUNDING:
                    failed[trial.sheet, item].append((trial, score))
        for (sheet, item), trials in failed.items():
            trial, score = trials[0]
            note = f" It says: {trial.notes[item]}" if trial.notes.get(item) else ""
            what = f"The reference solution earns {score:g} of {points[sheet][item]:g}{_on_forms(trials)}.{note}"
            yield self.fault(f"{sheet}, cell {item}", what, "Mend the solution, the test, or the values of the form.")


class ReleaseReachesCriterion(OfTrials):
    """A notebook nobody has worked on must show no mastery; example: tests that pass while the answer is `...`."""

    code = "release-reaches-criterion"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each objective that the untouched release of a form would master."""
        for trial in trials_of("untouched", rehearsal):
            form = next(form for form in unit.forms if form.id == trial.form)
            for objective in unit.unit.objectives:
                items = [item for item in items_of(form.cells) if item.objective == objective.id]
                total = sum(item.points for item in items)
                earned = sum(trial.scores.get(item.id) or 0.0 for item in items)
                if total and earned / total >= objective.criterion - _ROUNDING:
                    what = (
                        f"Untouched it earns {earned:g} of {total:g} points on {objective.id!r}: mastered without work."
                    )
                    yield self.fault(trial.place, what, "Let the tests of these items fail while nothing is answered.")


class ItemGivenAway(OfTrials):
    """An item that pays without an answer shows nothing;
    example: a test that looks only at data given in the notebook.
    """

    code = "item-given-away"
    severity = "warning"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each item, with its forms."""
        free: dict[str, list[tuple[Trial, float]]] = defaultdict(list)
        for trial in trials_of("untouched", rehearsal):
            for item, score in trial.scores.items():
                if score:
                    free[item].append((trial, score))
        for item, trials in free.items():
            what = f"The item earns {trials[0][1]:g} without any answer{_on_forms(trials)}."
            yield self.fault(f"{trials[0][0].sheet}, cell {item}", what, "Let its test fail while nothing is answered.")


class InstructionFails(OfTrials):
    """A learner who runs the notebook from the top must meet no error of ours; example: an example cell with a slip."""

    code = "instruction-fails"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each cell that is no answer and no item and raises, unless it is tagged `raises-exception`."""
        told = set()
        for trial in trials_of("reference", rehearsal):
            for cell, error in (trial.complaints or {}).items():
                if (trial.sheet, cell) not in told:
                    told.add((trial.sheet, cell))
                    what = f"The cell stops with an error{_on_forms([(trial, 0.0)])}: {error}"
                    step = "Mend it; where the error is meant, show it as text or tag the cell `raises-exception`."
                    yield self.fault(f"{trial.sheet}, {cell}", what, step)


class MisstepPasses(OfTrials):
    """A typical wrong answer must cost an item of its objective; example: a test that tries one lucky value only."""

    code = "misstep-passes"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each misstep, with the forms on which it is not found."""
        passed: dict[tuple[str, str], list[tuple[Trial, float]]] = defaultdict(list)
        for trial in trials_of("missteps", rehearsal):
            for misstep in trial.missteps:
                if not misstep.fails:
                    passed[misstep.cell, misstep.name].append((trial, 0.0))
        for (cell, name), trials in passed.items():
            what = f"This wrong answer passes every item of its objective{_on_forms(trials)}."
            step = "Add a hidden test that it fails, or give the form values that tell it from the right answer."
            yield self.fault(f"{unit.where}/missteps.toml, {cell} “{name}”", what, step)


class ItemNeverFails(OfTrials):
    """An item that no wrong answer fails tells masters from nobody;
    example: a test that only asks whether a name exists.
    """

    code = "item-never-fails"
    severity = "warning"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each automatic item of a unit with missteps that none of them fails on any form.

        Where no mutant fails it either, `item-catches-nothing` says so.
        """
        trials = list(trials_of("missteps", rehearsal))
        if not trials or unit.sheet is None:
            return
        found = {item for trial in trials for misstep in trial.missteps for item in misstep.fails}
        by_mutants = found_by_mutants(unit, rehearsal)
        for cell in automatic_items(unit.sheet):
            if cell.grade_id not in found and (by_mutants is None or cell.grade_id in by_mutants):
                step = "Write a misstep that it should find; where one is there, make the test stricter."
                yield self.fault(unit.sheet.at(cell), "No misstep fails this item on any form.", step)


def found_by_mutants(unit: UnitMaterial, rehearsal: Rehearsal) -> frozenset[str] | None:
    """The items that fail where a mutant of their objective is in the notebook; None where no mutant was tried."""
    trials = list(trials_of("mutants", rehearsal))
    if not trials or unit.sheet is None:
        return None
    items = {item.id: item for item in items_of(unit.sheet.cells)}
    found = set()
    for trial in trials:
        objectives = {mutant.objective for mutant in trial.mutants}
        for name, score in trial.scores.items():
            item = items.get(name)
            if item and item.objective in objectives and score is not None and score < item.points - _ROUNDING:
                found.add(name)
        found |= {item for mutant in trial.mutants for item in mutant.fails}
    return frozenset(found)


def trials_of(kind: TrialKind, rehearsal: Rehearsal) -> Iterator[Trial]:
    """The trials of one kind that could be graded."""
    return (trial for trial in rehearsal.trials if trial.kind == kind and not trial.trouble)


def _points(unit: UnitMaterial) -> dict[str, dict[str, float]]:
    """Points of the items that are scored without a person, by sheet and item."""
    return {s.where: {i.id: i.points for i in items_of(s.cells) if not i.manual} for s in unit.sheets}


def _on_forms(trials: list[tuple[Trial, float]]) -> str:
    forms = [trial.form for trial, _ in trials if trial.form]
    return f" on form {', '.join(forms)}" if forms else ""
