"""What follows from a mastery record. Pure: values in, a value with its reason out.

- `decide`: what one attempt means for its unit (the rules stand in `RULES`)
- `wanted`: which assignments a learner should be able to fetch
- `standing`: where a learner stands, in words; the same for the learner and the instructor
"""

from kit.decisions.decide import decide
from kit.decisions.grants import Wanted, next_steps, wanted
from kit.decisions.rules import RULES, Evidence, Finding, Rule
from kit.decisions.rules.certainty import certainty
from kit.decisions.standing import ObjectiveStanding, Standing, UnitStanding, standing
from kit.decisions.work import Work

__all__ = [
    "RULES",
    "Evidence",
    "Finding",
    "ObjectiveStanding",
    "Rule",
    "Standing",
    "UnitStanding",
    "Wanted",
    "Work",
    "certainty",
    "decide",
    "next_steps",
    "standing",
    "wanted",
]
