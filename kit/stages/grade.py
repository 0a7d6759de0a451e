"""Stage 2: what waits is graded, several at a time; one process writes, in the order of submission."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kit.build.corrections import finish_correction
from kit.decisions import decide
from kit.decisions.standing import FAULTS_BEFORE_ATTENTION
from kit.decisions.words import counted
from kit.errors import GraderFault, KitError
from kit.exchange import Feedback
from kit.files import write_bytes, write_text
from kit.grading import Graded, Rejected, Work, grade
from kit.grading.notice import notice_page
from kit.grading.show import as_text
from kit.records import (
    SYSTEM,
    Assignment,
    Decision,
    Event,
    EventKind,
    ItemScore,
    LearnerRecord,
    Revision,
    Submission,
    fold_all,
)
from kit.stages.opened import OpenCourse, Step

HandedIn = tuple[str, Assignment, Submission]
"""Whose, of what, and the submission that counts."""
Result = Graded | Rejected | GraderFault


def grade_waiting(opened: OpenCourse, *, retry_faults: bool = False) -> None:
    """Grade every submission that waits. A failure of ours is written down and costs the learner nothing.

    A submission our grader failed on too often is left for a person, unless *retry_faults*. Where no sandbox can be
    had nothing is graded: all of it goes on waiting, and `opened.problems` says what to do.
    """
    finish_correction(opened.course, opened.gradebook)
    waiting = sorted(_waiting(opened, retry_faults), key=lambda w: (w[2].at, w[0], w[2].id))
    if not waiting:
        return
    try:
        opened.executor.open()
    except KitError as error:
        opened.problems.append(f"{error} Nothing is lost: {counted(len(waiting), 'submission')} will be graded then.")
        return
    for done, (handed_in, result) in enumerate(grade_each(opened, waiting), start=1):
        outcome = _write(opened, handed_in, result)
        what = f"{handed_in[0]} {handed_in[1].id}" + ("" if outcome == "graded" else f": {outcome}")
        opened.watch(Step("grade", what, done, len(waiting), outcome))


def grade_each(opened: OpenCourse, work: Sequence[HandedIn]) -> Iterator[tuple[HandedIn, Result]]:
    """Grade *work*, as many at a time as the course has workers. The results come in the order of *work*: the ledger
    does not depend on which notebook was faster."""
    with ThreadPoolExecutor(opened.course.workers) as pool:
        try:
            yield from zip(work, pool.map(lambda one: _grade(opened, one), work), strict=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def read_manual_scores(opened: OpenCourse) -> None:
    """A score a person gave in formgrader since is new evidence on the same submission."""
    given = opened.gradebook.manual_scores()
    for (learner, name), scores in sorted(given.items()):
        record = opened.records.get(learner)
        if record is None or not opened.catalogue.knows(name):
            continue
        assignment = opened.catalogue.assignment(name)
        submission = record.unit(assignment.unit).submissions.get(name)
        if submission is not None and submission.state == "graded" and opened.scope.has(learner, assignment.unit):
            _take_over(opened, (learner, assignment, submission), scores)


def _waiting(opened: OpenCourse, retry_faults: bool) -> Iterator[HandedIn]:
    for record in opened.learners():
        for unit in record.units.values():
            for submission in unit.submissions.values():
                tired = submission.faults >= FAULTS_BEFORE_ATTENTION and not retry_faults
                if submission.state == "waiting" and not tired and opened.scope.has(record.learner, unit.unit):
                    yield record.learner, opened.catalogue.assignment(submission.assignment), submission


def _grade(opened: OpenCourse, handed_in: HandedIn) -> Result:
    learner, assignment, submission = handed_in
    course = opened.course
    revision = opened.catalogue.revision(assignment.unit, assignment.revision)
    work = Work(
        assignment=assignment,
        source=_source(opened, assignment),
        release=course.release_dir / assignment.id / f"{assignment.notebook}.ipynb",
        folder=course.gradebook_dir / "archive" / learner / submission.id,
        siblings={other.id: _in_words(other, revision) for other in revision.assignments},
        titles={objective.id: objective.title for objective in revision.objectives},
    )
    try:
        return grade(work, opened.executor.open(), course.limits)
    except GraderFault as fault:
        return fault


def _in_words(assignment: Assignment, revision: Revision) -> str:
    if assignment.kind == "form":
        return f"{revision.title}, form {assignment.form}"
    return f"{revision.title}, {assignment.objective or 'enrichment'}" + (
        f" by {assignment.approach}" if assignment.approach else ""
    )


def _source(opened: OpenCourse, assignment: Assignment) -> Path:
    return opened.course.gradebook_dir / "source" / assignment.id / f"{assignment.notebook}.ipynb"


def _write(opened: OpenCourse, waiting: HandedIn, result: Result) -> str:
    """Everything about one submission; the event comes last, so that a crash before it means grading once more.

    Returns what became of it: graded, rejected or fault. What cannot be put out is a fault of this submission's only;
    KitError where nothing can be stored at all.
    """
    if isinstance(result, GraderFault):
        return _fault(opened, waiting, str(result))
    try:
        event = _reject(opened, waiting, result) if isinstance(result, Rejected) else _enter(opened, waiting, result)
    except KitError:
        raise
    except Exception as error:
        where = f"{waiting[1].id}: its result cannot be put out"
        return _fault(opened, waiting, f"{where} ({type(error).__name__}: {error}).")
    opened.record(event)
    return str(event.kind)


def _fault(opened: OpenCourse, waiting: HandedIn, what: str) -> str:
    what = what.encode("utf-8", "replace").decode()  # it may quote the learner's code
    opened.record(_event("fault", waiting, {"what": what}, f":{waiting[2].faults + 1}"))
    return "fault"


def _reject(opened: OpenCourse, waiting: HandedIn, result: Rejected) -> Event:
    """The notice is out; the event that says so."""
    learner, assignment, submission = waiting
    page = notice_page(assignment.id, result.reason)
    opened.exchange.publish_feedback(learner, Feedback(assignment.id, submission.id, page))
    return _event("rejected", waiting, {"reason": result.reason, "code": result.code})


def _enter(opened: OpenCourse, waiting: HandedIn, result: Graded) -> Event:
    """Scores are in the gradebook and pages are out, all of them made before the first is written; the event."""
    learner, assignment, submission = waiting
    facts = {"seconds": round(result.seconds, 3), "tests": tests_of(opened, assignment)}
    graded = graded_event(waiting, result.items, 1, **facts)
    pages = _pages(result, _foreseen(opened, waiting, graded))
    opened.gradebook.write_scores(learner, assignment, submission.at, result.items)
    opened.watch(Step("grade", f"{learner} {assignment.id}: in the gradebook"))
    _put_out(opened, waiting, pages)
    opened.watch(Step("grade", f"{learner} {assignment.id}: feedback is out"))
    return graded


def put_out(opened: OpenCourse, handed_in: HandedIn, result: Graded, decision: Decision | None) -> None:
    """The autograded notebook for formgrader, and the page for the learner, who reads there what *decision* says."""
    _put_out(opened, handed_in, _pages(result, decision))


def _pages(result: Graded, decision: Decision | None) -> tuple[bytes, bytes]:
    """The autograded notebook and the learner's page."""
    # What learners' code says may be no text that can be encoded; no round of a course may end because of that.
    return as_text(result.notebook).encode("utf-8", "replace"), result.feedback(decision).encode("utf-8", "replace")


