"""Writing files so that they are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from kit.errors import StorageError


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Turn the system's complaint while storing *what* into a StorageError that says what to do next."""
    try:
        yield
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        raise StorageError(
            f"{what} could not be stored: {error.strerror}{place}. Free some space or make the folder writable, "
            "and try again. Nothing was lost."
        ) from error


def write_text(path: Path, text: str) -> None:
    """Replace *path* by *text* (UTF-8) in one step."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Replace *path* by *content* in one step: after a crash there is the old file or the new one."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to be written that takes the place of *path* in one step, when the block has ended well."""
    with storing(path.name):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            # As open as its folder: where other accounts may not look, its name must not help them either.
            os.chmod(temporary, 0o644 if path.parent.stat().st_mode & 0o004 else 0o600)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def close_to_others(folder: Path, *closed: Path) -> None:
    """Let other accounts pass through *folder*, but neither list it nor read a file in it; make *closed* for us alone.

    What the owner's group may do stays as it is, and so do the rights of what is there of *closed*: they are its
    owner's choice. StorageError if a folder cannot be made.
    """
    with storing(folder.name):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(0o711)
        for inside in closed:
            inside.mkdir(mode=0o700, parents=True, exist_ok=True)
        _take_from_others(folder, 0o006)
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    _take_from_others(Path(entry.path), 0o007)


def _take_from_others(path: Path, rights: int) -> None:
    # It may be gone meanwhile, or belong to a colleague, who alone can change it.
    with suppress(FileNotFoundError, PermissionError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & rights:
            path.chmod(mode & ~rights)


def copy_folder(source: Path, target: Path) -> None:
    """Make *target* a copy of *source*, in one step; a *target* that is there is replaced. Links are not followed."""
    with storing(target.name):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        gone = beside.with_name(f"{beside.name}.gone")
        try:
            shutil.copytree(source, beside, symlinks=True)
            if target.exists():
                os.rename(target, gone)
            os.rename(beside, target)
        finally:
            for left in (beside, gone):
                if left.exists():
                    shutil.rmtree(left, ignore_errors=True)
