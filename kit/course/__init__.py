"""The course as its author wrote it: units, objectives, criteria, limits.

Words (defined here once):

- **objective**: one skill or piece of knowledge with its own items and its own criterion
- **criterion**: share of an objective's points (0–1) from which it counts as mastered
- **approach**: the way something is taught (worked-example, tracing, diagram, …)
- **corrective**: a notebook for one objective by an approach that differs from the unit's own
- **unit**: a notebook of instruction and checks, with the units it requires

`read_course` never stops at the first fault; `load_course` raises all of them at once.
"""

from kit.course.model import Course, Dask, Limits, Objective, Unit, order_of_units
from kit.course.names import LEARNER_RULE, is_learner_name
from kit.course.toml import load_course, read_course

__all__ = [
    "LEARNER_RULE",
    "Course",
    "Dask",
    "Limits",
    "Objective",
    "Unit",
    "is_learner_name",
    "load_course",
    "order_of_units",
    "read_course",
]
