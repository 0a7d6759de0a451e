"""Build a course and be killed (SIGKILL) just before the Nth change to a file or the gradebook: `killed.py COURSE`.

For each N a fresh copy of COURSE is built, beside it, as COURSE.N, until a build comes to its end. Prints how many were
killed. Everything is imported once; each build is a fork.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import kit.build.builder  # noqa: F401  (takes a second)
from kit.build import build
from kit.course import load_course
from kit.gradebook import Gradebook

CHANGES = ("os.rename", "os.remove", "shutil.rmtree", "sqlite3.connect")


def build_until(number: int, root: Path) -> None:
    seen = 0

    def die(event: str, arguments: object) -> None:
        nonlocal seen
        if event in CHANGES:
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    course = load_course(root)
    with Gradebook(course) as gradebook:
        sys.addaudithook(die)
        build(course, gradebook, frozenset())


number = 0
while True:
    number += 1
    copy = Path(f"{sys.argv[1]}.{number}")
    shutil.copytree(sys.argv[1], copy)
    child = os.fork()
    if child == 0:
        build_until(number, copy)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        print(number - 1)
        sys.exit(os.waitstatus_to_exitcode(status))
