"""Servers that misbehave, on real sockets: one that answers as it is told, one that loses the answers of another."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

Answer = bytes | Sequence[bytes] | None
"""Bytes; several that come one by one; or none."""
HANG: Answer = None
"""Instead of an answer: none, and the connection stays open."""


class Scripted(socketserver.ThreadingTCPServer):
    """Gives the first request the first of *answers* and so on, the last one for ever; keeps what it was asked."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/services/tiny/"

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(socketserver.BaseRequestHandler):
    server: Scripted

    def handle(self) -> None:
        with suppress(OSError):
            request = whole_request(self.request)
            self.server.asked.append(request)
            answer = self.server.next_answer()
            if answer is HANG:
                self.server.over.wait(120)
            elif isinstance(answer, bytes):
                self.request.sendall(answer)
            else:
                for drop in answer:
                    self.request.sendall(drop)
                    time.sleep(0.05)


@contextmanager
def scripted(*answers: Answer) -> Iterator[Scripted]:
    server = Scripted(answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def losing(url: str, times: int) -> Iterator[str]:
    """An address that passes everything on to *url* and loses the first *times* answers to a POST."""
    real = urlsplit(url)
    left = [times]

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), socket.create_connection((real.hostname, real.port)) as behind:
                request = whole_request(self.request)
                behind.sendall(request)  # which asks to close the connection after the answer
                answer = b"".join(iter(lambda: behind.recv(1 << 16), b""))
                if request.startswith(b"POST") and left[0]:
                    left[0] -= 1
                    return
                self.request.sendall(answer)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Forward)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{real.path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def whole_request(connection: socket.socket) -> bytes:
    """One request as it came: head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line.split(b":", 1) for line in head.lower().split(b"\r\n")]
    length = next((int(line[1]) for line in lines if line[0] == b"content-length"), 0)
    while len(body) < length:
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 16)
    if not data:
        raise ConnectionError
    return data


def answer(status: int, body: Any, **headers: str) -> bytes:
    """An HTTP answer; a body that is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content
