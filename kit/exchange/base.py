"""The two sides of an exchange, and the values that cross it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Offer:
    """One assignment as its learner sees it."""

    assignment: str
    notebooks: tuple[str, ...]
    """Notebook names without suffix."""
    submissions: tuple[Receipt, ...]
    """Everything handed in for it so far, oldest first."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a submission was taken in."""

    learner: str
    assignment: str
    submission: str
    """Unique id; sorts by time."""
    at: datetime
    """UTC, aware."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback on one submission: a self-contained HTML page."""

    assignment: str
    submission: str
    html: bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """A learner took an assignment."""

    learner: str
    assignment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Submitted:
    """A learner handed something in; its files wait in `folder` (bytes nobody has looked at yet)."""

    receipt: Receipt
    folder: Path


Arrival = Fetched | Submitted


class Counter(Protocol):
    """The learner's side. Every method raises NotGranted for what this learner has not been granted."""

    def offers(self, learner: str) -> list[Offer]:
        """Everything granted to *learner*, sorted by assignment id; empty for somebody unknown."""

    def fetch(self, learner: str, assignment: str, into: Path) -> Path:
        """Copy *assignment* to the new folder ``into/<assignment>`` and return it.

        StorageError if it cannot be written or exists already (nothing of the learner's is ever overwritten).
        """

    def submit(self, learner: str, assignment: str, folder: Path, key: str | None = None) -> Receipt:
        """Take the files in *folder* in, durably, before returning.

        With a *key* (8 to 100 letters, digits, - and _) that this learner used for this assignment before, nothing is
        taken in again: the receipt of then is returned, whatever became of the assignment since.
        SubmissionRefused where the bounds of `Limits` are exceeded, the folder has no notebook, or holds a link or
        special file; nothing is taken in then, and nothing of the learner's is changed.
        """

    def feedback(self, learner: str, assignment: str) -> list[Feedback]:
        """The feedback there is on this learner's submissions of *assignment*, oldest first."""

    def feedback_digests(self, learner: str, assignment: str) -> Mapping[str, str | None]:
        """Submission → SHA-256 (hex) of its feedback, oldest first, without the pages; None where it is not said."""

    def feedback_page(self, learner: str, assignment: str, submission: str) -> bytes:
        """The feedback on this one submission; NotGranted too where there is none."""

    def progress(self, learner: str) -> Mapping[str, Any] | None:
        """The standing the controller last published for *learner*; None if there is none yet."""


class Desk(Protocol):
    """The controller's side. Every method may be repeated after a crash: same end state."""

    def granted(self, learners: Collection[str] | None = None) -> dict[str, frozenset[str]]:
        """What is granted now, read back: learner → assignment ids; of *learners* alone where they are named."""

    def grant(self, learner: str, assignment: str, files: Path) -> None:
        """Let *learner* fetch *assignment*, whose released files are in the folder *files*."""

    def withdraw(self, learner: str, assignment: str) -> None:
        """Take a grant back; what was fetched or handed in stays where it is."""

    def arrivals(self, learners: Collection[str] | None = None) -> Iterator[Arrival]:
        """What learners (*learners* alone where they are named) did and nobody has settled yet, oldest first."""

    def settle(self, arrival: Arrival) -> None:
        """This arrival is safely in the ledger: it need not be reported again."""

    def publish_feedback(self, learner: str, feedback: Feedback) -> None:
        """Make feedback available to *learner* alone."""

    def publish_progress(self, learner: str, progress: Mapping[str, Any]) -> None:
        """Make the learner's own standing (JSON values) available to *learner* alone."""


class Exchange(Counter, Desk, Protocol):
    """Both sides of one backend."""
