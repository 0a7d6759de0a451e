"""The frames of a course: what happened and how it stands, as pandas has it.

Every frame has the documented columns with the documented dtypes, for an empty course as for a full one. NA and NaT are
what is missing; points are points, shares and criteria lie between 0 and 1, times are UTC. `learner`, `unit` and
`objective` have the same categories in every frame: learners by name, units and objectives in the course's order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.reports import columns, rows
from kit.reports.gathered import Column, Done, Runs

if TYPE_CHECKING:
    from kit.records import Catalogue, Event
    from kit.reports.gathering import Gathered

_ATTEMPT = ("learner", "unit", "revision", "attempt", "form", "submission", "submitted_at")
"""What tells one attempt, at the front of every table that has rows for its parts."""


class Frames:
    """The frames of a course as attributes; `help(frames.attempts)` is of no use, `help(type(frames))` is.

    Each is made when it is first asked for, and kept.
    """

    def __init__(self, gathered: Gathered, catalogue: Catalogue, events: Callable[[], Sequence[Event]]) -> None:
        self.kept: dict[str, Any] = {}
        """What others work out of all these frames once, under a name of theirs."""
        self._gathered = gathered
        self._events = events
        objectives = [o.id for one in catalogue.units for r in _newest_first(catalogue, one.id) for o in r.objectives]
        found = gathered.attempts["unit"].categories + gathered.units["unit"].categories
        self._shared: Mapping[str, list[str]] = {
            "learner": gathered.learners["learner"].categories,
            "unit": _in_order([one.id for one in catalogue.units], found),
            "objective": _in_order(objectives, _objectives(gathered)),
        }

    @cached_property
    def learners(self) -> pd.DataFrame:
        """One row per enrolled learner, by name in alphabetical order.

        name            dtype                unit    meaning
        --------------  -------------------  ------  -------------------------------------------------------------
        learner         category             –       the learner's account name
        name            string               –       what they are called; the account name where none is known
        section         category             –       the section they belong to; NA where there are none
        enrolled_at     datetime64[us, UTC]  UTC     when they were enrolled
        last_active_at  datetime64[us, UTC]  UTC     when they last fetched or handed something in; NaT if never
        units           Int64                number  units of the course that are built
        mastered        Int64                number  of these, the ones they have mastered
        """
        return self._table(self._gathered.learners, {})

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """One row per attempt (a form that was handed in and could be read), by learner, unit and submission time.

        name          dtype                unit    meaning
        ------------  -------------------  ------  ---------------------------------------------------------------
        learner       category             –       the learner's account name
        unit          category             –       unit id
        revision      Int64                number  which build of the unit the form belongs to, from 1
        attempt       Int64                number  1 for the first form handed in in this unit, and so on
        form          category             –       a, b, c …
        assignment    category             –       the form's assignment id, also nbgrader's
        submission    category             –       id of the submission in the archive
        fetched_at    datetime64[us, UTC]  UTC     when the form was fetched; NaT where that was not seen
        submitted_at  datetime64[us, UTC]  UTC     when it was handed in
        graded        bool                 –       whether it has been checked
        score         Float64              points  over all items; NA until all of them are assessed
        max           Float64              points  there are; NA until it is graded
        share         Float64              0–1     score ÷ max
        outcome       category             –       mastered, gaps, more, attention or waiting; NA until decided
        cycle         Int64                number  attempts that left a gap so far, this one included; NA until decided
        rule          category             –       the rule that spoke
        sentence      category             –       what the learner was told
        before_reset  bool                 –       an instructor's reset put it behind the learner: no evidence any more
        """
        return self._table(self._gathered.attempts, {"outcome": columns.OUTCOMES})

    @cached_property
    def items(self) -> pd.DataFrame:
        """One row per item score of every graded attempt, in the order of the form's cells.

        name          dtype                unit    meaning
        ------------  -------------------  ------  ---------------------------------------------------------------
        learner       category             –       the learner's account name
        unit          category             –       unit id
        revision      Int64                number  which build of the unit the form belongs to
        attempt       Int64                number  as in `attempts`
        form          category             –       a, b, c …
        submission    category             –       id of the submission
        submitted_at  datetime64[us, UTC]  UTC     when it was handed in
        item          category             –       the test cell's grade_id
        objective     category             –       the objective the item belongs to
        score         Float64              points  reached; NA = not assessed
        max           Float64              points  there are
        note          category             –       why it came out so, as the learner reads it; may be empty
        """
        found, scores = self._gathered.attempts, self._gathered.items
        leaves = _leaves(scores, {"item": "category", "objective": "category", "score": "float", "max": "float",
                                  "note": "category"})  # fmt: skip
        return self._table(_runs(found, scores, _ATTEMPT) | leaves, {})

    @cached_property
    def objectives(self) -> pd.DataFrame:
        """One row per decided attempt and objective: the verdicts, as they were decided.

        name          dtype                unit    meaning
        ------------  -------------------  ------  ---------------------------------------------------------------
        learner       category             –       the learner's account name
        unit          category             –       unit id
        revision      Int64                number  which build of the unit the form belongs to
        attempt       Int64                number  as in `attempts`
        form          category             –       a, b, c …
        submission    category             –       id of the submission
        submitted_at  datetime64[us, UTC]  UTC     when it was handed in
        objective     category             –       objective id
        score         Float64              points  reached on this objective's items; NA = not assessed
        max           Float64              points  there are on this objective's items
        share         Float64              0–1     score ÷ max
        criterion     Float64              0–1     share from which it counts as mastered, frozen at engagement
        state         category             –       mastered, mastered-before (stays so), gap, not-enough or not-assessed
        certainty     Float64              0–1     posterior probability that the true level reaches the criterion
        before_reset  bool                 –       an instructor's reset put the attempt behind the learner
        """
        found, verdicts = self._gathered.attempts, self._gathered.verdicts
        leaves = _leaves(verdicts, {"objective": "category", "score": "float", "max": "float", "share": "float",
                                    "criterion": "float", "state": "category", "certainty": "float"})  # fmt: skip
        last = _runs(found, verdicts, ("before_reset",))
        return self._table(_runs(found, verdicts, _ATTEMPT) | leaves | last, {"state": columns.VERDICTS})

    @cached_property
    def units(self) -> pd.DataFrame:
        """One row per learner and unit of the course, as it stands (`kit.decisions.standing`).

        name              dtype                unit      meaning
        ----------------  -------------------  --------  ---------------------------------------------------------
        learner           category             –         the learner's account name
        name              category             –         what they are called; the account name where none is known
        unit              category             –         unit id, in the course's order
        title             category             –         of the revision the learner has
        state             category             –         locked, open, working, waiting, corrective, retry, …
        attempts          Int64                number    attempts that count (since the last reset)
        cycles            Int64                number    of these, the ones that left a gap
        correctives       Int64                number    correctives handed in
        objectives        Int64                number    objectives of the unit
        objectives_shown  Int64                number    of these, the ones mastered so far
        engaged_at        datetime64[us, UTC]  UTC       first form taken (since the last reset): the criterion froze
        mastered_at       datetime64[us, UTC]  UTC       hand-in time of the attempt that showed it, or the override's
        time_to_mastery   timedelta64[us]      duration  mastered_at − engaged_at, by the calendar; NaT until mastered
        by_override       bool                 –         mastered because an instructor said so
        sentence          category             –         what the learner reads
        attention         category             –         why an instructor should look; NA where they need not
        attention_next    category             –         what they can do about it; NA where they need not
        """
        return self._table(self._gathered.units, {"state": columns.STATES})

    @cached_property
    def progress(self) -> pd.DataFrame:
        """One row per learner, unit and objective, as it stands (`kit.decisions.standing`).

        name       dtype     unit  meaning
        ---------  --------  ----  -------------------------------------------------------------------------------
        learner    category  –     the learner's account name
        unit       category  –     unit id
        objective  category  –     objective id
        title      category  –     ends the sentence "You can …"
        state      category  –     open (not tried, not decided, not enough evidence), shown, not-yet
        criterion  Float64   0–1   share from which it counts as mastered
        """
        leaves = _leaves(self._gathered.objectives, {"id": "category", "title": "category", "state": "category",
                                                     "criterion": "float"})  # fmt: skip
        leaves = {"objective": leaves.pop("id"), **leaves}
        base = _runs(self._gathered.units, self._gathered.objectives, ("learner", "unit"))
        return self._table(base | leaves, {"state": columns.PROGRESS})

    @cached_property
    def correctives(self) -> pd.DataFrame:
        """One row per corrective that was opened for a learner, and what the attempt after it showed.

        name          dtype                unit    meaning
        ------------  -------------------  ------  ---------------------------------------------------------------
        learner       category             –       the learner's account name
        unit          category             –       unit id
        revision      Int64                number  which build of the unit it belongs to
        objective     category             –       the gap it is for
        approach      category             –       how it goes about it
        assignment    category             –       the corrective's assignment id
        granted_at    datetime64[us, UTC]  UTC     when it was opened
        fetched_at    datetime64[us, UTC]  UTC     when it was fetched; NaT until then
        withdrawn_at  datetime64[us, UTC]  UTC     when it was taken back unread; NaT where it was not
        submitted_at  datetime64[us, UTC]  UTC     when it was handed in; NaT until then
        score         Float64              points  reached in its practice (never held against anyone)
        max           Float64              points  there are in its practice
        share         Float64              0–1     score ÷ max
        next_attempt  Int64                number  the first attempt after it was handed in, as in `attempts`
        followed_by   category             –       that attempt's verdict on the objective; NA until decided
        """
        return self._table(self._gathered.correctives, {"followed_by": columns.VERDICTS})

    @cached_property
    def events(self) -> pd.DataFrame:
        """The ledger as it is, one row per event, in the order in which they were written.

        name        dtype                unit  meaning
        ----------  -------------------  ----  -------------------------------------------------------------------
        key         string               –     makes writing it twice the same as writing it once
        kind        category             –     enrolled, granted, fetched … (`kit.records.events` lists them)
        learner     category             –     whom it concerns
        at          datetime64[us, UTC]  UTC   when it happened; for a submission the time it was handed in
        who         category             –     who did it; mastery-kit for what the controller does by itself
        unit        category             –     unit id; NA where it concerns the whole course
        assignment  category             –     assignment id; NA where it concerns the whole unit
        data        string               –     the event's own values, as JSON
        why         string               –     the reason; may be empty
        """
        return columns.frame(columns.EVENTS, rows.event_rows(self._events()))

    def _table(self, found: Mapping[str, Done], categories: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        known = {**self._shared, **categories}
        return pd.DataFrame({name: columns.series(column, known.get(name)) for name, column in found.items()})


def _newest_first(catalogue: Catalogue, unit: str) -> list[Any]:
    numbered = catalogue.revisions.get(unit, {})
    return [numbered[number] for number in sorted(numbered, reverse=True)]


def _objectives(gathered: Gathered) -> list[str]:
    found = [leaf.objective for runs in (gathered.items, gathered.verdicts) for leaf in runs.values]
    return [*found, *gathered.correctives["objective"].categories, *(leaf.id for leaf in gathered.objectives.values)]


def _in_order(first: Sequence[str], found: Sequence[str]) -> list[str]:
    """*first*, each once, then what else was *found*, sorted."""
    return list(dict.fromkeys([*first, *sorted(set(found) - set(first))]))


def _runs(table: Mapping[str, Done], runs: Runs, names: Sequence[str]) -> dict[str, Done]:
    """The columns *names* of *table* with each row as often as its run is long."""
    return {name: table[name].repeat(runs.counts) for name in names}


def _leaves(runs: Runs, kinds: Mapping[str, str]) -> dict[str, Done]:
    """The attributes *kinds* of the values in *runs* as columns, with the kind of each."""
    found = {}
    for name, kind in kinds.items():
        column = Column(kind)
        column.extend(getattr(value, name) for value in runs.values)
        found[name] = column.done().take(runs.codes)
    return found
