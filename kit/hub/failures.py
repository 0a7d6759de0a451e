"""What the service answers when something cannot be done: a status, a code for programs, and a sentence for people."""

from __future__ import annotations

import math

from tornado.web import HTTPError

from kit.errors import (
    Busy,
    CourseError,
    GradebookError,
    KitError,
    LedgerError,
    NotBuilt,
    NotGranted,
    StorageError,
    SubmissionRefused,
    SubmissionTooLarge,
    UnknownName,
)

NOT_THERE = "That is not open to you, or it does not exist. Your list of assignments shows what is open now."
"""The same words for both: nobody learns from an answer what others have been given."""


class Failure(HTTPError):
    """An answer that is no success. *message* says what happened and what to do next; it is shown as it stands.

    retry_after: seconds after which trying again makes sense; None where it makes none.
    """

    def __init__(self, status: int, code: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(status, code)
        self.code = code
        self.message = message
        self.retry_after = None if retry_after is None else max(1, math.ceil(retry_after))


def not_there() -> Failure:
    """404, for what does not exist and for what is not this person's alike."""
    return Failure(404, "not-there", NOT_THERE)


def busy(message: str, *, code: str = "busy", retry_after: float = 2.0) -> Failure:
    """503: the request was fine, the moment is not."""
    return Failure(503, code, message, retry_after=retry_after)


_WAIT_AND_TRY = "Your work is safe where it is; try again in a moment, and tell your instructor if it stays so."
_OF_ERRORS: tuple[tuple[type[KitError], int, str, str | None], ...] = (
    # what was raised → status, code, and the words where its own are for whoever runs the course
    (NotGranted, 404, "not-there", NOT_THERE),
    (UnknownName, 404, "not-there", NOT_THERE),
    (SubmissionTooLarge, 413, "too-large", None),
    (SubmissionRefused, 422, "refused", None),
    (NotBuilt, 503, "not-built", "This course is not ready yet: its instructor has to build it first. Try later."),
    (Busy, 503, "busy", f"The course is being worked on. {_WAIT_AND_TRY}"),
    (StorageError, 503, "storage", f"The course's storage could not be used just now. {_WAIT_AND_TRY}"),
    (LedgerError, 503, "storage", f"The course's records could not be used just now. {_WAIT_AND_TRY}"),
    (GradebookError, 503, "storage", f"The course's records could not be used just now. {_WAIT_AND_TRY}"),
    (CourseError, 503, "course-broken", f"The course cannot be opened just now. {_WAIT_AND_TRY}"),
    (KitError, 409, "refused", None),
)
"""Looked at from the top: a more special error stands before the one it is a kind of."""
_OF_STATUS = {
    400: ("bad-request", "The request cannot be understood. Reload the page and try again."),
    403: ("forbidden", "That is not yours to do here."),
    404: ("not-there", NOT_THERE),
    405: ("method", "That cannot be done at this address."),
    413: ("too-large", "What was sent is larger than this address takes."),
}
_RETRY_SECONDS = 5.0


def failure_of(error: BaseException | None, status: int = 500) -> Failure:
    """The answer to *error*; where it is none the kit knows, to the bare *status*."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, KitError):
        for kind, answer, code, words in _OF_ERRORS:
            if isinstance(error, kind):
                return Failure(answer, code, words or str(error), retry_after=_RETRY_SECONDS if answer == 503 else None)
    if isinstance(error, HTTPError):
        status = error.status_code
    if status in _OF_STATUS:
        return Failure(status, *_OF_STATUS[status])
    if 400 <= status < 500:
        return Failure(status, "bad-request", _OF_STATUS[400][1])
    return Failure(500, "fault", f"Something went wrong in the service; it has been written down. {_WAIT_AND_TRY}")
