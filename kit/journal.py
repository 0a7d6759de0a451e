"""mastery.journal as a file: JSON lines that are only added to, the last of which a crash may have cut."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kit.errors import LedgerError
from kit.files import storing


def whole_lines(journal: Path) -> Iterator[bytes]:
    """The journal's complete lines: the last one may have been cut by a crash, and is then written again."""
    with storing("The ledger's journal"), journal.open("rb") as file:
        yield from (line for line in file if line.endswith(b"\n"))


@contextmanager
def opened_alone(journal: Path) -> Iterator[BinaryIO]:
    """The journal, open for reading and appending, for nobody else meanwhile."""
    with storing("The ledger's journal"), open(journal, "a+b", opener=_private) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def last_seq(journal: BinaryIO) -> int:
    """Sequence number of the last complete line; a line cut by a crash is cut off."""
    end = journal.seek(0, os.SEEK_END)
    tail = b""
    while end > 0 and tail.count(b"\n") < 2:
        step = min(65536, end)
        end -= step
        journal.seek(end)
        tail = journal.read(step) + tail
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) < len(tail):
        journal.truncate(end + len(whole))
    lines = whole.splitlines()
    try:
        return int(json.loads(lines[-1])["seq"]) if lines else 0
    except (ValueError, TypeError, KeyError) as error:
        raise LedgerError(
            f"The last line of mastery.journal cannot be read: {error}. If the ledger is whole, move the journal "
            "aside: the next run writes it again."
        ) from error
