"""Asking the service as it is asked over the wire: no library that tidies an address up or follows a redirect."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The error's code; "" where it is none of the API's."""
        if "json" not in self.headers.get("Content-Type", ""):
            return ""
        return self.json.get("error", {}).get("code", "")


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody with a token (or none), at *base*, the service's address."""

    base: str
    token: str | None = None

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str,
    ) -> Answer:  # fmt: skip
        """*path* below the base, sent as it stands; `_` in names of headers is `-`."""
        url = urlsplit(self.base)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=PATIENCE)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent["Authorization"] = f"token {self.token}"
        try:
            connection.request(method, url.path + path, body=body, headers=sent)
            answer = connection.getresponse()
            if answer.headers.get("Content-Type", "").startswith("text/event-stream"):
                return Answer(answer.status, answer.headers, answer.readline() + answer.readline())
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def hand_in(self, assignment: str, parcel: bytes | Iterable[bytes], key: str = "", **headers: str) -> Answer:
        more: Mapping[str, str] = {"Idempotency_Key": key} if key else {}
        return self.ask("POST", f"api/assignments/{assignment}/submissions", parcel, **{**headers, **more})
