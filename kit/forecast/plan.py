"""`make_plan`: what this course would ask of a cohort, from stated assumptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kit.course import Course
from kit.forecast.blueprint import WITHOUT_END, PlannedUnit, blueprint, with_bar, without_end
from kit.forecast.learning import Learning
from kit.forecast.passage import Pace, Passage, learn, pass_through

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

AS_IT_IS, HIGHER_BAR, ENDLESS = "as it is", "higher bar", "without end"
"""The scenarios: the course; the same with a higher criterion; with as many forms and approaches as it takes."""
FIRST = 0.65
"""Mean level after instruction where nothing is known about the learners."""
_SIMULATED = 600
"""Learners simulated at least, in whole cohorts."""

PASSAGE_COLUMNS: Mapping[str, str] = {
    "scenario": "as it is, higher bar, or without end",
    "cohort": "0, 1, …: cohorts of the size asked for",
    "learner": "0, 1, …: the same number is the same person in every scenario",
    "unit": "id",
    "forms": "taken",
    "correctives": "worked through",
    "minutes": "of work, from the author's estimate for the unit",
    "mastered": "whether the unit was, by evidence",
    "why": "why the instructor is needed: cycles, forms or approaches are used up; empty if not",
}
"""Columns of `Plan.passages`, a row for each scenario, learner and unit."""

OBJECTIVE_COLUMNS: Mapping[str, str] = {
    **{name: PASSAGE_COLUMNS[name] for name in ("scenario", "learner", "unit")},
    "objective": "id",
    "criterion": "as written in the course, 0–1, in every scenario",
    "started": "level after the instruction, 0–1",
    "level": "level at the end, 0–1",
    "correctives": "worked through for it",
    "mastered": "whether it was shown, by evidence",
    "level_shown": "level when it was shown, 0–1; NaN where it was not",
    "certainty": "what the rule's posterior said then, 0–1; NaN where it was not",
}
"""Columns of `Plan.objectives`, a row for each scenario, learner, unit and objective."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a plan supposes about people; everything else is the course's own."""

    learners: int = 30
    """In a cohort."""
    first: float = FIRST
    """Mean share of tasks, 0–1, that learners can do after the first instruction of a unit."""
    bar: float = 0.9
    """The criterion of the scenario `higher bar`."""
    seed: int = 1
    learning: Learning = field(default_factory=Learning)
    """`start` and `usual` are set so that `first` comes out."""
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        if self.learners < 1:
            raise ValueError(f"A cohort needs at least one learner, not {self.learners}.")
        for name, value in (("first", self.first), ("bar", self.bar)):
            if not 0 < value < 1:
                raise ValueError(f"{name} is a share between 0 and 1, not {value}.")

    @property
    def cohorts(self) -> int:
        """How many cohorts are simulated, so that at least `_SIMULATED` learners are."""
        return -(-_SIMULATED // self.learners)

    def calibrated(self) -> Learning:
        """`learning` with the start at which learners reach `first` on average."""
        usual = replace(self.learning, usual=self.first)
        return replace(usual, start=_start_for(self.first, usual))


def _start_for(first: float, learning: Learning) -> float:
    """The logit at which the mean level is *first*, by Gauss–Hermite quadrature over learners and units."""
    import numpy as np
    from scipy.optimize import brentq

    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    spread = np.hypot(learning.aptitude, learning.spread)

    def off(start: float) -> float:
        return float(weights @ (1 / (1 + np.exp(-(start + spread * nodes)))) / weights.sum() - first)

    return float(brentq(off, -20.0, 20.0))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What came of it: two frames, from which everything else is counted (`kit.forecast.outlook`)."""

    units: tuple[PlannedUnit, ...]
    assumptions: Assumptions
    passages: pd.DataFrame
    """See `PASSAGE_COLUMNS`."""
    objectives: pd.DataFrame
    """See `OBJECTIVE_COLUMNS`."""


def make_plan(
    course: Course,
    assumptions: Assumptions | None = None,
    *,
    watch: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Plan:
    """Let cohorts go through *course* in three scenarios. The same assumptions give the same plan.

    Decisions are those of `kit.decisions.decide` with the course's own rule, criteria and settings. Who needs the
    instructor is then helped (as by one more corrective on everything open) and goes on. KitError if a source cannot
    be read.
    """
    import pandas as pd

    assumptions = assumptions or Assumptions()
    units = blueprint(course)
    scenarios = {AS_IT_IS: units, HIGHER_BAR: with_bar(units, assumptions.bar), ENDLESS: without_end(units)}
    criteria = {(u.revision.unit, o.id): o.criterion for u in units for o in u.revision.objectives}
    learning, count = assumptions.calibrated(), assumptions.learners * assumptions.cohorts
    passages: list[tuple[Any, ...]] = []
    objectives: list[tuple[Any, ...]] = []
    for turn, (scenario, planned) in enumerate(scenarios.items()):
        for learner in range(count):
            watch(scenario, turn * count + learner, len(scenarios) * count)
            for passage in _journey(planned, learner, assumptions, learning):
                where = scenario, learner // assumptions.learners, learner, passage.unit
                passages.append(
                    (*where, passage.forms, passage.correctives, passage.minutes, not passage.why, passage.why)
                )
                objectives += _objectives(scenario, learner, passage, criteria)
    watch("", len(scenarios) * count, len(scenarios) * count)
    return Plan(
        units, assumptions,
        pd.DataFrame(passages, columns=list(PASSAGE_COLUMNS)),
        pd.DataFrame(objectives, columns=list(OBJECTIVE_COLUMNS)),
    )  # fmt: skip


def _objectives(
    scenario: str, learner: int, passage: Passage, criteria: Mapping[tuple[str, str], float]
) -> list[tuple[Any, ...]]:
    nan = float("nan")
    worked = Counter(work.objective for work in passage.record.correctives)
    return [
        (scenario, learner, passage.unit, name, criteria[passage.unit, name], started, passage.levels[name],
         worked[name], name in passage.mastered, passage.mastered.get(name, nan), passage.certainty.get(name, nan))
        for name, started in passage.started.items()
    ]  # fmt: skip


def _journey(units: Sequence[PlannedUnit], learner: int, assumptions: Assumptions, learning: Learning) -> list[Passage]:
    """One learner through all units; the same person in every scenario."""
    import numpy as np

    # Who somebody is must not depend on how many answers they gave.
    person, work = (np.random.default_rng([assumptions.seed, learner, part]) for part in range(2))
    theta = person.normal()
    done: dict[str, Passage] = {}
    for unit in units:
        names = [objective.id for objective in unit.revision.objectives]
        before = _before(unit, done)
        levels = learning.after_instruction(
            np.full(len(names), theta), None if before is None else np.full(len(names), before), person
        )
        passage = pass_through(unit, dict(zip(names, levels.tolist(), strict=True)), learning, assumptions.pace, work)
        if passage.why:
            _help(unit, passage, learning, assumptions.pace, work)
        done[unit.revision.unit] = passage
    return list(done.values())


def _before(unit: PlannedUnit, done: Mapping[str, Passage]) -> float | None:
    """The mean level in what *unit* builds on; None where it builds on nothing."""
    levels = [level for name in unit.requires if name in done for level in done[name].levels.values()]
    return sum(levels) / len(levels) if levels else None


def _help(unit: PlannedUnit, passage: Passage, learning: Learning, pace: Pace, rng: np.random.Generator) -> None:
    """What the instructor does about a learner who needs them: as much as one more corrective on everything open."""
    for objective in [name for name in passage.levels if name not in passage.mastered]:
        learn(passage, objective, learning, rng)
        passage.minutes += unit.minutes * pace.corrective / len(unit.revision.objectives)


__all__ = [
    "AS_IT_IS",
    "ENDLESS",
    "FIRST",
    "HIGHER_BAR",
    "OBJECTIVE_COLUMNS",
    "PASSAGE_COLUMNS",
    "WITHOUT_END",
    "Assumptions",
    "Plan",
    "make_plan",
]
