"""What every answer of the service has in common: who may have it, how often, its headers, and how it fails.

A handler says in `audience` who may have its answer; one that forgets answers nobody. Everything is checked in
`prepare`, before a handler's own code runs, in this order: is the service ending, who asks, may they enter, how often.
"""

from __future__ import annotations

import json
from asyncio import Future
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from jupyterhub.services.auth import HubOAuthenticated
from tornado.web import HTTPError, RequestHandler

from kit.hub.failures import Failure, failure_of
from kit.hub.identity import Identity, Role, identity_of
from kit.hub.logs import log_of, log_request
from kit.hub.news import EVERYBODY
from kit.hub.service import Service

CSP = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-src 'self'; "
    "frame-ancestors 'none'"
)
_LOG_IN = (
    "The service does not know who you are: log in to the hub, or restart your server so that it gets a new token."
)
_ENDING = "The course's service is being restarted. Your work is safe; try again in a moment."


class HubHandler(HubOAuthenticated, RequestHandler):
    """The root of all handlers. `person` is who asks; None only where `audience` is None."""

    audience: ClassVar[frozenset[Role] | None] = frozenset()
    """Who may have the answer; None: anybody, known or not."""
    rate: ClassVar[str] = "read"
    """Which of `kit.hub.rates.RATES` it counts for."""
    timed: ClassVar[bool] = True
    """False for what waits on purpose."""
    while_draining: ClassVar[bool] = False

    person: Identity
    route = "?"

    def initialize(self, route: str = "?") -> None:
        """*route*: the template of the route, for log and metrics."""
        self.route = route
        self._counted = False
        self._leave: Callable[[], None] = lambda: None

    @property
    def service(self) -> Service:
        """What the handlers share."""
        service: Service = self.settings["service"]
        return service

    @property
    def about(self) -> str:
        """Whose news concern who asks: their own, or everybody's for an instructor."""
        return EVERYBODY if self.person.role == "instructor" else self.person.name

    def set_default_headers(self) -> None:
        """Safe for every answer; a handler that may be less strict says so itself."""
        self.clear_header("Server")
        self.set_header("Content-Security-Policy", CSP)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:
        """Let in who belongs here; Failure for everybody else."""
        self._hub_auth = self.service.hubs
        # Whatever asks for `current_user` must never ask the hub from within the loop, which would stand still.
        self._hub_auth_user_cache: dict[str, Any] | None = None
        self.service.request_began()
        self._counted = True
        if self.service.draining and not self.while_draining:
            raise Failure(503, "draining", _ENDING, retry_after=5)
        if self.audience is not None:
            person = await self._identified()
            if person is None:
                self._send_to_log_in()
                return
            self.person = person
            if person.role not in self.audience:
                raise Failure(403, "forbidden", "That is not yours to do here. Go back to your own page of the course.")
            self._leave = self.service.under_way.take(person.name)
            self.service.rates.take(person.name, self.rate)
            await self.service.welcome(person)

    async def _identified(self) -> Identity | None:
        model = await self.service.hubs.model_of(self)
        if model is None:
            return None
        if not self.service.hubs.may_enter(model):
            raise Failure(
                403, "scope-missing",
                "This token or log-in may not use the course's service: it lacks the scope "
                f"{', '.join(sorted(self.service.hubs.access_scopes))}. `kit hub-config` writes what the hub needs.",
            )  # fmt: skip
        self.current_user = self._hub_auth_user_cache = model
        return identity_of(model, self.service.course.hub)

    async def still_welcome(self) -> bool:
        """Whether the hub still knows who asked, for answers that last long."""
        del self._cached_hub_user
        try:
            return await self._identified() == self.person
        except Failure as failure:
            return failure.code == "hub-away"  # the hub restarts: not the reader's fault

    def _send_to_log_in(self) -> None:
        raise Failure(401, "no-identity", _LOG_IN)

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> Future[None]:
        """The end of the answer. It is under way until it has gone out, or nobody is there any more to take it."""
        sent = super().finish(chunk)
        sent.add_done_callback(lambda _: self._leave())
        return sent

    def compute_etag(self) -> None:
        """None: answers are personal and not kept."""

    def write_error(self, status_code: int, **details: Any) -> None:
        """The answer to whatever went wrong, in the handler's own kind."""
        error = details.get("exc_info", (None, None, None))[1]
        failure = failure_of(error, status_code)
        self.set_status(failure.status_code)
        if failure.retry_after is not None:
            self.set_header("Retry-After", str(failure.retry_after))
        self.finish_failure(failure)

    def finish_failure(self, failure: Failure) -> None:
        """Write *failure*; its status is set already."""
        raise NotImplementedError

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """What the kit knows is in words in the answer; only what it does not know is written down in full."""
        failure = failure_of(value)
        if failure.code == "fault" and not isinstance(value, HTTPError):
            log_of("service").error("A request failed.", exc_info=(typ, value, tb))  # type: ignore[arg-type]
        elif failure.status_code == 503 and not isinstance(value, Failure):
            log_of("service").error("%s", value)

    def on_finish(self) -> None:
        """Count it and write it down."""
        if self._counted:
            self._counted = False
            self.service.request_ended()
        # What anybody can make up would make the figures grow without end.
        method = self.request.method if self.request.method in self.SUPPORTED_METHODS else "(other)"
        status, seconds = self.get_status(), self.request.request_time()
        self.service.metrics.request(
            method=method, route=self.route, status=status, seconds=seconds, timed=self.timed
        )  # fmt: skip
        person = getattr(self, "person", None)
        log_request(method=method, route=self.route, status=status, seconds=seconds, who=person.name if person else "")


class ApiHandler(HubHandler):
    """Answers in JSON, failures too."""

    def answer(self, values: Mapping[str, Any], status: int = 200) -> None:
        """Finish with *values*."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        # Whatever takes it for a page all the same finds no markup in it.
        self.finish(json.dumps(values, ensure_ascii=False).replace("<", "\\u003c"))

    def finish_failure(self, failure: Failure) -> None:
        """As an `error` with its code and its sentence."""
        self.answer({"error": {"code": failure.code, "message": failure.message}}, failure.status_code)
