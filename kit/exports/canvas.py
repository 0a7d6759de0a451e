"""Grades as the CSV that Canvas imports into its gradebook.

Canvas finds a person by ID, else by SIS User ID, else by SIS Login ID, else by name; and an assignment by the number in
brackets behind its title, else by the title; a title it does not know becomes a new assignment. A blank cell takes back
what stood there, so only people of the course and units of the course are in the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kit.course import Unit
from kit.errors import KitError
from kit.exports.cells import csv_bytes, told
from kit.exports.grades import Unmastered, graded_units, grades_of, written
from kit.exports.place import require_new
from kit.files import write_bytes
from kit.reports import CourseView

POSSIBLE = 100.0
"""Points of an assignment that Canvas does not have yet."""
_WHO = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_OPTIONAL = ("Integration ID", "Root Account")
"""What a Canvas export may have besides, between the login and the section."""
_POINTS = "    Points Possible"
_NUMBERED = re.compile(r"(.*)\s\((\d+)\)", re.DOTALL)
_TAKEN = re.compile(r"(?:Current|Final|Override) (?:Score|Points|Grade|Status)")
"""A column whose title has this in it, Canvas takes for one of its own."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an export of grades came to."""

    learners: int
    unmatched: tuple[str, ...] = ()
    """Learners of the course whom the Canvas file does not have; they are left out."""
    new: tuple[str, ...] = ()
    """Assignments that Canvas will make; the others were found in its file."""


@dataclass(frozen=True, slots=True)
class CanvasFile:
    """What an export of Canvas's gradebook says."""

    who: tuple[str, ...]
    """The columns that say who somebody is, in their order."""
    people: list[dict[str, str]] = field(default_factory=list)
    assignments: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Title, folded → the column's own name, and the points that are possible."""


def write_canvas(
    view: CourseView, file: Path, *, like: Path | None = None, unmastered: Unmastered = "share"
) -> Written:
    """Write the grades of *view*'s learners into *file*; *like* is an export of that course's gradebook in Canvas.

    Its rows and ids are taken over. Without it people are named by login alone, and each unit becomes an assignment of
    100 points. KitError if *file* is there, or *like* is no such export.
    """
    require_new(file)
    canvas = read_canvas(like) if like is not None else None
    units = graded_units(view)
    known = canvas.assignments if canvas else {}
    columns = [_column(unit, header, known, units) for unit, header in zip(units, headers(units), strict=True)]
    people, unmatched = _matched(view, canvas) if canvas else (_from_course(view), ())
    names = canvas.who if canvas else _WHO
    rows = [
        [*names, *(title for title, _ in columns)],
        [_POINTS, *[""] * (len(names) - 1), *(written(possible) for _, possible in columns)],
    ]
    for learner, person in people.items():
        mine = grades_of(view.standings[learner], unmastered)
        points = [mine[unit.id].points(possible) for unit, (_, possible) in zip(units, columns, strict=True)]
        if _POINTS.strip() in person["Student"]:  # Canvas would take the row for the one that says the points
            person = {**person, "Student": learner}
        rows.append([*(person.get(name, "") for name in names), *points])
    write_bytes(file, csv_bytes(rows))
    found = {title for title, _ in known.values()}
    return Written(len(people), unmatched, tuple(title for title, _ in columns if title not in found))


def headers(units: Sequence[Unit]) -> list[str]:
    """A title for each of *units* that Canvas takes for an assignment's, each another one."""
    titles = [" ".join(unit.title.split()) for unit in units]
    return [
        title
        if titles.count(title) == 1 and title not in (*_WHO, *_OPTIONAL) and not _NUMBERED.fullmatch(title)
        and not _TAKEN.search(title)
        else unit.id if _TAKEN.search(title) else f"{title} – {unit.id}"
        for unit, title in zip(units, titles, strict=True)
    ]  # fmt: skip


def _column(unit: Unit, header: str, known: dict[str, tuple[str, float]], units: Sequence[Unit]) -> tuple[str, float]:
    """The column for *unit* in what Canvas has, else a new one."""
    alone = [_folded(one.title) for one in units].count(_folded(unit.title)) == 1
    for name in (header, unit.id, f"{unit.id} {unit.title}", *([unit.title] if alone else [])):
        if _folded(name) in known:
            return known[_folded(name)]
    return header, POSSIBLE


def _from_course(view: CourseView) -> dict[str, dict[str, str]]:
    return {
        name: {"Student": record.name or name, "SIS Login ID": name, "Section": record.section}
        for name, record in view.records.items()
    }


def _matched(view: CourseView, canvas: CanvasFile) -> tuple[dict[str, dict[str, str]], tuple[str, ...]]:
    """The row of each learner whom Canvas has, and who it has not."""
    by: dict[str, dict[str, list[dict[str, str]]]] = {name: {} for name in ("SIS Login ID", "SIS User ID", "mail")}
    for person in canvas.people:
        for name in ("SIS Login ID", "SIS User ID"):
            by[name].setdefault(person.get(name, "").casefold(), []).append(person)
        login, sign, _ = person.get("SIS Login ID", "").casefold().partition("@")
        if sign:
            by["mail"].setdefault(login, []).append(person)
    found, missing = {}, []
    for learner in view.records:
        rows = next((rows for name in by if (rows := by[name].get(learner.casefold()))), [])
        if len(rows) == 1:
            found[learner] = rows[0]
        else:
            missing.append(learner)
    return found, tuple(missing)


def read_canvas(path: Path) -> CanvasFile:
    """The export of Canvas's gradebook in *path*; KitError says what it lacks."""
    rows = _rows(path)
    head = rows[0] if rows else []
    section = head.index("Section") if "Section" in head else -1
    if head[:2] != ["Student", "ID"] or "SIS Login ID" not in head[:section]:
        raise KitError(
            f"{path.name} is not an export of Canvas's gradebook: its first line should begin with "
            f"{', '.join(_WHO)}. In Canvas: Grades → Export → Export Entire Gradebook."
        )
    who = tuple(head[: section + 1])
    points = next((row for row in rows[1:] if _POINTS.strip() in row[0] and not "".join(row[1:2]).strip()), [])
    found = CanvasFile(who)
    for place, title in enumerate(head[section + 1 :], start=section + 1):
        numbered = _NUMBERED.fullmatch(title)
        possible = _points(points[place] if place < len(points) else "")
        if numbered and possible is not None:
            found.assignments.setdefault(_folded(numbered[1]), (title, possible))
    for row in rows[1:]:
        if row is not points:
            found.people.append({name: told(value) for name, value in zip(who, row, strict=False)})
    return found


def _rows(path: Path) -> list[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise KitError(f"{path.name} is not UTF-8, as Canvas writes it. Export it from Canvas again.") from None
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    try:
        return [row for row in csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True) if any(row)]
    except csv.Error as error:
        raise KitError(f"{path.name} cannot be read as CSV: {error}. Export it from Canvas again.") from None


def _points(cell: str) -> float | None:
    """The points in *cell*; None where it is read-only, or no number above zero."""
    try:
        found = float(cell.replace(",", "."))
    except ValueError:
        return None
    return found if 0 < found < float("inf") else None


def _folded(title: str) -> str:
    return " ".join(told(title).split()).casefold()
