"""The built revisions on disk."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from kit.build.sources import read_sources
from kit.course import Course, Unit
from kit.errors import CourseError, Fault
from kit.files import close_to_others, storing, write_text
from kit.records import Catalogue, Revision

_NAME = re.compile(r"(?P<unit>.+)\.r(?P<number>\d+)\.json")
_RETIRED = ".replaced"


def load_catalogue(course: Course) -> Catalogue:
    """Every revision that was ever built, also of units that have left the course since."""
    revisions: dict[str, dict[int, Revision]] = {}
    for path in sorted(_folder(course).glob("*.json")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        try:
            revision = Revision.from_json(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError) as error:
            where = path.relative_to(course.root).as_posix()
            raise CourseError(
                [Fault("revision-broken", where, f"This built file cannot be read: {error!r}.",
                       "Restore it from a backup; if nobody has begun the unit, delete it and run `kit build`.")]
            ) from error  # fmt: skip
        revisions.setdefault(match["unit"], {})[int(match["number"])] = revision
    return Catalogue(course.units, revisions)


def save_revision(course: Course, revision: Revision) -> None:
    """Write *revision* durably; from then on it is part of the catalogue."""
    close_to_others(course.gradebook_dir, _folder(course))
    for half_written in _folder(course).glob(f".{_path(course, revision).name}.*"):  # by a build that was killed
        half_written.unlink()
    write_text(_path(course, revision), json.dumps(revision.to_json(), indent=1, ensure_ascii=False) + "\n")


def retire(course: Course, revision: Revision) -> None:
    """Take *revision*, of which nobody was given anything, out of force; it stays on disk until it is replaced."""
    path = _path(course, revision)
    with storing(path.name):
        os.replace(path, path.with_name(path.name + _RETIRED))


def retired(course: Course) -> Iterator[tuple[Path, Revision]]:
    """What was taken out of force and not cleared away yet, each with its file."""
    for path in sorted(_folder(course).glob(f"*.json{_RETIRED}")):
        yield path, Revision.from_json(json.loads(path.read_text(encoding="utf-8")))


def is_current(course: Course, unit: Unit, catalogue: Catalogue) -> bool:
    """Whether the newest revision of *unit* was built from the sources as they are now."""
    if not catalogue.revisions.get(unit.id):
        return False
    return catalogue.current(unit.id).digest == read_sources(course, unit).digest()


def _path(course: Course, revision: Revision) -> Path:
    return _folder(course) / f"{revision.unit}.r{revision.number}.json"


def _folder(course: Course) -> Path:
    return course.gradebook_dir / "revisions"
