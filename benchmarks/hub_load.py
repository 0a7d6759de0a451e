"""A class of 300 hands in within one minute, against the service of a real hub, while the controller grades.

Each learner's panel listens by long poll all the while, sends one parcel at a moment of its own (a Poisson process,
given how many come: moments drawn evenly), and waits for the result. Times count from the moment at which the learner
was to click, also where the generator itself came late. Peers, in the same run: what the hub takes to say who asks,
meanwhile; and afterwards, with the machine for itself, nbgrader's own way for a few of the same notebooks.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from benchmarks.class_work import ClassWork, HandedIn
from benchmarks.ground import Ground
from benchmarks.hub_campus import Campus, between, campus
from benchmarks.hub_ledger import moments, most_waiting, require_once
from benchmarks.hub_visitor import Visitor
from benchmarks.peer import Nbgrader
from kit.exchange.parcel import pack
from kit.records import fold_all
from kit.stages.opened import open_ledger

_SETTLE = 3.0
PROBES = 60
"""Times the hub is asked meanwhile who somebody is."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it; seconds."""

    learners: int
    within: float
    receipts: tuple[float, ...]
    """From each click to the receipt."""
    results: tuple[float, ...]
    """From each click to the result."""
    hub: tuple[float, ...]
    """What the hub took meanwhile to say who somebody is."""
    refused: Counter[int]
    """Status of answers that asked to come again."""
    drained: float
    """From the last receipt to the last decision."""
    waiting: int
    """Most submissions that were received and not yet decided at one moment."""
    cpu: dict[str, float]
    """Processor seconds, by process."""
    nbgrader_submit: tuple[float, ...]
    """`nbgrader submit` as a command, one each."""
    nbgrader_grade: tuple[float, ...]
    """nbgrader's autograde and feedback in a process that is there, one each."""


def run(ground: Ground, within: float, peers: int) -> Load:
    """The whole part: `ground.size.submissions` learners hand in *within* so many seconds."""
    ground.tell("a course and its class", 0, 1)
    work = ClassWork(ground)
    names = [one.learner for one in work.handed_in]
    with campus(work.course, ground.folder(), names, tell=ground.tell) as there:
        tokens = there.tokens(names, ground.tell)
        visitors = [_visitor(there, one, tokens[one.learner]) for one in work.handed_in]
        before = _used(there)
        hub = asyncio.run(_minute(there, visitors, within, ground))
        load = _looked_at(work, visitors, hub, within, between(before, _used(there)))
    submit, grade = _peers(work, ground, peers)
    return replace(load, nbgrader_submit=submit, nbgrader_grade=grade)


def _used(there: Campus) -> dict[str, float]:
    return there.seconds_used() | {"the generator of this benchmark": time.process_time()}


def _visitor(there: Campus, one: HandedIn, token: str) -> Visitor:
    with pack(one.folder, there.course.limits) as parcel:
        return Visitor(one.learner, token, there.api, one.form, parcel.read())


async def _minute(there: Campus, visitors: Sequence[Visitor], within: float, ground: Ground) -> list[float]:
    """Everybody comes, listens, hands in and sees their result; how long the hub took for each probe meanwhile."""
    AsyncHTTPClient.configure(None, max_clients=4 * len(visitors) + 16)
    client = AsyncHTTPClient()
    chance = random.Random(len(visitors))
    for done, visitor in enumerate(visitors):  # one after the other: this is not what is measured
        ground.tell("everybody opens the panel", done, len(visitors))
        await visitor.arrive()
    await asyncio.sleep(_SETTLE)
    start = time.time() + _SETTLE
    for visitor, after in zip(visitors, _moments(chance, len(visitors), within), strict=True):
        visitor.due = start + after
    probes = [_probe(client, there, visitors[0].token, start + after) for after in _moments(chance, PROBES, within)]
    telling = asyncio.create_task(_tell(visitors, ground))
    try:
        found, *_ = await asyncio.gather(asyncio.gather(*probes), *(visitor.work(client) for visitor in visitors))
    finally:
        telling.cancel()
    return [*found]


def _moments(chance: random.Random, count: int, within: float) -> list[float]:
    return sorted(chance.uniform(0.0, within) for _ in range(count))


async def _probe(client: AsyncHTTPClient, there: Campus, token: str, when: float) -> float:
    await asyncio.sleep(max(0.0, when - time.time()))
    headers = {"Authorization": f"token {token}"}
    await client.fetch(HTTPRequest(f"{there.hub.url}hub/api/user", headers=headers, request_timeout=120.0))
    return time.time() - when


async def _tell(visitors: Sequence[Visitor], ground: Ground) -> None:
    while True:
        ground.tell("results", sum(visitor.shown > 0 for visitor in visitors), len(visitors))
        await asyncio.sleep(1.0)


def _looked_at(
    work: ClassWork, visitors: Sequence[Visitor], hub: Sequence[float], within: float, cpu: dict[str, float]
) -> Load:
    """The figures; RuntimeError where a submission is not in the ledger, or graded, exactly once, or graded wrongly."""
    found = moments(work.course)
    require_once(found, (f"{visitor.name}:{visitor.submission}" for visitor in visitors))
    with open_ledger(work.course) as ledger:
        work.check(fold_all(ledger.events()))
    decided = [times[0] for times in found["decided"].values()]
    received = [times[0] for times in found["received"].values()]
    return Load(
        len(visitors), within, tuple(v.answered - v.due for v in visitors), tuple(v.shown - v.due for v in visitors),
        tuple(hub), Counter(status for v in visitors for status in v.refused), max(decided) - max(received),
        most_waiting(received, decided), cpu, (), (),
    )  # fmt: skip


def _peers(work: ClassWork, ground: Ground, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """nbgrader's own way for the first *count* notebooks: `nbgrader submit`, then autograde and feedback."""
    if not count:
        return (), ()
    nbgrader = Nbgrader(ground.folder(), work.course)
    submits, grades = [], []
    for form in work.forms:
        nbgrader.generate_assignment(form)
        nbgrader.release(form)
    for done, one in enumerate(work.handed_in[: count + 1]):
        ground.tell("nbgrader, the same notebooks", done, count + 1)
        begin = time.perf_counter()
        nbgrader.submit(one.form, one.folder)
        submitted = time.perf_counter()
        nbgrader.take_in(one.learner, one.form, one.folder)
        graded = time.perf_counter()
        nbgrader.grade(one.learner, one.form)
        submits.append(submitted - begin)
        grades.append(time.perf_counter() - graded)
    return tuple(submits[1:]), tuple(grades[1:])  # the first one warms up
