"""What grading takes and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.records import Assignment, Decision, ItemScore


@dataclass(frozen=True, slots=True)
class Work:
    """One submission, with the trusted notebooks it is graded against."""

    assignment: Assignment
    source: Path
    """The instructor's built notebook, with solutions and hidden tests; nothing of it reaches the learner's process
    but the tests, one by one."""
    release: Path
    """The notebook the learner was given; other files in its folder are data the code may read."""
    folder: Path
    """What the learner handed in: bytes nobody has looked at."""
    siblings: Mapping[str, str] = field(default_factory=dict)
    """Assignment id → words for it ("form a"), for those a learner may confuse with this one, and for this one."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Objective id → title, which ends the sentence "You can …"."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A submission that was graded."""

    items: tuple[ItemScore, ...]
    """One for each item of the assignment, in its order."""
    notebook: dict[str, Any]
    """The autograded notebook (nbformat 4, JSON values), for formgrader: it shows hidden tests."""
    feedback: Callable[[Decision | None], str]
    """A self-contained HTML page for the learner; it shows no hidden test. With the decision it says the decision's
    words about each objective, without one (a corrective, an enrichment) only what was reached."""
    seconds: float
    """Time the cells took."""
    restored: tuple[str, ...]
    """grade_ids of locked cells that were missing from what the learner sent, and put back."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A submission that could not be graded, through no fault of the grader."""

    code: str
    """Stable name of the reason, for example ``not-a-notebook``."""
    reason: str
    """For the learner: what is the matter and what to do next."""


class Refusal(Exception):
    """Raised while a submission is read; `grade` turns it into `Rejected`."""

    def __init__(self, code: str, reason: str) -> None:
        self.rejected = Rejected(code, reason)
        super().__init__(reason)
