"""`kit new`: another course that runs at once, with one small unit to replace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from string import Template

from kit.author.folder import GITIGNORE, NBGRADER_CONFIG, new_folder, slug
from kit.files import write_text

TEMPLATE = Path(__file__).parent.parent / "template"

_COURSE = Template("""# Your course. Everything that is commented out has this value when it is left out.
title = $title
# Names the course in nbgrader and in learners' folders: lower case letters, digits and hyphens.
id = "$id"

# The share of an objective's points from which it counts as mastered (0.8 to 0.9 are good values). A unit or an
# objective may set its own in unit.toml.
criterion = 0.8

# An attempt that leaves a gap is one cycle; after this many the instructor is asked to look.
max_cycles = 3

# rule = "every-objective"        # which decision rule speaks
# exchange = "folder"             # how notebooks reach learners
# executor = "local"              # what runs their code: this machine, or a dask cluster
# sandbox = "bubblewrap"          # what keeps their code apart; "none" gives it all your rights
# preload = []                    # modules to import once for all submissions, besides numpy, pandas, matplotlib
# workers = 4                     # submissions graded at the same time (as many as there are processors)
# ledger = "postgresql://…"       # where the mastery records are kept (a file in gradebook/)
# gradebook = "postgresql://…"    # where nbgrader's gradebook is kept (a file in gradebook/)

# [limits]                        # what one submission may use
# cell_seconds = 20
# notebook_seconds = 180
# memory_bytes = 1_500_000_000
""")


def new_course(target: Path, title: str) -> Path:
    """Write a complete course called *title* into *target* and return its folder.

    It has one unit of two objectives on four forms, with correctives, missteps and an enrichment, so that `kit check`,
    `kit build` and `kit demo` work before anything is changed. CourseError if *target* is not an empty or new folder.
    """
    name = slug(title, otherwise="my-course")
    with new_folder(target) as folder:
        for part in ("units", "corrective"):
            shutil.copytree(TEMPLATE / part, folder / part)
        readme = Template((TEMPLATE / "README.md").read_text(encoding="utf-8"))
        write_text(folder / "README.md", readme.safe_substitute(title=title))
        write_text(folder / "course.toml", _COURSE.substitute(title=json.dumps(title, ensure_ascii=False), id=name))
        write_text(folder / "nbgrader_config.py", NBGRADER_CONFIG)
        write_text(folder / ".gitignore", GITIGNORE)
    return target.absolute()
