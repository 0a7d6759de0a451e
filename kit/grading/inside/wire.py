"""Messages between the grader, the judge and the learner's process: JSON, with bytes and file descriptors beside it.

A frame is two lengths (4 bytes each, big-endian), a JSON object, and the blobs it announces in its key ``blobs``.
What the learner's process sends is believed by nobody: a frame that is not one raises `Garbled`.
"""

from __future__ import annotations

import fcntl
import gc
import json
import math
import os
import socket
import struct
import sys
import time

MESSAGE_BYTES = 64 * 1024**2
"""The longest message anybody takes."""
_HEAD = struct.Struct(">II")
_FDS = 8
_LONG = 1 << 20


class Closed(Exception):
    """The other side is gone."""


class Garbled(Exception):
    """What came is no message, or one that is too long."""


class Uncollected:
    """While this is entered nothing looks for garbage: among millions of new objects that takes longer than they do."""

    def __enter__(self):
        self._before = gc.isenabled()
        gc.disable()

    def __exit__(self, *error):
        if self._before:
            gc.enable()


class DeepDown:
    """While this is entered, Python's stack has room for values within values, as deep as `values.DEPTH` allows."""

    FRAMES = 4000
    """Not added to what there is: one may be entered within another, and the stack of the process has an end."""

    def __enter__(self):
        self._before = sys.getrecursionlimit()
        if self._before < self.FRAMES:
            sys.setrecursionlimit(self.FRAMES)

    def __exit__(self, *error):
        sys.setrecursionlimit(self._before)


def _as_json(message):
    try:
        return json.dumps(message, separators=(",", ":"), check_circular=False)
    except RecursionError:
        with DeepDown():
            return json.dumps(message, separators=(",", ":"), check_circular=False)


def _from_json(text):
    if len(text) > _LONG:
        with Uncollected():
            return json.loads(text)
    try:
        return json.loads(text)
    except RecursionError:
        with DeepDown():
            return json.loads(text)


class Wire:
    """One end of a stream socket on which whole messages go."""

    elements: int | None = None
    """The most values a message may have in its JSON; as objects they are far larger than as text."""
    takes_fds = True
    """False where file descriptors that come along are not wanted; they are closed."""

    def __init__(self, sock, limit=MESSAGE_BYTES):
        self.sock = sock
        self.limit = limit
        self.takes_at_most = limit

    def fileno(self):
        """For `select`."""
        return self.sock.fileno()

    def close(self):
        """Close this end; the other side sees `Closed`."""
        self.sock.close()

    def send(self, message, blobs=(), fds=(), until=math.inf):
        """Send a dict of JSON values, with *blobs* (bytes) and file descriptors; Closed, Garbled, TimeoutError."""
        if blobs:
            message = {**message, "blobs": [len(blob) for blob in blobs]}
        head = _as_json(message).encode("utf-8", "surrogatepass")
        size = sum(map(len, blobs))
        if len(head) + size > self.limit:
            raise Garbled(f"a message of {len(head) + size} bytes is too long")
        self._count(head, len(head))
        data: bytes | memoryview = b"".join((_HEAD.pack(len(head), size), head, *blobs))
        try:
            self._patience(until)
            if fds:
                sent = socket.send_fds(self.sock, [data], fds)
                data = memoryview(data)[sent:]
            while data:
                self._patience(until)
                sent = self.sock.send(data)
                data = memoryview(data)[sent:]
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed(str(error)) from None

    def receive(self, until=math.inf):
        """The next message, its blobs and file descriptors; waits until the monotonic time *until*.

        TimeoutError after that (what had come of a message is lost, and so is the wire), Closed, Garbled.
        """
        fds: list[int] = []
        head, size = _HEAD.unpack(self._exactly(_HEAD.size, until, fds))
        if head + size > self.takes_at_most:
            raise Garbled(f"a message of {head + size} bytes is too long")
        body = self._exactly(head + size, until, fds)
        self._count(body, head)
        try:
            message = _from_json(body[:head].decode("utf-8", "surrogatepass"))
            if type(message) is not dict:
                raise ValueError("not an object")
            lengths = message.pop("blobs", ())
            if any(type(length) is not int or length < 0 for length in lengths) or sum(lengths) != size:
                raise ValueError("the blobs are not as announced")
        except (ValueError, AttributeError, TypeError, RecursionError) as error:
            raise Garbled(str(error)) from None
        blobs, at = [], head
        for length in lengths:
            blobs.append(body[at : at + length])
            at += length
        return message, blobs, fds

    def _count(self, text, end):
        if self.elements is None or end <= self.elements:
            return
        if text.count(b",", 0, end) + text.count(b"[", 0, end) + text.count(b"{", 0, end) > self.elements:
            raise Garbled("a message of too many values")

    def _exactly(self, size, until, fds):
        parts: list[bytes] = []
        left = size
        try:
            while left:
                self._patience(until)
                if self.takes_fds and not parts and size == _HEAD.size:
                    part, found, _, _ = socket.recv_fds(self.sock, left, _FDS)
                    fds.extend(map(_clear_of_the_streams, found))
                else:
                    part = self.sock.recv(min(left, 1 << 20))
                if not part:
                    raise Closed("the other side is gone")
                parts.append(part)
                left -= len(part)
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed(str(error)) from None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _patience(self, until):
        if until == math.inf:
            if self.sock.gettimeout() is not None:
                self.sock.settimeout(None)
            return
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)


def _clear_of_the_streams(descriptor):
    """The same file at a number above 2: where 0, 1 or 2 were closed, a descriptor that comes gets their number."""
    if descriptor > 2:
        return descriptor
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(descriptor)
    return moved
