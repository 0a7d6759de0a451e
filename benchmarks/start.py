"""start: commands as whole processes, as somebody at a terminal meets them.

Peer: `nbgrader --help`. Beside them `python -c pass`, below which nothing written in Python can be.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.measure import Row, measure, simply

CLASS = 12
"""Learners in the course that `kit next` and `kit status` look at."""


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    course = ground.peopled(CLASS)
    kit = [program("kit"), "-C", str(course.root)]
    commands = {
        "kit --help": [program("kit"), "--help"],
        "kit next": [*kit, "next", "--as", "learner00000"],
        f"kit status, {CLASS} learners": [*kit, "status"],
        "nbgrader --help": [program("nbgrader"), "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    contenders = {name: simply(partial(_run, command)) for name, command in commands.items()}
    costs = measure(contenders, ground.size.rounds, ground.tell)
    peer = Row("nbgrader --help", costs["nbgrader --help"])
    return [peer if name == peer.what else Row(name, costs[name], peer) for name in commands]


def program(name: str) -> str:
    """The command *name* of the environment this runs in."""
    return str(Path(sys.executable).with_name(name))


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
