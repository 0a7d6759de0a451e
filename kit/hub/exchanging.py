"""The learner's side of the exchange over HTTP: offers, fetching, feedback, standing.

The learner is always who the hub says asks; no address and no field names one.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from tornado.iostream import StreamClosedError

from kit.exchange import Offer
from kit.exchange.names import is_assignment_id, submission_time
from kit.exchange.parcel import HANDED_OUT, pack
from kit.files import storing
from kit.hub.answering import ApiHandler
from kit.hub.failures import not_there
from kit.hub.identity import MEMBERS

FEEDBACK_CSP = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
"""Feedback holds what a learner wrote: it is shown as if it came from nowhere, and nothing in it runs."""
_CHUNK = 1 << 18


class Offers(ApiHandler):
    """What is open to the learner who asks."""

    audience = MEMBERS

    async def get(self) -> None:
        """All of it, sorted by assignment, with what was handed in."""
        offers = await self.service.work(self.service.exchange.offers, self.person.name)
        self.answer({"offers": [_offer(offer) for offer in offers]})


class Fetch(ApiHandler):
    """The files of an assignment."""

    audience = MEMBERS
    rate = "fetch"
    timed = False  # as long as the learner's line takes

    async def get(self, assignment: str) -> None:
        """As a parcel; from now on the learner is known to have it."""
        require_assignment(assignment)
        with await self.service.work(self._parcel, assignment) as parcel:
            self.set_header("Content-Type", "application/gzip")
            self.set_header("Content-Disposition", f'attachment; filename="{assignment}.tar.gz"')
            await _hand_out(self, parcel)

    def _parcel(self, assignment: str) -> BinaryIO:
        with self.service.scratch() as folder:
            fetched: Path = self.service.exchange.fetch(self.person.name, assignment, folder)
            return pack(fetched, HANDED_OUT)


class FeedbackList(ApiHandler):
    """Which feedback there is on an assignment."""

    audience = MEMBERS

    async def get(self, assignment: str) -> None:
        """Submissions with feedback, oldest first."""
        require_assignment(assignment)
        digests = await self.service.work(self.service.exchange.feedback_digests, self.person.name, assignment)
        self.answer({"feedback": [_feedback(submission, digest) for submission, digest in digests.items()]})


class FeedbackPage(ApiHandler):
    """One page of feedback."""

    audience = MEMBERS
    timed = False

    async def get(self, assignment: str, submission: str) -> None:
        """The page, to be shown in a frame or alone; sandboxed by its own header either way."""
        require_assignment(assignment)
        if submission_time(submission) is None:
            raise not_there()
        with await self.service.work(self._page, assignment, submission) as page:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.set_header("Content-Security-Policy", FEEDBACK_CSP)
            await _hand_out(self, page)

    def _page(self, assignment: str, submission: str) -> BinaryIO:
        # In memory only until it lies on disk: it may hold as much as a submission.
        content = self.service.exchange.feedback_page(self.person.name, assignment, submission)
        with storing("The feedback"):
            page = tempfile.TemporaryFile(dir=self.service.workspace)  # noqa: SIM115 (whoever asked closes it)
            page.write(content)
            page.seek(0)
        return cast(BinaryIO, page)


class StandingNow(ApiHandler):
    """Where the learner who asks stands."""

    audience = MEMBERS

    async def get(self) -> None:
        """What the controller published last; null before it has."""
        # Asked first: a standing newer than its version is fetched once more, one older than it never would be.
        version = self.service.news.version(self.about)
        standing = await self.service.work(self.service.exchange.progress, self.person.name)
        self.answer({"standing": standing, "version": version})


async def _hand_out(handler: ApiHandler, file: BinaryIO) -> None:
    """Answer with what is in *file*, no faster than it is read at the other end."""
    with suppress(StreamClosedError):  # whoever asked has gone
        while chunk := await handler.service.work(file.read, _CHUNK):
            handler.write(chunk)
            await handler.flush()


def require_assignment(assignment: str) -> None:
    """404 for what cannot be an assignment."""
    if not is_assignment_id(assignment):
        raise not_there()


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _offer(offer: Offer) -> dict[str, Any]:
    handed_in = [{"submission": receipt.submission, "at": moment(receipt.at)} for receipt in offer.submissions]
    return {"assignment": offer.assignment, "notebooks": list(offer.notebooks), "submissions": handed_in}


def _feedback(submission: str, digest: str | None) -> dict[str, Any]:
    at = submission_time(submission)
    # By its digest a reader sees that a page has changed since, after a regrade, without asking for each of them.
    return {"submission": submission, "at": moment(at) if at else None, "sha256": digest}


ROUTES = (
    ("api/offers", Offers),
    ("api/assignments/<assignment>", Fetch),
    ("api/assignments/<assignment>/feedback", FeedbackList),
    ("api/assignments/<assignment>/feedback/<submission>", FeedbackPage),
    ("api/standing", StandingNow),
)
