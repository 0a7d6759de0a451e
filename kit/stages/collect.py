"""Stage 1: what learners fetched and handed in goes to the archive and the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kit.errors import UnknownName
from kit.exchange import Feedback, Fetched, Receipt, Submitted, weigh
from kit.files import copy_folder, write_text
from kit.grading.notice import notice_page
from kit.records import SYSTEM, Assignment, Event, Revision, UnitRecord
from kit.stages.opened import OpenCourse, Step


def collect(opened: OpenCourse) -> None:
    """Settle every arrival: archived, written down, and only then taken off the exchange."""
    arrivals = [arrival for arrival in opened.exchange.arrivals(opened.scope.learners) if _in_scope(opened, arrival)]
    for done, arrival in enumerate(arrivals, start=1):
        if isinstance(arrival, Fetched):
            opened.record(*_fetched(opened, arrival))
        else:
            take_in(opened, arrival)
        opened.watch(Step("collect", f"{_name(arrival)}: recorded"))
        opened.exchange.settle(arrival)
        opened.watch(Step("collect", f"{_name(arrival)}: settled", done, len(arrivals)))


def _name(arrival: Fetched | Submitted) -> str:
    if isinstance(arrival, Fetched):
        return f"{arrival.learner} fetched {arrival.assignment}"
    return f"{arrival.receipt.learner} {arrival.receipt.submission}"


def _in_scope(opened: OpenCourse, arrival: Fetched | Submitted) -> bool:
    receipt = arrival if isinstance(arrival, Fetched) else arrival.receipt
    known = opened.catalogue.knows(receipt.assignment)
    return opened.scope.has(receipt.learner, opened.catalogue.assignment(receipt.assignment).unit if known else None)


def _fetched(opened: OpenCourse, arrival: Fetched) -> Iterator[Event]:
    try:
        assignment, unit = _granted(opened, arrival.learner, arrival.assignment)
    except UnknownName:
        return
    at = _not_before_grant(unit, assignment, arrival.at)
    yield Event(
        f"fetched:{arrival.learner}:{assignment.id}", "fetched", arrival.learner, at, arrival.learner,
        assignment.unit, assignment.id,
    )  # fmt: skip
    yield from _engagement(opened, arrival.learner, assignment, unit, at)


def take_in(opened: OpenCourse, arrival: Submitted) -> None:
    """Archive one submission and write down what it is: waiting to be graded, or set aside with the reason."""
    receipt = arrival.receipt
    learner, name, at = receipt.learner, receipt.assignment, receipt.at
    reason = weigh(arrival.folder, opened.course.limits)
    if reason is None:
        copy_folder(arrival.folder, opened.course.gradebook_dir / "archive" / learner / receipt.submission)
        opened.watch(Step("collect", f"{_name(arrival)}: archived"))
    try:
        assignment, unit = _granted(opened, learner, name)
    except UnknownName as error:
        opened.record(_set_aside(receipt, None, str(error), at))
        return
    at = _not_before_grant(unit, assignment, at)
    known = unit.submissions.get(name)
    if known is not None and known.state == "graded":
        reason = (
            f"{name} has been checked already; the first one that was checked counts. "
            "This one is kept, and nothing is lost. What is open for you now is shown by `kit next`."
        )
    if reason is not None:
        page = notice_page(name, reason)
        opened.exchange.publish_feedback(learner, Feedback(name, receipt.submission, page))
        opened.record(_set_aside(receipt, assignment.unit, reason, at))
        return
    folder = opened.folder("submitted", learner, name)
    copy_folder(arrival.folder, folder)
    # nbgrader reads the submission time from here.
    write_text(folder / "timestamp.txt", at.strftime("%Y-%m-%d %H:%M:%S.%f UTC"))
    opened.watch(Step("collect", f"{_name(arrival)}: handed to nbgrader"))
    opened.record(
        *_engagement(opened, learner, assignment, unit, at),
        Event(
            f"submitted:{learner}:{receipt.submission}", "submitted", learner, at, learner, assignment.unit, name,
            {"submission": receipt.submission, "kind": assignment.kind},
        ),
    )  # fmt: skip


def _set_aside(receipt: Receipt, unit: str | None, reason: str, at: datetime) -> Event:
    return Event(
        f"set-aside:{receipt.learner}:{receipt.submission}", "set-aside", receipt.learner, at, SYSTEM,
        unit, receipt.assignment, {"submission": receipt.submission, "reason": reason},
    )  # fmt: skip


def _granted(opened: OpenCourse, learner: str, name: str) -> tuple[Assignment, UnitRecord]:
    """The assignment and the learner's record of its unit; UnknownName where it was never granted to them."""
    record = opened.records.get(learner)
    if record is not None and opened.catalogue.knows(name):
        assignment = opened.catalogue.assignment(name)
        unit = record.unit(assignment.unit)
        if name in unit.grants:
            return assignment, unit
    raise UnknownName(f"{name} was never opened for {learner}, so it does not count. It is kept.")


def _not_before_grant(unit: UnitRecord, assignment: Assignment, at: datetime) -> datetime:
    """*at*, but not before the grant: the time was claimed by the learner's side."""
    return max(at, unit.grants[assignment.id].granted_at)


def _engagement(
    opened: OpenCourse, learner: str, assignment: Assignment, unit: UnitRecord, at: datetime
) -> Iterator[Event]:
    """The first form taken freezes what mastery means for this learner in this unit."""
    if assignment.kind != "form" or unit.engaged_at is not None:
        return
    revision: Revision = opened.catalogue.revision(assignment.unit, assignment.revision)
    resets = sum(1 for override in unit.overrides if override.data["action"] == "reset")
    yield Event(
        f"engaged:{learner}:{assignment.unit}:{resets}", "engaged", learner, at, SYSTEM, assignment.unit, assignment.id,
        revision.engagement_data(),
    )  # fmt: skip
