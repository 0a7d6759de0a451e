"""What talks to a service runs in a few threads, and a service that hangs holds up nothing else."""

from __future__ import annotations

import asyncio
import threading

import pytest

from kit.lab.pool import Overloaded, Pool, Shared


def test_calls_beyond_the_threads_wait_and_beyond_the_room_are_refused_at_once() -> None:
    gate, begun = threading.Event(), []

    def hold() -> bool:
        begun.append(threading.current_thread().name)
        return gate.wait()

    async def scenario() -> tuple[list[object], int]:
        pool = Pool("test", threads=2, room=3)
        held = [asyncio.ensure_future(pool.run(hold)) for _ in range(2)]
        while len(begun) < 2:
            await asyncio.sleep(0.01)
        waiting = [asyncio.ensure_future(pool.run(lambda: "done")) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="Try again"):
            await pool.run(lambda: "never begun")
        threads = sum(thread.name.startswith("test-") for thread in threading.enumerate())
        gate.set()
        return await asyncio.gather(*held, *waiting), threads

    answers, threads = asyncio.run(scenario())
    assert answers == [True, True, "done", "done", "done"]
    assert threads == 2


def test_an_error_reaches_whoever_waits_and_the_thread_goes_on() -> None:
    async def scenario() -> str:
        pool = Pool("test", threads=1, room=3)
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 / 0)
        return await pool.run(lambda: "still there")

    assert asyncio.run(scenario()) == "still there"


def test_who_gives_up_waiting_frees_the_place_of_what_was_not_begun() -> None:
    gate, begun = threading.Event(), []

    async def scenario() -> None:
        pool = Pool("test", threads=1, room=3)
        held = asyncio.ensure_future(pool.run(gate.wait))
        given_up = asyncio.ensure_future(pool.run(lambda: begun.append("given up")))
        await asyncio.sleep(0)
        given_up.cancel()
        last = asyncio.ensure_future(pool.run(lambda: begun.append("last")))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(held, last)

    asyncio.run(scenario())
    assert begun == ["last"]


def test_ten_tabs_that_ask_the_same_cost_one_call() -> None:
    gate, calls = threading.Event(), []

    def call() -> int:
        calls.append(1)
        gate.wait()
        return len(calls)

    async def scenario() -> list[int]:
        shared: Shared[int] = Shared(Pool("test", threads=4, room=20))
        tabs = [shared.ask(7, call) for _ in range(10)]
        other = shared.ask(8, lambda: 0)
        await other
        gate.set()
        answers = await asyncio.gather(*tabs)
        gate.set()
        return [*answers, await shared.ask(7, call)]

    assert asyncio.run(scenario()) == [1] * 10 + [2]
