"""`report`: everything the instructor's page and notebook show, as frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from kit import analysis
from kit.overview import evenness, needs
from kit.overview.names import hidden, pseudonyms
from kit.reports import REPORTS, CourseView

if TYPE_CHECKING:
    import pandas as pd

    from kit.reports import Frames


@dataclass(frozen=True)
class Report:
    """One course at one moment. Each frame is made when it is first asked for; their functions tell the columns."""

    view: CourseView
    """Of the section the report is about."""
    now: datetime | None
    """The moment idleness is counted from; None: the latest one the ledger knows of."""
    anonymous: bool

    @property
    def title(self) -> str:
        """The course's title, with the section if there is one."""
        return self.view.course.title + (f", section {self.view.section}" if self.view.section else "")

    @property
    def frames(self) -> Frames:
        """What the report is made from, with the learners' real names."""
        return self.view.frames

    @cached_property
    def as_of(self) -> datetime | None:
        """The moment the report is about; None where nothing happened and no moment was given."""
        return self.now or needs.as_of(self.frames)

    @cached_property
    def people(self) -> pd.DataFrame:
        """`frames.learners`, by name or pseudonym."""
        return self._shown(self.frames.learners)

    @cached_property
    def map(self) -> pd.DataFrame:
        """One row per learner and unit: learner, name, unit, state, cycles, by_override."""
        columns = ["learner", "name", "unit", "state", "cycles", "by_override"]
        return self._shown(self.frames.units[columns])

    @cached_property
    def progress(self) -> pd.DataFrame:
        """Learners by state, a row per unit (`kit.reports.cohort.unit_progress`)."""
        return REPORTS["unit-progress"](self.frames)

    @cached_property
    def attention(self) -> pd.DataFrame:
        """Who asks for an instructor, with the reason (`kit.reports.cohort.attention`)."""
        return self._shown(REPORTS["attention"](self.frames))

    @cached_property
    def idle(self) -> pd.DataFrame:
        """Who gave no sign for a week (`kit.overview.needs.idle`)."""
        from datetime import UTC

        return self._shown(needs.idle(self.frames, self.as_of or datetime(1970, 1, 1, tzinfo=UTC)))

    @cached_property
    def wheel_spinning(self) -> pd.DataFrame:
        """Who tries without progress (`kit.overview.needs.wheel_spinning`)."""
        return self._shown(needs.wheel_spinning(self.frames))

    @cached_property
    def reteach(self) -> pd.DataFrame:
        """Who misses the same after the same approaches (`kit.overview.needs.reteach_groups`)."""
        return self._shown(needs.reteach_groups(self.frames))

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Gaps by objective (`kit.reports.growth.gaps_by_objective`)."""
        return REPORTS["gaps-by-objective"](self.frames)

    @cached_property
    def levels(self) -> pd.DataFrame:
        """First attempt and as it stands (`kit.reports.growth.first_and_final`)."""
        return self._shown(REPORTS["first-and-final"](self.frames))

    @cached_property
    def achievement_gap(self) -> pd.DataFrame:
        """How levels came together (`kit.overview.evenness.achievement_gap`)."""
        return evenness.achievement_gap(self.frames)

    @cached_property
    def time_to_mastery(self) -> pd.DataFrame:
        """How long it took (`kit.reports.instruction.time_to_mastery`)."""
        return REPORTS["time-to-mastery"](self.frames)

    @cached_property
    def cycles_to_mastery(self) -> pd.DataFrame:
        """How many cycles it took (`kit.reports.instruction.cycles_to_mastery`)."""
        return REPORTS["cycles-to-mastery"](self.frames)

    @cached_property
    def time_ratio(self) -> pd.DataFrame:
        """Slow against fast, unit by unit (`kit.overview.evenness.time_ratio`)."""
        return evenness.time_ratio(self.frames)

    @cached_property
    def lockstep(self) -> pd.DataFrame:
        """Who was moved on by override (`kit.overview.evenness.lockstep`)."""
        return evenness.lockstep(self.frames)

    @cached_property
    def correctives(self) -> pd.DataFrame:
        """What became of each corrective (`kit.analysis.correctives`)."""
        return analysis.correctives(self.view)

    @cached_property
    def items(self) -> pd.DataFrame:
        """How each item behaves (`kit.analysis.items`)."""
        return analysis.items(self.view)

    @cached_property
    def _pseudonyms(self) -> dict[str, str]:
        return pseudonyms(self.view.course, self.frames.learners["learner"])

    def _shown(self, found: pd.DataFrame) -> pd.DataFrame:
        return hidden(found, self._pseudonyms) if self.anonymous else found


def report(
    view: CourseView, *, now: datetime | None = None, anonymous: bool = False, section: str | None = None
) -> Report:
    """The instructor's report of *view*, of one *section* if it is named (UnknownName if nobody is in it).

    *now* (aware) is the moment idleness is counted from. With *anonymous* every name is a stable pseudonym
    (`kit.overview.names`).
    """
    return Report(view.only(section) if section else view, now, anonymous)
