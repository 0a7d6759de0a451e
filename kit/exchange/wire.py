"""HTTP between a learner's server and the service of one course: requests that end, and answers put into words.

Every request carries the server's own hub token and goes to the one address the service has: nothing is redirected,
no proxy, cookie or netrc of the environment is used, so that the token reaches nobody else. An answer that is not the
service's own (a proxy's page, a login page) counts as the service being away.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

import requests
import urllib3

from kit.errors import KitError, NotGranted, SubmissionRefused, SubmissionTooLarge

JSON_BYTES = 50_000_000
"""An answer that is larger than this is none."""
_CHUNK = 1 << 16
_SAFE = "Your work is safe in your folder"


class ServiceAway(KitError):
    """The course's service (or the hub before it) does not answer now; nothing of the learner's was changed."""

    def __init__(self, message: str, *, again_in: float | None = None) -> None:
        super().__init__(message)
        self.again_in = again_in
        """Seconds after which the service asked to be asked again; None if it named no time."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a request may take, in seconds."""

    connect: float = 1.0
    answer: float = 3.0
    transfer: float = 60.0
    """For a request that carries a notebook, in either direction."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One service as it is reached from here; may be used from several threads."""

    url: str
    """The service's base, which ends with a slash."""
    token: str
    waits: Waits

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, *, seconds: float | None = None
    ) -> dict[str, Any]:
        """The JSON object at *path*; *seconds* replaces the time that an answer may take."""
        seconds = self.waits.answer if seconds is None else seconds
        with self.open("GET", path, (self.waits.connect, seconds), params=params) as answer:
            return _object(answer, time.monotonic() + seconds + self.waits.connect)

    def get_bytes(self, path: str) -> bytes:
        """The body at *path*, at most `JSON_BYTES`."""
        with self.open("GET", path, self._for_transfer()) as answer:
            return b"".join(_chunks(answer, JSON_BYTES, time.monotonic() + self.waits.transfer))

    def get_file(self, path: str, into: IO[bytes], most: int) -> None:
        """Write the body at *path* to *into*; ServiceAway where it is larger than *most* bytes."""
        with self.open("GET", path, self._for_transfer()) as answer:
            for chunk in _chunks(answer, most, time.monotonic() + self.waits.transfer):
                into.write(chunk)

    def post_file(self, path: str, body: IO[bytes], headers: Mapping[str, str]) -> dict[str, Any]:
        """Send *body* from its beginning; the JSON object that answers it."""
        body.seek(0)
        with self.open("POST", path, self._for_transfer(), data=body, headers=headers) as answer:
            return _object(answer, time.monotonic() + self.waits.answer)

    @contextmanager
    def open(
        self,
        method: str,
        path: str,
        timeout: tuple[float, float],
        *,
        params: Mapping[str, Any] | None = None,
        data: IO[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[requests.Response]:
        """A good answer, its body not yet read; what is no good answer leaves as a KitError."""
        # A connection of its own for each: one that was left open may be dead by the time a notebook is sent.
        own = {"Authorization": f"token {self.token}", "Accept-Encoding": "identity", "Connection": "close"}
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.request(
                    method, self.url + path, params=params, data=data, headers={**(headers or {}), **own},
                    timeout=timeout, allow_redirects=False, stream=True, verify=_authorities(),
                ) as answer:  # fmt: skip
                    if answer.status_code not in (200, 201):
                        _refuse(answer)
                    yield answer
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _away(_reason(error, timeout)) from error

    def _for_transfer(self) -> tuple[float, float]:
        # What limits connecting also limits each piece of a body that is sent.
        return max(self.waits.connect, self.waits.answer), self.waits.transfer


def is_service_url(url: str) -> bool:
    """Whether *url* can be the base address of a service: http(s), a host, no user, query or fragment, a slash last."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain and url.endswith("/")


def _authorities() -> str | bool:
    """Whom to trust for https; the environment's own choice where it made one."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True


def _chunks(answer: requests.Response, most: int, end: float) -> Iterator[bytes]:
    seen = 0
    # Not iter_content, which waits until a whole chunk is there.
    while chunk := answer.raw.read1(_CHUNK, decode_content=True):
        seen += len(chunk)
        if seen > most:
            raise _away("its answer was too large")
        if time.monotonic() > end:
            raise _away("its answer took too long")
        yield chunk


def _object(answer: requests.Response, end: float) -> dict[str, Any]:
    try:
        found = json.loads(b"".join(_chunks(answer, JSON_BYTES, end)))
    except ValueError as error:
        raise _away("its answer was not one of ours") from error
    if not isinstance(found, dict):
        raise _away("its answer was not one of ours")
    return found


def _refuse(answer: requests.Response) -> NoReturn:
    """Raise what an answer other than 200 or 201 means to the learner."""
    status = answer.status_code
    said = _said(answer)
    if status == 401:
        raise KitError(
            "The hub no longer knows this server, so the course's service does not let it in. "
            f"{_SAFE}. Save, stop your server (File → Hub Control Panel → Stop My Server), start it and try again."
        )
    if said is None or status >= 500:
        raise _away(said or f"answered {status}, from somewhere else", _seconds(answer), whole=said is not None)
    if status == 404:
        raise NotGranted(said)
    if status == 413:
        raise SubmissionTooLarge(said)
    if status == 422:
        raise SubmissionRefused(said)
    if status == 429:
        raise ServiceAway(said, again_in=_seconds(answer) or 1.0)
    raise KitError(said)


def _said(answer: requests.Response) -> str | None:
    """The service's own sentence; None where somebody else answered."""
    try:
        message = json.loads(answer.raw.read(_CHUNK, decode_content=True))["error"]["message"]
    except (ValueError, LookupError, TypeError, OSError, urllib3.exceptions.HTTPError):
        return None
    return message if isinstance(message, str) and message else None


def _seconds(answer: requests.Response) -> float | None:
    try:
        return max(0.0, float(answer.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def _reason(error: Exception, timeout: tuple[float, float]) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {timeout[0]:g} s"
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return f"no answer within {timeout[1]:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate could not be checked"
    return "the connection failed"


def _away(reason: str, again_in: float | None = None, *, whole: bool = False) -> ServiceAway:
    if whole:
        return ServiceAway(reason, again_in=again_in)
    return ServiceAway(
        f"The course's service does not answer just now ({reason}). {_SAFE}; try again in a minute, and tell your "
        "instructor if it stays so.",
        again_in=again_in,
    )
