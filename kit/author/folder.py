"""A new course folder: written aside and put in its place whole, or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.errors import CourseError, Fault
from kit.files import storing

NBGRADER_CONFIG = '''"""Points nbgrader's own tools (formgrader, assignment list, commands) at this course."""

from pathlib import Path

from kit.exchange.nbgrader import configure

configure(get_config(), Path(__file__).parent)  # noqa: F821  (nbgrader puts get_config here)
'''

GITIGNORE = """# What learners get is built from units/ and corrective/ by `kit build`.
release/
# Databases, submissions, feedback: people's records, never in version control.
gradebook/

.ipynb_checkpoints/
__pycache__/
"""


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """An empty folder to write in, which becomes *target* when the block ends well.

    CourseError if *target* holds anything; StorageError if it cannot be written. Nothing is left behind on failure.
    """
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        what = "It is not empty." if target.is_dir() else "It is a file."
        step = "Name a folder that does not exist yet; nothing was written."
        raise CourseError([Fault("target-not-empty", str(target), what, step)])
    with storing(target.name):
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        with storing(target.name):
            folder = aside / "course"
            folder.mkdir()
            yield folder
            os.replace(folder, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def slug(text: str, *, otherwise: str) -> str:
    """*text* as a name of lower case letters, digits and hyphens (at most 48); *otherwise* where nothing is left.

    >>> slug("Übung 3: Listen & Co.", otherwise="unit")
    'ubung-3-listen-co'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-")
    return name or otherwise
