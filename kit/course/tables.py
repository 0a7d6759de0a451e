"""The tables [assessment], [decisions] and [hub] of course.toml and unit.toml: typed and bounded at the border."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit.course.model import Hub
from kit.course.settings import Assessment, Bkt, Settings

_BKT, _SETTINGS, _ASSESSMENT, _HUB = Bkt(), Settings(), Assessment(), Hub()

Sure = Annotated[float, Field(gt=0.5, lt=1)]
Mistake = Annotated[float, Field(gt=0, lt=0.5)]
"""From 0.5 on, a right answer would speak against knowing it (Baker, Corbett & Aleven 2008)."""
Chance = Annotated[float, Field(gt=0, lt=1)]
Seen = Annotated[float, Field(gt=0, le=100)]


class Table(BaseModel):
    """A TOML table: a key with a typing error must not be ignored silently."""

    model_config = ConfigDict(extra="forbid")


class AssessmentTable(Table):
    """`[assessment]` of course.toml."""

    risk: Annotated[float, Field(ge=0.01, le=0.5)] = _ASSESSMENT.risk
    margin: Annotated[float, Field(ge=0.05, le=0.3)] = _ASSESSMENT.margin

    def value(self) -> Assessment:
        """As the rest of the kit knows it."""
        return Assessment(self.risk, self.margin)


class BktTable(Table):
    """`[decisions.bkt]`."""

    start: Chance = _BKT.start
    learn: Annotated[float, Field(ge=0, lt=1)] = _BKT.learn
    slip: Mistake = _BKT.slip
    guess: Mistake = _BKT.guess
    confidence: Sure = _BKT.confidence


class DecisionsTable(Table):
    """`[decisions]` of course.toml, and of unit.toml for one unit."""

    confidence: Sure = _SETTINGS.confidence
    prior: tuple[Seen, Seen] = _SETTINGS.prior
    streak: Annotated[int, Field(ge=2, le=50)] = _SETTINGS.streak
    confirm_from: Annotated[int, Field(ge=0)] = _SETTINGS.confirm_from
    bkt: BktTable = Field(default_factory=BktTable)

    def value(self, course: DecisionsTable | None = None) -> Settings:
        """As the rest of the kit knows it; keys that are not given here are those of *course*."""
        given: dict[str, Any] = self.model_dump(exclude_unset=True)
        base = {} if course is None else course.model_dump(exclude_unset=True)
        bkt = Bkt(**{**base.pop("bkt", {}), **given.pop("bkt", {})})
        return Settings(**{**base, **given, "bkt": bkt})


GroupName = Annotated[str, Field(min_length=1, max_length=255)]


class HubTable(Table):
    """`[hub]` of course.toml."""

    learners: GroupName = _HUB.learners
    instructors: GroupName = _HUB.instructors
    sections: GroupName = _HUB.sections
    identity_seconds: Annotated[int, Field(ge=1, le=3600)] = _HUB.identity_seconds
    roster_seconds: Annotated[int, Field(ge=1, le=86_400)] = _HUB.roster_seconds

    @model_validator(mode="after")
    def _two_groups(self) -> HubTable:
        if self.learners == self.instructors:
            raise ValueError("learners and instructors name the same group: every learner would be an instructor")
        return self

    def value(self) -> Hub:
        """As the rest of the kit knows it."""
        return Hub(**self.model_dump())
