"""What can be handed to a learner: the assignments of one revision of a unit.

An assignment id is also nbgrader's name for it:

    02-lists.b                      form b of the first revision
    02-lists.r2.b                   form b of the second
    02-lists.slicing.number-line    the corrective for `slicing` by the number line
    02-lists.enrichment             optional work for those who master at once
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from kit.course import Objective, Settings

Kind = Literal["form", "corrective", "enrichment"]


@dataclass(frozen=True, slots=True)
class Item:
    """One graded test cell of an assignment, as its source says (never as a learner sent it back)."""

    id: str
    """The cell's nbgrader grade_id."""
    objective: str
    points: float
    manual: bool = False
    """A person scores it: until then it is not assessed."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One notebook that can be granted: a form, a corrective or an enrichment."""

    id: str
    unit: str
    revision: int
    kind: Kind
    notebook: str
    """File name without suffix."""
    items: tuple[Item, ...]
    form: str | None = None
    objective: str | None = None
    approach: str | None = None

    def grant_data(self) -> dict[str, Any]:
        """What the ledger keeps of it when it is granted."""
        return {
            "kind": self.kind,
            "revision": self.revision,
            "form": self.form,
            "objective": self.objective,
            "approach": self.approach,
        }


@dataclass(frozen=True, slots=True)
class Revision:
    """A unit as it was built: everything a decision about a learner under way needs, frozen."""

    unit: str
    number: int
    digest: str
    """SHA-256 of the sources it was built from."""
    title: str
    approach: str
    objectives: tuple[Objective, ...]
    rule: str
    max_cycles: int
    forms: tuple[Assignment, ...]
    """In the order in which they are given."""
    correctives: tuple[Assignment, ...]
    enrichment: Assignment | None
    settings: Settings = field(default_factory=Settings)
    """Of the rule."""

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Everything of this revision that can be granted."""
        return self.forms + self.correctives + ((self.enrichment,) if self.enrichment else ())

    def corrective(self, objective: str, approach: str) -> Assignment | None:
        """The corrective for *objective* by *approach*, if this revision has it."""
        for assignment in self.correctives:
            if (assignment.objective, assignment.approach) == (objective, approach):
                return assignment
        return None

    def engagement_data(self) -> dict[str, Any]:
        """What the ledger keeps when a learner takes the first form: what mastery means for them from then on."""
        return {
            "revision": self.number,
            "criteria": {objective.id: objective.criterion for objective in self.objectives},
            "rule": self.rule,
            "settings": self.settings.to_json(),
            "max_cycles": self.max_cycles,
        }

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file; `from_json` reads them back."""
        return {**asdict(self), "settings": self.settings.to_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Revision:
        """The inverse of `to_json`, also for what was built before there were settings; else KeyError or TypeError."""

        def assignment(fields: Mapping[str, Any]) -> Assignment:
            return Assignment(**{**fields, "items": tuple(Item(**item) for item in fields["items"])})

        return cls(
            **{
                **values,
                "objectives": tuple(
                    Objective(**{**o, "correctives": tuple(o["correctives"])}) for o in values["objectives"]
                ),
                "forms": tuple(assignment(form) for form in values["forms"]),
                "correctives": tuple(assignment(corrective) for corrective in values["correctives"]),
                "enrichment": assignment(values["enrichment"]) if values["enrichment"] else None,
                "settings": Settings.from_json(values.get("settings")),
            }
        )


def assignment_id(unit: str, revision: int, *parts: str) -> str:
    """The id of an assignment: the first revision carries no number, so ids stay short where nothing changed."""
    return ".".join([unit, *([f"r{revision}"] if revision > 1 else []), *parts])
