"""`work_of`: every notebook a learner was given in one unit, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kit.records import Assignment, Catalogue, GrantState, Kind, Revision, Submission, UnitRecord

WorkState = Literal["open", "begun", "handed-in", "checked", "not-counted"]


@dataclass(frozen=True, slots=True)
class Work:
    """One notebook that was opened for the learner."""

    assignment: str
    kind: Kind
    objective: str | None
    """Id of the objective a corrective is for."""
    approach: str
    """How a corrective goes about it; empty for a form and for enrichment."""
    title: str
    """What to call it; fit for the learner."""
    state: WorkState
    """`not-counted`: what was handed in could not be taken, and the notebook is still open."""
    submission: str | None
    """Id of the one submission that counts, or that could not be taken."""
    at: datetime | None
    """When that was handed in."""


def work_of(mine: UnitRecord, catalogue: Catalogue) -> Iterator[Work]:
    """The work in the unit of *mine*, in the order in which it was opened; what was taken back unused is left out."""
    for grant in mine.grants.values():
        submission = mine.submissions.get(grant.assignment)
        if catalogue.knows(grant.assignment) and (grant.withdrawn_at is None or submission is not None):
            yield _work(grant, submission, catalogue)


def _work(grant: GrantState, submission: Submission | None, catalogue: Catalogue) -> Work:
    assignment = catalogue.assignment(grant.assignment)
    return Work(
        assignment=assignment.id,
        kind=assignment.kind,
        objective=assignment.objective,
        approach=assignment.approach or "",
        title=_title(assignment, catalogue.revision(assignment.unit, assignment.revision)),
        state=_state(grant, submission),
        submission=submission.id if submission else None,
        at=submission.at if submission else None,
    )


def _state(grant: GrantState, submission: Submission | None) -> WorkState:
    if submission is not None:
        states: dict[str, WorkState] = {"waiting": "handed-in", "graded": "checked", "rejected": "not-counted"}
        return states[submission.state]
    return "open" if grant.fetched_at is None else "begun"


def _title(assignment: Assignment, revision: Revision) -> str:
    if assignment.kind == "form":
        return f"{revision.title}, form {assignment.form}"
    if assignment.kind == "enrichment":
        return f"{revision.title}, enrichment"
    aims = (o.title for o in revision.objectives if o.id == assignment.objective)
    approach = (assignment.approach or "").replace("-", " ")
    return f"Corrective by {approach}: {next(aims, assignment.objective)}"
