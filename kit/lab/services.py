"""The course services a learner's server talks to, one a course, and what the panel is told about each.

Calls that end soon and long polls have threads of their own: when every poll hangs, Submit still has a way.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from kit.errors import KitError, NotGranted, StorageError, SubmissionRefused, UnknownName
from kit.lab.folders import folder_of, notebook_in
from kit.lab.pool import Overloaded, Pool, Shared

if TYPE_CHECKING:
    from kit.exchange.hub import HubCounter, HubCourse

T = TypeVar("T")

PATIENCE = 15.0
"""Seconds after which the browser is told that a service does not answer, whatever its connection says."""
POLL = 25.0
"""Seconds a long poll may last."""
_POLL_GRACE = 10.0


class Silent(KitError):
    """The service has not answered in time."""


@dataclass(slots=True)
class Service:
    """One course's service, as this server knows it."""

    url: str
    """Where this server reaches it; ends with a slash."""
    counter: HubCounter
    course: HubCourse | None = None
    """What ``api/course`` said, once it was reached."""
    _soon: Pool = field(default_factory=lambda: Pool("mastery", threads=4, room=20))
    _shared: Shared[Any] = field(init=False)
    _polls: Shared[int] = field(init=False)

    def __post_init__(self) -> None:
        self._shared = Shared(self._soon)
        # Two: a second tab may know another version than the first.
        self._polls = Shared(Pool("mastery-poll", threads=2, room=8))

    @property
    def name(self) -> str:
        """The service's own name on the hub: the last part of its address."""
        return urlsplit(self.url).path.rstrip("/").rpartition("/")[2]

    @property
    def page(self) -> str:
        """Where the learner's browser reaches it: a path, or a whole address where the hub has a host of its own."""
        public = os.environ.get("JUPYTERHUB_PUBLIC_HUB_URL") or os.environ.get("JUPYTERHUB_HOST") or ""
        parts = urlsplit(public)
        origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
        return origin + urlsplit(self.url).path

    def introduced(self) -> HubCourse:
        """What ``api/course`` says of the course and of who asks. Blocks; asked once."""
        if self.course is None:
            self.course = self.counter.course()
        return self.course

    async def ask(self, call: Callable[[], T], patience: float = PATIENCE) -> T:
        """What *call* returns, from a thread; `Silent` after *patience* seconds."""
        return await _within(patience, self._soon.run(call))

    async def once(self, what: str, call: Callable[[], T]) -> T:
        """`ask`, where whoever asks *what* while it is under way gets the same answer."""
        return await _within(PATIENCE, asyncio.shield(self._shared.ask(what, call)))

    def poll(self, since: int) -> asyncio.Task[int]:
        """The version of the learner's standing, as soon as it is above *since*; else after `POLL` seconds."""
        return self._polls.ask(since, lambda: self.counter.changes(since, POLL))


@dataclass(slots=True)
class Services:
    """Every service of this server."""

    root: Path
    """The root folder of the server."""
    services: Sequence[Service]
    trouble: KitError | None = None
    """Why there are no services although KIT_SERVICES names some."""

    @classmethod
    def from_environment(cls, root: str | Path) -> Services:
        """The services that KIT_SERVICES names; none where it is not set."""
        if not os.environ.get("KIT_SERVICES", "").strip():
            return cls(Path(root), ())
        from kit.exchange.hub import services

        try:
            return cls(Path(root), [Service(counter.url, counter) for counter in services()])
        except KitError as error:
            return cls(Path(root), (), trouble=error)

    def __len__(self) -> int:
        return len(self.services)

    def __bool__(self) -> bool:
        return bool(self.services) or self.trouble is not None

    def __iter__(self) -> Iterator[Service]:
        return iter(self.services)

    async def of(self, course: str) -> Service:
        """The service of the course with the id *course*; UnknownName where there is none."""
        if not any(s.course and s.course["course"] == course for s in self.services):
            strangers = [s.once("course", s.introduced) for s in self.services if s.course is None]
            await asyncio.gather(*strangers, return_exceptions=True)
        for service in self.services:
            if service.course is not None and service.course["course"] == course:
                return service
        away = [s.name for s in self.services if s.course is None]
        if away:
            raise Silent(f"The service {' and '.join(away)} does not answer, so {course} cannot be reached just now.")
        raise UnknownName(f"There is no course {course!r} on this server. Reload the page, then choose a course again.")

    async def standing(self, service: Service) -> dict[str, Any]:
        """What the panel shows of *service*; where it cannot be reached, the reason stands under ``error``."""
        try:
            return {**await service.once("standing", partial(self._standing, service)), "error": None}
        except KitError as error:
            return {**_about(service), "version": 0, "standing": None, "here": {}, "error": explained(error)}

    def _standing(self, service: Service) -> dict[str, Any]:
        course, said = service.introduced(), service.counter.standing()
        here = self._here(course["course"], said["standing"])
        return {**_about(service), "version": said["version"], "standing": said["standing"], "here": here}

    def _here(self, course: str, standing: Mapping[str, Any] | None) -> dict[str, str]:
        """Assignment → notebook, for what has been fetched."""
        units = standing["units"] if standing else ()
        works = [work["assignment"] for unit in units for work in unit.get("work", ())]
        found = {name: notebook_in(folder_of(self.root, course, name), self.root) for name in works}
        return {name: path for name, path in found.items() if path is not None}

    async def changed(self, known: Mapping[str, int]) -> dict[str, Any]:
        """As soon as a service of *known* (name → version) has news or cannot be reached, else after `POLL` seconds."""
        polls = {s.poll(known[s.name]): s for s in self.services if s.name in known}
        if not polls:
            raise UnknownName("None of these courses is on this server. Reload the page.")
        done, waiting = await asyncio.wait(polls, timeout=POLL + _POLL_GRACE, return_when=asyncio.FIRST_COMPLETED)
        versions, away = dict(known), {}
        for task in done:
            try:
                versions[polls[task].name] = task.result()
            except KitError as error:
                away[polls[task].name] = explained(error)
        if not done:
            away = {polls[task].name: explained(Silent(_SILENT)) for task in waiting}
        return {"versions": versions, "away": away}


_SILENT = "The course's service has not answered in time. Your work is saved on this server; try again in a moment."


def _about(service: Service) -> dict[str, Any]:
    course = service.course
    return {
        "service": service.name,
        "course": course["course"] if course else None,
        "title": course["title"] if course else service.name,
        "role": course["role"] if course else None,
        "service_page": service.page,
        "portfolio_url": f"{service.page}portfolio",
    }


async def _within(seconds: float, work: Any) -> Any:
    try:
        return await asyncio.wait_for(work, seconds)
    except TimeoutError:
        raise Silent(_SILENT) from None


def explained(error: KitError) -> dict[str, Any]:
    """*error* as the panel gets it: a code that does not change, the sentence, and the seconds it asks to wait."""
    return {"code": code_of(error), "message": str(error), "again_in": getattr(error, "again_in", None)}


def code_of(error: KitError) -> str:
    """One word for what went wrong; only for ``away`` and ``busy`` is trying again the answer."""
    from kit.exchange.hub import ServiceAway

    kinds: tuple[tuple[type[KitError], str], ...] = (
        (Silent, "away"),
        (ServiceAway, "away"),
        (Overloaded, "busy"),
        (NotGranted, "not-granted"),
        (SubmissionRefused, "refused"),
        (UnknownName, "unknown"),
        (StorageError, "storage"),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), "not-let-in")
