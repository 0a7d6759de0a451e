"""course.toml and unit.toml: typed at the border, every fault at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from graphlib import CycleError
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kit.course.model import Course, Limits, Objective, Unit, order_of_units
from kit.course.names import APPROACH_ID, OBJECTIVE_ID, UNIT_ID
from kit.errors import CourseError, Fault

Share = Annotated[float, Field(gt=0, le=1)]
T = TypeVar("T", bound="_Table")
Positive = Annotated[float, Field(gt=0)]


class _Table(BaseModel):
    # A key with a typing error must not be ignored silently.
    model_config = ConfigDict(extra="forbid")


_DEFAULT = Limits()


class _LimitsTable(_Table):
    cell_seconds: Positive = _DEFAULT.cell_seconds
    notebook_seconds: Positive = _DEFAULT.notebook_seconds
    submission_bytes: Annotated[int, Field(gt=0)] = _DEFAULT.submission_bytes
    submission_files: Annotated[int, Field(gt=0)] = _DEFAULT.submission_files
    output_bytes: Annotated[int, Field(gt=0)] = _DEFAULT.output_bytes
    kernel_restarts: Annotated[int, Field(ge=0)] = _DEFAULT.kernel_restarts


class _CourseTable(_Table):
    title: str
    id: Annotated[str, Field(pattern=UNIT_ID.pattern)]
    criterion: Share = 0.8
    rule: str = "every-objective"
    max_cycles: Annotated[int, Field(ge=1)] = 3
    ledger: str | None = None
    gradebook: str | None = None
    exchange: str = "folder"
    exchange_path: str = "gradebook/exchange"
    executor: str = "nbclient"
    workers: Annotated[int, Field(ge=1)] | None = None
    limits: _LimitsTable = Field(default_factory=lambda: _LimitsTable())


class _ObjectiveTable(_Table):
    title: str
    criterion: Share | None = None
    correctives: list[str] = []


class _UnitTable(_Table):
    title: str
    summary: str = ""
    requires: list[str] = []
    approach: Annotated[str, Field(pattern=APPROACH_ID.pattern)]
    minutes: Annotated[int, Field(gt=0)] = 60
    criterion: Share | None = None
    rule: str | None = None
    max_cycles: Annotated[int, Field(ge=1)] | None = None
    objectives: dict[str, _ObjectiveTable]


def load_course(root: Path | str) -> Course:
    """Read the course in *root*; CourseError with every fault if it cannot be used."""
    course, faults = read_course(root)
    if course is None or any(fault.severity == "error" for fault in faults):
        raise CourseError(faults)
    return course


def read_course(root: Path | str) -> tuple[Course | None, list[Fault]]:
    """Read as much of the course in *root* as can be read, with every fault of its TOML files.

    Returns ``(None, faults)`` only where course.toml itself cannot be used; a broken unit is left out and reported.
    """
    root = Path(root).resolve()
    faults: list[Fault] = []
    table = _read_table(root / "course.toml", _CourseTable, root, faults)
    if table is None:
        return None, faults
    units = [
        unit
        for folder in sorted(path for path in (root / "units").glob("*") if path.is_dir() and path.name[0] not in "._")
        if (unit := _read_unit(folder, table, root, faults)) is not None
    ]
    if not units and not faults:
        faults.append(
            Fault("course-empty", "units/", "There is no unit.", "Add units/<name>/unit.toml and unit.ipynb.")
        )
    try:
        ordered = order_of_units(units)
    except CycleError as error:
        ring = " → ".join(reversed(error.args[1]))
        faults.append(
            Fault("requires-cycle", "units/*/unit.toml", f"The requirements go round in a circle: {ring}.",
                  "Remove one of these names from a requires list.")
        )  # fmt: skip
        ordered = tuple(units)
    course = Course(
        root=root,
        id=table.id,
        title=table.title,
        units=ordered,
        ledger_url=_url(root, table.ledger, "mastery.db"),
        gradebook_url=_url(root, table.gradebook, "gradebook.db"),
        exchange=table.exchange,
        exchange_path=root / table.exchange_path,
        executor=table.executor,
        workers=table.workers or os.cpu_count() or 1,
        limits=Limits(**table.limits.model_dump()),
    )
    return course, faults


def _url(root: Path, url: str | None, default: str) -> str:
    if url is None:
        return f"sqlite:///{root / 'gradebook' / default}"
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        return f"sqlite:///{root / url.removeprefix('sqlite:///')}"
    return os.path.expandvars(url)


def _read_unit(folder: Path, course: _CourseTable, root: Path, faults: list[Fault]) -> Unit | None:
    path = folder / "unit.toml"
    where = path.relative_to(root).as_posix()
    if not UNIT_ID.fullmatch(folder.name):
        faults.append(
            Fault("name-invalid", where, f"The folder name {folder.name!r} cannot be a unit's name.",
                  "Use lower case letters, digits and hyphens only, for example 02-lists.")
        )  # fmt: skip
        return None
    table = _read_table(path, _UnitTable, root, faults)
    if table is None:
        return None
    for name, pattern, what in (
        *((o, OBJECTIVE_ID, "objective") for o in table.objectives),
        *((a, APPROACH_ID, "approach") for o in table.objectives.values() for a in o.correctives),
    ):
        if not pattern.fullmatch(name):
            faults.append(
                Fault("name-invalid", where, f"{name!r} cannot be the name of an {what}.",
                      "Use lower case letters, digits and hyphens, beginning with a letter.")
            )  # fmt: skip
    if not table.objectives:
        faults.append(
            Fault("objectives-missing", where, "The unit has no objective.",
                  "Add a table [objectives.<name>] with a title and its correctives.")
        )  # fmt: skip
    return Unit(
        id=folder.name,
        title=table.title,
        summary=table.summary,
        requires=tuple(table.requires),
        approach=table.approach,
        minutes=table.minutes,
        objectives=tuple(
            Objective(
                id=name,
                title=objective.title,
                criterion=objective.criterion or table.criterion or course.criterion,
                correctives=tuple(objective.correctives),
            )
            for name, objective in table.objectives.items()
        ),
        rule=table.rule or course.rule,
        max_cycles=table.max_cycles or course.max_cycles,
        folder=folder,
    )


def _read_table(path: Path, kind: type[T], root: Path, faults: list[Fault]) -> T | None:
    where = path.relative_to(root).as_posix()
    try:
        values: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(
            Fault("file-missing", where, "The file is missing.", "Create it; `kit new DIR` shows how one looks.")
        )
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault("toml-broken", where, f"It is not valid TOML: {error}.", "Mend the line that is named."))
        return None
    except OSError as error:
        faults.append(
            Fault("file-unreadable", where, f"It cannot be read: {error.strerror}.", "Check its permissions.")
        )
        return None
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        known = ", ".join(kind.model_fields)
        for problem in error.errors(include_url=False):
            key = ".".join(str(part) for part in problem["loc"])
            unknown = problem["type"] == "extra_forbidden"
            what = f"The key {key!r} is not known." if unknown else f"{key}: {problem['msg']}."
            step = f"Known keys of this file: {known}." if unknown else "Correct the value."
            faults.append(Fault("key-unknown" if unknown else "value-wrong", f"{where}, {key}", what, step))
        return None
