"""Everything one unit is built from, as files; and the digest that tells whether anything changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from kit.course import Course, Unit
from kit.errors import CourseError, Fault
from kit.notebooks import find_source

DATA = "data"
"""Folder of files that go out with the notebooks beside it, keeping their names."""
TEMPLATES = "autotests.yml"
"""File of the course from which nbgrader writes the tests of AUTOTEST lines."""


@dataclass(frozen=True, slots=True)
class UnitSources:
    """Where a unit's notebooks are."""

    unit: Unit
    notebook: Path
    correctives: dict[tuple[str, str], Path]
    """By (objective, approach)."""
    enrichment: Path | None
    missing: tuple[Fault, ...]
    """Named in unit.toml, but not on disk."""

    def data_of(self, notebook: Path) -> Path | None:
        """The folder of data files that belong to *notebook*, if there is one."""
        folder = notebook.parent / DATA
        return folder if folder.is_dir() else None

    @property
    def notebooks(self) -> Iterator[Path]:
        """All notebook sources."""
        yield self.notebook
        yield from self.correctives.values()
        if self.enrichment:
            yield self.enrichment

    def digest(self) -> str:
        """SHA-256 over the content of everything that learners or decisions depend on."""
        digest = hashlib.sha256()
        facts = asdict(self.unit)
        del facts["folder"]
        # What the unit requires is read from the course as it stands; it is not part of a revision.
        del facts["requires"]
        digest.update(json.dumps(facts, sort_keys=True).encode())
        root = self.unit.folder.parent.parent
        for path in sorted(self._files()):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _files(self) -> Iterator[Path]:
        for notebook in self.notebooks:
            yield notebook
            data = self.data_of(notebook)
            if data is not None:
                yield from (path for path in data.rglob("*") if path.is_file())
        templates = self.unit.folder.parent.parent / TEMPLATES
        if templates.is_file() and any(b"AUTOTEST" in notebook.read_bytes() for notebook in self.notebooks):
            yield templates


def read_sources(course: Course, unit: Unit) -> UnitSources:
    """Find the notebooks of *unit*. A missing unit notebook is a CourseError; other missing files are reported."""
    notebook = find_source(unit.folder, "unit")
    if notebook is None:
        where = unit.folder.relative_to(course.root).as_posix()
        raise CourseError(
            [Fault("notebook-missing", where, "There is no unit.ipynb (nor unit.py).", "Write it in JupyterLab.")]
        )
    correctives = {}
    missing = []
    for objective in unit.objectives:
        for approach in objective.correctives:
            folder = course.corrective_dir / unit.id / objective.id
            path = find_source(folder, approach)
            if path is None:
                place = (folder / approach).relative_to(course.root).as_posix() + ".ipynb"
                missing.append(
                    Fault("corrective-missing", place, "unit.toml names this corrective, but there is no notebook.",
                          f"Write it, or take {approach!r} out of the objective's correctives.")
                )  # fmt: skip
            else:
                correctives[objective.id, approach] = path
    return UnitSources(unit, notebook, correctives, find_source(unit.folder, "enrichment"), tuple(missing))
