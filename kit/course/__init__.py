"""The course as its author wrote it: units, objectives, criteria, limits.

Words (defined here once):

- **objective**: one skill or piece of knowledge with its own items and its own criterion
- **criterion**: share of an objective's points (0–1) from which it counts as mastered
- **approach**: the way something is taught (worked-example, tracing, diagram, …)
- **corrective**: a notebook for one objective by an approach that differs from the unit's own
- **unit**: a notebook of instruction and checks, with the units it requires

`read_course` never stops at the first fault; `load_course` raises all of them at once.
"""

from kit.course.model import Course, Dask, Hub, Limits, Objective, Unit, order_of_units
from kit.course.names import LEARNER_RULE, is_learner_name
from kit.course.settings import AS_BEFORE, HIGHEST_LEVEL, Assessment, Bkt, Settings
from kit.course.toml import load_course, read_course

__all__ = [
    "AS_BEFORE",
    "HIGHEST_LEVEL",
    "LEARNER_RULE",
    "Assessment",
    "Bkt",
    "Course",
    "Dask",
    "Hub",
    "Limits",
    "Objective",
    "Settings",
    "Unit",
    "is_learner_name",
    "load_course",
    "order_of_units",
    "read_course",
]
