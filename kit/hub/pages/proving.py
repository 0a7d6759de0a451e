"""The portfolio over HTTP: their own for a learner, as a page and as PDF; for instructors those of their learners.

It is read anew each time, so it shows what the ledger says now. It holds what a learner wrote, so it is shown as if it
came from nowhere: no script runs, and nothing in it counts as the service's own. Its links work, and it can be printed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from urllib.parse import quote

from tornado.web import RequestHandler

from kit.course import Course
from kit.errors import KitError, UnknownName
from kit.hub.failures import Failure, busy
from kit.hub.identity import INSTRUCTORS, MEMBERS
from kit.hub.pages.page import Page
from kit.portfolio import portfolio, render_html, render_pdf

Ways = Sequence[tuple[str, str]]

CSP = (
    "sandbox allow-downloads allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Never a script or a form; but a link may open another tab, which is a page like any other, and the PDF be kept."""
PDF_CSP = "default-src 'none'; frame-ancestors 'none'"
_TURN_SECONDS = 60.0
"""So long somebody waits while the PDFs of others are made; each takes a few seconds of one processor."""
_NONE_OF_YOURS = (
    "A portfolio belongs to a learner of this course, and the course does not know you as one. If you have only just "
    "been added, try again in a moment. Instructors find a learner’s portfolio on that learner’s record."
)
_NO_PDF = (
    "The PDF needs WeasyPrint, which is not there where this course’s service runs. Open your portfolio’s page instead "
    "and print it: your browser can save it as a PDF. Whoever looks after the hub can add what is missing: "
    'pip install "mastery-kit[portfolio]" (on Linux also the system’s Pango).'
)


class Showing(Page):
    """What both pages share."""

    rate = "fetch"

    async def show_portfolio(self, learner: str, ways: Ways) -> None:
        """Finish with the portfolio of *learner*, under *ways* that lead on."""
        try:
            drawn = await self.service.work(_page, self.service.course, learner, ways)
        except UnknownName:
            raise Failure(404, "no-portfolio", _NONE_OF_YOURS) from None
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", CSP)
        self.finish(drawn)


class Own(Showing):
    """The portfolio of who asks, as it stands now."""

    audience = MEMBERS

    async def get(self) -> None:
        """The page; 404 for who is no learner of the course."""
        base = self.service.settings.prefix
        ways = [(base, "← Back to the course")]
        if find_spec("weasyprint"):
            ways.append((f"{base}portfolio.pdf", "As a PDF"))
        await self.show_portfolio(self.person.name, ways)


class OwnPdf(Page):
    """The same on paper."""

    audience = MEMBERS
    rate = "print"
    timed = False  # others may be before them

    async def get(self) -> None:
        """The PDF, to be kept; 501 where the service cannot make any, 503 where too many want one."""
        try:
            await asyncio.wait_for(self.service.printing.acquire(), _TURN_SECONDS)
        except TimeoutError:
            raise busy("Many are having their PDF made just now. Try again in a minute.", retry_after=60) from None
        try:
            made = await self.service.work(_pdf, self.service.course, self.person.name)
        except UnknownName:
            raise Failure(404, "no-portfolio", _NONE_OF_YOURS) from None
        finally:
            self.service.printing.release()
        self.set_header("Content-Type", "application/pdf")
        self.set_header("Content-Security-Policy", PDF_CSP)
        name = f"portfolio-{self.service.course.id}-{self.person.name}.pdf"
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name, safe='')}")
        self.finish(made)


class Theirs(Showing):
    """A learner's portfolio as they can show it, for the instructors who look after them."""

    audience = INSTRUCTORS

    async def get(self, learner: str) -> None:
        """The page; 404 where who asks does not see *learner*."""
        _, name, _ = await self.learner(learner)
        base = self.service.settings.prefix
        await self.show_portfolio(
            name, [(f"{base}learners/{quote(name, safe='')}", "← Their record"), (base, "Cohort")]
        )


def _page(course: Course, learner: str, ways: Ways) -> bytes:
    # What no encoding has, a notebook can hold all the same.
    return render_html(portfolio(course, learner), ways=ways).encode("utf-8", "replace")


def _pdf(course: Course, learner: str) -> bytes:
    found = portfolio(course, learner)
    try:
        return render_pdf(found)
    except KitError:
        raise Failure(501, "no-pdf", _NO_PDF) from None


ROUTES: Sequence[tuple[str, type[RequestHandler]]] = (
    ("portfolio", Own),
    ("portfolio.pdf", OwnPdf),
    ("learners/<learner>/portfolio", Theirs),
)
"""Template below the service's prefix → handler."""
