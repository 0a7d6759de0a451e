"""What a portfolio says, as values: no file, no clock, no other learner.

Words (defined here once):

- **portfolio**: one learner's evidence of what they can do, unit by unit, with the way that led there
- **road**: the steps of one unit in order of time: attempt, corrective, attempt …, and what an instructor decided
- **best notebook**: the learner's own attempt that shows most: the one that mastered the unit, else the highest share
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from kit.decisions.standing import ObjectiveState, State
from kit.records.record import Action, Outcome, VerdictState

CellKind = Literal["prose", "code", "result"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a cell drew; PNG or JPEG, decoded and encoded again."""

    mime: str
    base64: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a best notebook, all of it text to be shown, none of it to be run."""

    kind: CellKind
    """prose: Markdown · code · result: what came of a check, in `text`"""
    text: str
    own: bool
    """The learner wrote it; otherwise it is the task as it was given out."""
    output: str = ""
    """What it printed in the learner's own notebook."""
    pictures: tuple[Picture, ...] = ()
    full: bool = False
    """Of a result: all points of the item were reached."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """The learner's own work on one form: what they wrote, with the tasks it answers."""

    attempt: int
    form: str
    language: str
    cells: tuple[Cell, ...]
    left_out: int = 0
    """Cells beyond what a page can hold."""


@dataclass(frozen=True, slots=True)
class ObjectivePart:
    """One objective of a unit, as it stands."""

    id: str
    title: str
    """Ends the sentence "Can …"."""
    state: ObjectiveState
    criterion: float
    """Share of its points, 0–1, as agreed when the learner began."""
    form: str | None
    """The form that showed it; None where none did."""
    attempt: int | None
    items: int | None
    """Graded items of it on that form."""
    share: float | None
    """Reached there, 0–1."""
    certainty: float | None
    """Posterior probability, 0–1, that the true level reaches the criterion, when it was shown."""
    correctives: int
    """Handed in for it."""


@dataclass(frozen=True, slots=True)
class VerdictPart:
    """What one attempt said about one objective."""

    objective: str
    state: VerdictState
    score: float | None
    max: float
    criterion: float
    certainty: float | None
    items: int


@dataclass(frozen=True, slots=True)
class AttemptPart:
    """One form handed in."""

    number: int
    form: str
    at: datetime
    fetched_at: datetime | None
    score: float | None
    max: float | None
    outcome: Outcome | None
    """None while it waits."""
    rule: str
    sentence: str
    """What the learner was told."""
    verdicts: tuple[VerdictPart, ...]
    before_reset: bool
    """An instructor began the unit anew afterwards: kept, and no evidence any more."""

    @property
    def shown(self) -> int:
        """Objectives that are shown after it."""
        return sum(verdict.state in ("mastered", "mastered-before") for verdict in self.verdicts)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Objectives it left below their criterion."""
        return tuple(verdict.objective for verdict in self.verdicts if verdict.state == "gap")


@dataclass(frozen=True, slots=True)
class CorrectivePart:
    """Other instruction on one objective, and what came of it."""

    objective: str
    approach: str
    opened_at: datetime
    handed_in_at: datetime | None
    after: int
    """The attempt it follows."""
    then: VerdictState | None
    """The objective's verdict in the next attempt; None while there is none."""


@dataclass(frozen=True, slots=True)
class OverridePart:
    """What an instructor decided by hand."""

    action: Action
    at: datetime
    why: str
    """Empty unless reasons were asked for: they may be private."""


@dataclass(frozen=True, slots=True)
class EnrichmentPart:
    """Optional work beyond the unit."""

    opened_at: datetime
    handed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitPart:
    """One unit of the course for this learner."""

    id: str
    title: str
    state: State
    revision: int
    approach: str
    """Of the unit's own instruction."""
    rule: str
    objectives: tuple[ObjectivePart, ...]
    attempts: tuple[AttemptPart, ...]
    correctives: tuple[CorrectivePart, ...]
    overrides: tuple[OverridePart, ...]
    enrichment: EnrichmentPart | None
    cycles: int
    begun_at: datetime | None
    mastered_at: datetime | None
    mastered_by: Literal["evidence", "override", ""]
    notebook: Notebook | None = None

    @property
    def took(self) -> timedelta | None:
        """From the first form taken to mastery, by the calendar."""
        return self.mastered_at - self.begun_at if self.mastered_at and self.begun_at else None

    @property
    def deciding(self) -> AttemptPart | None:
        """The attempt that mastered it; None where no evidence did."""
        by_evidence = (a for a in self.attempts if a.outcome == "mastered" and not a.before_reset)
        return next(by_evidence, None)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything one learner did in one course, as evidence for others to read."""

    course: str
    """The course's id."""
    title: str
    learner: str
    """The account."""
    name: str
    enrolled_at: datetime | None
    as_of: datetime | None
    """The last thing that happened to this learner."""
    units: tuple[UnitPart, ...]
    """In the course's order."""

    @property
    def person(self) -> str:
        """What they are called; the account where no name is known."""
        return self.name or self.learner

    @property
    def mastered(self) -> tuple[UnitPart, ...]:
        """The units that are mastered, by evidence or by an instructor."""
        return tuple(unit for unit in self.units if unit.mastered_at is not None)

    @property
    def complete(self) -> bool:
        """Whether every unit is mastered."""
        return bool(self.units) and len(self.mastered) == len(self.units)

    @property
    def overridden(self) -> tuple[UnitPart, ...]:
        """The units in which an instructor decided by hand."""
        return tuple(unit for unit in self.units if unit.overrides)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file; times as ISO 8601 in UTC. `from_json` reads them back."""
        values: dict[str, Any] = _plain(self)
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Portfolio:
        """The inverse of `to_json`; KeyError, TypeError or ValueError for anything else."""
        return cast(Portfolio, _read(cls, values))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value.isoformat() if isinstance(value, datetime) else value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _read(kind: Any, value: Any) -> Any:
    """*value* as the annotation *kind* says it was before `_plain`."""
    if get_origin(kind) in (Union, UnionType):
        if value is None:
            return None
        (kind,) = [one for one in get_args(kind) if one is not NoneType]
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], member) for member in value)
    if is_dataclass(kind):
        hints = _hints(cast(type, kind))
        return cast(type, kind)(**{name: _read(hints[name], value[name]) for name in hints})
    return datetime.fromisoformat(value) if kind is datetime else value
