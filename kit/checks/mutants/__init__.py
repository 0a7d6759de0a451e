"""Mutants: the reference solution with one small mistake in it, to see whether the items find it.

- **mutant**: an author's answer, changed in one place the way a learner may get it wrong
- **kind**: what sort of mistake it is; the table `MAKERS` has them all
- **survivor**: a mutant that earns every point
- **equivalent mutant**: one that means the same as the reference; nothing could find it, so it is left out where that
  is cheap to see, and an author lists the rest as other right answers (`[[right]]` in missteps.toml)

DeMillo, Lipton and Sayward (1978) proposed the method for test data of programs: "Hints on test data selection".

    MAKERS      kind → makers: a place in the tree → other trees for it     makers.py, wholes.py, kinds.py
    making      all mutants of one answer, without doubles, a fair share    making.py
    planting    which of them go into one notebook together                 planting.py

To add a mistake: write a maker (a node in, other nodes out), give it a line in `MAKERS`, and a row to the table in
``tests/checks/test_mutants.py``.
"""

from kit.checks.mutants.making import MAKERS, MOST, Mutant, mutants_of
from kit.checks.mutants.planting import Planted, plan_mutants

__all__ = ["MAKERS", "MOST", "Mutant", "Planted", "mutants_of", "plan_mutants"]
