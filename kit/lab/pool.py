"""A few threads for everything that talks to a service, so that a service which hangs never holds up the server."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from kit.errors import KitError

T = TypeVar("T")


class Overloaded(KitError):
    """Every thread is busy and as much waits as may wait: nothing was begun."""


class Pool:
    """At most *threads* calls at once and *room* more that wait; beyond that `Overloaded`, at once.

    The threads are daemons, unlike those of concurrent.futures: a server that stops does not wait for a hung service.
    """

    def __init__(self, name: str, threads: int, room: int) -> None:
        self._name, self._threads = name, threads
        self._calls: queue.Queue[tuple[Callable[[], Any], asyncio.Future[Any]]] = queue.Queue(room)
        self._started = 0
        self._unanswered = 0
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], T]) -> T:
        """What *call* returns or raises, carried out in one of the threads."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        try:
            self._calls.put_nowait((call, future))
        except queue.Full:
            raise Overloaded(
                "Too much is being asked of the course's service at once. Try again in a moment."
            ) from None
        self._see_to_threads()
        return await future

    def _see_to_threads(self) -> None:
        with self._lock:
            self._unanswered += 1
            if self._started < min(self._threads, self._unanswered):
                self._started += 1
                threading.Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True).start()

    def _work(self) -> None:
        while True:
            call, future = self._calls.get()
            if not future.cancelled():
                _answer(call, future)
            with self._lock:
                self._unanswered -= 1
            del call, future  # what a call held on to is not kept until the next one


def _answer(call: Callable[[], Any], future: asyncio.Future[Any]) -> None:
    try:
        value, error = call(), None
    except Exception as raised:  # it belongs to whoever waits
        value, error = None, raised
    with suppress(RuntimeError):  # the server has stopped meanwhile
        future.get_loop().call_soon_threadsafe(_settle, future, value, error)


def _settle(future: asyncio.Future[Any], value: object, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


class Shared(Generic[T]):
    """Calls that are under way, by what they ask: who asks the same joins, so ten tabs cost one thread."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._under_way: dict[Hashable, asyncio.Task[T]] = {}

    def ask(self, what: Hashable, call: Callable[[], T]) -> asyncio.Task[T]:
        """The task that carries out *call*, or the one that asks the same already; do not cancel it."""
        task = self._under_way.get(what)
        if task is None:
            task = asyncio.ensure_future(self._pool.run(call))
            self._under_way[what] = task
            task.add_done_callback(lambda done: self._forget(what, done))
        return task

    def _forget(self, what: Hashable, task: asyncio.Task[T]) -> None:
        self._under_way.pop(what, None)
        if not task.cancelled():
            task.exception()  # taken note of, also where everybody who asked has gone
