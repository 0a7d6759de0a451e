"""What can go wrong, said so that a person knows what to do next.

KitError                    the root; its text is fit to be shown as it stands
├── CourseError             the course on disk cannot be used; carries every Fault found
├── NotBuilt                nothing of the course has been built yet
├── UnknownName             a learner, unit or assignment that does not exist here
├── NotGranted              the learner may not fetch or submit this (now)
├── SubmissionRefused       a submission that cannot be taken; the learner keeps their file
│   └── SubmissionTooLarge  it is larger, or more files, than the course takes
├── Busy                    another reconciler works on this course
├── LedgerError             mastery.db cannot be read or written
├── GradebookError          nbgrader's gradebook.db cannot be read or written
├── StorageError            the disk is full or a folder is read-only
└── GraderFault             *our* grader failed: never a learner's zero
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a course: a code, a place, what is wrong and what to do next."""

    code: str
    """Stable name of the rule that spoke, for example ``objective-unknown``."""
    where: str
    """File relative to the course, with the cell or key: ``units/02-lists/unit.ipynb, cell slice-1``."""
    what: str
    next: str
    severity: Severity = "error"
    details: str = ""
    """What bears it out, as lines of text to be shown as they stand: a comparison side by side, a diff."""

    def __str__(self) -> str:
        return f"{self.severity} {self.code} in {self.where}: {self.what} {self.next}"


class KitError(Exception):
    """Root of every error the kit raises on purpose; ``str(error)`` may be shown to a person."""


class CourseError(KitError):
    """The course on disk cannot be used as it stands."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NotBuilt(KitError):
    """Nothing of the course has been built yet, so there is nothing to grant."""


class UnknownName(KitError):
    """A learner, unit or assignment that this course does not have."""


class NotGranted(KitError):
    """This learner may not fetch or submit this assignment (now)."""


class SubmissionRefused(KitError):
    """A submission that cannot be taken; nothing of the learner's was changed."""


class SubmissionTooLarge(SubmissionRefused):
    """A submission beyond the course's limits in bytes or files."""


class Busy(KitError):
    """Another reconciler is at work on this course."""


class LedgerError(KitError):
    """The ledger (mastery.db) cannot be read or written."""


class GradebookError(KitError):
    """nbgrader's gradebook cannot be read or written."""


class StorageError(KitError):
    """A file could not be written: disk full, read-only folder, missing rights."""


class GraderFault(KitError):
    """The grader itself failed; the submission stays waiting and costs the learner nothing."""
