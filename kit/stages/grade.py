"""Stage 2: what waits is graded, several at a time; one process writes, in the order of submission."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

from kit.decisions import decide
from kit.decisions.standing import FAULTS_BEFORE_ATTENTION
from kit.errors import GraderFault
from kit.exchange import Feedback
from kit.files import write_bytes, write_text
from kit.grading import Graded, Rejected, Work, grade
from kit.grading.notice import notice_page
from kit.notebooks import dumps
from kit.records import SYSTEM, Assignment, Decision, Event, EventKind, ItemScore, Revision, Submission, fold_all
from kit.stages.opened import OpenCourse, Step

Waiting = tuple[str, Assignment, Submission]
Result = Graded | Rejected | GraderFault


def grade_waiting(opened: OpenCourse, *, retry_faults: bool = False) -> None:
    """Grade every submission that waits. A failure of ours is written down and costs the learner nothing.

    A submission our grader failed on too often is left for a person, unless *retry_faults*.
    """
    waiting = sorted(_waiting(opened, retry_faults), key=lambda w: (w[2].at, w[0], w[2].id))
    with ThreadPoolExecutor(opened.course.workers) as pool:
        try:
            # `map` hands the results back in order: the ledger does not depend on which notebook was faster.
            results = pool.map(lambda w: _grade(opened, w), waiting)
            for done, (work, result) in enumerate(zip(waiting, results, strict=True), start=1):
                _write(opened, work, result)
                opened.watch(Step("grade", f"{work[0]} {work[1].id}", done, len(waiting)))
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


def _waiting(opened: OpenCourse, retry_faults: bool) -> Iterator[Waiting]:
    for record in opened.learners():
        for unit in record.units.values():
            for submission in unit.submissions.values():
                tired = submission.faults >= FAULTS_BEFORE_ATTENTION and not retry_faults
                if submission.state == "waiting" and not tired and opened.scope.has(record.learner, unit.unit):
                    yield record.learner, opened.catalogue.assignment(submission.assignment), submission


def _grade(opened: OpenCourse, waiting: Waiting) -> Result:
    learner, assignment, submission = waiting
    course = opened.course
    revision = opened.catalogue.revision(assignment.unit, assignment.revision)
    file = f"{assignment.notebook}.ipynb"
    work = Work(
        assignment=assignment,
        source=course.gradebook_dir / "source" / assignment.id / file,
        release=course.release_dir / assignment.id / file,
        folder=course.gradebook_dir / "archive" / learner / submission.id,
        siblings={other.id: _in_words(other, revision) for other in revision.assignments},
        titles={objective.id: objective.title for objective in revision.objectives},
    )
    try:
        return grade(work, opened.executor, course.limits)
    except GraderFault as fault:
        return fault


def _in_words(assignment: Assignment, revision: Revision) -> str:
    if assignment.kind == "form":
        return f"{revision.title}, form {assignment.form}"
    return f"{revision.title}, {assignment.objective or 'enrichment'}" + (
        f" by {assignment.approach}" if assignment.approach else ""
    )


def _write(opened: OpenCourse, waiting: Waiting, result: Result) -> None:
    """Everything about one submission; the event comes last, so that a crash before it means grading once more."""
    learner, assignment, submission = waiting
    if isinstance(result, GraderFault):
        opened.record(_event("fault", waiting, {"what": str(result)}, f":{submission.faults + 1}"))
        return
    if isinstance(result, Rejected):
        page = notice_page(assignment.id, result.reason)
        opened.exchange.publish_feedback(learner, Feedback(assignment.id, submission.id, page))
        opened.record(_event("rejected", waiting, {"reason": result.reason, "code": result.code}))
        return
    opened.gradebook.write_scores(learner, assignment, submission.at, result.items)
    opened.watch(Step("grade", f"{learner} {assignment.id}: in the gradebook"))
    autograded = opened.folder("autograded", learner, assignment.id)
    write_text(autograded / f"{assignment.notebook}.ipynb", dumps(result.notebook))
    write_text(autograded / "timestamp.txt", submission.at.strftime("%Y-%m-%d %H:%M:%S.%f UTC"))
    graded = _graded(waiting, result.items, 1, round(result.seconds, 3))
    feedback = result.feedback(_foreseen(opened, waiting, graded)).encode()
    write_bytes(opened.folder("feedback", learner, assignment.id) / f"{assignment.notebook}.html", feedback)
    opened.exchange.publish_feedback(learner, Feedback(assignment.id, submission.id, feedback))
    opened.watch(Step("grade", f"{learner} {assignment.id}: feedback is out"))
    opened.record(graded)


def _foreseen(opened: OpenCourse, waiting: Waiting, graded: Event) -> Decision | None:
    """The decision that will follow from *graded*: the page a learner reads says nothing else than the record does."""
    learner, assignment, submission = waiting
    if assignment.kind != "form":
        return None
    unit = fold_all([graded], {learner: copy.deepcopy(opened.records[learner])})[learner].unit(assignment.unit)
    attempt = next(attempt for attempt in unit.attempts if attempt.submission.id == submission.id)
    return decide(opened.catalogue.revision(unit.unit, assignment.revision), unit, attempt)


def _graded(waiting: Waiting, items: tuple[ItemScore, ...], version: int, seconds: float | None = None) -> Event:
    data = {"items": [asdict(item) for item in items], "version": version, "seconds": seconds}
    return _event("graded", waiting, data, f":{version}")


def _event(kind: EventKind, waiting: Waiting, data: dict[str, object], suffix: str = "") -> Event:
    learner, assignment, submission = waiting
    return Event(
        f"{kind}:{learner}:{submission.id}{suffix}", kind, learner, submission.at, SYSTEM,
        assignment.unit, assignment.id, {"submission": submission.id, **data},
    )  # fmt: skip


def _take_over(opened: OpenCourse, waiting: Waiting, scores: Mapping[str, float]) -> None:
    learner, assignment, submission = waiting
    items = tuple(replace(item, score=scores.get(item.item, item.score)) for item in submission.items)
    if items != submission.items:
        opened.record(_graded(waiting, items, submission.version + 1))
        opened.watch(Step("grade", f"{learner} {assignment.id}: a person's scores, version {submission.version}"))
