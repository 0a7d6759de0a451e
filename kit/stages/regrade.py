"""After a corrected test: what was handed in is graded again, the old evidence stays, and it is said who is affected.

A changed score is a new version of the evidence on that submission: an event with the reason and who asked for it. The
attempts after it get a new version too, even where their scores stay: what is decided on them rests on earlier ones.
Decisions are made by the next round, as for every new version. Points a person gave stay, and what a learner has
mastered stays mastered.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from kit.build.corrections import finish_correction
from kit.course import Course
from kit.decisions import decide
from kit.errors import KitError
from kit.gradebook import BookScore
from kit.grading import Graded, Rejected
from kit.lock import at_work
from kit.records import Assignment, Decision, Event, ItemScore, LearnerRecord, Submission, UnitRecord, fold_all
from kit.stages.grade import HandedIn, Result, grade_each, graded_event, put_out, tests_of
from kit.stages.opened import OpenCourse, Scope, Step, Watch, open_course


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item's points; None where a person is still to look."""

    item: str
    old: float | None
    new: float | None


@dataclass(frozen=True, slots=True)
class Affected:
    """One submission for which something is different now."""

    learner: str
    assignment: str
    items: tuple[ItemChange, ...]
    """Empty where only the decision changes, because of an earlier attempt."""
    before: str
    """Outcome of the decision; empty where nothing is decided (a corrective, or a person is still to look)."""
    after: str
    stays: tuple[str, ...] = ()
    """Objectives for which the points no longer reach the criterion; once mastered, they stay mastered."""


@dataclass(slots=True)
class Regraded:
    """What came of it."""

    looked_at: int = 0
    affected: list[Affected] = field(default_factory=list)
    reworded: int = 0
    """Submissions whose points are the same and whose feedback says it in other words."""
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    """(learner, assignment, why): could not be graded again, and stays as it was."""


def regrade(
    course: Course, unit: str, *, why: str, by: str, form: str | None = None, scope: Scope | None = None,
    dry_run: bool = False, watch: Watch | None = None,
) -> Regraded:  # fmt: skip
    """Grade again what was graded of *unit*, against the tests that its assignments have now.

    With *form* (a letter) only submissions of that form, and what the same learners handed in as further attempts;
    *dry_run* writes nothing. Waits for the round that is going on, and holds the course still. KitError without a
    reason, without a sandbox, or where there is no such form; UnknownName for the unit.
    """
    if not why.strip() and not dry_run:
        raise KitError('Grading again needs a reason: --why "…". It stays in the record of everybody affected.')
    course.unit(unit)
    with at_work(course), open_course(course, scope=scope, watch=watch) as opened:
        if not dry_run:
            finish_correction(course, opened.gradebook)
        forms = {form.form for revision in opened.catalogue.revisions.get(unit, {}).values() for form in revision.forms}
        if form is not None and form not in forms:
            raise KitError(f"{unit} has no form {form!r}. It has: {', '.join(sorted(map(str, forms))) or 'none yet'}.")
        work = list(_graded(opened, unit, form))
        if work:
            opened.executor.open()
        return _Regrading(opened, unit, why.strip(), by, dry_run).all(work)


def _graded(opened: OpenCourse, unit: str, form: str | None) -> Iterator[HandedIn]:
    """What was graded, learner by learner, attempts in their order first."""
    for record in opened.learners():
        mine = record.unit(unit)
        if not opened.scope.has(record.learner, unit):
            continue
        attempts = [attempt.submission for attempt in mine.attempts]
        if form is not None:
            first = next((n for n, attempt in enumerate(mine.attempts) if attempt.form == form), len(attempts))
            chosen = attempts[first:]
        else:
            chosen = attempts + [s for s in mine.submissions.values() if s not in attempts]
        for submission in chosen:
            if submission.state == "graded" and opened.catalogue.knows(submission.assignment):
                yield record.learner, opened.catalogue.assignment(submission.assignment), submission


