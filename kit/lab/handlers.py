"""The routes below ``mastery/`` of a learner's Jupyter server; each needs the learner to be logged in there.

    GET  standing                       where the learner stands, of every service
    GET  changes?since=<name>:<n>,…     as soon as one of the named services has something new
    POST open {course, assignment}      fetch it unless it is here, → {path}
    GET  open?course=&assignment=       the same as a page: goes on to JupyterLab (kit.lab.pages)
    POST submit {course, assignment}    hand in; header Idempotency-Key, made by the browser for one click
    GET  feedback?course=&assignment=&submission=   the page, sandboxed (kit.lab.pages)

Answers that went wrong are ``{"error": {"code", "message"}}``.
"""

# mypy: allow-subclassing-any

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated

from kit.errors import KitError, SubmissionRefused
from kit.lab.folders import folder_of
from kit.lab.services import Service, Services, code_of, explained

STATUS = {"not-granted": 404, "unknown": 404, "refused": 422, "busy": 429, "storage": 507}
"""Code of an error → status of the answer; every other is 503."""
HANDING_IN = 240.0
"""Seconds for a submission, which is sent up to three times (kit.exchange.hub)."""
_KEY = re.compile(r"[A-Za-z0-9_-]{8,100}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One assignment of one course, as a request named it."""

    service: Service
    learner: str
    assignment: str
    folder: Path
    """Where it lies, or would lie, on this server."""


class MasteryHandler(APIHandler):
    """What the routes share."""

    @property
    def services(self) -> Services:
        """The services of this server."""
        services: Services = self.settings["mastery_services"]
        return services

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A KitError in its own words; everything else as Jupyter does."""
        error = kwargs["exc_info"][1] if "exc_info" in kwargs else None
        if isinstance(error, KitError):
            self.finish(json.dumps({"error": explained(error)}))
        else:
            super().write_error(status_code, **kwargs)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """With the status that fits a KitError."""
        error = kwargs["exc_info"][1] if "exc_info" in kwargs else None
        super().send_error(STATUS.get(code_of(error), 503) if isinstance(error, KitError) else status_code, **kwargs)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """A KitError is an answer and no fault of this server: one line, without a traceback."""
        if isinstance(value, KitError):
            self.log.warning("Mastery: %s", value)
        else:
            super().log_exception(typ, value, tb)

    async def asked_for(self, course: object, assignment: object) -> Asked:
        """What *course* and *assignment*, as a browser sent them, mean; UnknownName for what is not there."""
        if not isinstance(course, str) or not isinstance(assignment, str):
            raise HTTPError(400, 'The body is to be {"course": …, "assignment": …}.')
        folder = folder_of(self.services.root, course, assignment)  # before anybody is asked
        service = await self.services.of(course)
        learner = (await service.once("course", service.introduced))["learner"]
        return Asked(service, learner, assignment, folder)

    async def asked_in_body(self) -> Asked:
        """The same, from the JSON body."""
        body = self.get_json_body()
        asked = body if isinstance(body, dict) else {}
        return await self.asked_for(asked.get("course"), asked.get("assignment"))


class StandingHandler(MasteryHandler):
    """Where the learner stands."""

    _track_activity = False  # a panel that looks is nobody at work: idle servers may be stopped

    @authenticated
    async def get(self) -> None:
        """Of every service, or of the one called ``service``; a service that is away says so in its own entry."""
        name = self.get_query_argument("service", "")
        wanted = [service for service in self.services if name in ("", service.name)]
        if self.services.trouble is not None:
            raise self.services.trouble
        self.finish(json.dumps(await asyncio.gather(*map(self.services.standing, wanted))))


class ChangesHandler(MasteryHandler):
    """The long poll."""

    _track_activity = False

    @authenticated
    async def get(self) -> None:
        """``{"versions": {name: n}, "away": {name: {code, message}}}``."""
        self.finish(json.dumps(await self.services.changed(_known(self.get_query_argument("since", "")))))


def _known(since: str) -> dict[str, int]:
    pairs = (pair.rpartition(":") for pair in since.split(",") if pair)
    try:
        return {name: int(version) for name, _, version in pairs}
    except ValueError:
        raise HTTPError(400, "since is to be <service>:<version>,…") from None


class SubmitHandler(MasteryHandler):
    """Handing in."""

    @authenticated
    async def post(self) -> None:
        """201 with ``{submission, at}``; the same again for a key that was taken before."""
        key = self.request.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(key):
            raise HTTPError(400, "The header Idempotency-Key is missing: 8 to 100 letters, digits, - or _.")
        asked = await self.asked_in_body()
        if not asked.folder.is_dir():
            raise SubmissionRefused(f"{asked.assignment} is not in your folders. Open it first, then hand it in.")
        submit = partial(asked.service.counter.submit, asked.learner, asked.assignment, asked.folder, key=key)
        receipt = await asked.service.ask(submit, HANDING_IN)
        self.set_status(201)
        self.finish(json.dumps({"submission": receipt.submission, "at": receipt.at.isoformat()}))


def routes(base_url: str) -> list[tuple[str, type]]:
    """The table of routes below *base_url*."""
    from kit.lab.pages import FeedbackHandler, OpenHandler

    table: dict[str, type] = {
        "standing": StandingHandler,
        "changes": ChangesHandler,
        "open": OpenHandler,
        "submit": SubmitHandler,
        "feedback": FeedbackHandler,
    }
    return [(url_path_join(base_url, "mastery", name), handler) for name, handler in table.items()]
