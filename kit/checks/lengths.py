"""How much an objective's items can tell: the two error risks of a form, guessing, and the length that would do.

A form is passed when the points of the items that came out right reach the criterion's share of all points. What is
assumed: a learner of level π does each item right with chance π, independently, and an item gives all of its points or
none (the binomial error model, Millman 1973; with unequal points the distribution of their sum, by convolution). Points
that a person gives in part make a form somewhat more telling than this says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from kit.checks.base import did_you_mean
from kit.checks.material import Material, UnitMaterial, read_material
from kit.course import Assessment, Objective
from kit.errors import CourseError, UnknownName
from kit.notebooks import Cell

if TYPE_CHECKING:
    from kit.psychometrics.binomial import Length

LONGEST = 400
"""Items; nobody writes more for one objective."""
_STEPS = 1000
"""Points are counted in thousandths, so that sums of 0.1 are exact."""
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class ObjectiveForm:
    """What one form of a unit tells about one objective."""

    unit: str
    objective: str
    rule: str
    """The unit's rule; the risks are those of one form against the criterion, whatever the rule."""
    criterion: float
    points: tuple[float, ...]
    """Of its items, in their order."""
    choices: tuple[int | None, ...]
    """Of each item: among how many answers it lets choose, None where nothing can be guessed."""
    low: float
    """A level (0–1) that should not pass: `margin` below the criterion."""
    high: float
    """A level that should pass: `margin` above it, see `Assessment.levels`."""
    false_master: float
    """P(pass) at the level *low*."""
    false_non_master: float
    """P(fail) at the level *high*."""
    by_guessing: float | None
    """P(pass) of somebody who guesses where there is a choice and does the rest wrong; None without any choice."""
    enough: Length | None
    """The next length, from this one up, that keeps both risks within the course's bound, with items of equal points;
    None where none does."""
    shortest: Length | None
    """The shortest of all with the criterion's cut, which may be shorter than this form: four of four tells more than
    four of five."""

    @property
    def items(self) -> int:
        """How many items the form has for the objective."""
        return len(self.points)

    @property
    def needed(self) -> float:
        """The least sum of points with which the form is passed."""
        return least_sum(self.points, self.criterion)

    @property
    def equal(self) -> bool:
        """Whether all of its items are worth the same."""
        return len(set(self.points)) == 1

    @property
    def cut(self) -> int | None:
        """The least number of items right with which it is passed; None with unequal points: it depends on which."""
        return round(self.needed / self.points[0]) if self.equal else None

    def within(self, risk: float) -> bool:
        """Whether both error risks, and that of guessing, are at most *risk*."""
        return max(self.false_master, self.false_non_master, self.by_guessing or 0.0) <= risk


def assess_course(root: Path, units: frozenset[str] | None = None) -> tuple[Assessment, list[ObjectiveForm]]:
    """What the course in *root* asks of its forms, and what each objective's items (of *units* only) tell.

    CourseError with the faults where course.toml cannot be used, UnknownName for a unit that is not there; a unit that
    cannot be read is left out, as in `assessment_of`.
    """
    material, faults = read_material(root, units)
    if material is None:
        raise CourseError(faults)
    for unit in sorted((units or frozenset()) - material.unit_folders):
        raise UnknownName(f"There is no unit {unit!r}. {did_you_mean(unit, material.unit_folders)}")
    return material.course.assessment, list(assessment_of(material))


def assessment_of(material: Material) -> Iterator[ObjectiveForm]:
    """What each objective's items tell, unit by unit; objectives and units that cannot be judged yet are left out."""
    for unit in material.units:
        for objective in unit.unit.objectives:
            form = objective_form(unit, objective, material.course.assessment)
            if form is not None:
                yield form


def objective_form(unit: UnitMaterial, objective: Objective, assessment: Assessment) -> ObjectiveForm | None:
    """What *unit*'s form with the fewest items tells about *objective*; None without forms, items or right points."""
    cells = _items(unit, objective.id)
    points = tuple(cell.points or 0.0 for cell in cells)
    if not points or not all(0 < one < float("inf") for one in points):
        return None
    choices = tuple(cell.choices for cell in cells)
    low, high = assessment.levels(objective.criterion)
    guess = [1 / number if number else 0.0 for number in choices]
    return ObjectiveForm(
        unit=unit.unit.id,
        objective=objective.id,
        rule=unit.unit.rule,
        criterion=objective.criterion,
        points=points,
        choices=choices,
        low=low,
        high=high,
        false_master=chance_to_pass(points, objective.criterion, low),
        false_non_master=1 - chance_to_pass(points, objective.criterion, high),
        by_guessing=chance_of_sum(points, guess, objective.criterion) if any(choices) else None,
        enough=sufficient_length(objective.criterion, assessment, len(points)),
        shortest=sufficient_length(objective.criterion, assessment, 1),
    )


def _items(unit: UnitMaterial, objective: str) -> list[Cell]:
    of_forms = [[c for c in form.cells if c.is_item and c.objectives[:1] == (objective,)] for form in unit.forms]
    return min(of_forms, key=len, default=[])


def chance_to_pass(points: Sequence[float], criterion: float, level: float) -> float:
    """P(the points reach *criterion*, a share of all) for a learner of *level* (0–1); *points* by item, above 0."""
    from kit.psychometrics import binomial

    if len(set(points)) == 1:
        return float(binomial.chance_to_pass(len(points), binomial.cut_for(len(points), criterion), level))
    return chance_of_sum(points, [level] * len(points), criterion)


def chance_of_sum(points: Sequence[float], chances: Sequence[float], criterion: float) -> float:
    """P(the points reach *criterion*, a share of all) where each item is right with its own of *chances*.

    The exact distribution of the sum, item by item (a convolution); points count in thousandths.
    """
    shares = {0: 1.0}
    for worth, chance in zip(_thousandths(points), chances, strict=True):
        after: dict[int, float] = {}
        for total, share in shares.items():
            after[total] = after.get(total, 0.0) + share * (1 - chance)
            after[total + worth] = after.get(total + worth, 0.0) + share * chance
        shares = after
    needed = _needed(points, criterion)
    return min(1.0, sum(share for total, share in shares.items() if total >= needed))


def least_sum(points: Sequence[float], criterion: float) -> float:
    """The least sum that some of *points* make and that reaches *criterion*, a share of all of them."""
    sums = {0}
    for worth in _thousandths(points):
        sums |= {total + worth for total in sums}
    return min(total for total in sums if total >= _needed(points, criterion)) / _STEPS


def _thousandths(points: Sequence[float]) -> list[int]:
    return [round(_STEPS * one) for one in points]


def _needed(points: Sequence[float], criterion: float) -> int:
    return ceil(criterion * sum(_thousandths(points)) - _ROUNDING)


def sufficient_length(criterion: float, assessment: Assessment, least: int) -> Length | None:
    """The shortest form of at least *least* items whose two risks *assessment* allows, with the cut of *criterion*.

    An exact search over the indifference zone (Fhanér 1974, Wilcox 1976); None where no form up to `LONGEST` does.
    """
    from kit.psychometrics.binomial import Length, cut_for, false_master, false_non_master

    low, high = assessment.levels(criterion)
    for items in range(least, LONGEST + 1):
        cut = cut_for(items, criterion)
        found = Length(items, cut, float(false_master(items, cut, low)), float(false_non_master(items, cut, high)))
        if max(found.false_master, found.false_non_master) <= assessment.risk:
            return found
    return None
