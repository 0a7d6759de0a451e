"""What the handlers of one course's service share: its parts, a bounded pool for what blocks, and its life."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from weakref import WeakValueDictionary

from kit.course import Course, Limits
from kit.errors import KitError
from kit.exchange import open_exchange
from kit.exchange.learner_folder import discard
from kit.files import close_to_others, storing
from kit.hub.book import Book
from kit.hub.controller import Controller
from kit.hub.failures import busy
from kit.hub.identity import Hubs, Identity
from kit.hub.logs import log_of
from kit.hub.metrics import Metrics, Waiting
from kit.hub.news import News
from kit.hub.rates import Places, Rates
from kit.hub.roster import RosterKeeper
from kit.pages.present import Presence
from kit.watching import nudge

T = TypeVar("T")
_QUEUE = 400
_STALE_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How one service runs; times in seconds. What concerns the course itself stands in course.toml."""

    prefix: str = "/"
    """Path of the service's pages, with both slashes: ``/services/mastery/``."""
    threads: int = 8
    """At most so many requests read and write at a time; the others wait, and the loop never does."""
    body_seconds: float = 60.0
    """Within which what a request sends must have arrived."""
    heartbeat: float = 15.0
    """Between two signs of life on a stream; also how often it is asked whether its reader may still read it."""
    longest_wait: float = 30.0
    """Of a long poll."""
    drain_seconds: float = 8.0
    """What is under way may take so long after the service was told to end."""
    watch: bool = True
    """Whether the controller runs beside it; False where `kit watch` runs elsewhere."""
    streams_each: int = 12
    streams: int = 4_000
    requests_each: int = 40
    """Of one person at a time, streams among them: an answer that nobody takes stays in memory."""
    requests: int = 8_000


class Service:
    """One course on one hub, open. Make it inside a running asyncio loop; `start`, then `stop`."""

    def __init__(self, course: Course, settings: ServiceSettings, hubs: Hubs) -> None:
        self.course = course
        self.settings = settings
        self.hubs = hubs
        self.exchange = open_exchange(course)
        self.book = Book(course)
        self.news = News(course.exchange_path)
        self.controller = Controller(course)
        self.roster = RosterKeeper(course, hubs.api_url, hubs.api_token)
        self.rates = Rates()
        self.places = Places(settings.streams_each, settings.streams)
        self.under_way = Places(settings.requests_each, settings.requests)
        self.metrics = Metrics(
            waiting=Waiting(course), controller_up=lambda: self.controller.alive,
            controller_restarts=lambda: self.controller.restarts, listeners=lambda: self.news.listeners,
        )  # fmt: skip
        self.measuring = asyncio.Lock()
        self.presence = Presence(course)
        self.reading = asyncio.Lock()
        self.printing = asyncio.Lock()
        self.draining = False
        self._built = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="kit-hub")
        self._queued = 0
        self._learners: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._welcome: set[str] = set()

    @property
    def limits(self) -> Limits:
        """What a submission may hold."""
        return self.course.limits

    @property
    def workspace(self) -> Path:
        """Where what arrives is unpacked before it is looked at: private, on the exchange's own disk."""
        return self.course.gradebook_dir / "arriving"

    @property
    def built(self) -> bool:
        """Whether the course has been built, so that there is something to hand out."""
        if not self._built:  # what was built once stays
            revisions = self.course.gradebook_dir / "revisions"
            self._built = revisions.is_dir() and any(revisions.rglob("*.json"))
        return self._built

    async def start(self) -> None:
        """Begin to watch the exchange and to keep the controller running."""
        await self.work(self._tidy)
        await self.news.start()
        self.roster.start()
        if self.settings.watch:
            self.controller.start()

    async def stop(self) -> None:
        """Take nothing new, finish what is under way, end the controller, bring the ledger's journal up to date."""
        self.draining = True
        log_of("service").info("Ending: %d requests are under way.", self._under_way)
        ending = asyncio.create_task(asyncio.to_thread(self.controller.stop, self.settings.drain_seconds))
        await self.news.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), self.settings.drain_seconds)
        await ending
        await asyncio.to_thread(self.roster.stop)
        await asyncio.to_thread(self._pool.shutdown, True, cancel_futures=True)
        await asyncio.to_thread(self.book.close)

    async def work(self, do: Callable[..., T], *arguments: object) -> T:
        """Carry out *do* in the pool. Failure 503 where too much waits for it already."""
        if self._queued >= _QUEUE:
            raise busy("The course is very busy just now. Your work is safe; try again in a moment.")
        self._queued += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, do, *arguments)
        finally:
            self._queued -= 1

    def lock_of(self, learner: str) -> asyncio.Lock:
        """One submission of a learner at a time: two windows, one after the other."""
        lock = self._learners.get(learner)
        if lock is None:
            lock = self._learners[learner] = asyncio.Lock()
        return lock

    async def welcome(self, person: Identity) -> None:
        """Enrol a learner whom the hub has in the group and the ledger does not know yet."""
        if person.role != "learner" or person.name in self._welcome:
            return
        try:
            # Of several sections the first one by name, as the roster has it.
            if await self.work(self.book.enrol, person.name, min(person.sections, default="")):
                log_of("roster").info("Enrolled %s, who is in the hub's group.", person.name)
                await self.work(nudge, self.course)
            self._welcome.add(person.name)
        except KitError as error:  # the next request tries again; nobody is kept out by it
            log_of("roster").error("%s could not be enrolled: %s", person.name, error)

    def request_began(self) -> None:
        """One more request is worked on: `stop` waits for it."""
        self._under_way += 1
        self._idle.clear()

    def request_ended(self) -> None:
        """And it is done."""
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    def _tidy(self) -> None:
        """Make the workspace, and clear what a service that was killed left in it."""
        close_to_others(self.course.gradebook_dir, self.workspace)
        for left in self.workspace.iterdir():
            with suppress(OSError):
                if left.stat(follow_symlinks=False).st_mtime < time.time() - _STALE_SECONDS:
                    discard(left)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A new folder in the workspace, gone afterwards. StorageError where there is no room."""
        with storing("What arrived"):
            self.workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = tempfile.TemporaryDirectory(dir=self.workspace, ignore_cleanup_errors=True)
        with folder as name:
            yield Path(name)
