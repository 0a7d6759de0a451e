"""Grades as the CSV that Moodle imports: a column that says who, and for each unit a grade and a feedback.

Moodle asks on import which column is which. Grade and feedback of a unit are both to be mapped: Moodle takes back the
grade where feedback comes alone.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

from kit.errors import KitError
from kit.exports.canvas import headers
from kit.exports.cells import csv_bytes
from kit.exports.grades import Unmastered, graded_units, grades_of
from kit.exports.place import require_new
from kit.files import write_bytes
from kit.reports import CourseView

Identity = Literal["username", "email", "idnumber"]
POSSIBLE = 100.0


def write_moodle(
    view: CourseView, file: Path, *, identity: Identity = "username", unmastered: Unmastered = "share"
) -> int:
    """Write the grades of *view*'s learners, out of 100, into *file* and return how many learners there are.

    identity: what a learner's account is in Moodle. KitError if *file* is there, or where accounts are to be addresses
    and some are not.
    """
    require_new(file)
    accounts = _accounts(list(view.standings), identity)
    units = graded_units(view)
    titles = [name for header in headers(units) for name in (header, f"{header} (feedback)")]
    rows = [[identity, "fullname", *titles]]
    for learner, standing in view.standings.items():
        mine = grades_of(standing, unmastered)
        cells = [cell for unit in units for cell in (mine[unit.id].points(POSSIBLE), mine[unit.id].feedback)]
        rows.append([accounts[learner], standing.name or learner, *cells])
    write_bytes(file, csv_bytes(rows))
    return len(rows) - 1


def _accounts(learners: list[str], identity: Identity) -> dict[str, str]:
    """What each of *learners* is called in that column of Moodle, which has user names in small letters alone."""
    if identity == "email":
        _require_addresses(learners)
    if identity != "username":
        return dict(zip(learners, learners, strict=True))
    small = Counter(learner.lower() for learner in learners)
    alike = [learner for learner in learners if small[learner.lower()] > 1]
    if alike:
        raise KitError(
            f"In Moodle, where user names have small letters alone, these would be one person: {', '.join(alike)}. "
            "Let it find people by another column: --moodle-by idnumber."
        )
    return {learner: learner.lower() for learner in learners}


def _require_addresses(learners: list[str]) -> None:
    bad = [learner for learner in learners if "@" not in learner]
    if bad:
        more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
        raise KitError(
            f"These accounts are no e-mail addresses: {', '.join(bad[:5])}{more}. Let Moodle find people by another "
            "column: --moodle-by username or --moodle-by idnumber."
        )
