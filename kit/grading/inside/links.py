"""One connection between the judge and the learner's process, seen from either end: questions, answers, callbacks.

A question is ``{"do": …}``, its answer ``{"did": the same id}``; before it answers, the other side may ask something
(a function of the test was handed to the learner's, which calls it). Every message carries under ``upd`` what changed
of the values both sides know; the judge's carry under ``drop`` the numbers nobody needs any more.
"""

from __future__ import annotations

import asyncio
import math
import socket
import struct
import time

from .hardening import NotAPlainValue
from .mirrors import Builder
from .reading import Reader
from .reporting import message_of
from .values import ELEMENTS, Codec, TooLarge, Writer
from .wire import Closed, Garbled, Uncollected, Wire

_LARGE = "the answer is too large to be compared"
_ODD = "the answer holds an object that cannot be compared"
ENDS = (StopIteration, StopAsyncIteration, GeneratorExit, asyncio.CancelledError)
_RUNS_TESTS = frozenset({"unittest", "pytest", "_pytest", "builtins"})
"""Stand-ins for classes of these; pytest says that its own are builtin."""
_AHEAD = 16_384
_len = len  # the learner's code may have changed it
NESTED = 60
"""Questions within questions."""


class Stopped(BaseException):
    """The other side can be asked no more; not to be caught by a test."""


class OverTime(Stopped):
    """A check took longer than it may."""


class Gone(Stopped):
    """The learner's process has ended, or what it says makes no sense."""


class Unreadable(Exception):
    """Wraps what was raised while a message was read: hashing a key of a dict, for example, asks the other side."""


class Answered(Exception):
    """Wraps what a question raised, so that nobody takes it for an error of our own."""


class LinkWire(Wire):
    """A wire for many small messages: as few system calls as can be, and no file descriptors.

    What has come of the next message is kept, so it is nothing to `select` on.
    """

    takes_fds = False

    def __init__(self, sock):
        super().__init__(sock)
        self._ahead = b""
        self._until = math.inf
        sock.settimeout(None)

    def send(self, message, blobs=(), fds=(), until=math.inf):
        """As `Wire.send`."""
        try:
            super().send(message, blobs, until=until)
        except Closed:
            self._late(until)
            raise

    def receive(self, until=math.inf):
        """As `Wire.receive`."""
        try:
            return super().receive(until)
        except Closed:
            self._late(until)
            raise

    def _exactly(self, size, until, fds):
        parts = [self._ahead]
        left = size - _len(self._ahead)
        while left > 0:
            self._patience(until)
            try:
                part = self.sock.recv(min(max(left, _AHEAD), 1 << 20))
            except OSError as error:
                raise Closed(str(error)) from None
            if not part:
                raise Closed("the other side is gone")
            parts.append(part)
            left -= _len(part)
        data = b"".join(parts)
        self._ahead = data[size:]
        return data[:size]

    def _patience(self, until):
        if until == self._until:
            self._late(until)
            return
        self._until = until
        left = 0.0 if until == math.inf else until - time.monotonic() + 0.01
        if left < 0:
            raise TimeoutError
        # The kernel's own limit: Python's costs two more calls for each message.
        limit = struct.pack("ll", int(left), int(left % 1 * 1e6))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)

    @staticmethod
    def _late(until):
        if until != math.inf and time.monotonic() >= until:
            raise TimeoutError from None


