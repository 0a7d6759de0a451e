"""Telling a learner at once that something is new: a long poll and a stream. Instructors hear of the whole cohort."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

from tornado.iostream import StreamClosedError

from kit.hub.answering import ApiHandler
from kit.hub.failures import Failure
from kit.hub.identity import MEMBERS

T = TypeVar("T")


class Listening(ApiHandler):
    """What waits: it ends when the browser goes, without waiting on."""

    audience = MEMBERS
    rate = "wait"
    timed = False

    async def prepare(self) -> None:
        """As ever; and be ready to hear that the browser went away."""
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await super().prepare()

    def on_connection_close(self) -> None:
        """The browser went away."""
        if not self._gone.done():
            self._gone.set_result(None)

    async def unless_gone(self, coming: Coroutine[Any, Any, T]) -> T | None:
        """What *coming* gives; None where the browser went away meanwhile."""
        task = asyncio.ensure_future(coming)
        both: set[asyncio.Future[Any]] = {task, self._gone}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return None


class Changes(Listening):
    """The long poll."""

    async def get(self) -> None:
        """The version as soon as it is another one than ``since``, or after ``wait`` seconds."""
        since = self._number("since", -1.0)
        wait = min(self._number("wait", 0.0), self.service.settings.longest_wait)
        with self.service.places.one(self.person.name):
            version = await self.unless_gone(self.service.news.changed(self.about, int(since), wait))
        if version is not None:
            self.answer({"version": version})

    def _number(self, name: str, otherwise: float) -> float:
        text = self.get_query_argument(name, None)
        if text is None:
            return otherwise
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not 0 <= number < 2**53:
            raise Failure(400, "bad-request", f"{name} has to be a number from 0 on.")
        return number


class Events(Listening):
    """The stream of server-sent events."""

    async def get(self) -> None:
        """``changed`` with the version, at once and after each change; a comment as a sign of life in between."""
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")
        with self.service.places.one(self.person.name):
            stream = cast(Any, self.service.news.stream(self.about, self.service.settings.heartbeat))
            try:
                while await self._told(await self.unless_gone(_next(stream))):
                    pass
            except StreamClosedError:
                pass
            finally:
                await stream.aclose()

    async def _told(self, news: tuple[int | None] | None) -> bool:
        """Write what there is; False where nobody is to hear more."""
        if news is None:
            return False
        (version,) = news
        if version is None and not await self.still_welcome():
            return False
        if version is None:
            self.write(": still here\n\n")
        else:
            self.write(f"event: changed\ndata: {json.dumps({'version': version})}\n\n")
        await self.flush()
        return True


async def _next(stream: Any) -> tuple[int | None] | None:
    """What *stream* gives next, wrapped; None at its end."""
    try:
        return (await anext(stream),)
    except StopAsyncIteration:
        return None


ROUTES = (
    ("api/changes", Changes),
    ("api/events", Events),
)
