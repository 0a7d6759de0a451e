"""What may be taken in: a bounded copy that follows nothing and trusts no name, size or type it has not looked at.

The same copy serves both doors. At the counter it runs with the learner's rights over the learner's own folder; at the
desk it runs with the controller's rights over a folder the learner can still change *while it is read*. Hence:
everything is opened relative to an open folder, never through a link, is looked at again once open, and belongs
to whoever owns the folder (else a hard link to a file of somebody else's would be read with the controller's rights).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import NoReturn

from kit.course import Limits
from kit.errors import StorageError, SubmissionRefused, SubmissionTooLarge

REFUSED = ".refused"
"""A file of this name in a folder the desk took into custody says why the submission was refused."""
NEVER_TAKEN = frozenset({".ipynb_checkpoints", "__pycache__", REFUSED})
_FEEDBACK = "feedback"  # nbgrader puts fetched feedback beside the notebook
_THE_MACHINES_FAULT = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})
MAX_DEPTH = 8  # folders in each other; of the longest names, and the copy's path still fits into what the system takes
_CHUNK = 1 << 20
_ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a fifo must not wait for somebody to write into it.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Found:
    """One regular file inside a folder that is being read."""

    name: str
    """Path relative to the folder, with slashes."""
    folder: int
    """Open descriptor of the folder it lies in; valid until the next file is asked for."""
    bytes: int


@dataclass(slots=True)
class Tally:
    """Counts what a submission holds and raises SubmissionRefused as soon as a limit is passed."""

    limits: Limits
    files: int = 0
    bytes: int = 0

    def count(self, name: str, size: int) -> None:
        """One more file (or folder) of *size* bytes."""
        self.files += 1
        self.weigh(name, size)
        if self.files > self.limits.submission_files:
            raise SubmissionTooLarge(
                f"Your submission holds more than {self.limits.submission_files} files. "
                "Move what does not belong to the assignment out of its folder, then submit again."
            )

    def weigh(self, name: str, size: int) -> None:
        """*size* more bytes of a file that is counted already."""
        self.bytes += size
        if self.bytes > self.limits.submission_bytes:
            raise SubmissionTooLarge(
                f"Your submission is larger than {_megabytes(self.limits.submission_bytes)}, "
                f"which is passed at {shown(name)}. "
                "Move what does not belong to the assignment out of its folder, then submit again."
            )


def weigh(folder: Path, limits: Limits) -> str | None:
    """The sentence that says why the submission in *folder* cannot be taken; None if it can.

    StorageError where the fault is the machine's, which is never the learner's.
    Never reads contents, never follows a link, and stops counting as soon as a limit is passed.
    """
    try:
        _check(folder, limits)
    except SubmissionRefused as refusal:
        return str(refusal)
    except OSError as error:
        raise StorageError(
            f"A submission could not be looked at: {error.strerror} ({folder}). Mend that and try again."
        ) from error
    return None


def _check(folder: Path, limits: Limits) -> None:
    noted = _noted(folder)
    if noted is not None:
        raise SubmissionRefused(noted)
    notebooks = 0
    with _opened(folder) as top:
        for found in _walk(top, Tally(limits), os.fstat(top).st_uid):
            notebooks += found.name.endswith(".ipynb") and "/" not in found.name
    if not notebooks:
        raise SubmissionRefused(
            f"There is no notebook (a file that ends in .ipynb) in the folder {shown(folder.name)}. "
            "Submit the folder that you fetched, with your notebook in it."
        )


def take_in(folder: Path, target: Path, limits: Limits) -> None:
    """Copy the submission in *folder* to the new folder *target*, durably.

    SubmissionRefused where *folder* breaks a rule, OSError where *target* cannot be written; what is half-written then
    is the caller's to remove. Everything is counted before the first byte is copied, and counted again while copying.
    """
    _check(folder, limits)
    target.mkdir(0o700)
    made = {target}
    tally = Tally(limits)
    with _opened(folder) as top:
        owner = os.fstat(top).st_uid
        for found in _walk(top, Tally(limits), owner):
            where = target / found.name
            made.update(parent for parent in where.parents if target in parent.parents)
            where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy(found, where, tally, owner)
    for directory in made:
        sync_folder(directory)


def opened_files(folder: Path, limits: Limits) -> Iterator[tuple[str, FileIO]]:
    """What `take_in` would copy from *folder*: each file's path below it, with slashes, and the file opened to read.

    In the order of their names; an open file is valid until the next is asked for. Errors as for `take_in`, and
    everything is counted before the first file is yielded.
    """
    _check(folder, limits)
    tally = Tally(limits)
    with _opened(folder) as top:
        owner = os.fstat(top).st_uid
        for found in _walk(top, Tally(limits), owner):
            with _reading(found, owner) as reader:
                tally.weigh(found.name, os.fstat(reader.fileno()).st_size)  # it may have grown since it was counted
                yield found.name, reader


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    try:
        descriptor = os.open(folder, _ENTER)
    except NotADirectoryError:
        raise SubmissionRefused(f"{shown(folder.name)} is not a folder. Submit the folder that you fetched.") from None
    except OSError as error:
        if error.errno in _THE_MACHINES_FAULT:
            raise
        raise SubmissionRefused(
            f"The folder {shown(folder.name)} cannot be read: {error.strerror}. Submit the folder that you fetched."
        ) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _walk(folder: int, tally: Tally, owner: int, inside: str = "", depth: int = 0) -> Iterator[Found]:
    """Every regular file below the open *folder*; folders count as files, so that a pile of them ends as well."""
    skipped = NEVER_TAKEN if inside else NEVER_TAKEN | {_FEEDBACK}
    with os.scandir(folder) as entries:
        # No more are put in order than the limit needs to be passed.
        few = islice(entries, tally.limits.submission_files + len(skipped) + 1)
        for entry in sorted(few, key=attrgetter("name")):
            name = f"{inside}{entry.name}"
            if entry.name in skipped:
                continue
            try:
                about = entry.stat(follow_symlinks=False)
            except OSError as error:  # taken away since it was listed
                _unreadable(name, error)
            if about.st_uid != owner:
                raise _odd(name, "belongs to somebody else")
            if stat.S_ISREG(about.st_mode):
                tally.count(name, about.st_size)
                yield Found(name, folder, about.st_size)
            elif stat.S_ISDIR(about.st_mode) and depth < MAX_DEPTH:
                tally.count(name, 0)
                with _entered(folder, entry.name, name) as below:
                    yield from _walk(below, tally, owner, f"{name}/", depth + 1)
            else:
                raise _odd(name, _kind(about.st_mode))


@contextmanager
def _entered(folder: int, entry: str, name: str) -> Iterator[int]:
    try:
        below = os.open(entry, _ENTER, dir_fd=folder)
    except OSError as error:
        _unreadable(name, error)
    try:
        yield below
    finally:
        os.close(below)


def _copy(found: Found, where: Path, tally: Tally, owner: int) -> None:
    with _reading(found, owner) as reader, open(where, "xb", opener=_private) as writer:
        while chunk := reader.read(_CHUNK):
            tally.weigh(found.name, len(chunk))  # it may have grown since it was counted
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())


@contextmanager
def _reading(found: Found, owner: int) -> Iterator[FileIO]:
    try:
        source = os.open(found.name.rpartition("/")[2], _READ, dir_fd=found.folder)
    except OSError as error:
        _unreadable(found.name, error)
    with open(source, "rb", buffering=0) as reader:
        about = os.fstat(source)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != owner:
            raise _odd(found.name, "was exchanged while it was read")
        yield reader


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _noted(folder: Path) -> str | None:
    try:
        descriptor = os.open(folder / REFUSED, _READ)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return file.read(2000).decode("utf-8", "replace")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _odd(name: str, what: str) -> SubmissionRefused:
    return SubmissionRefused(
        f"{shown(name)} {what}, so this submission cannot be taken. "
        "Move it out of the assignment's folder, then submit again."
    )


def _unreadable(name: str, error: OSError) -> NoReturn:
    if error.errno in _THE_MACHINES_FAULT:
        raise error
    raise _odd(name, f"cannot be read ({error.strerror})") from error


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "is a link to another place"
    return "lies in too many folders inside each other" if stat.S_ISDIR(mode) else "is not an ordinary file"


def shown(name: str) -> str:
    """A name as it may be printed: no control characters, nothing undecodable, not endless."""
    clean = "".join(sign if sign.isprintable() else "?" for sign in name)
    return f"'{clean}'" if len(clean) <= 80 else f"'{clean[:77]}…'"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"
