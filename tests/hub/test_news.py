"""Who has something new is told at once, to whoever listens, and to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kit.hub.news import EVERYBODY, News

PATIENT = 60.0


def in_a_loop(test: Callable[[News], Awaitable[None]], exchange: Path) -> None:
    async def run() -> None:
        news = News(exchange)
        await news.start()
        try:
            await asyncio.wait_for(ready(news), PATIENT)
            await asyncio.wait_for(test(news), 2 * PATIENT)
        finally:
            await news.stop()

    asyncio.run(run())


async def ready(news: News) -> None:
    """The watch is on: everybody was told once that there may be news."""
    before = news.version(EVERYBODY)
    while await news.changed(EVERYBODY, before, 1.0) == before:
        pass


def appear(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text("{}")
    beside.rename(path)


PLACES = {
    "a standing": "ana/progress.json",
    "feedback": "ana/feedback/01-one.a/20260504T081530123456Z-abcdef.html",
    "a grant": "ana/granted/01-one.b/unit.ipynb",
    "what was handed in": "ana/inbox/20260504T081530123456Z-abcdef+01-one.a/unit.ipynb",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_learner_is_told_of_what_appears_in_their_folder_and_another_is_not(tmp_path: Path, place: str) -> None:
    for learner in ("ana", "ben"):
        for folder in ("granted", "feedback/01-one.a", "inbox"):
            (tmp_path / learner / folder).mkdir(parents=True)

    async def test(news: News) -> None:
        ana, ben, all_ = (news.version(name) for name in ("ana", "ben", EVERYBODY))
        waiting = asyncio.create_task(news.changed("ana", ana, PATIENT))
        await asyncio.sleep(0)
        appear(tmp_path / place)
        assert await waiting > ana
        assert news.version(EVERYBODY) > all_
        assert news.version("ben") == ben
        assert news.listeners == 0

    in_a_loop(test, tmp_path)


def test_the_first_grant_of_a_learner_who_is_new_is_told(tmp_path: Path) -> None:
    async def test(news: News) -> None:
        before = news.version("eva")
        appear(tmp_path / "eva" / "granted" / "01-one.a" / "unit.ipynb")
        assert await news.changed("eva", before, PATIENT) > before

    in_a_loop(test, tmp_path)


def test_who_knows_another_version_is_answered_without_waiting(tmp_path: Path) -> None:
    async def test(news: News) -> None:
        now = news.version("ana")
        for known in (None, 0, now - 1, now + 10**9):
            assert await news.changed("ana", known, 10**6) == now

    in_a_loop(test, tmp_path)


def test_a_wait_ends_when_its_time_is_over_with_the_version_known_already(tmp_path: Path) -> None:
    async def test(news: News) -> None:
        now = news.version("ana")
        assert await news.changed("ana", now, 0.05) == now

    in_a_loop(test, tmp_path)


def test_versions_grow_over_a_restart_of_the_service(tmp_path: Path) -> None:
    seen: list[int] = []

    async def test(news: News) -> None:
        news.ring("ana")
        seen.append(news.version("ana"))

    in_a_loop(test, tmp_path)
    in_a_loop(test, tmp_path)
    assert seen == sorted(set(seen))


def test_a_stream_says_the_version_at_once_then_each_change_and_signs_of_life_between(tmp_path: Path) -> None:
    async def test(news: News) -> None:
        stream = news.stream("ana", heartbeat=0.05)
        first = await anext(stream)
        assert first == news.version("ana")
        assert await anext(stream) is None
        assert news.listeners == 1
        await asyncio.to_thread(news.ring, "ana")
        heard = None
        while heard is None:
            heard = await anext(stream)
        assert heard == news.version("ana") > first
        await stream.aclose()
        assert news.listeners == 0

    in_a_loop(test, tmp_path)


def test_a_change_between_two_looks_of_a_stream_is_not_missed(tmp_path: Path) -> None:
    async def test(news: News) -> None:
        stream = news.stream("ana", heartbeat=PATIENT)
        await anext(stream)
        news.ring("ana")
        news.ring("ana")
        assert await anext(stream) == news.version("ana")

    in_a_loop(test, tmp_path)


def test_everybody_who_listens_is_let_go_when_the_service_ends(tmp_path: Path) -> None:
    async def run() -> None:
        news = News(tmp_path)
        await news.start()
        await ready(news)
        poll = asyncio.create_task(news.changed("ana", news.version("ana"), 10**6))
        stream = news.stream("ana", heartbeat=10**6)
        await anext(stream)
        rest = asyncio.create_task(anext(stream, "over"))
        await asyncio.sleep(0)
        await news.stop()
        assert await asyncio.wait_for(rest, PATIENT) == "over"
        assert await asyncio.wait_for(poll, PATIENT) == news.version("ana")

    asyncio.run(run())