def _put_out(opened: OpenCourse, handed_in: HandedIn, pages: tuple[bytes, bytes]) -> None:
    learner, assignment, submission = handed_in
    notebook, feedback = pages
    autograded = opened.folder("autograded", learner, assignment.id)
    write_bytes(autograded / f"{assignment.notebook}.ipynb", notebook)
    write_text(autograded / "timestamp.txt", submission.at.strftime("%Y-%m-%d %H:%M:%S.%f UTC"))
    write_bytes(opened.folder("feedback", learner, assignment.id) / f"{assignment.notebook}.html", feedback)
    opened.exchange.publish_feedback(learner, Feedback(assignment.id, submission.id, feedback))


def _foreseen(opened: OpenCourse, waiting: HandedIn, graded: Event) -> Decision | None:
    """The decision that will follow from *graded*: the page a learner reads says nothing else than the record does."""
    learner, assignment, submission = waiting
    if assignment.kind != "form":
        return None
    unit = copy.deepcopy(opened.records[learner].unit(assignment.unit))
    fold_all([graded], {learner: LearnerRecord(learner, units={unit.unit: unit})})
    attempt = next(attempt for attempt in unit.attempts if attempt.submission.id == submission.id)
    return decide(opened.catalogue.revision(unit.unit, assignment.revision), unit, attempt)


def tests_of(opened: OpenCourse, assignment: Assignment) -> str:
    """SHA-256 of the built source that *assignment* is graded against; empty where it cannot be read."""
    with suppress(OSError):
        return hashlib.sha256(_source(opened, assignment).read_bytes()).hexdigest()
    return ""


def graded_event(handed_in: HandedIn, items: tuple[ItemScore, ...], version: int, **data: Any) -> Event:
    """Version *version* of the evidence on a submission; *data* goes beside the scores."""
    content = {"items": [asdict(item) for item in items], "version": version, "seconds": None, **data}
    return _event("graded", handed_in, content, f":{version}")


def _event(kind: EventKind, handed_in: HandedIn, data: dict[str, object], suffix: str = "") -> Event:
    learner, assignment, submission = handed_in
    return Event(
        f"{kind}:{learner}:{submission.id}{suffix}", kind, learner, submission.at, SYSTEM,
        assignment.unit, assignment.id, {"submission": submission.id, **data},
    )  # fmt: skip


def _take_over(opened: OpenCourse, handed_in: HandedIn, scores: Mapping[str, float]) -> None:
    learner, assignment, submission = handed_in
    items = tuple(replace(item, score=scores.get(item.item, item.score)) for item in submission.items)
    if items != submission.items:
        by_hand = [i.item for i, was in zip(items, submission.items, strict=True) if i.score != was.score]
        opened.record(graded_event(handed_in, items, submission.version + 1, by_hand=by_hand))
        opened.watch(Step("grade", f"{learner} {assignment.id}: a person's scores, version {submission.version}"))
