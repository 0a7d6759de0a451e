"""How long nobody is served after a process of the hub's was ended: the controller, the service in order, and hard.

Each time a learner hands in at once, and tries again until that is answered; what counts is when the result is there.
JupyterHub looks every thirty seconds whether its services are there: how long it takes to look is left out.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Mapping
from dataclasses import replace

import psutil
from tornado.httpclient import AsyncHTTPClient

from benchmarks.class_work import ClassWork
from benchmarks.ground import Ground
from benchmarks.hub_campus import Campus, campus
from benchmarks.hub_ledger import moments, require_once
from benchmarks.hub_visitor import Visitor
from kit.exchange.parcel import pack

Restarts = Mapping[str, tuple[float, ...]]
"""What was ended and until when it counts → seconds, one for each round."""


def run(ground: Ground, rounds: int) -> Restarts:
    """The whole part; each round ends each process once."""
    ground.size = replace(ground.size, submissions=3 * rounds + 1)
    work = ClassWork(ground)
    names = [one.learner for one in work.handed_in]
    found: dict[str, list[float]] = {name: [] for name in (CONTROLLER, DRAINED, RESTARTED, KILLED)}
    with campus(work.course, ground.folder(), names, tell=ground.tell) as there:
        tokens = there.tokens(names, ground.tell)
        visitors = []
        for one in work.handed_in:
            with pack(one.folder, there.course.limits) as parcel:
                visitors.append(Visitor(one.learner, tokens[one.learner], there.api, one.form, parcel.read()))
        coming = iter(visitors)
        asyncio.run(_hand_in(next(coming)))  # warms up
        for number in range(rounds):
            ground.tell("processes are ended", number, rounds)
            found[CONTROLLER].append(_after_controller(there, next(coming)))
            drained, after = _after_service(there, next(coming), signal.SIGTERM)
            found[DRAINED].append(drained)
            found[RESTARTED].append(after)
            found[KILLED].append(_after_service(there, next(coming), signal.SIGKILL)[1])
    require_once(moments(work.course), (f"{visitor.name}:{visitor.submission}" for visitor in visitors))
    return {what: tuple(times) for what, times in found.items()}


CONTROLLER = "controller killed → handed in, result there"
DRAINED = "service told to end → ended"
RESTARTED = "its successor started → handed in, result there"
KILLED = "service killed, its successor started → handed in, result there"


async def _hand_in(visitor: Visitor) -> float:
    """When the result was there."""
    await visitor.arrive()
    visitor.due = time.time()
    await visitor.work(AsyncHTTPClient(force_instance=True))
    return visitor.shown


def _after_controller(there: Campus, visitor: Visitor) -> float:
    begin = time.time()
    there.processes()["controller"].kill()
    return asyncio.run(_hand_in(visitor)) - begin


def _after_service(there: Campus, visitor: Visitor, how: signal.Signals) -> tuple[float, float]:
    """Seconds until the process had ended, and from the start of the next one to the result."""
    service = psutil.Process(there.hub.service_pid())
    begin = time.time()
    service.send_signal(how)
    while _is_alive(service):
        time.sleep(0.02)
    ended = time.time()
    shown = asyncio.run(_hand_in(visitor))
    return ended - begin, shown - psutil.Process(there.hub.service_pid()).create_time()


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE  # the hub takes note of its end later
    except psutil.NoSuchProcess:
        return False
