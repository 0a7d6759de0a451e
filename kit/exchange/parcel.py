"""A *parcel*: the folder of one assignment as a tar.gz, the way it travels between a learner's server and a service.

Both ends hold to the rules of `kit.exchange.intake`: a learner's own end refuses early, in the same words; the
service's end trusts nothing of what came. A parcel holds ordinary files only, in the order of their names, without
owner, rights or time, so the same folder gives the same bytes. Unpacking counts while it reads: what would grow past
the limits (a gzip bomb, a header that claims gigabytes) ends there, and nothing of it is kept.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from kit.course import Limits
from kit.errors import SubmissionRefused
from kit.exchange.intake import MAX_DEPTH, NEVER_TAKEN, Tally, opened_files, shown

HANDED_OUT = Limits(submission_bytes=4_000_000_000, submission_files=20_000)
"""Bounds of a parcel on its way *to* a learner: its content is the course's own, only not endless."""
_IN_MEMORY = 4_000_000
_CHUNK = 1 << 18
_OVERHEAD = 8_192  # bytes of headers and padding that a file of the longest name needs
_END = 32_768  # what closes an archive
_LONGEST_NAME = 255
_EXTENDED = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
             tarfile.GNUTYPE_LONGLINK)  # fmt: skip
_LONGEST_EXTENSION = 3_000  # bytes; the longest path that is taken, and what else is said of a file


def pack(folder: Path, limits: Limits) -> BinaryIO:
    """The files in *folder* as an open, nameless file that is gone when closed; read from its beginning.

    SubmissionRefused as the counter would refuse the folder itself, OSError where there is no room for the parcel.
    """
    made = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (whoever asked closes it)
    parcel = cast(BinaryIO, made)
    try:
        with (
            gzip.GzipFile(filename="", fileobj=parcel, mode="wb", compresslevel=4, mtime=0) as thin,
            tarfile.open(fileobj=thin, mode="w|", format=tarfile.GNU_FORMAT) as tar,
        ):
            for name, file in opened_files(folder, limits):
                _add(tar, name, file)
        parcel.seek(0)
    except BaseException:
        parcel.close()
        raise
    return parcel


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes]) -> None:
    about = tarfile.TarInfo(name)
    about.size = os.fstat(file.fileno()).st_size
    about.mode = 0o644
    try:
        tar.addfile(about, file)
    except OSError as error:
        if error.errno is not None:
            raise
        raise SubmissionRefused(f"{shown(name)} was changed while it was read. {_AGAIN}") from error


def unpack(source: Path | BinaryIO, into: Path, limits: Limits) -> Path:
    """Write the files of the parcel *source* to the new folder *into* and return it.

    SubmissionRefused where the parcel is damaged, holds anything but ordinary files and folders, names a place outside
    of itself or passes *limits*; OSError where *into* exists or cannot be written. Nothing is left behind then.
    """
    into.mkdir()
    try:
        with _opened(source) as stream, _damage_in_words():
            plain = _Plain(stream, limits)
            with tarfile.open(fileobj=plain, mode="r|", tarinfo=_member(limits)) as tar:  # type: ignore[call-overload]
                _write_all(tar, into, Tally(limits))
            while plain.read(_CHUNK):  # only at its end is a parcel known to be whole
                pass
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise
    return into


def _member(limits: Limits) -> type[tarfile.TarInfo]:
    """Reads the headers of one parcel, and refuses what takes long to go through before it is gone through.

    Python's tarfile needs time that grows with the square of an extended header's length (CVE-2024-6232, where that is
    not mended yet), and reads a map of holes to its end, however long: all of it while nobody else is served.
    """
    left = 4 * limits.submission_files + 50  # a file may have an extended header, and may be one that is never taken

    class Member(tarfile.TarInfo):
        def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:  # tarfile's own door for what differs
            nonlocal left
            left -= 1
            if left < 0:
                Tally(limits, files=limits.submission_files).count(self.name, 0)
            if self.type in _EXTENDED and self.size > _LONGEST_EXTENSION:
                raise _odd(self, "has a name that is too long")
            if self.type == tarfile.GNUTYPE_SPARSE:
                raise _odd(self, _NOT_ORDINARY)
            return super()._proc_member(tar)  # type: ignore[misc]

        def _proc_gnusparse_10(self, following: tarfile.TarInfo, *_: object) -> None:
            raise _odd(following, _NOT_ORDINARY)

    return Member


