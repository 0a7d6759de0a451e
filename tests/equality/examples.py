"""What comes with nbgrader: the course of ``nbgrader quickstart``, submissions of its guide, files of its tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbgrader

from tests.equality.peer import Peer

HOME = Path(nbgrader.__file__).parent
GUIDE = HOME / "docs" / "source" / "user_guide"
FILES = HOME / "tests" / "apps" / "files"
"""Notebooks of nbgrader's own tests, which come with it too."""
HEADER = 'c.IncludeHeaderFooter.header = "source/header.ipynb"\n'


def quickstart(folder: Path, *, autotest: bool = False) -> Peer:
    """The course that ``nbgrader quickstart [--autotest]`` makes, released.

    Its command itself is not called: it starts five more of nbgrader's commands to describe the people of the course.
    """
    unwanted = "ps1" if autotest else "ps1_autotest"
    shutil.copytree(GUIDE / "source", folder / "source", ignore=shutil.ignore_patterns("*.html", unwanted))
    if autotest:
        shutil.copyfile(GUIDE / "autotests.yml", folder / "autotests.yml")
        (folder / "source" / "ps1_autotest").rename(folder / "source" / "ps1")
    peer = Peer(folder, HEADER)
    peer.generate()
    return peer
