"""What the service and its controller take of memory: with nobody, and with 1,000 learners known and 50 who listen.

RSS counts shared pages in every process that has them, PSS shares them out; a machine needs about the sum of the PSS.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psutil
import requests
from tornado.httpclient import AsyncHTTPClient

from benchmarks.ground import Ground
from benchmarks.hub_campus import PATIENCE, TEACHER, Campus, campus

MIB = 2**20
_SETTLE = 5.0
_VISITS = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in MiB."""

    rss: float
    pss: float


@dataclass(frozen=True, slots=True)
class Memories:
    """By name of the process; the controller without the graders it keeps ready, which have a row of their own."""

    nobody: Mapping[str, Memory]
    everybody: Mapping[str, Memory]
    learners: int
    listening: int


def run(ground: Ground, listening: int) -> Memories:
    """The whole part: `ground.size.learners` known, of whom the first *listening* have a stream open."""
    empty = ground.built()
    with campus(empty, ground.folder(), (), tell=ground.tell) as there:
        nobody = asyncio.run(_visited(there, {}, ground))
    course = ground.peopled(ground.size.learners)
    names = [f"learner{number:05}" for number in range(ground.size.learners)]
    with campus(course, ground.folder(), names, tell=ground.tell) as there:
        tokens = there.tokens(names[:listening], ground.tell)
        everybody = asyncio.run(_visited(there, tokens, ground))
    return Memories(nobody, everybody, len(names), listening)


async def _visited(there: Campus, tokens: Mapping[str, str], ground: Ground) -> dict[str, Memory]:
    """What the processes take while everybody with one of *tokens* listens, and after the pages were looked at."""
    async with AsyncExitStack() as streams:
        for done, token in enumerate(tokens.values()):
            ground.tell("streams are opened", done, len(tokens))
            await streams.enter_async_context(_stream(there, token))
        client = AsyncHTTPClient()
        for token in tokens.values():
            for url in (f"{there.api}standing", there.hub.service_url):
                await client.fetch(url, headers={"Authorization": f"token {token}"}, request_timeout=PATIENCE)
        ground.tell("the teacher looks at the cohort", 0, 1)
        await asyncio.to_thread(_teach, there)
        await asyncio.sleep(_SETTLE)
        return await asyncio.to_thread(_memory, there)


@asynccontextmanager
async def _stream(there: Campus, token: str) -> AsyncIterator[None]:
    """A stream of events, by way of the proxy, that has brought its first one; open until the end of the block."""
    place = urlsplit(f"{there.api}events")
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        head = f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: token {token}\r\n\r\n"
        writer.write(head.encode())
        async with asyncio.timeout(PATIENCE):
            await reader.readuntil(b"event: changed")
        yield
    finally:
        writer.close()


def _teach(there: Campus) -> None:
    session: requests.Session = there.hub.session(TEACHER.name)
    for _ in range(_VISITS):
        page = session.get(there.hub.service_url, timeout=PATIENCE)
        page.raise_for_status()


def _memory(there: Campus) -> dict[str, Memory]:
    found = there.processes()
    below = found["controller"].children(recursive=True)
    own = {name: _of(process) for name, process in found.items()}
    each = [_of(process) for process in below]
    return own | {"graders": Memory(sum(one.rss for one in each), sum(one.pss for one in each))}


def _of(process: psutil.Process) -> Memory:
    about = process.memory_full_info()
    return Memory(about.rss / MIB, about.pss / MIB)
