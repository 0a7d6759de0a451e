"""Taking a submission in: streamed to a temporary file, unpacked, in the exchange and in the ledger, then answered.

What is refused before its content is looked at is read to its end all the same, as far as it is not endless: a
connection that is closed in the middle of sending shows its sender an error of the network, and never the answer.
"""

from __future__ import annotations

import hashlib
import tempfile
from typing import Any, BinaryIO, cast

from tornado.web import stream_request_body

from kit.course import Limits
from kit.errors import KitError, SubmissionTooLarge
from kit.exchange import Receipt
from kit.exchange.names import is_assignment_id, is_key
from kit.exchange.parcel import unpack
from kit.files import storing
from kit.hub.answering import ApiHandler
from kit.hub.exchanging import moment
from kit.hub.failures import Failure, not_there
from kit.hub.identity import MEMBERS

_DOOR = "hub"
_IN_MEMORY = 1_000_000
_BUFFER = 1 << 18
_HEADERS = 2_048  # of an archive, for one file
_END = 65_536
_DISCARDED = 4
"""Times the largest parcel: what is larger than that is not even read to be refused."""


def largest_parcel(limits: Limits) -> int:
    """Bytes of a parcel beyond which its content must pass *limits*, however badly it was compressed."""
    return limits.submission_bytes + limits.submission_bytes // 100 + limits.submission_files * _HEADERS + _END


@stream_request_body
class Submissions(ApiHandler):
    """Where notebooks are handed in."""

    audience = MEMBERS
    rate = "submit"

    async def prepare(self) -> None:
        """Say no to what can be refused by its headers; the answer is given when the body has been read."""
        self._refused: Exception | None = None
        self._complete = False
        self._size = 0
        self._buffer = bytearray()
        self._digest = hashlib.sha256()
        self._limit = largest_parcel(self.service.limits)
        connection = cast(Any, self.request.connection)
        connection.set_max_body_size(_DISCARDED * self._limit)
        connection.set_body_timeout(self.service.settings.body_seconds)
        # Closed when the request is over, by whichever of two ways.
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(self.service.workspace))  # noqa: SIM115
        self._file = cast(BinaryIO, file)
        try:
            await super().prepare()
            self._require_sane()
        except (Failure, KitError) as refusal:
            if self._announced() > _DISCARDED * self._limit:
                raise
            self._refused = refusal

    async def data_received(self, chunk: bytes) -> None:
        """Keep what comes, or drop it where it was refused already."""
        if self._refused is not None:
            return
        self._size += len(chunk)
        if self._size > self._limit:
            self._refused = _too_large(self.service.limits)
            return
        self._digest.update(chunk)
        self._buffer += chunk
        if len(self._buffer) >= _BUFFER:
            await self._write_out()

    async def post(self, assignment: str) -> None:
        """201 with the receipt; 200 with the same one where the key was used before."""
        self._complete = True
        if self._refused is not None:
            raise self._refused
        await self._write_out()
        if self._refused is not None:
            raise self._refused
        key = self.request.headers["Idempotency-Key"]
        async with self.service.lock_of(self.person.name):
            receipt, new = await self.service.work(self._take, assignment, key)
        self.service.metrics.submission("received" if new else "repeated")
        self.answer({"submission": receipt.submission, "at": moment(receipt.at)}, 201 if new else 200)

    def on_finish(self) -> None:
        """Nothing of it stays here."""
        self._file.close()
        if 400 <= self.get_status() < 500:
            self.service.metrics.submission("refused")
        super().on_finish()

    def on_connection_close(self) -> None:
        """Whoever sent it went away, or took too long, before all of it was here: then nobody finishes this."""
        super().on_connection_close()
        if not self._complete and self._counted:
            self._counted = False
            self._file.close()
            self._leave()
            self.service.request_ended()

    def _require_sane(self) -> None:
        if self.request.method != "POST":
            raise Failure(405, "method", "Here notebooks are handed in, by POST.")
        if not is_assignment_id(self.path_kwargs["assignment"]):
            raise not_there()
        if not is_key(self.request.headers.get("Idempotency-Key", "")):
            raise Failure(
                400, "key-missing",
                "A submission needs a header Idempotency-Key of 8 to 100 letters, digits, - and _: a new one for each "
                "submission, and the same one when it is sent again.",
            )  # fmt: skip
        if self._announced() > self._limit:
            raise _too_large(self.service.limits)

    def _announced(self) -> int:
        text = self.request.headers.get("Content-Length", "0")
        return int(text) if text.isdecimal() and text.isascii() else 0

    async def _write_out(self) -> None:
        buffer, self._buffer = bytes(self._buffer), bytearray()
        try:
            await self.service.work(self._write, buffer)
        except (Failure, KitError) as error:
            self._refused = error

    def _write(self, content: bytes) -> None:
        with storing("What you handed in"):
            self._file.write(content)

    def _take(self, assignment: str, key: str) -> tuple[Receipt, bool]:
        """In the exchange and in the ledger, durably; whether it was not before."""
        self._file.seek(0)
        with self.service.scratch() as folder:
            with storing("What you handed in"):
                unpacked = unpack(self._file, folder / assignment, self.service.limits)
            receipt = self.service.exchange.submit(self.person.name, assignment, unpacked, key)
        new = self.service.book.received(receipt, sha256=self._digest.hexdigest(), size=self._size, door=_DOOR)
        return receipt, new


def _too_large(limits: Limits) -> SubmissionTooLarge:
    return SubmissionTooLarge(
        f"Your submission is larger than {limits.submission_bytes / 1_000_000:,.1f} MB, which is the most this course "
        "takes. Clear large outputs, move what does not belong to the assignment out of its folder, then submit again."
    )


ROUTES = (("api/assignments/<assignment>/submissions", Submissions),)
