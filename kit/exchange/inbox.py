"""Folders of the exchange that their learner can write to: looked into with care, kept for one at a time, cleared.

Names, times and kinds in them are only claims, and anything may be taken away or changed between two looks.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from kit.errors import StorageError, SubmissionRefused
from kit.exchange.base import Receipt
from kit.exchange.intake import REFUSED, sync_folder
from kit.exchange.learner_folder import discard
from kit.exchange.names import parse_entry, submission_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INBOX_ENTRIES = 2_000  # what one learner piles up must not keep the others waiting
_STALE_SECONDS = 86_400.0
_PATIENCE_SECONDS = 10.0


def leave_out(refusal: SubmissionRefused, beside: Path) -> None:
    """Instead of the files keep the sentence that says why they were not taken."""
    discard(beside)
    beside.mkdir()
    (beside / REFUSED).write_text(str(refusal), encoding="utf-8", errors="replace")
    sync_folder(beside)


def receipt_of(learner: str, name: str, latest: datetime) -> Receipt | None:
    """What the folder *name* claims to be, its time not after *latest*; None where it has no proper name."""
    parsed = parse_entry(name)
    if parsed is None:
        return None
    submission, assignment = parsed
    claimed = submission_time(submission)
    return Receipt(learner, assignment, submission, min(claimed, latest) if claimed else latest)


def names_in(folder: Path) -> list[str]:
    """Names of the finished folders and files in *folder*; none where it is missing or not ours to read."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if not entry.name.startswith(".")]
    except OSError:
        return []


def entries_of(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in *folder*, up to so many; nothing where it is missing or not ours to read."""
    try:
        with os.scandir(folder) as entries:
            return list(islice(entries, _INBOX_ENTRIES))
    except OSError:
        return []


def modified(about: os.stat_result) -> datetime:
    """When it last changed, as far as that lies in the past: a learner may set any time, also one no calendar has."""
    return _EPOCH + timedelta(microseconds=min(max(about.st_mtime_ns, 0), time.time_ns()) // 1000)


def touch(path: Path) -> None:
    """Note the present time at *path*: the kernel's own is some milliseconds behind, before what led to it."""
    now = time.time_ns()
    os.utime(path, ns=(now, now))


def remove_from_learner(done: Path, own: Path) -> None:
    """Take *done* out of a folder its learner can write to, in one step; then remove it at leisure.

    A learner who keeps writing into it could make removing it fail for ever, where it lies.
    """
    for name in os.listdir(own) if own.is_dir() else ():
        if name.startswith("."):
            _remove_if_possible(own / name)
    gone = own / f".gone-{secrets.token_hex(4)}"
    try:
        done.rename(gone)
    except FileNotFoundError:
        return
    _remove_if_possible(gone)


def _remove_if_possible(path: Path) -> None:
    with suppress(OSError, RecursionError):  # thousands of folders inside each other: not worth a stop
        discard(path)


@contextmanager
def alone(inbox: Path) -> Iterator[None]:
    """For one process and one thread at a time. StorageError where another one keeps it."""
    try:
        descriptor = os.open(inbox, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise StorageError(
            f"The exchange could not be used: {error.strerror}. Nothing was taken; try again."
        ) from error
    try:
        # Not for ever: where the folder is a learner's own, its owner can lock it as well.
        end = time.monotonic() + _PATIENCE_SECONDS
        while not _locked(descriptor):
            if time.monotonic() > end:
                raise StorageError("Something else is being handed in at the same time. Nothing was taken; try again.")
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sweep(inbox: Path) -> None:
    """Remove what a submission that was killed long ago left half-written."""
    for entry in entries_of(inbox):
        if entry.name.startswith(".") and entry.stat(follow_symlinks=False).st_mtime < time.time() - _STALE_SECONDS:
            discard(Path(entry.path))


def give_to_owner(folder: Path, inbox: Path) -> None:
    """Where root hands in for a learner who has an account, the files become that learner's."""
    about = inbox.stat()
    if os.geteuid() != 0 or stat.S_ISLNK(about.st_mode) or about.st_uid == 0:
        return
    for parent, _, files in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in files)):
            os.chown(path, about.st_uid, about.st_gid)
