"""course.toml and unit.toml: typed at the border, every fault at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from graphlib import CycleError
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from kit.course.model import Course, Dask, Limits, Objective, Unit, order_of_units
from kit.course.names import APPROACH_ID, OBJECTIVE_ID, UNIT_ID
from kit.course.tables import AssessmentTable, DecisionsTable, HubTable, Table
from kit.errors import CourseError, Fault

Share = Annotated[float, Field(gt=0, le=1)]
T = TypeVar("T", bound="Table")
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


def _like(pattern: str, words: str) -> AfterValidator:
    """A text that *pattern* matches from its beginning to its end; else *words* say what it should be."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} is not {words}")
        return text

    return AfterValidator(check)


Module = Annotated[str, _like(r"[^\W\d]\w*(\.[^\W\d]\w*)*", 'the name of a module, like "scipy.stats"')]


_DEFAULT = Limits()


class _LimitsTable(Table):
    cell_seconds: Positive = _DEFAULT.cell_seconds
    notebook_seconds: Positive = _DEFAULT.notebook_seconds
    submission_bytes: Count = _DEFAULT.submission_bytes
    submission_files: Count = _DEFAULT.submission_files
    output_bytes: Count = _DEFAULT.output_bytes
    kernel_restarts: Annotated[int, Field(ge=0)] = _DEFAULT.kernel_restarts
    memory_bytes: Count = _DEFAULT.memory_bytes
    processes: Count = _DEFAULT.processes
    scratch_bytes: Count = _DEFAULT.scratch_bytes


class _DaskTable(Table):
    address: (
        Annotated[str, _like(r"(tcp|tls|ucx|ws|wss)://.+", 'the address of a scheduler, "tcp://host:8786"')] | None
    ) = None
    gateway: Annotated[str, _like(r"https?://.+", 'the address of a gateway, "https://…"')] | None = None
    cluster: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_way_there(self) -> _DaskTable:
        if (self.address is None) == (self.gateway is None):
            raise ValueError('give either address = "tcp://…" of a scheduler or gateway = "https://…"')
        if self.cluster is not None and self.gateway is None:
            raise ValueError("cluster names one at a gateway: give gateway as well, or leave it out")
        return self


class _CourseTable(Table):
    title: str
    id: Annotated[str, Field(pattern=UNIT_ID.pattern)]
    criterion: Share = 0.8
    rule: str = "every-objective"
    max_cycles: Annotated[int, Field(ge=1)] = 3
    ledger: str | None = None
    gradebook: str | None = None
    exchange: str = "folder"
    exchange_path: str = "gradebook/exchange"
    executor: str = "local"
    workers: Annotated[int, Field(ge=1)] | None = None
    sandbox: Literal["bubblewrap", "none"] = "bubblewrap"
    preload: list[Module] = Field(default_factory=list)
    dask: _DaskTable | None = None
    limits: _LimitsTable = Field(default_factory=lambda: _LimitsTable())
    assessment: AssessmentTable = Field(default_factory=AssessmentTable)
    decisions: DecisionsTable = Field(default_factory=DecisionsTable)
    hub: HubTable = Field(default_factory=HubTable)

    @model_validator(mode="after")
    def _a_cluster_to_go_to(self) -> _CourseTable:
        if self.executor == "dask" and self.dask is None:
            raise ValueError('executor = "dask" needs a table [dask] with address = "tcp://…" or gateway = "https://…"')
        return self


class _ObjectiveTable(Table):
    title: str
    criterion: Share | None = None
    correctives: list[str] = Field(default_factory=list)


class _UnitTable(Table):
    title: str
    summary: str = ""
    requires: list[str] = Field(default_factory=list)
    approach: Annotated[str, Field(pattern=APPROACH_ID.pattern)]
    minutes: Annotated[int, Field(gt=0)] = 60
    criterion: Share | None = None
    rule: str | None = None
    max_cycles: Annotated[int, Field(ge=1)] | None = None
    decisions: DecisionsTable = Field(default_factory=DecisionsTable)
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
        sandbox=table.sandbox,
        preload=tuple(table.preload),
        dask=None if table.dask is None else Dask(**table.dask.model_dump()),
        assessment=table.assessment.value(),
        hub=table.hub.value(),
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
        settings=table.decisions.value(course.decisions),
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
        for problem in error.errors(include_url=False):
            key = ".".join(str(part) for part in problem["loc"])
            unknown = problem["type"] == "extra_forbidden"
            said = problem["msg"].removeprefix("Value error, ")
            what = f"The key {key!r} is not known." if unknown else f"{key}: {said}.".removeprefix(": ")
            step = (
                f"Known keys there: {', '.join(_keys_beside(kind, problem['loc']))}."
                if unknown
                else "Correct the value."
            )
            faults.append(
                Fault("key-unknown" if unknown else "value-wrong", f"{where}, {key}".removesuffix(", "), what, step)
            )
        return None


def _keys_beside(kind: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys of the table, within *kind*, that holds the key at *place*."""
    for part in place[:-1]:
        field = kind.model_fields.get(str(part))
        if field is None:  # a name that the author chose, of a table like [objectives.<name>]
            continue
        inside = (field.annotation, *get_args(field.annotation))
        kind = next((i for i in inside if isinstance(i, type) and issubclass(i, BaseModel)), kind)
    return list(kind.model_fields)
