"""The controller: `kit watch` as a child process of the service, kept running.

The service has the hub's token and listens to the network; the controller has the ledger, the sources and the grader.
Nothing of the service's environment reaches it but what `PASSED_ON` names: a grader that is broken out of finds no
token in its own environment, nor in that of the controller above it.

Its standard input is a pipe that the service holds and never writes to. However the service ends, also by `kill -9`,
the pipe closes with it, and the controller stops between two steps. Until it has, the next service's controller waits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from logging import Logger

from kit.course import Course
from kit.errors import Busy, KitError
from kit.hub.logs import log_of
from kit.lock import alone

PASSED_ON = frozenset(
    {
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP",
        "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
    }
)  # fmt: skip
"""What the controller gets of the service's environment; everything else may hold a secret."""
PASSED_ON_BEGINNINGS = ("LC_", "PG", "DASK_")
"""And what begins so: the locale, and how PostgreSQL and a Dask cluster are reached, which is the controller's work."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
SETTLED_SECONDS = 120.0
"""A controller that ran so long before it died is begun anew after the first pause again."""
LAST_LINES = 20


def token_free(environment: Mapping[str, str]) -> dict[str, str]:
    """What of *environment* the controller may have: no JUPYTERHUB_*, no JPY_*, nothing that is not named above."""
    kept = {
        name: value for name, value in environment.items() if name in PASSED_ON or name.startswith(PASSED_ON_BEGINNINGS)
    }
    # Its lines are to arrive while they are news; and it is our own interpreter's programs that nbgrader looks for.
    beside_python = os.path.dirname(sys.executable)
    return kept | {
        "PYTHONUNBUFFERED": "1",
        "PATH": os.pathsep.join([beside_python, kept.get("PATH", os.defpath)]),
    }


def command_for(course: Course) -> list[str]:
    """The command line of the controller. ``-P``: a folder of the course must not stand for a module."""
    return [sys.executable, "-P", "-m", "kit", "-C", str(course.root), "watch", "--until-input-ends"]


def pause_after(failures: int) -> float:
    """Seconds to wait after the *failures*-th death in a row: 1, 2, 4 … up to a minute."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(max(failures - 1, 0), 16)))


class Controller:
    """Keeps one controller running for *course* from `start` to `stop`; what it writes goes to the service's log."""

    def __init__(self, course: Course, *, log: Logger | None = None, command: Sequence[str] | None = None) -> None:
        self._course = course
        self._log = log or log_of("controller")
        self._command = list(command or command_for(course))
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._restarts = 0

    @property
    def alive(self) -> bool:
        """Whether a controller is running now."""
        process = self._process
        return process is not None and process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process number; None where none is running."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def restarts(self) -> int:
        """How often a controller died by itself since `start` and was begun anew."""
        return self._restarts

    @property
    def last_lines(self) -> tuple[str, ...]:
        """What the controller said last, oldest line first."""
        return tuple(self._last)

    def start(self) -> None:
        """Begin to keep a controller running; returns at once. Once only."""
        self._thread = threading.Thread(target=self._keep_running, name="kit-controller", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Let the controller finish the step it is at, and end; after *timeout* seconds end it.

        Blocks: call it in a thread. Nothing is lost either way; what is unfinished is taken up by the next one.
        """
        self._ending.set()
        with self._lock:
            process = self._process
        if process is not None:
            _close_input(process)
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                self._log.warning("The controller did not end within %.0f seconds and is killed.", timeout)
                process.kill()
                process.wait()
        if self._thread is not None:
            self._thread.join(10.0)

    def _keep_running(self) -> None:
        failures = 0
        while self._wait_for_predecessor():
            began = time.monotonic()
            status = self._run_once()
            if self._ending.is_set():
                return
            failures = 1 if time.monotonic() - began > SETTLED_SECONDS else failures + 1
            self._restarts += 1
            pause = pause_after(failures)
            self._log.error(
                "The controller ended (%s); it is started again in %.0f seconds. Nothing is lost: what was handed in "
                "waits. Its last words: %s",
                status, pause, " / ".join(list(self._last)[-3:]) or "none",
            )  # fmt: skip
            self._ending.wait(pause)

    def _wait_for_predecessor(self) -> bool:
        """Wait until no other reconciler works on the course; False where `stop` was called meanwhile."""
        said = False
        while not self._ending.is_set():
            try:
                with alone(self._course):
                    return True
            except Busy as busy:
                if not said:
                    self._log.warning("%s The controller starts as soon as it has ended.", busy)
                    said = True
                self._ending.wait(0.25)
            except KitError as error:
                self._log.error("The controller cannot start: %s It is tried again.", error)
                self._ending.wait(5.0)
        return False

    def _run_once(self) -> str:
        """Start a controller, log what it says until it ends; how it ended, in words."""
        try:
            process = self._spawn()
        except OSError as error:
            return f"it could not be started: {error}"
        if process is None:
            return "stopped"
        assert process.stdout is not None
        with process.stdout:
            for raw in process.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                if line:
                    self._last.append(line)
                    self._log.info("%s", line)
        code = process.wait()
        _close_input(process)
        return f"killed by signal {-code}" if code < 0 else f"exit code {code}"

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        with self._lock:  # `stop` sees either the process or nothing to come
            if self._ending.is_set():
                return None
            self._process = subprocess.Popen(
                self._command,
                env=token_free(os.environ),
                cwd=self._course.root,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is the service's to hear; it then ends its child in order
            )  # fmt: skip
            return self._process


def _close_input(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