def _write_all(tar: tarfile.TarFile, into: Path, tally: Tally) -> None:
    folders: set[Path] = set()
    for member in tar:
        parts = _place(member)
        if not parts or NEVER_TAKEN.intersection(parts):
            continue
        where = into.joinpath(*parts)
        for depth in range(1, len(parts) + member.isdir()):
            folder = into.joinpath(*parts[:depth])
            if folder not in folders:
                tally.count(member.name, 0)
                _make(folder, member.name)
                folders.add(folder)
        if not member.isdir():
            tally.count(member.name, member.size)
            _write(tar, member, where)


def _place(member: tarfile.TarInfo) -> tuple[str, ...]:
    """The parts of the path a member may be written to; none for the folder itself."""
    parts = PurePosixPath(member.name).parts
    if "\x00" in member.name or ".." in parts or member.name.startswith("/"):
        raise _odd(member, "names a place outside of it")
    if len(parts) > MAX_DEPTH + 1:
        raise _odd(member, "lies in too many folders inside each other")
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts):
        raise _odd(member, "has a name that is too long")
    # A sparse file grows out of nothing when it is read.
    ordinary = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse() and member.size >= 0
    if not ordinary and not member.isdir():
        raise _odd(member, _NOT_ORDINARY)
    return parts


def _make(folder: Path, name: str) -> None:
    try:
        folder.mkdir()
    except (FileExistsError, NotADirectoryError):
        raise SubmissionRefused(f"{shown(name)} is in the parcel twice. {_AGAIN}") from None


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, where: Path) -> None:
    content = tar.extractfile(member)
    try:
        with open(where, "xb") as file:
            if content is not None:
                shutil.copyfileobj(content, file, _CHUNK)
    except (FileExistsError, NotADirectoryError):
        raise SubmissionRefused(f"{shown(member.name)} is in the parcel twice. {_AGAIN}") from None


class _Plain:
    """The parcel without its compression, read in order, and never more of it than the limits allow."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._thin = gzip.GzipFile(fileobj=stream, mode="rb")
        self._left = limits.submission_bytes + limits.submission_files * _OVERHEAD + _END
        self._limits = limits

    def read(self, size: int) -> bytes:
        """Up to *size* bytes; SubmissionRefused where there are more than the limits can need."""
        try:
            data = self._thin.read(min(size, self._left + 1))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _damaged() from error
        self._left -= len(data)
        if self._left < 0:
            Tally(self._limits).weigh("its contents", self._limits.submission_bytes + 1)
        return data


_NOT_ORDINARY = "is not an ordinary file"
_AGAIN = "Nothing was taken and your files are as they were; submit again."


@contextmanager
def _damage_in_words() -> Iterator[None]:
    try:
        yield
    # RecursionError, ValueError, OverflowError: headers that only somebody who means harm writes.
    except (tarfile.TarError, RecursionError, ValueError, OverflowError) as error:
        raise _damaged() from error


def _damaged() -> SubmissionRefused:
    return SubmissionRefused(f"What arrived is no whole parcel (a tar.gz): it was cut off or damaged. {_AGAIN}")


def _odd(member: tarfile.TarInfo, what: str) -> SubmissionRefused:
    return SubmissionRefused(
        f"{shown(member.name)} {what}, so this submission cannot be taken. "
        "Move it out of the assignment's folder, then submit again."
    )


@contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(source, Path):
        yield source
        return
    with open(source, "rb") as file:
        yield file
