"""Whom learner code runs as outside of its walls, where the grader is root.

Inside bubblewrap everything is uid 1000. Outside, that number stands for the account that grades: whatever got out of
the walls would have that account's files and processes. Where root grades, it therefore becomes another account before
bubblewrap begins: `NAME` if there is an account of that name, else nobody's.

Another account cannot enter a private home, and an interpreter may lie in one. A bubblewrap around the bubblewrap,
begun by root, then lays empty folders over what cannot be entered, with what is needed bound back to its place: `veil`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "kit-grader"
NOBODY = 65534
"""Where no account has that name, nor is called nobody."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that owns nothing and may do nothing."""

    uid: int
    gid: int
    name: str
    setpriv: str
    """Path of util-linux's setpriv, which changes to it."""

    def hand_over(self, *folders: Path) -> None:
        """Let *folders* and what is in them be this account's, and closed to every other."""
        for folder in folders:
            for parent, names, files in os.walk(folder):
                for path in (parent, *(os.path.join(parent, name) for name in (*names, *files))):
                    os.chown(path, self.uid, self.gid, follow_symlinks=False)
            folder.chmod(0o700)

    def words(self) -> list[str]:
        """What a command line begins with that is to run as this account, without any right besides."""
        return [
            self.setpriv, f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--inh-caps=-all",
            "--no-new-privs", "--",
        ]  # fmt: skip

    def may_enter(self, folder: str | Path) -> bool:
        """Whether this account may look for names in *folder*; True for what is not there."""
        try:
            about = os.stat(folder)
        except OSError:
            return True
        if about.st_uid == self.uid:
            return bool(about.st_mode & stat.S_IXUSR)
        return bool(about.st_mode & (stat.S_IXGRP if about.st_gid == self.gid else stat.S_IXOTH))


def other_account() -> Account | None:
    """The account to change to; None where this process is not root's, or there is no setpriv to change with."""
    setpriv = shutil.which("setpriv", path=f"{os.environ.get('PATH', '')}:/usr/bin:/bin")
    if os.geteuid() != 0 or setpriv is None:
        return None
    for name in (NAME, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0 and entry.pw_gid != 0:
            return Account(entry.pw_uid, entry.pw_gid, name, setpriv)
    return Account(NOBODY, NOBODY, f"uid {NOBODY}", setpriv)


def veil(bwrap: str, account: Account, read: Sequence[Path], written: Sequence[Path] = ()) -> list[str]:
    """What a command line begins with so that *account* can reach *read* and *written*; empty where it can anyway.

    Root's bubblewrap keeps two rights, to change the account, which `Account.words` then give up.
    """
    closed: dict[str, list[str]] = {}
    for path, how in [*((path, "--ro-bind") for path in read), *((path, "--bind") for path in written)]:
        for place in {str(path), os.path.realpath(path)}:
            barrier = _barrier(place, account)
            if barrier is not None:
                between = [str(parent) for parent in reversed(Path(place).parents) if parent.is_relative_to(barrier)]
                # Folders that bubblewrap makes by itself are root's alone.
                made = [word for folder in between[1:] for word in ("--perms", "0755", "--dir", folder)]
                closed.setdefault(barrier, []).extend([*made, how, place, place])
    if not closed:
        return []
    covers = [word for barrier, binds in sorted(closed.items()) for word in ("--tmpfs", barrier, *binds)]
    return [
        bwrap, "--die-with-parent", "--dev-bind", "/", "/", *covers,
        "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--chdir", "/", "--",
    ]  # fmt: skip


def _barrier(path: str, account: Account) -> str | None:
    """The topmost folder above *path* that *account* may not enter."""
    above = reversed([str(parent) for parent in Path(path).parents])
    return next((folder for folder in above if not account.may_enter(folder)), None)
