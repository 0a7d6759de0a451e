"""What came of trying a unit out, as plain values: they can be kept, and the rules about them need no kernel.

- **trial**: one notebook, handed in the way a learner would, built and graded for real
- **rehearsal**: all trials of one unit
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from kit.errors import Fault

TrialKind = Literal["reference", "untouched", "missteps", "right", "mutants"]
"""missteps: with the author's typical wrong answers · right: with the author's other right answers · mutants: with
mistakes made from the reference"""


@dataclass(frozen=True, slots=True)
class Carried:
    """A misstep, or another right answer, as one trial carried it."""

    cell: str
    name: str
    fails: tuple[str, ...]
    """Items of the objective that failed because of it."""


@dataclass(frozen=True, slots=True)
class TriedMutant:
    """A mutant and what it cost."""

    cell: str
    """grade_id of the answer cell."""
    objective: str
    kind: str
    """What sort of mistake, a key of `kit.checks.mutants.MAKERS`."""
    line: int
    """Of the reference solution, from 1."""
    diff: str
    """The mistake, as the hunks of a unified diff."""
    fails: tuple[str, ...]
    """Items of its objective that found it."""
    elsewhere: tuple[str, ...]
    """Items of other objectives that found it, where none of its own did."""

    @property
    def survives(self) -> bool:
        """Whether it earns every point there is."""
        return not (self.fails or self.elsewhere)


@dataclass(frozen=True, slots=True)
class Trial:
    """One graded notebook."""

    kind: TrialKind
    assignment: str
    sheet: str
    """The source's place, relative to the course."""
    form: str | None
    scores: Mapping[str, float | None]
    notes: Mapping[str, str]
    missteps: tuple[Carried, ...] = ()
    mutants: tuple[TriedMutant, ...] = ()
    trouble: str | None = None
    """Why nothing could be graded."""
    complaints: Mapping[str, str] | None = None
    """Cells that are neither answer nor item and raised an error: cell → error."""
    seconds: float = 0.0
    """Time its cells took."""

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.sheet}, form {self.form}" if self.form else self.sheet


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that came of building one unit aside and grading it."""

    unit: str
    trials: tuple[Trial, ...] = ()
    faults: tuple[Fault, ...] = ()
    """What kept it from being built, and what leaked into what was built."""

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file; `from_json` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Rehearsal:
        """The inverse of `to_json`; KeyError or TypeError on anything else."""

        def trial(fields: Mapping[str, Any]) -> Trial:
            carried = tuple(Carried(m["cell"], m["name"], tuple(m["fails"])) for m in fields["missteps"])
            mutants = tuple(
                TriedMutant(**{**m, "fails": tuple(m["fails"]), "elsewhere": tuple(m["elsewhere"])})
                for m in fields["mutants"]
            )
            return Trial(**{**fields, "missteps": carried, "mutants": mutants})

        return cls(
            values["unit"], tuple(trial(t) for t in values["trials"]), tuple(Fault(**f) for f in values["faults"])
        )
