"""A cohort that plays the course through the public doors: fetch, submit, run. Seeded; scores nothing itself.

What its learners hand in are the real released notebooks, filled with the author's reference or with the missteps kept
beside the unit; whether an answer is right is found by executing it. The cohort's parameters are assumptions, not
evidence about people.
"""

from kit.simulate.cohort import SimulatedLearner, make_cohort
from kit.simulate.play import Played, play

__all__ = ["Played", "SimulatedLearner", "make_cohort", "play"]
