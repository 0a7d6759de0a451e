"""What came of trying a unit out, as plain values: they can be kept, and the rules about them need no kernel.

- **trial**: one notebook, handed in the way a learner would, built and graded for real
- **rehearsal**: all trials of one unit
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from kit.errors import Fault

TrialKind = Literal["reference", "untouched", "missteps"]


@dataclass(frozen=True, slots=True)
class Carried:
    """A misstep as one trial carried it."""

    cell: str
    name: str
    fails: tuple[str, ...]
    """Items of the objective that failed because of it."""


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
    trouble: str | None = None
    """Why nothing could be graded."""
    complaints: Mapping[str, str] | None = None
    """Cells that are neither answer nor item and raised an error: cell → error."""

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
            return Trial(**{**fields, "missteps": carried})

        return cls(
            values["unit"], tuple(trial(t) for t in values["trials"]), tuple(Fault(**f) for f in values["faults"])
        )
