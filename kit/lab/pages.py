"""The two routes a browser goes to by itself: Open from a link of the service's page, and one page of feedback."""

# mypy: allow-subclassing-any

from __future__ import annotations

import json
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

from kit.errors import KitError
from kit.lab.folders import opened
from kit.lab.handlers import STATUS, Asked, MasteryHandler
from kit.lab.services import code_of

if TYPE_CHECKING:
    from jinja2 import Template


FETCHING = 70.0
"""Seconds for fetching one assignment."""


class OpenHandler(MasteryHandler):
    """Fetch unless it is here: an answer for the panel (POST), or a link of the service's page that leads on (GET)."""

    @property
    def content_security_policy(self) -> str:
        """Nothing but the page's own style."""
        return "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

    def get_login_url(self) -> str:
        """A browser that is not logged in is sent to do so; the panel is told."""
        return JupyterHandler.get_login_url(self) if self.request.method == "GET" else super().get_login_url()

    @authenticated
    async def post(self) -> None:
        """``{"path": notebook}``, relative to the server's root."""
        self.finish(json.dumps({"path": await self._opened(await self.asked_in_body())}))

    @authenticated
    async def get(self) -> None:
        """Redirects to ``lab/tree/<path>``; else a page that says why not, with a way back."""
        course, assignment = self.get_query_argument("course", ""), self.get_query_argument("assignment", "")
        try:
            path = await self._opened(await self.asked_for(course, assignment))
        except KitError as error:
            self.log.warning("Mastery: %s", error)
            self._say(error, course, assignment)
            return
        self.redirect(url_path_join(self.base_url, "lab/tree", quote(path)))

    async def _opened(self, asked: Asked) -> str:
        fetch = partial(asked.service.counter.fetch, asked.learner, asked.assignment)
        return await asked.service.ask(partial(opened, asked.folder, self.services.root, fetch), FETCHING)

    def _say(self, error: KitError, course: str, assignment: str) -> None:
        code = code_of(error)
        services = sorted(self.services, key=lambda s: s.course is None or s.course["course"] != course)
        page = _template().render(
            sentence=str(error),
            again=self.request.uri if code in ("away", "busy") else None,
            assignment=assignment,
            page=services[0].page if services else None,
            lab=url_path_join(self.base_url, "lab"),
        )
        self.set_status(STATUS.get(code, 503))
        self.finish(page, set_content_type="text/html; charset=utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader

    rooms = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    return rooms.get_template("not_opened.html")


class FeedbackHandler(MasteryHandler):
    """One page of feedback: learner-written HTML, in an origin of its own and without scripts."""

    @property
    def content_security_policy(self) -> str:
        """Sandboxed; pictures and style only from within the page itself."""
        return (
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
            "frame-ancestors 'self'"
        )

    @authenticated
    async def get(self) -> None:
        """The page; 404 where there is none (yet)."""
        asked = await self.asked_for(self.get_query_argument("course"), self.get_query_argument("assignment"))
        submission = self.get_query_argument("submission")
        page = partial(asked.service.counter.feedback_page, asked.learner, asked.assignment, submission)
        html = await asked.service.ask(page, FETCHING)
        self.set_header("Cache-Control", "private, no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(html, set_content_type="text/html; charset=utf-8")
