"""A learner's panel without a browser: it listens by long poll, hands in once, and waits for the result."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse

POLL = 25.0
"""Seconds that a long poll waits, as the panel's does."""
_SECONDS = 120.0
_TRIES = 6
_CHECKED = frozenset({"checked", "not-counted"})


@dataclass(slots=True)
class Visitor:
    """One learner. Times are seconds of `time.time`, so that they can be held against the ledger's."""

    name: str
    token: str
    api: str
    assignment: str
    parcel: bytes
    due: float = 0.0
    """When the learner clicks."""
    answered: float = 0.0
    """When the receipt was there."""
    shown: float = 0.0
    """When the standing that says what came of it was there."""
    submission: str = ""
    refused: list[int] = field(default_factory=list)
    """Answers that were not the receipt: each was tried again, with the same key."""
    _version: int = 0
    _fresh: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def arrive(self) -> None:
        """Learn where one stands, as the panel does when it is opened."""
        await self._refresh()

    async def work(self, client: AsyncHTTPClient) -> None:
        """From the long poll before the click to the result; RuntimeError if the receipt or the result never comes."""
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.sleep(max(0.0, self.due - time.time()))
            await self._hand_in(client)
            await self._refresh()
            await asyncio.wait_for(listening, _SECONDS * 3)
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        while not self.shown:
            version = (await self._get(f"changes?since={self._version}&wait={POLL:.0f}"))["version"]
            if version != self._version:
                await self._refresh()

    async def _hand_in(self, client: AsyncHTTPClient) -> None:
        key = secrets.token_urlsafe(16)
        for _ in range(_TRIES):
            answer = await self._fetch(
                client, f"assignments/{self.assignment}/submissions", method="POST", body=self.parcel,
                headers={"Idempotency-Key": key, "Content-Type": "application/gzip"},
            )  # fmt: skip
            if answer.code in (200, 201):
                self.answered = time.time()
                self.submission = json.loads(answer.body)["submission"]
                return
            self.refused.append(answer.code)
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
        raise RuntimeError(f"{self.name} could not hand in: {self.refused}")

    async def _refresh(self) -> None:
        async with self._fresh:
            found = await self._get("standing")
            self._version = found["version"]
            if self.submission and not self.shown and self._is_checked(found["standing"]):
                self.shown = time.time()

    def _is_checked(self, standing: dict[str, Any] | None) -> bool:
        works = [work for unit in (standing or {"units": ()})["units"] for work in unit["work"]]
        return any(
            work["submission"] == self.submission and work["state"] in _CHECKED
            for work in works
        )  # fmt: skip

    async def _get(self, path: str) -> Any:
        """What the service says; what it refuses is asked again later, as the panel does."""
        client = AsyncHTTPClient()
        while True:
            answer = await self._fetch(client, path)
            if answer.code == 200:
                return json.loads(answer.body)
            self.refused.append(answer.code)
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))

    async def _fetch(self, client: AsyncHTTPClient, path: str, **more: Any) -> HTTPResponse:
        headers = {"Authorization": f"token {self.token}", **more.pop("headers", {})}
        request = HTTPRequest(
            f"{self.api}{path}", headers=headers, connect_timeout=_SECONDS, request_timeout=_SECONDS, **more
        )
        try:
            return await client.fetch(request, raise_error=False)
        except (HTTPClientError, OSError) as error:
            raise RuntimeError(f"{self.name} got no answer from {path.partition('?')[0]}: {error}") from error
