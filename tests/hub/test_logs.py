"""The log is lines of JSON without secrets; the figures are text for Prometheus."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from kit.hub.logs import log_of, log_request, write_logs

TOKEN = "5f0c1e7a9b3d4c2e8f6a7b1c0d9e8f7a"
SAID = {
    "the service's own token": f"hub answered 403 for {TOKEN}",
    "another's token in a header": "Authorization: token 00112233445566778899aabb",
    "a bearer token": "sent Bearer eyJhbGciOi.J9-very.long_token",
    "a token in an address": "GET /hub/api/user?token=00112233445566778899aabb&x=1",
    "an OAuth answer": "GET /services/m/oauth_callback?code=V3ryS3cret&state=eyJ1dWlkIjo",
    "an XSRF cookie's value": "POST /x?_xsrf=2%7C1234%7Cabcdef",
    "a database's password": "cannot reach postgresql://kit:V3ryS3cret@db/course",
}

SILENT = {
    "tornado.access": "500 GET /x?secret=1",
    "weasyprint": "Failed to load image at 'data:image/png;base64,d2hhdCBhIGxlYXJuZXIgZHJldw=='",
}
"""Tornado's prints whole addresses, WeasyPrint's the pictures of a notebook."""


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
    before = (logging.getLogger().handlers[:], logging.getLogger().level)
    silent = {name: logging.getLogger(name) for name in SILENT}
    silent_before = {name: (logger.propagate, logger.handlers[:]) for name, logger in silent.items()}
    stream = io.StringIO()
    write_logs(stream)
    yield stream
    logging.getLogger().handlers[:], logging.getLogger().level = before
    for name, (propagate, handlers) in silent_before.items():
        silent[name].propagate, silent[name].handlers[:] = propagate, handlers


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_a_secret_in_a_message_is_blacked_out(lines: io.StringIO, said: str) -> None:
    log_of("web").error("%s", said)
    try:
        raise RuntimeError(said)
    except RuntimeError:
        log_of("web").exception("It failed.")
    logging.getLogger("some.library").error("%s", said)
    text = lines.getvalue()
    assert text.count("[secret]") >= 3
    for secret in (TOKEN, "00112233445566778899aabb", "eyJ", "V3ryS3cret", "2%7C1234"):
        assert secret not in text


def test_a_request_is_one_line_with_the_routes_template(lines: io.StringIO) -> None:
    log_request(method="GET", route="api/assignments/{assignment}", status=404, seconds=0.01234, who="ana")
    line = json.loads(lines.getvalue())
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "warning", "about": "request", "message": "GET api/assignments/{assignment}: 404",
        "method": "GET", "route": "api/assignments/{assignment}", "status": 404, "ms": 12.3, "who": "ana",
    }  # fmt: skip


def test_what_is_said_over_several_lines_stays_one_line(lines: io.StringIO) -> None:
    log_of("controller").info("%s", 'one\ntwo "quoted" \x1b[31m')
    assert json.loads(lines.getvalue())["message"] == 'one\ntwo "quoted" \x1b[31m'
    assert lines.getvalue().count("\n") == 1


def test_what_never_ends_is_cut(lines: io.StringIO) -> None:
    log_of("controller").info("%s", "x" * 1_000_000)
    assert len(lines.getvalue()) < 5_000


@pytest.mark.parametrize(("name", "said"), SILENT.items(), ids=SILENT)
def test_a_librarys_log_that_tells_too_much_is_silent(lines: io.StringIO, name: str, said: str) -> None:
    logging.getLogger(name).error("%s", said)
    assert lines.getvalue() == ""