@dataclass(frozen=True, slots=True)
class _Fresh:
    """One submission, graded again."""

    handed_in: HandedIn
    result: Graded
    rows: Mapping[str, BookScore]
    """For the gradebook."""
    items: tuple[ItemScore, ...]
    """With the points a person gave."""


@dataclass(slots=True)
class _Regrading:
    opened: OpenCourse
    unit: str
    why: str
    by: str
    dry_run: bool
    report: Regraded = field(default_factory=Regraded)

    def all(self, work: Sequence[HandedIn]) -> Regraded:
        each = enumerate(grade_each(self.opened, work), start=1)
        for learner, results in groupby(each, key=lambda one: one[1][0][0]):
            fresh = []
            for done, (handed_in, result) in results:
                self.report.looked_at += 1
                if isinstance(result, Graded):
                    fresh.append(self._with_a_persons_points(handed_in, result))
                else:
                    self._failed(handed_in, result)
                self.opened.watch(Step("regrade", f"{learner} {handed_in[1].id}", done, len(work)))
            self._learner(learner, fresh)
        return self.report

    def _failed(self, handed_in: HandedIn, result: Result) -> None:
        reason = result.reason if isinstance(result, Rejected) else str(result)
        self.report.failed.append((handed_in[0], handed_in[1].id, reason))

    def _with_a_persons_points(self, handed_in: HandedIn, result: Graded) -> _Fresh:
        learner, assignment, submission = handed_in
        book = self.opened.gradebook.read_scores(learner, assignment.id)
        by_hand = _by_hand(self.opened.ledger.events(learner), submission) if submission.version > 1 else {}
        rows = {item.item: _row(item, book.get(item.item), by_hand) for item in result.items}
        items = tuple(replace(item, score=rows[item.item].score) for item in result.items)
        return _Fresh(handed_in, result, rows, items)

    def _learner(self, learner: str, fresh: Sequence[_Fresh]) -> None:
        mine = self.opened.records[learner].unit(self.unit)
        events = list(self._events(learner, mine, {one.handed_in[2].id: one for one in fresh}))
        before = {attempt.submission.id: attempt.decision for attempt in mine.attempts}
        after = {**before, **self._foreseen(learner, mine, events)}
        for one in fresh:
            self._tell(one, before.get(one.handed_in[2].id), after.get(one.handed_in[2].id))
        if self.dry_run or not events:
            return
        for one in fresh:
            submission = one.handed_in[2]
            if one.items != submission.items or before.get(submission.id) != after.get(submission.id):
                trouble = self._put_out(one, after.get(submission.id))
                if trouble:
                    self.report.failed.append((learner, one.handed_in[1].id, trouble))
                    return  # nothing of this learner's is recorded: the next time all of it is done again
        # All at once and last: killed before it, all of this learner's is done again.
        self.opened.record(*events)

    def _put_out(self, one: _Fresh, decision: Decision | None) -> str:
        """Why the new result could not be put out; empty where it could."""
        learner, assignment, submission = one.handed_in
        try:
            self.opened.gradebook.put_scores(learner, assignment, submission.at, one.rows)
            put_out(self.opened, one.handed_in, one.result, decision)
        except KitError:
            raise
        except Exception as error:
            return f"its new result cannot be put out ({type(error).__name__}: {error})"
        return ""

    def _events(self, learner: str, mine: UnitRecord, fresh: Mapping[str, _Fresh]) -> Iterator[Event]:
        moved = False
        attempts = [attempt.submission for attempt in mine.attempts if not attempt.before_reset]
        for submission in (
            *attempts,
            *(one.handed_in[2] for one in fresh.values() if one.handed_in[2] not in attempts),
        ):
            one = fresh.get(submission.id)
            items = one.items if one else submission.items
            scores_moved = _scores(items) != _scores(submission.items)
            counts = submission in attempts
            moved = moved or (scores_moved and counts)
            if items != submission.items or (moved and counts and submission.state == "graded"):
                assignment = self.opened.catalogue.assignment(submission.assignment)
                yield self._event((learner, assignment, submission), items, one)

    def _event(self, handed_in: HandedIn, items: tuple[ItemScore, ...], one: _Fresh | None) -> Event:
        facts = {"seconds": round(one.result.seconds, 3), "tests": tests_of(self.opened, handed_in[1])} if one else {}
        event = graded_event(handed_in, items, handed_in[2].version + 1, regraded=True, **facts)
        return replace(event, who=self.by, why=self.why)

    def _foreseen(self, learner: str, mine: UnitRecord, events: Sequence[Event]) -> dict[str, Decision]:
        """What the next round will decide, by submission, or that a person is still to look."""
        unit = copy.deepcopy(mine)
        record = {learner: LearnerRecord(learner, units={unit.unit: unit})}
        fold_all(events, record)
        found = {}
        for attempt in unit.attempts:
            submission = attempt.submission
            news = submission.state == "graded" and attempt.decided_version != submission.version
            if news and not attempt.before_reset:
                assignment = self.opened.catalogue.assignment(submission.assignment)
                revision = self.opened.catalogue.revision(unit.unit, assignment.revision)
                decision = found[submission.id] = decide(revision, unit, attempt)
                if decision.outcome != "waiting":
                    fold_all([_decided(learner, assignment, submission, decision)], record)
        return found

    def _tell(self, one: _Fresh, before: Decision | None, after: Decision | None) -> None:
        learner, assignment, submission = one.handed_in
        was = _scores(submission.items)
        items = tuple(ItemChange(i.item, was.get(i.item), i.score) for i in one.items if was.get(i.item) != i.score)
        outcomes = _outcome(before), _outcome(after)
        stays = _stays(before, after)
        if items or stays or outcomes[0] != outcomes[1]:
            self.report.affected.append(Affected(learner, assignment.id, items, *outcomes, stays))
        elif one.items != submission.items:
            self.report.reworded += 1


