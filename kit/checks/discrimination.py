"""Whether the items can tell: mistakes made from the reference (mutants) must cost an item of their own objective."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.grading import OfTrials, found_by_mutants, trials_of
from kit.checks.items import automatic_items
from kit.checks.material import UnitMaterial
from kit.checks.trials import Rehearsal, TriedMutant
from kit.errors import Fault


class MutantSurvives(OfTrials):
    """Wrong code that earns every point shows a test that looks at too little;
    example: `a[:n]` passes where `a[:n + 1]` is asked for.
    """

    code = "mutant-survives"
    severity = "warning"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each answer, with every change to it that passes all visible and hidden tests."""
        for place, tried in _by_answer(rehearsal).items():
            passed = [mutant for mutant in tried.mutants if mutant.survives]
            if passed:
                what = f"{_share(passed, tried.mutants, 'earns', 'earn')} every point on form {tried.form}."
                step = (
                    "Add a test that fails with it, or give the form values that tell the two apart. "
                    "If it is as right as yours, list it as a [[right]] answer in missteps.toml."
                )
                yield self.fault(place, what, step, details=_diffs(passed))


class ObjectivesNotToldApart(OfTrials):
    """A mistake in one objective must cost an item of that one, or the wrong gap is named;
    example: only an item of `scope` fails for a lost `return`.
    """

    code = "objectives-not-told-apart"
    severity = "warning"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each answer, with the mistakes in it that items of other objectives alone find."""
        objectives = {c.grade_id: c.objectives[0] for c in unit.sheet.cells if c.objectives} if unit.sheet else {}
        for place, tried in _by_answer(rehearsal).items():
            strayed = [mutant for mutant in tried.mutants if mutant.elsewhere]
            if strayed:
                own = strayed[0].objective
                items = sorted({item for mutant in strayed for item in mutant.elsewhere})
                others = sorted({objectives.get(item, "another objective") for item in items})
                what = (
                    f"{_share(strayed, tried.mutants, 'costs', 'cost')} no item of {own!r} on form {tried.form}, "
                    f"but {', '.join(items)} of {', '.join(map(repr, others))}."
                )
                step = f"Add a test that fails with it to an item of {own!r}."
                yield self.fault(place, what, step, details=_diffs(strayed))


class ItemCatchesNothing(OfTrials):
    """An item that finds no mistake of its objective shows nothing about it;
    example: a test that only asks for a number.
    """

    code = "item-catches-nothing"
    severity = "warning"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each automatic item that no mutant and no misstep of its objective fails."""
        found = found_by_mutants(unit, rehearsal)
        if found is None or unit.sheet is None:
            return
        found |= {i for t in trials_of("missteps", rehearsal) for misstep in t.missteps for i in misstep.fails}
        tried = Counter(mutant.objective for trial in trials_of("mutants", rehearsal) for mutant in trial.mutants)
        for cell in automatic_items(unit.sheet):
            objective = cell.objectives[0] if cell.objectives else ""
            if tried[objective] and cell.grade_id not in found:
                what = f"None of the {tried[objective]} mistakes tried in {objective!r} and no misstep fails this item."
                yield self.fault(unit.sheet.at(cell), what, "Make its test stricter, or let it ask for something else.")


class RightAnswerFails(OfTrials):
    """A right answer must earn every point, however it is written;
    example: a test that takes `a + b` and not `b + a`.
    """

    code = "right-answer-fails"

    def look_at(self, unit: UnitMaterial, rehearsal: Rehearsal) -> Iterator[Fault]:
        """One fault for each `[[right]]` answer of missteps.toml, with the forms on which an item fails it."""
        failed: dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for trial in trials_of("right", rehearsal):
            for answer in trial.missteps:
                if answer.fails:
                    failed[answer.cell, answer.name].append((trial.form or "a", answer.fails))
        for (cell, name), forms in failed.items():
            items = dict.fromkeys(item for _, fails in forms for item in fails)
            what = (
                f"This answer is listed as right and fails {', '.join(items)} "
                f"on form {', '.join(form for form, _ in forms)}."
            )
            step = "Let the tests accept it, or move it to the [[misstep]] answers if it is wrong after all."
            yield self.fault(f"{unit.where}/missteps.toml, {cell} “{name}”", what, step)


@dataclass(slots=True)
class _Answer:
    """The mutants of one answer cell."""

    form: str
    mutants: list[TriedMutant]


def _by_answer(rehearsal: Rehearsal) -> dict[str, _Answer]:
    """By the place of the answer cell."""
    found: dict[str, _Answer] = {}
    for trial in trials_of("mutants", rehearsal):
        for mutant in trial.mutants:
            place = f"{trial.sheet}, cell {mutant.cell}"
            found.setdefault(place, _Answer(trial.form or "a", [])).mutants.append(mutant)
    return found


def _share(some: list[TriedMutant], tried: list[TriedMutant], one: str, many: str) -> str:
    """`1 of 6 mistakes made here on purpose earns`."""
    return f"{len(some)} of {len(tried)} mistakes made here on purpose {one if len(some) == 1 else many}"


def _diffs(mutants: list[TriedMutant]) -> str:
    """Hunk below hunk, each with its kind behind its head."""
    hunks = []
    for mutant in sorted(mutants, key=lambda m: (m.line, m.kind, m.diff)):
        head, _, lines = mutant.diff.partition("\n")
        hunks.append(f"{head} {mutant.kind}\n{lines}")
    return "\n".join(hunks)
