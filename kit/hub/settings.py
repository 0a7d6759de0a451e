"""What JupyterLab and nbgrader find on single-user servers: a folder of settings for learners, one for instructors.

Both go into JUPYTER_CONFIG_PATH (the lines of `kit hub-config` put them there by role). They are for convenience:
what somebody may see is decided by the service, never by what their own server shows.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kit.files import write_text

_AWAY_FOR_ALL = (
    "@jupyter/nbgrader:formgrader",  # shows it in a frame, which JupyterHub forbids since 4.1; a tab of its own works
    "@jupyterlab/apputils-extension:announcements",
)
_AWAY_FOR_LEARNERS = ("@jupyter/nbgrader:course-list", "@jupyter/nbgrader:create-assignment")
_NOT_ON_A_LEARNERS_SERVER = ("nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.course_list")

_FROM_THE_HUB = '''\
"""nbgrader's assignment list shows what the courses of this hub have granted."""

from kit.exchange.nbgrader import configure_hub

configure_hub(get_config())
'''

_WITH_THE_FOLDER = '''\
"""nbgrader's own tools, formgrader among them, work on the course's folder."""

from kit.exchange.nbgrader import configure
from kit.hub.settings import below_the_server

c = get_config()
configure(c, {root!r})
c.CourseDirectory.root = below_the_server({root!r}, c.CourseDirectory.course_id)
'''


def below_the_server(root: str, course_id: str) -> str:
    """The course's folder as formgrader wants it: below the folder that JupyterLab shows, there by a link.

    Where the link cannot be made, *root* itself; formgrader then says what is wrong with that.
    """
    shown = Path(os.environ.get("JUPYTERHUB_ROOT_DIR") or "~").expanduser().resolve()
    course = Path(root).resolve()
    if course.is_relative_to(shown):
        return str(course)
    link = shown / "courses" / course_id
    with suppress(OSError):
        link.parent.mkdir(exist_ok=True)
        if link.is_symlink() and link.resolve() != course:
            link.unlink()
        if not link.exists():
            link.symlink_to(course)
    return str(link) if link.resolve() == course else root


def write_settings(folder: Path, course_root: Path | None) -> Path:
    """Write the folders ``learner`` and ``instructor`` into *folder* and return it.

    *course_root* is the course where instructors' servers see it; None where they do not, and formgrader is not
    offered. What is written holds no secret: everybody may read it.
    """
    learner, instructor = folder / "learner", folder / "instructor"
    _write(learner / "labconfig/page_config.json", _disabled(*_AWAY_FOR_ALL, *_AWAY_FOR_LEARNERS))
    _write(learner / "jupyter_server_config.json", _extensions(dict.fromkeys(_NOT_ON_A_LEARNERS_SERVER, False)))
    write_text(learner / "nbgrader_config.py", _FROM_THE_HUB)
    _write(instructor / "labconfig/page_config.json", _disabled(*_AWAY_FOR_ALL))
    of_instructor = _FROM_THE_HUB if course_root is None else _WITH_THE_FOLDER.format(root=str(course_root))
    write_text(instructor / "nbgrader_config.py", of_instructor)
    return folder


def _write(path: Path, values: Mapping[str, object]) -> None:
    write_text(path, json.dumps(values, indent=2) + "\n")


def _disabled(*extensions: str) -> dict[str, object]:
    return {"disabledExtensions": dict.fromkeys(extensions, True)}


def _extensions(states: Mapping[str, bool]) -> dict[str, object]:
    return {"ServerApp": {"jpserver_extensions": states}}


if __name__ == "__main__":  # for images of single-user servers, where there is no course: docs/hub.md
    if len(sys.argv) != 2:
        raise SystemExit("Name one folder: python -m kit.hub.settings FOLDER")
    write_settings(Path(sys.argv[1]), None)