class Link:
    """One end.

    first: the first number this end gives. export: see `Codec`. perform(link, message, reader): does what was asked.
    """

    def __init__(self, wire, first, export, perform, modules=frozenset(), answers_for_itself=lambda description: True):
        self.wire = LinkWire(wire.sock)
        self.wire.elements = ELEMENTS
        self.perform = perform
        self.builder = Builder(self, modules, answers_for_itself)
        self.codec = Codec(first, export, self.builder)
        self.until = math.inf
        """When `OverTime` is raised, on the monotonic clock."""
        self.lost = None
        """The `Stopped` that ended the connection."""
        self.judging = first % 2 == 0
        self._id = 0
        self._nested = 0
        self._reading = 0
        self._unread = None
        """The last number that is right, when a message was not read to its end."""
        self._left = []
        """Numbers of generators to be closed."""
        self._dropped = []
        """Numbers given up, of which the other side has not heard yet."""

    # --- what stand-ins ask -------------------------------------------------------------------------------------------

    def call(self, number, args, kwargs, wait=False):
        """Call function or class *number*; wait: and await what it returns."""
        return self.ask({"do": "call", "n": number, "wait": wait}, args, kwargs)

    def special(self, owner, name, args):
        """Call a special method, as Python does: looked up in the class."""
        return self.ask({"do": "special", "name": name}, (owner, *args))

    def attribute(self, number, name):
        """Get an attribute."""
        return self.ask({"do": "attribute", "n": number, "name": name})

    def builtin(self, name, *args):
        """Call a builtin function of the other side, such as ``repr``."""
        return self.ask({"do": "builtin", "name": name}, args)

    def copy(self, which, value):
        """Copy an object there."""
        return self.ask({"do": "copy", "name": which}, (value,))

    def step(self, number, how, value):
        """One step of a generator; StopIteration at its end."""
        return self.ask({"do": "step", "n": number, "name": how}, (value,))

    def leave(self, number):
        """Close a generator with the next message: it may be the garbage collector who asks."""
        self._left.append(number)

    # --- asking -------------------------------------------------------------------------------------------------------

    def ask(self, message, args=(), kwargs=None):
        """Send a question and return its answer, or raise what it raised."""
        if self.lost is not None:
            raise type(self.lost)(*self.lost.args)
        if self._nested >= NESTED:
            raise RecursionError("functions of the test and of the answer call each other too deeply")
        self._id += 1
        own = self._id
        self._nested += 1
        try:
            self._say({**message, "id": own}, args, kwargs or {})
            while True:
                answer, reader = self._hear()
                if "do" in answer:
                    self.answer(answer, reader)
                elif answer.get("did") == own:
                    return self._result(answer, reader, message)
                else:
                    self._lose(Gone("an answer to another question"))
        finally:
            self._nested -= 1

    def _say(self, message, args, kwargs):
        writer = Writer(self.codec)
        try:
            self._first_of_all(message, writer)
            message["a"] = writer.nodes(args)
            if kwargs:
                message["k"] = [list(kwargs), writer.nodes(list(kwargs.values()))]
            self._send(message, writer)
        except TooLarge:
            self._unsaid(message, writer)
            raise ValueError("the arguments of this call are too large to be sent") from None
        except Exception:
            self._unsaid(message, writer)
            raise

    def _first_of_all(self, message, writer):
        """What every message carries."""
        if self.judging:
            left, self._left = self._left, []
            dropped, self._dropped = self._dropped + self.codec.table.sweep(spared=left), []
            self._left.clear()  # generators whose stand-ins were just swept: giving the number up ends them
            if dropped:
                message["drop"] = dropped
            if left:
                message["left"] = left
            if self._unread is not None:
                message["unread"], self._unread = self._unread, None
        changes = self.codec.changes(writer)
        if changes:
            message["upd"] = changes

    def _unsaid(self, message, writer):
        """Take back a message that cannot be sent: the next one carries what it would have carried."""
        writer.undo()
        self._dropped = message.get("drop", [])
        self._left = message.get("left", []) + self._left
        self._unread = message.get("unread", self._unread)

    def _send(self, message, writer):
        try:
            self.wire.send(message, writer.blobs, until=self.until)
        except Garbled:  # nothing of it was sent
            raise TooLarge from None
        except TimeoutError:
            self._lose(OverTime("while it was asked"))
        except Closed as error:
            self._lose(Gone(str(error)))

    def _hear(self):
        try:
            message, blobs, _ = self.wire.receive(self.until)
            reader = Reader(self.codec, blobs)
            if not self.judging:
                for number in message.get("drop", ()):
                    self.codec.table.forget(number)
                if "unread" in message:
                    self.codec.table.forget_above(message["unread"])
            self._read(self.heard, message, reader)
        except TimeoutError:
            self._lose(OverTime("no answer in time"))
        except (Closed, Garbled, TypeError, KeyError, ValueError) as error:
            self._lose(Gone(str(error)))
        return message, reader

    def heard(self, message, reader):
        """Take in what a message carries besides its question or answer."""
        reader.values(message.get("upd", []))

    def _read(self, read, *what):
        """Call a function that reads values; whatever they raise meanwhile is the answer's failure, not its end."""
        highest = self.codec.table.highest
        self._reading += 1
        try:
            return read(*what)
        except (Unreadable, NotAPlainValue) as error:
            if self._reading > 1:
                raise
            self.codec.table.misread(highest)
            self._unread = highest
            raise (error.args[0] if type(error) is Unreadable else error) from None
        finally:
            self._reading -= 1

    def _result(self, answer, reader, question):
        try:
            if "large" in answer:
                raise Answered(TooLarge(_LARGE if answer["large"] is True else _ODD))
            if "err" in answer:
                error = self._read(reader.value, answer["err"])
                if not isinstance(error, BaseException):
                    raise Garbled("no exception")
                raise Answered(self.harmless(error, question))
            return self._read(reader.value, answer["ok"])
        except (Garbled, KeyError) as error:
            self._lose(Gone(str(error)))
        except Answered as answered:
            self.raised(answered.args[0])
            if self._reading and self.judging:
                raise Unreadable(answered.args[0]) from None
            raise answered.args[0] from answered.args[0].__cause__

    def harmless(self, error, question):
        """What to raise here for *error*, which *question* raised there.

        Some exceptions mean "this is the end" to what they pass through (a loop, a generator, a run of unit tests), and
        would end a test early instead of failing it. In a test they come as a `RuntimeError`, unless it names them.
        """
        steps = question["do"] == "step" or question.get("name") == "__next__"
        ends = isinstance(error, ENDS) and not (steps and isinstance(error, StopIteration))
        skips = self.builder.classes.is_mirror(type(error)) and type(error).__module__.split(".")[0] in _RUNS_TESTS
        if not self.judging or not (ends or skips) or (ends and self.mentions(type(error))):
            return error
        return RuntimeError(f"{type(error).__name__}: {message_of(error)}".removesuffix(": "))

    def mentions(self, cls):
        """Whether what runs here names *cls*, or a class it derives from."""
        return True

    def raised(self, error):
        """Told of every exception that came from the other side."""

    def _lose(self, why):
        self.lost = why
        raise why

    # --- answering ----------------------------------------------------------------------------------------------------

    def answer(self, message, reader):
        """Do what was asked, and say what came of it."""
        result = {"did": message.get("id")}
        try:
            value, key = self.perform(self, message, reader), "ok"
        except Stopped:
            raise
        except BaseException as error:
            value, key = error, "err"
        writer, large = Writer(self.codec), True
        try:
            with Uncollected():
                self._first_of_all(result, writer)
                self.closing(result, writer)
                result[key] = writer.node(value)
                self._send(result, writer)
            return
        except TooLarge:
            self._unsaid(result, writer)
        except Exception:  # an object that cannot even be described
            self._unsaid(result, writer)
            if self.judging:
                raise
            large = False
        self._send({"did": message.get("id"), "large": large}, Writer(self.codec))

    def closing(self, result, writer):
        """Add to an answer what goes with it."""
