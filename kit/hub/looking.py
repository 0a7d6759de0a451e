"""What the service says about itself: is it well, its figures, which course this is; and the way back from a log-in."""

from __future__ import annotations

from jupyterhub.services.auth import HubOAuthCallbackHandler
from tornado.web import HTTPError

from kit.hub.answering import ApiHandler
from kit.hub.failures import Failure, not_there
from kit.hub.identity import MEMBERS, OBSERVERS
from kit.hub.metrics import CONTENT_TYPE
from kit.hub.pages.page import Page


class Health(ApiHandler):
    """For whatever keeps the service running: 200 where requests are taken, 503 where it is ending."""

    audience = None
    while_draining = True

    async def get(self) -> None:
        """``ok``, ``controller down`` (what is handed in waits, safe) or ``draining``."""
        service = self.service
        if service.draining:
            self.answer({"status": "draining"}, 503)
            return
        well = service.controller.alive or not service.settings.watch
        self.answer({"status": "ok" if well else "controller down", "built": service.built})


class Figures(ApiHandler):
    """For Prometheus."""

    audience = OBSERVERS

    async def get(self) -> None:
        """All figures, as `kit.hub.metrics` lists them."""
        async with self.service.measuring:
            text = await self.service.work(self.service.metrics.text)
        self.set_header("Content-Type", CONTENT_TYPE)
        self.finish(text)


class About(ApiHandler):
    """Which course this is, and who is asking."""

    audience = MEMBERS

    async def get(self) -> None:
        """The course, the person and the limits of a submission."""
        course, limits = self.service.course, self.service.limits
        self.answer(
            {
                "course": course.id,
                "title": course.title,
                "learner": self.person.name,
                "role": self.person.role,
                "sections": sorted(self.person.sections),
                "built": await self.service.work(lambda: self.service.built),
                "limits": {
                    "submission_bytes": limits.submission_bytes,
                    "submission_files": limits.submission_files,
                    "notebook_seconds": limits.notebook_seconds,
                },
            }
        )


class BackFromLogIn(Page, HubOAuthCallbackHandler):
    """Where the hub sends a browser after the log-in."""

    audience = None

    async def prepare(self) -> None:
        """Find out who is logged in already, where somebody is: a log-in may come back twice."""
        await super().prepare()
        self.current_user = self._hub_auth_user_cache = await self.service.hubs.model_of(self)

    async def get(self) -> None:
        """Finish the log-in, and go where it began."""
        try:
            await HubOAuthCallbackHandler.get(self)
        except Failure:
            raise
        except HTTPError as error:
            raise Failure(
                403, "log-in-failed",
                "The log-in did not come to its end: it took too long, or began in another window. "
                "Go back to the course to begin it again.",
            ) from error  # fmt: skip


class Nothing(Page, ApiHandler):
    """For every address that there is not: a page for browsers, JSON for programs."""

    audience = None

    async def prepare(self) -> None:
        """404 for everybody alike."""
        await super().prepare()
        raise not_there()

    def finish_failure(self, failure: Failure) -> None:
        """In the kind that was asked for."""
        kind = Page if "text/html" in self.request.headers.get("Accept", "") else ApiHandler
        kind.finish_failure(self, failure)


ROUTES = (
    ("health", Health),
    ("metrics", Figures),
    ("oauth_callback", BackFromLogIn),
    ("api/course", About),
)
