"""Criteria: high enough to mean mastery, and with enough items to tell."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.base import Check
from kit.checks.items import ENOUGH_ITEMS
from kit.checks.lengths import ObjectiveForm, assessment_of, chance_to_pass
from kit.checks.material import Material
from kit.course import Assessment
from kit.decisions.rules.every_objective import EveryObjective
from kit.errors import Fault, Severity

TOO_LOW = 0.60
LOW = 0.80
_ALMOST = 0.70
"""True level of somebody who is not there yet: what the risk is told for."""
LEVELS = (8.0, 2.0)
"""The spread of true levels that is assumed where none is known, a Beta distribution: 80 % on average, two learners of
three between 68 and 92 %. About what a class shows after good first instruction."""


class ThresholdInflation(Check):
    """A bar at 60 % or below calls people masters who are not, and the next unit fails them;
    example: `criterion = 0.5`.
    """

    code = "threshold-inflation"

    def look(self, material: Material) -> Iterator[Fault]:
        """An error at 0.60 or below, a warning below 0.80, with the chance of a false master and how many there are."""
        forms = {(form.unit, form.objective): form for form in assessment_of(material)}
        for unit in material.units:
            for objective in unit.unit.objectives:
                if objective.criterion >= LOW:
                    continue
                form = forms.get((unit.unit.id, objective.id))
                what = f"The criterion is {objective.criterion:.0%}. {_inflated(form) if form else ''}".strip()
                step = "Ask for 0.8 to 0.9 (here, or as `criterion` of the unit or the course)."
                severity: Severity = "error" if objective.criterion <= TOO_LOW else "warning"
                yield self.fault(f"{unit.toml}, objectives.{objective.id}", what, step, severity)


def _inflated(form: ObjectiveForm) -> str:
    chance = chance_to_pass(form.points, form.criterion, _ALMOST)
    here, there = (10 * false_masters_among_passes(form.items, bar) for bar in (form.criterion, LOW))
    return (
        f"With {_counted(form.items)} somebody who can do {_ALMOST:.0%} of such tasks passes with a chance of "
        f"{chance:.0%}. Of ten who pass, about {here:.0f} could not do {LOW:.0%} of such tasks; with the bar at "
        f"{LOW:.0%} it would be {there:.0f} (in a class that can do {LEVELS[0] / sum(LEVELS):.0%} on average)."
    )


def false_masters_among_passes(items: int, criterion: float) -> float:
    """The share (0–1) of those below `LOW` among those who pass *items* items of equal points at *criterion*.

    From the beta-binomial decision table (Huynh 1976), true levels spread as `LEVELS`.
    """
    from kit.psychometrics.binomial import cut_for
    from kit.psychometrics.decision_table import beta_binomial

    table = beta_binomial(*LEVELS, items, cut_for(items, criterion), LOW)
    return float(table.false_master / table.passes)


class CheckTooShort(Check):
    """With few items a form passes many who are not there yet, or fails many who are; example: five items at 0.8."""

    code = "check-too-short"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each objective with a risk above `risk` of course.toml's [assessment].

        Left out are objectives about which items-few or threshold-inflation speaks, whose advice comes first, and units
        with a rule that asks for another form itself when one has told too little.
        """
        bound = material.course.assessment
        toml = {unit.unit.id: unit.toml for unit in material.units}
        for form in assessment_of(material):
            told_elsewhere = form.items < ENOUGH_ITEMS or form.criterion < LOW
            if form.rule == EveryObjective.name and not told_elsewhere and not form.within(bound.risk):
                where = f"{toml[form.unit]}, objectives.{form.objective}"
                yield self.fault(where, _too_short(form, bound), _long_enough(form, bound))


def _too_short(form: ObjectiveForm, bound: Assessment) -> str:
    bar = f"{form.cut} right" if form.equal else f"{form.needed:g} of {sum(form.points):g} points"
    begin = f"With {_counted(form.items)} at {form.criterion:.0%} ({bar})"
    said = []
    if form.false_master > bound.risk:
        said.append(f"somebody who can do {form.low:.0%} of such tasks passes with a chance of {form.false_master:.0%}")
    if form.false_non_master > bound.risk:
        said.append(
            f"somebody who can do {form.high:.0%} of such tasks fails with a chance of {form.false_non_master:.0%}"
        )
    if form.by_guessing is not None and form.by_guessing > bound.risk:
        said.append(f"somebody who only guesses passes with a chance of {form.by_guessing:.0%}")
    return f"{begin} {', and '.join(said)}. The course allows {bound.risk:.0%}."


def _long_enough(form: ObjectiveForm, bound: Assessment) -> str:
    other = 'Or choose the rule "posterior", which asks for another form where one does not tell.'
    enough = form.enough
    if enough is None:
        return f"No number of items helps at this criterion: allow a wider `margin` in [assessment]. {other}"
    if enough.items == form.items:
        # It is long enough by its number of items: their points, or the guessing, make it weak.
        equal = "" if form.equal else f"Give its items equal points: {enough.cut} right of {enough.items} would do. "
        return f"{equal or 'Ask for answers that cannot be guessed, or offer more choices. '}{other}"
    mine = "Write more items" if form.equal else "Write more items, of equal points"
    return (
        f"{mine}: {enough.items} items with {enough.cut} right would bring both risks below {bound.risk:.0%} "
        f"({enough.false_master:.0%} and {enough.false_non_master:.0%}). {other}"
    )


def _counted(items: int) -> str:
    return "1 item" if items == 1 else f"{items} items"
