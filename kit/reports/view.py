"""`load`: a course opened for reading, as pandas frames; while a reconciler runs, and before anything has happened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kit.course import Course, load_course
from kit.decisions import Standing, standing
from kit.errors import UnknownName
from kit.ledger import Ledger, journal_path
from kit.records import Catalogue, Event, LearnerRecord, fold_all

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CourseView:
    """One course as it was when it was loaded: the history of everyone enrolled, and frames made of it on demand.

    Times are UTC. A missing score (NA) means *not assessed*: never the same as zero. Points are nbgrader points;
    a share is points reached ÷ points there are, from 0 to 1.
    """

    course: Course
    catalogue: Catalogue
    history: tuple[Event, ...]
    """Every event of the ledger, in the order in which they were written."""

    @cached_property
    def records(self) -> dict[str, LearnerRecord]:
        """The mastery record of every enrolled learner, by name in alphabetical order."""
        records = fold_all(self.history)
        return {name: records[name] for name in sorted(records) if records[name].enrolled_at is not None}

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Where every enrolled learner stands, from the function that also answers the learners."""
        return {name: standing(record, self.catalogue) for name, record in self.records.items()}

    def record(self, learner: str) -> LearnerRecord:
        """The record of *learner*; UnknownName if they are not enrolled, with names that look alike."""
        if learner in self.records:
            return self.records[learner]
        import difflib

        alike = difflib.get_close_matches(learner, self.records, n=3)
        hint = f"Did you mean {' or '.join(alike)}?" if alike else "`kit status` shows everyone who is."
        raise UnknownName(f"No learner {learner!r} is enrolled in {self.course.title}. {hint}")

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """One row per attempt (a form that was handed in and could be read), by learner, unit and submission time.

        name          dtype                unit    meaning
        ------------  -------------------  ------  ---------------------------------------------------------------
        learner       string               –       the learner's account name
        unit          string               –       unit id
        revision      Int64                number  which build of the unit the form belongs to, from 1
        attempt       Int64                number  1 for the first form handed in in this unit, and so on
        form          string               –       a, b, c …
        assignment    string               –       the form's assignment id, also nbgrader's
        submission    string               –       id of the submission in the archive
        submitted_at  datetime64[us, UTC]  UTC     when it was handed in
        graded        bool                 –       whether it has been checked
        score         Float64              points  over all items; NA until all of them are assessed
        max           Float64              points  there are; NA until it is graded
        share         Float64              0–1     score ÷ max
        outcome       category             –       mastered, gaps, more, attention or waiting; NA until decided
        cycle         Int64                number  attempts that left a gap so far, this one included; NA until decided
        rule          string               –       the rule that spoke
        sentence      string               –       what the learner was told
        before_reset  bool                 –       an instructor's reset put it behind the learner: no evidence any more
        """
        from kit.reports import columns, rows

        return columns.frame(columns.ATTEMPTS, rows.attempt_rows(self.records.values()))

    @cached_property
    def items(self) -> pd.DataFrame:
        """One row per item score of every graded attempt, in the order of the form's cells.

        name          dtype                unit    meaning
        ------------  -------------------  ------  ---------------------------------------------------------------
        learner       string               –       the learner's account name
        unit          string               –       unit id
        revision      Int64                number  which build of the unit the form belongs to
        attempt       Int64                number  as in `attempts`
        form          string               –       a, b, c …
        submission    string               –       id of the submission
        submitted_at  datetime64[us, UTC]  UTC     when it was handed in
        item          string               –       the test cell's grade_id
        objective     string               –       the objective the item belongs to
        score         Float64              points  reached; NA = not assessed
        max           Float64              points  there are
        note          string               –       why it came out so, as the learner reads it; may be empty
        """
        from kit.reports import columns, rows

        return columns.frame(columns.ITEMS, rows.item_rows(self.records.values()))

    @cached_property
    def objectives(self) -> pd.DataFrame:
        """One row per decided attempt and objective: the verdicts, as they were decided.

        name          dtype                unit    meaning
        ------------  -------------------  ------  ---------------------------------------------------------------
        learner       string               –       the learner's account name
        unit          string               –       unit id
        revision      Int64                number  which build of the unit the form belongs to
        attempt       Int64                number  as in `attempts`
        form          string               –       a, b, c …
        submission    string               –       id of the submission
        submitted_at  datetime64[us, UTC]  UTC     when it was handed in
        objective     string               –       objective id
        score         Float64              points  reached on this objective's items; NA = not assessed
        max           Float64              points  there are on this objective's items
        share         Float64              0–1     score ÷ max
        criterion     Float64              0–1     share from which it counts as mastered, frozen at engagement
        state         category             –       mastered, mastered-before (stays so), gap, not-enough or not-assessed
        certainty     Float64              0–1     posterior probability that the true level reaches the criterion
        before_reset  bool                 –       an instructor's reset put the attempt behind the learner
        """
        from kit.reports import columns, rows

        return columns.frame(columns.OBJECTIVES, rows.objective_rows(self.records.values()))

    @cached_property
    def units(self) -> pd.DataFrame:
        """One row per learner and unit of the course, as it stands (`kit.decisions.standing`).

        name              dtype                unit      meaning
        ----------------  -------------------  --------  ---------------------------------------------------------
        learner           string               –         the learner's account name
        name              string               –         what they are called; the account name where none is known
        unit              string               –         unit id, in the course's order
        title             string               –         of the revision the learner has
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
        sentence          string               –         what the learner reads
        attention         string               –         why an instructor should look; NA where they need not
        attention_next    string               –         what they can do about it; NA where they need not
        """
        from kit.reports import columns, rows

        return columns.frame(columns.UNITS, rows.unit_rows(self.records.values(), self.standings, self.catalogue))

    @cached_property
    def progress(self) -> pd.DataFrame:
        """One row per learner, unit and objective, as it stands (`kit.decisions.standing`).

        name       dtype     unit  meaning
        ---------  --------  ----  -------------------------------------------------------------------------------
        learner    string    –     the learner's account name
        unit       string    –     unit id
        objective  string    –     objective id
        title      string    –     ends the sentence "You can …"
        state      category  –     open (not tried, not decided, not enough evidence), shown, not-yet
        criterion  Float64   0–1   share from which it counts as mastered
        """
        from kit.reports import columns, rows

        return columns.frame(columns.PROGRESS, rows.progress_rows(self.standings.values()))

    @cached_property
    def correctives(self) -> pd.DataFrame:
        """One row per corrective that was opened for a learner, and what the attempt after it showed.

        name          dtype                unit    meaning
        ------------  -------------------  ------  ---------------------------------------------------------------
        learner       string               –       the learner's account name
        unit          string               –       unit id
        objective     string               –       the gap it is for
        approach      string               –       how it goes about it
        assignment    string               –       the corrective's assignment id
        granted_at    datetime64[us, UTC]  UTC     when it was opened
        submitted_at  datetime64[us, UTC]  UTC     when it was handed in; NaT until then
        score         Float64              points  reached in its practice (never held against anyone)
        max           Float64              points  there are in its practice
        share         Float64              0–1     score ÷ max
        next_attempt  Int64                number  the first attempt after it was handed in, as in `attempts`
        followed_by   category             –       that attempt's verdict on the objective; NA until decided
        """
        from kit.reports import columns, rows

        return columns.frame(columns.CORRECTIVES, rows.corrective_rows(self.records.values()))

    @cached_property
    def events(self) -> pd.DataFrame:
        """The ledger as it is, one row per event, in the order in which they were written.

        name        dtype                unit  meaning
        ----------  -------------------  ----  -------------------------------------------------------------------
        key         string               –     makes writing it twice the same as writing it once
        kind        string               –     enrolled, granted, fetched … (`kit.records.events` lists them)
        learner     string               –     whom it concerns
        at          datetime64[us, UTC]  UTC   when it happened; for a submission the time it was handed in
        who         string               –     who did it; mastery-kit for what the controller does by itself
        unit        string               –     unit id; NA where it concerns the whole course
        assignment  string               –     assignment id; NA where it concerns the whole unit
        data        object               –     the event's own values, a dict
        why         string               –     the reason; may be empty
        """
        from kit.reports import columns, rows

        return columns.frame(columns.EVENTS, rows.event_rows(self.history))


def load(path: Path | str = ".") -> CourseView:
    """Read the course in *path*, with everything that has happened in it; nothing is written.

    CourseError if the course cannot be used, LedgerError if its ledger cannot be read.
    """
    # Building notebooks pulls nbgrader in, which takes seconds: only where a course is really opened.
    from kit.build import load_catalogue

    course = load_course(path)
    return CourseView(course, load_catalogue(course), tuple(_events(course)))


def _events(course: Course) -> list[Event]:
    file = course.ledger_url.removeprefix("sqlite:///")
    if file != course.ledger_url and not Path(file).is_file():
        if not journal_path(course).is_file():
            return []  # nothing has happened yet; reading must not create a ledger
        Ledger(course.ledger_url, journal_path(course))  # says that the ledger is missing, and the way back
    # Without the journal: bringing that up to date is the reconciler's business.
    with Ledger(course.ledger_url) as ledger:
        return ledger.events()
