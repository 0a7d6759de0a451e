"""News: who has something new, told to whoever listens, by watching the exchange.

Each learner has a *version*, a number that grows whenever the controller published something for them (a grant,
feedback, a standing) or they handed something in. It begins with the milliseconds since 1970 at which the service was
started, so that it also grows over a restart: who kept an older one hears at once that there may be news. What differs
counts, not what is greater: a clock that is set back leaves nobody waiting.

One asyncio loop; `ring` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kit.course import is_learner_name
from kit.hub.logs import log_of

if TYPE_CHECKING:
    from watchfiles import Change

EVERYBODY = ""
"""Stands for the whole cohort: its version grows with each learner's. No account has this name."""
HEARTBEAT_SECONDS = 20.0
"""Between two signs of life on a stream: proxies close what is silent for a minute."""
_TOLD = frozenset({"progress.json", "granted", "feedback", "inbox", "submitted"})
_AGAIN_SECONDS = 5.0
_SECOND_LOOK_SECONDS = 1.0


class News:
    """The versions of one course's learners, over the folder *exchange*."""

    def __init__(self, exchange: Path) -> None:
        self._exchange = exchange
        self._began = _now()
        self._versions: dict[str, int] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._listeners = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    @property
    def listeners(self) -> int:
        """How many streams and long polls are open now."""
        return self._listeners

    def version(self, learner: str) -> int:
        """The version of *learner* (or of `EVERYBODY`) now."""
        return self._versions.get(learner, self._began)

    async def changed(self, learner: str, since: int | None, wait: float) -> int:
        """The version of *learner* as soon as it differs from *since*, or after *wait* seconds."""
        if since is None or self.version(learner) != since or self._ended:
            return self.version(learner)
        with self._listening(), self._bell(learner) as bell:
            await asyncio.wait({bell}, timeout=max(0.0, wait))
        return self.version(learner)

    async def stream(self, learner: str, heartbeat: float = HEARTBEAT_SECONDS) -> AsyncIterator[int | None]:
        """The version of *learner* at once and after each change; None after *heartbeat* seconds of silence.

        Ends when the service does.
        """
        known: int | None = None
        with self._listening():
            while True:
                with self._bell(learner) as bell:
                    version = self.version(learner)
                    if version == known and not self._ended:
                        await asyncio.wait({bell}, timeout=heartbeat)
                        version = self.version(learner)
                if self._ended:
                    return
                yield None if version == known else version
                known = version

    def ring(self, *learners: str) -> None:
        """There is something new for *learners* (and so for `EVERYBODY`). From any thread."""
        loop = self._loop
        if loop is None or loop.is_closed() or _running() is loop:
            self._ring(learners)
        else:
            self._in_loop(self._ring, learners)

    async def start(self) -> None:
        """Begin to watch the exchange; returns at once."""
        self._loop = asyncio.get_running_loop()
        self._exchange.mkdir(mode=0o711, parents=True, exist_ok=True)
        # A thread: going through a large exchange when it begins takes a moment, and nobody is to wait for that.
        self._thread = threading.Thread(target=self._watch, name="kit-news", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Stop watching, and answer everybody who listens."""
        self._stop.set()
        self._wake({*self._waiting})
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    @property
    def _ended(self) -> bool:
        return self._stop.is_set()

    def _ring(self, learners: Iterable[str]) -> None:
        about = {*learners, EVERYBODY}
        for learner in about:
            self._versions[learner] = max(self.version(learner) + 1, _now())
        self._wake(about)

    def _ring_all(self) -> None:
        """What was published before the watch began has been seen by nobody."""
        self._began = max(self._began + 1, _now())
        self._versions.clear()
        self._wake({*self._waiting})

    def _wake(self, learners: Iterable[str]) -> None:
        for learner in learners:
            for bell in self._waiting.get(learner, ()):
                if not bell.done():
                    bell.set_result(None)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        self._listeners += 1
        try:
            yield
        finally:
            self._listeners -= 1

    @contextmanager
    def _bell(self, learner: str) -> Iterator[asyncio.Future[None]]:
        bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        bells = self._waiting.setdefault(learner, set())
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells and self._waiting.get(learner) is bells:
                del self._waiting[learner]

    def _watch(self) -> None:
        """Ring for whatever appears; where the system refuses to tell (too many watches), look each second instead."""
        polling = False
        while not self._stop.is_set():
            try:
                self._listen(polling)
            except Exception as error:  # whatever it is, learners must hear of their results
                log_of("news").error(
                    "The exchange cannot be watched (%s). It is looked through each second instead, which costs "
                    "processor time. On Linux, raise fs.inotify.max_user_watches, then restart the service.", error,
                )  # fmt: skip
                if polling:
                    self._stop.wait(_AGAIN_SECONDS)
                polling = True

    def _listen(self, polling: bool) -> None:
        from watchfiles import watch

        signs = watch(
            self._exchange, watch_filter=self._is_sign, stop_event=self._stop, debounce=30, step=10, rust_timeout=500,
            yield_on_timeout=True, raise_interrupt=False, force_polling=polling, poll_delay_ms=1000,
        )  # fmt: skip
        watching = False
        for changes in signs:
            if not watching:
                watching = True
                self._in_loop(self._ring_all)
            learners = {about for _, path in changes if (about := self._about(path))}
            if learners:
                self.ring(*learners)
            # What is put into a folder before the system has begun to watch that too is seen by a second look.
            if new := {path.name for _, name in changes if (path := Path(name)).parent == self._exchange}:
                self._in_loop(self._ring_later, new)

    def _ring_later(self, learners: set[str]) -> None:
        asyncio.get_running_loop().call_later(_SECOND_LOOK_SECONDS, self._ring, learners)

    def _in_loop(self, call: Callable[..., None], *args: object) -> None:
        with suppress(RuntimeError):  # the loop has been closed: nobody listens any more
            assert self._loop is not None
            self._loop.call_soon_threadsafe(call, *args)

    def _is_sign(self, change: Change, path: str) -> bool:
        return change.name != "deleted" and self._about(path) is not None

    def _about(self, path: str) -> str | None:
        """Whom the file at *path* is news for; None where it is none, or not finished yet."""
        try:
            parts = Path(path).relative_to(self._exchange).parts
        except ValueError:
            return None
        if not parts or any(part.startswith(".") for part in parts) or not is_learner_name(parts[0]):
            return None
        return parts[0] if len(parts) == 1 or parts[1] in _TOLD else None


def _running() -> asyncio.AbstractEventLoop | None:
    with suppress(RuntimeError):
        return asyncio.get_running_loop()
    return None


def _now() -> int:
    return time.time_ns() // 1_000_000
