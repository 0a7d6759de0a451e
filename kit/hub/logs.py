"""The service's log: one JSON object a line, for people with `jq` and for what collects logs.

    {"at": "2026-05-04T08:15:30.123Z", "level": "info", "about": "request", "message": "...", ...}

No query string, no header, no body and no learner's code is ever written; a secret that gets into a message all the
same (out of a library's error, say) is blacked out on its way. Requests are logged by the template of their route.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

ROOT = "kit.hub"
LONGEST = 4000
"""Characters of a message or of a traceback; the rest is cut."""
BLACKED_OUT = "[secret]"
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CRYPT_KEY|API_KEY|COOKIE", re.IGNORECASE)
_SHORTEST_SECRET = 8
_SHAPES = (
    # Authorization: token abc…, Bearer abc…
    re.compile(r"(?i)\b((?:token|bearer|basic)[ :=]+)[A-Za-z0-9._~+/=-]{16,}"),
    # ?token=…, &_xsrf=…, code=…, state=… wherever a library prints an address
    re.compile(r"(?i)\b((?:[a-z_]*token|_xsrf|code|state|password|secret|api_key|signature)=)[^\s&\"']+"),
    # postgresql://kit:password@host
    re.compile(r"(://[^/\s:@]+:)[^/\s@]+(?=@)"),
)


def log_of(about: str) -> logging.Logger:
    """The log of one part of the service: ``request``, ``controller``, ``roster`` …"""
    return logging.getLogger(f"{ROOT}.{about}")


def secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Values in *environment* whose name says that they are secret, longest first."""
    found = {
        value for name, value in environment.items() if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET
    }
    return tuple(sorted(found, key=len, reverse=True))


def without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """*text* with the *known* secrets, and what looks like one, blacked out."""
    for secret in known:
        text = text.replace(secret, BLACKED_OUT)
    for shape in _SHAPES:
        text = shape.sub(rf"\1{BLACKED_OUT}", text)
    return text


class JsonLines(logging.Formatter):
    """Each record as one line of JSON; ``extra={"data": {...}}`` of a record becomes further keys."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        super().__init__()
        self._known = tuple(known)

    def format(self, record: logging.LogRecord) -> str:
        """The line for *record*, without a line's end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "about": record.name.removeprefix(f"{ROOT}."),
            "message": self._clean(record.getMessage()),
        }
        data = getattr(record, "data", None)
        if isinstance(data, Mapping):
            line |= {str(name): self._clean(value) if isinstance(value, str) else value for name, value in data.items()}
        if record.exc_info:
            line["traceback"] = self._clean(self.formatException(record.exc_info), end=True)
        return json.dumps(line, ensure_ascii=False, default=str)

    def _clean(self, text: str, *, end: bool = False) -> str:
        clean = without_secrets(text, self._known)
        if len(clean) <= LONGEST:
            return clean
        return f"… {clean[-LONGEST:]}" if end else f"{clean[:LONGEST]} …"


def write_logs(stream: TextIO | None = None, *, level: int = logging.INFO) -> logging.Handler:
    """Send everything this process logs to *stream* (default: standard error) as JSON lines; returns the handler.

    Replaces what handled the root logger before. Two are silenced: Tornado's own request log, which prints whole
    addresses (`log_request` takes its place), and WeasyPrint's, which prints pictures of a notebook it cannot read.
    """
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonLines(secrets_of(os.environ)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger(ROOT).setLevel(level)
    for silent in ("tornado.access", "weasyprint"):
        logger = logging.getLogger(silent)
        logger.propagate = False
        logger.handlers[:] = [logging.NullHandler()]
    return handler


def log_request(*, method: str, route: str, status: int, seconds: float, who: str = "") -> None:
    """One line about a request that was answered. *route*: its template, never the path that was asked for.

    What the service failed at is an error, what it refused a warning; a request that went well is for `info`.
    """
    level = logging.ERROR if status >= 500 and status != 503 else logging.WARNING if status >= 400 else logging.INFO
    data = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
    log_of("request").log(
        level, "%s %s: %d", method, route, status, extra={"data": data | ({"who": who} if who else {})}
    )
