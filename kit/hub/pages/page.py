"""What the pages share: the course as it is now, whom a person may see, the frame around a page, and how one fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kit.hub.answering import HubHandler
from kit.hub.failures import Failure, not_there
from kit.hub.pages import drawing
from kit.pages.present import Present
from kit.records import Event

_HEADS = {
    "no-identity": "You are not logged in",
    "not-in-this-course": "You are not in this course yet",
    "name-impossible": "This account cannot be used here",
    "forbidden": "That is for instructors",
    "not-there": "There is nothing here",
    "not-built": "The course is not open yet",
    "too-many": "A little slower, please",
    "fault": "Something went wrong",
    "no-portfolio": "There is no portfolio of yours",
    "no-pdf": "No PDF can be made here",
}


class Seeing(HubHandler):
    """What handlers of pages and of their JSON share: the course as it is now, and whom the person may see."""

    async def present(self) -> Present:
        """The course at this moment."""
        # One at a time: the first one after a start reads the whole ledger, and must not keep every thread waiting.
        async with self.service.reading:
            return await self.service.work(self.service.presence.now)

    async def learner(self, name: str) -> tuple[Present, str, list[Event]]:
        """The course, and the account and the events of learner *name*; 404 where the person does not see them."""
        now = await self.present()
        record = now.records.get(name)
        if record is None or not self.person.sees(record.section):
            raise not_there()
        return now, name, await self.service.work(self.service.presence.events, name)


class Page(Seeing):
    """A page of the course. Where it cannot be shown, a page that says why and where to go.

    Who is not logged in is sent to the hub and comes back.
    """

    def set_default_headers(self) -> None:
        """Those of every answer, with the stricter rules that pages without anything inline can keep."""
        super().set_default_headers()
        self.set_header("Content-Security-Policy", drawing.CSP)

    async def show(self, template: str, **values: Any) -> None:
        """Finish with the page *template*."""
        drawn = await self.service.work(drawing.draw, template, {**self._frame(), **values})
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(drawn)

    def version(self) -> int:
        """Of the news for who asks; to be asked before anything is read, so that nothing newer is ever missed."""
        return self.service.news.version(self.about)

    def _frame(self) -> Mapping[str, Any]:
        person = getattr(self, "person", None)
        hubs = self.service.hubs
        hub = f"{hubs.hub_host}{hubs.hub_prefix}"
        return {
            "base": self.service.settings.prefix,
            "course": self.service.course.title,
            "user": person.name if person else "",
            "xsrf": _text(self.xsrf_token) if person else "",
            "hub_home": f"{hub}home",
            "formgrader": f"{hub}user-redirect/formgrader",
            "portfolio": person is not None and person.role == "learner",
            "now": datetime.now(UTC),
        }

    def _send_to_log_in(self) -> None:
        if self.request.method not in ("GET", "HEAD"):
            raise Failure(
                403, "page-too-old",
                "This page has been open for too long, or you logged out meanwhile. Reload it and do it again.",
            )  # fmt: skip
        self.redirect(self.get_login_url())

    def finish_failure(self, failure: Failure) -> None:
        """As a page: what happened, and the ways from here."""
        frame = self._frame()
        ways = [(frame["base"], "Back to the course"), (frame["hub_home"], "To the hub")]
        if failure.code == "not-in-this-course":
            ways = [(frame["base"], "Try again"), (frame["hub_home"], "To the hub")]
        head = _HEADS.get(failure.code, "That did not work" if failure.status_code < 500 else "Not just now")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(drawing.draw("said.html", {**frame, "head": head, "sentence": failure.message, "ways": ways}))

    def arguments(self) -> dict[str, str]:
        """The last value of each argument in the address."""
        return {name: _text(values[-1]) for name, values in self.request.query_arguments.items()}


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
