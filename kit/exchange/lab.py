"""JupyterLab for one learner: the assignment list is on, what only an instructor uses is off.

Everything JupyterLab writes (settings, workspaces, connection files) goes below ``<home>/.kit``, so that several
learners can be tried out under one account without sharing a workspace. None of it is a wall: switching an extension
off is convenience, and the exchange's permissions are what protects a learner.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from kit.course import LEARNER_RULE, Course, is_learner_name
from kit.errors import StorageError, UnknownName

_OFF_IN_THE_PAGE = (
    "@jupyter/nbgrader:formgrader",
    "@jupyter/nbgrader:course-list",
    "@jupyter/nbgrader:create-assignment",
    "@jupyterlab/apputils-extension:announcements",
)
_SERVER_EXTENSIONS = {
    "nbgrader.server_extensions.assignment_list": True,
    "nbgrader.server_extensions.validate_assignment": True,
    "nbgrader.server_extensions.formgrader": False,
    "nbgrader.server_extensions.course_list": False,
}
_SOCKET_PATH_BYTES = 107  # sun_path of Linux without its closing zero
_SOCKET_NAME_BYTES = len("/kernel-00000000-0000-0000-0000-000000000000-ipc-5")


def lab_environment(course: Course, learner: str, home: Path) -> tuple[list[str], dict[str, str]]:
    """Command line and environment of a JupyterLab for *learner*, whose own folder is *home*.

    Writes its configuration below ``<home>/.kit``. More options may be appended to the command line. UnknownName for an
    impossible name, StorageError where *home* cannot be written.
    """
    if not is_learner_name(learner):
        raise UnknownName(f"{learner!r} cannot be the name of a learner. A name has {LEARNER_RULE}.")
    home = home.absolute()
    private = home / ".kit"
    runtime = private / "run"
    try:
        private.mkdir(parents=True, exist_ok=True)
        runtime.mkdir(mode=0o700, exist_ok=True)
        _configure(private / "config", course, home, runtime)
    except OSError as error:
        raise StorageError(
            f"JupyterLab for {learner} could not be prepared in {home}: {error.strerror}. "
            "Choose a folder that you may write to."
        ) from error
    argv = [sys.executable, "-m", "jupyterlab"]
    if os.geteuid() == 0:
        argv.append("--allow-root")  # a container; JupyterLab asks for this on purpose
    return argv, _environment(course, learner, private, runtime)


def start(course: Course, learner: str, home: Path, options: Sequence[str] = ()) -> NoReturn:
    """Become the JupyterLab of *learner*: replaces this process, so that signals reach the server itself."""
    argv, environment = lab_environment(course, learner, home)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(argv[0], [*argv, *options], environment)


def _environment(course: Course, learner: str, private: Path, runtime: Path) -> dict[str, str]:
    beside_python = str(Path(sys.executable).parent)
    return {
        **os.environ,
        # nbgrader starts other programs of the same environment by name.
        "PATH": os.pathsep.join([beside_python, os.environ.get("PATH", os.defpath)]),
        "KIT_COURSE": str(course.root),
        "KIT_LEARNER": learner,
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
    }


def _configure(config: Path, course: Course, home: Path, runtime: Path) -> None:
    (config / "labconfig").mkdir(parents=True, exist_ok=True)
    _write(config / "labconfig" / "page_config.json", {"disabledExtensions": dict.fromkeys(_OFF_IN_THE_PAGE, True)})
    server: dict[str, Any] = {"ServerApp": {"root_dir": str(home), "jpserver_extensions": _SERVER_EXTENSIONS}}
    if len(os.fsencode(runtime)) + _SOCKET_NAME_BYTES <= _SOCKET_PATH_BYTES:
        # Over TCP any account of the machine could talk to the kernel.
        server["KernelManager"] = {"transport": "ipc"}
    _write(config / "jupyter_server_config.json", server)
    (config / "nbgrader_config.py").write_text(
        f"from kit.exchange.nbgrader import configure\n\nconfigure(get_config(), {str(course.root)!r})  # noqa: F821\n",
        encoding="utf-8",
    )


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
