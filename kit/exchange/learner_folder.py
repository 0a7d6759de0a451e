"""One learner's folder in the exchange: what lies where, and who may touch it.

    granted/<assignment>/              files to fetch                              written by the desk
    fetched/<assignment>               empty; its time says when it was fetched    written by the learner, until settled
    inbox/<submission>+<assignment>/   handed in, not yet settled                  written by the learner
    submitted/<submission>+<assignment>/  the desk's own copy, which nobody else can change
    feedback/<assignment>/<submission>.html                                        written by the desk
    progress.json                                                                  written by the desk

A name that begins with a dot is not finished and is never listed.

Who may touch it. The desk runs as root and the learner has a Unix account: the folder belongs to root and is readable
by the learner's own group; only `inbox` and `fetched` belong to the learner. In every other case all of it belongs to
the one account everything runs under, and **nothing isolates one learner from another** but the kit's own politeness.
"""

from __future__ import annotations

import grp
import os
import pwd
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit.errors import StorageError
from kit.exchange.intake import sync_folder

DESK_FOLDERS = ("granted", "submitted", "feedback")
LEARNER_FOLDERS = ("inbox", "fetched")


@dataclass(frozen=True, slots=True)
class Account:
    """A learner's Unix account, as far as the exchange needs it."""

    uid: int
    gid: int


def account_of(learner: str) -> Account | None:
    """The Unix account of *learner* where the desk can give files to it (it runs as root); else None.

    StorageError where the account's group has other members: what the group may read, they could read too.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(learner)
        group = grp.getgrgid(entry.pw_gid)
    except KeyError:
        return None
    if entry.pw_uid == 0:
        return None
    if group.gr_name != learner or set(group.gr_mem) - {learner}:
        raise StorageError(
            f"The Unix account {learner} shares its group {group.gr_name} with others, who could then read its work. "
            f"Give the account a group of its own (groupadd {learner}; usermod -g {learner} {learner}), then run again."
        )
    return Account(entry.pw_uid, entry.pw_gid)


def lay_out(path: Path, learner: str) -> Account | None:
    """Make the folder of *learner* below *path*, or complete it, with the rights the module's docstring states."""
    if not path.is_dir():
        path.mkdir(mode=0o711, parents=True, exist_ok=True)
        path.chmod(0o711)
    account = account_of(learner)
    home = path / learner
    hand_over(_made(home), account)
    for name in DESK_FOLDERS:
        hand_over(_made(home / name), account)
    for name in LEARNER_FOLDERS:
        folder = _made(home / name)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
    return account


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def hand_over(path: Path, account: Account | None) -> None:
    """Let the learner read the desk's file or folder *path*, and nobody else."""
    executable = 0o110 if path.is_dir() else 0
    if account is None:
        path.chmod(0o600 | executable & 0o700)
    else:
        os.chown(path, 0, account.gid)
        path.chmod(0o640 | executable)


def hand_over_tree(folder: Path, account: Account | None) -> None:
    """`hand_over` for *folder* and everything in it (all of it written by the desk itself, so without links)."""
    for parent, _, files in os.walk(folder):
        hand_over(Path(parent), account)
        for name in files:
            hand_over(Path(parent, name), account)


def put_file(where: Path, data: bytes, account: Account | None) -> None:
    """Write *data* to *where* so that a reader sees the old file or the new one, never half of one."""
    beside = where.with_name(f".{where.name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        hand_over(beside, account)
        beside.replace(where)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(where.parent)


def put_copy(source: Path, beside: Path) -> None:
    """Copy the kit's own folder *source* to the new folder *beside*, durably and with plain rights.

    Leaves out what begins with a dot. OSError if it cannot be done; the caller removes what is half-written.
    """
    beside.mkdir()
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            if entry.is_dir():
                put_copy(Path(entry.path), beside / entry.name)
            else:
                shutil.copyfile(entry.path, beside / entry.name)
                _sync_file(beside / entry.name)
    sync_folder(beside)


def _sync_file(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def discard(folder: Path) -> None:
    """Remove *folder* (or file) if it is there; a link is removed, never followed."""
    try:
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        else:
            folder.unlink(missing_ok=True)
    except FileNotFoundError:
        pass


@contextmanager
def storing(what: str, undo: Path, next_step: str) -> Iterator[None]:
    """Turn an OSError into a StorageError that says what could not be stored, and leave nothing at *undo*."""
    try:
        yield
    except OSError as error:
        shutil.rmtree(undo, ignore_errors=True)
        place = f" ({error.filename})" if error.filename else ""
        raise StorageError(f"{what}: {error.strerror or error}{place}. {next_step}") from error
    except BaseException:
        shutil.rmtree(undo, ignore_errors=True)
        raise
