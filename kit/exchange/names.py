"""Names that cross the exchange, and nothing else: they become paths, so each is checked before any path is built.

learner       kit.course.is_learner_name
assignment    lower case letters, digits, . and -; no "..", no "+", no slash
submission    20261123T165501123456Z-1f3a9c: UTC to the microsecond, then six random hex digits; sorts by time
entry         <submission>+<assignment>: a folder that holds one submission
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

_ASSIGNMENT = re.compile(r"[a-z0-9][a-z0-9.-]{0,199}")
_SUBMISSION = re.compile(r"(\d{8}T\d{12})Z-[0-9a-f]{6}")
_STAMP = "%Y%m%dT%H%M%S%f"


def is_assignment_id(name: str) -> bool:
    """Whether *name* can name an assignment (and so be a folder's name)."""
    return _ASSIGNMENT.fullmatch(name) is not None and ".." not in name


def new_submission(at: datetime) -> str:
    """A new submission id for the moment *at* (aware)."""
    return f"{at.astimezone(UTC).strftime(_STAMP)}Z-{secrets.token_hex(3)}"


def submission_time(submission: str) -> datetime | None:
    """The moment a submission id claims (UTC, aware); None if *submission* is no submission id."""
    match = _SUBMISSION.fullmatch(submission)
    if match is None or not submission.isascii():
        return None
    try:
        return datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:  # the 31st of February
        return None


def entry_name(submission: str, assignment: str) -> str:
    """The folder name that holds *submission* of *assignment*."""
    return f"{submission}+{assignment}"


def parse_entry(name: str) -> tuple[str, str] | None:
    """Submission and assignment of a folder name; None for everything that is no such name."""
    submission, plus, assignment = name.partition("+")
    if not plus or not is_assignment_id(assignment) or submission_time(submission) is None:
        return None
    return submission, assignment
