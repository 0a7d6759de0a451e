"""What a course would come to, in numbers: a cohort drawn by chance, a plan of this course, a replay of recorded data.

Words (defined here once):

- **forecast**: what follows from stated assumptions about learners; nothing of it is evidence about people
- **arm**: one way of teaching the same cohort, for a comparison (conventional, retest only, different correctives …)
- **level**: the share of all tasks of an objective, 0–1, that a learner can do; known here because it was drawn
- **replay**: every rule of the kit run over answers that were recorded elsewhere

`kit.simulate` is another thing: it plays real notebooks through the real cycle, a few dozen learners in minutes, to
show that the kit works. Here are no notebooks, only answers drawn at the level of items: ten thousand learners in a
second.
"""

from kit.forecast.arms import ARMS, Arm, make_arms
from kit.forecast.cohort import Taught, teach
from kit.forecast.learning import Learning

__all__ = ["ARMS", "Arm", "Learning", "Taught", "make_arms", "teach"]
