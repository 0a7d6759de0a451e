"""Names that cross the exchange, and nothing else: they become paths, so each is checked before any path is built.

learner       kit.course.is_learner_name
assignment    lower case letters, digits, . and -; no "..", no "+", no slash
submission    20261123T165501123456Z-1f3a9c: UTC to the microsecond, then six random hex digits, or sixteen that
              follow from an idempotency key; sorts by time
entry         <submission>+<assignment>: a folder that holds one submission
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime

_ASSIGNMENT = re.compile(r"[a-z0-9][a-z0-9.-]{0,199}")
_SUBMISSION = re.compile(r"(\d{8}T\d{12})Z-([0-9a-f]{6,32})")
_KEY = re.compile(r"[A-Za-z0-9_-]{8,100}")
_STAMP = "%Y%m%dT%H%M%S%f"


def is_assignment_id(name: str) -> bool:
    """Whether *name* can name an assignment (and so be a folder's name)."""
    return _ASSIGNMENT.fullmatch(name) is not None and ".." not in name


def new_submission(at: datetime, ending: str = "") -> str:
    """A new submission id for the moment *at* (aware); it ends with *ending* (of `ending_of`) or with chance."""
    return f"{at.astimezone(UTC).strftime(_STAMP)}Z-{ending or secrets.token_hex(3)}"


def is_key(key: str) -> bool:
    """Whether *key* can be an idempotency key: 8 to 100 letters, digits, - and _."""
    return _KEY.fullmatch(key) is not None


def ending_of(learner: str, assignment: str, key: str) -> str:
    """The hex digits that a submission handed in with the idempotency *key* is known by; ValueError for no such key."""
    if not is_key(key):
        raise ValueError(f"{key!r} cannot be an idempotency key")
    return hashlib.sha256("\0".join((learner, assignment, key)).encode()).hexdigest()[:16]


def ends_with(submission: str, ending: str) -> bool:
    """Whether *submission* is an id that ends with *ending*."""
    match = _SUBMISSION.fullmatch(submission)
    return match is not None and match[2] == ending


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
