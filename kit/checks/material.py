"""What the checks look at: the course, read as far as it can be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import nbformat

from kit.build import read_sources
from kit.checks.trials import Rehearsal
from kit.course import Course, Unit, read_course
from kit.errors import CourseError, Fault, KitError
from kit.notebooks import (
    Cell,
    FormError,
    Misstep,
    MisstepError,
    RightAnswer,
    cells_of,
    instantiate,
    read_missteps,
    read_notebook,
    read_right_answers,
    read_variants,
)
from kit.notebooks.source import Notebook

SheetKind = Literal["unit", "corrective", "enrichment"]


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a unit as it would be built."""

    id: str
    values: Mapping[str, Any]
    notebook: Notebook
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One notebook source that could be read."""

    path: Path
    where: str
    """Relative to the course."""
    kind: SheetKind
    unit: Unit
    notebook: Notebook
    cells: tuple[Cell, ...]
    stored: Mapping[str, Any] | None
    """The JSON as it lies on disk; None for a jupytext file, which stores no ids and no outputs."""
    objective: str | None = None
    approach: str | None = None

    def at(self, cell: Cell) -> str:
        """The place of *cell*, for a fault."""
        return f"{self.where}, {cell.name}"

    @property
    def assignment_part(self) -> str:
        """What its assignments have in common behind the unit's name; empty for the unit's own notebook."""
        return {"unit": "", "enrichment": "enrichment"}.get(self.kind, f"{self.objective}.{self.approach}")


@dataclass(frozen=True, slots=True)
class UnitMaterial:
    """One unit with everything of it that could be read."""

    unit: Unit
    where: str
    """Its folder, relative to the course."""
    sheet: Sheet | None
    correctives: tuple[Sheet, ...]
    enrichment: Sheet | None
    values: Mapping[str, Mapping[str, Any]] | None
    """The values of each form; None where the variants cell cannot be used."""
    variants_trouble: str | None
    forms: tuple[Form, ...]
    """Empty where a form cannot be made."""
    missteps: tuple[Misstep, ...]
    missteps_trouble: str | None
    """Why missteps.toml cannot be read."""
    right: tuple[RightAnswer, ...] = ()
    """Other right answers."""

    @property
    def sheets(self) -> Iterator[Sheet]:
        """Its notebooks that could be read."""
        yield from (sheet for sheet in (self.sheet, *self.correctives, self.enrichment) if sheet is not None)

    @property
    def toml(self) -> str:
        """The place of its unit.toml."""
        return f"{self.where}/unit.toml"


@dataclass(frozen=True, slots=True)
class Material:
    """A course as the checks see it."""

    root: Path
    course: Course
    units: tuple[UnitMaterial, ...]
    """Those that are to be checked."""
    reading: tuple[Fault, ...]
    """What could not be read."""
    unit_folders: frozenset[str]
    """Every folder below units/, whether its unit.toml can be read or not."""
    rehearsals: Mapping[str, Rehearsal] = field(default_factory=dict)
    """By unit: what came of building and grading it; empty for a fast check."""
    released: tuple[Fault, ...] = ()
    """What leaks from release/ as it lies there."""

    @property
    def sheets(self) -> Iterator[Sheet]:
        """Every notebook that could be read."""
        for unit in self.units:
            yield from unit.sheets


def read_material(root: Path, units: frozenset[str] | None = None) -> tuple[Material | None, list[Fault]]:
    """Read the course in *root* (or only *units* of it); ``(None, faults)`` where course.toml cannot be used."""
    course, faults = read_course(root)
    if course is None:
        return None, faults
    reading: list[Fault] = list(faults)
    chosen = [unit for unit in course.units if units is None or unit.id in units]
    parts = tuple(_read_unit(course, unit, reading) for unit in chosen)
    folder = course.units_dir
    folders = frozenset(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else frozenset()
    return Material(course.root, course, parts, tuple(reading), folders), reading


def _read_unit(course: Course, unit: Unit, faults: list[Fault]) -> UnitMaterial:
    where = unit.folder.relative_to(course.root).as_posix()
    sheet, enrichment, correctives = None, None, []
    try:
        sources = read_sources(course, unit)
    except CourseError as error:
        faults += error.faults
    else:
        faults += sources.missing
        sheet = _read_sheet(course, unit, sources.notebook, "unit", faults)
        for (objective, approach), path in sources.correctives.items():
            read = _read_sheet(course, unit, path, "corrective", faults, objective, approach)
            correctives += [read] if read else []
        if sources.enrichment is not None:
            enrichment = _read_sheet(course, unit, sources.enrichment, "enrichment", faults)
    values, variants_trouble, forms = _read_forms(sheet)
    missteps: tuple[Misstep, ...] = ()
    right: tuple[RightAnswer, ...] = ()
    missteps_trouble = None
    try:
        missteps, right = read_missteps(unit.folder), read_right_answers(unit.folder)
    except MisstepError as error:
        missteps_trouble = str(error)
    return UnitMaterial(
        unit, where, sheet, tuple(correctives), enrichment, values, variants_trouble, forms, missteps, missteps_trouble,
        right,
    )  # fmt: skip


def _read_sheet(
    course: Course, unit: Unit, path: Path, kind: SheetKind, faults: list[Fault],
    objective: str | None = None, approach: str | None = None,
) -> Sheet | None:  # fmt: skip
    where = path.relative_to(course.root).as_posix()
    try:
        notebook = read_notebook(path)
        stored = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".ipynb" else None
        cells = cells_of(notebook)
        _require_notebook_schema(notebook)
        return Sheet(path, where, kind, unit, notebook, cells, stored, objective, approach)
    except KitError as error:
        what = str(error)
    except (ValueError, OSError, RecursionError) as error:
        what = f"It cannot be read: {str(error).splitlines()[0]}."
    except nbformat.ValidationError as error:
        place = "/".join(str(part) for part in error.absolute_path)
        what = f"It is not a valid notebook: {str(error.message).splitlines()[0][:160]} ({place})."
    except (AttributeError, TypeError, KeyError) as error:
        what = f"A cell of it is not built as a notebook's cells are ({error})."
    faults.append(
        Fault(
            "notebook-broken",
            where,
            what,
            "Open it in JupyterLab and save it again, or restore it from version control.",
        )
    )
    return None


def _require_notebook_schema(notebook: Notebook) -> None:
    nbformat.validate(nbformat.from_dict(notebook), version=4, version_minor=5)


def _read_forms(
    sheet: Sheet | None,
) -> tuple[Mapping[str, Mapping[str, Any]] | None, str | None, tuple[Form, ...]]:
    if sheet is None:
        return None, None, ()
    try:
        values = read_variants(sheet.notebook)
    except FormError as error:
        return None, str(error), ()
    forms = []
    for position, (form, of_form) in enumerate(values.items()):
        try:
            notebook = instantiate(sheet.notebook, of_form, first=position == 0)
        except FormError:
            return values, None, ()  # the rule about undefined names finds every place
        forms.append(Form(form, of_form, notebook, cells_of(notebook)))
    return values, None, tuple(forms)