def _outcome(decision: Decision | None) -> str:
    return "" if decision is None or decision.outcome == "waiting" else decision.outcome


def _scores(items: Sequence[ItemScore]) -> dict[str, float | None]:
    return {item.item: item.score for item in items}


def _row(item: ItemScore, book: BookScore | None, by_hand: Mapping[str, float]) -> BookScore:
    """The gradebook's row for *item*: the new automatic score beside what a person gave."""
    manual, extra = (book.manual, book.extra) if book else (None, None)
    if manual is None and not extra:
        manual = by_hand.get(item.item)  # also where the gradebook was made again from the ledger
    return BookScore(item.score, manual, extra, item.score is None and manual is None)


def _by_hand(events: Sequence[Event], submission: Submission) -> dict[str, float]:
    """Points that a person gave for *submission*, as the ledger has them: item → points, the last ones."""
    found: dict[str, float] = {}
    for event in events:
        if event.kind == "graded" and event.data["submission"] == submission.id:
            scores = {item["item"]: item["score"] for item in event.data["items"]}
            found |= {name: scores[name] for name in event.data.get("by_hand", ())}
    return found


def _stays(before: Decision | None, after: Decision | None) -> tuple[str, ...]:
    """Objectives that the points of this attempt showed before, and do not show any more."""
    if before is None or after is None:
        return ()
    shown = {verdict.objective for verdict in before.verdicts if verdict.state == "mastered"}
    return tuple(v.objective for v in after.verdicts if v.state == "mastered-before" and v.objective in shown)


def _decided(learner: str, assignment: Assignment, submission: Submission, decision: Decision) -> Event:
    data = {"submission": submission.id, "version": submission.version, "decision": decision.to_data()}
    return Event("foreseen", "decided", learner, submission.at, "", assignment.unit, assignment.id, data)
