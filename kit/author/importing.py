"""`kit import`: units made of the assignments of an nbgrader course, without losing a cell or a point."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit import syntax
from kit.author.folder import GITIGNORE, NBGRADER_CONFIG, new_folder, slug
from kit.author.foreign import Foreign, read_foreign
from kit.build.sources import DATA
from kit.errors import CourseError, Fault
from kit.files import write_text

_JUNK = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", "*.pyc", ".DS_Store")


@dataclass(frozen=True, slots=True)
class ImportedUnit:
    """One unit and the notebook it was made of."""

    id: str
    came_from: str
    """Relative to the nbgrader course, for example ``source/ps1/problem1.ipynb``."""
    cells: int
    items: int
    points: float
    files: int
    """Other files of the assignment, now in the unit's data folder."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What `import_course` made, and what is left for the author."""

    target: Path
    units: tuple[ImportedUnit, ...]
    todo: tuple[str, ...]
    """Next steps in words, in the order in which they are best done."""

    def __str__(self) -> str:
        rows = [
            f"    {u.id}: {_many(u.cells, 'cell')}, {_many(u.items, 'item')}, {_many(u.points, 'point')}"
            + (f", {_many(u.files, 'other file')}" if u.files else "")
            for u in self.units
        ]
        what = f"{_many(len(self.units), 'unit')} with {_many(self.items, 'item')} and {_many(self.points, 'point')}"
        steps = [f"{number:>4}. {step}" for number, step in enumerate(self.todo, start=1)]
        return "\n".join([f"In {self.target}: {what}.", *rows, "What is left for you:", *steps])

    @property
    def items(self) -> int:
        """Number of items taken over."""
        return sum(unit.items for unit in self.units)

    @property
    def points(self) -> float:
        """Points taken over."""
        return sum(unit.points for unit in self.units)


def _many(number: float, thing: str) -> str:
    return f"{number:g} {thing}" if number == 1 else f"{number:g} {thing}s"


@dataclass(frozen=True, slots=True)
class _Plan:
    """One unit about to be written."""

    unit: str
    objective: str
    foreign: Foreign
    folder: Path


def import_course(source_course: Path, target: Path) -> ImportReport:
    """Make a course in *target* of the nbgrader course in *source_course*, which is only read.

    Each notebook of each assignment becomes a unit with one objective; every graded or answer cell is tagged with it.
    Sources, points, manual and task cells stay as they are; outputs are cleared. CourseError, with every fault, if
    there is no source folder, a notebook cannot be read, or *target* is not empty; nothing is written then.
    """
    source_course = Path(source_course).resolve()
    settings = _settings(source_course / "nbgrader_config.py")
    source = source_course / settings.get("CourseDirectory.source_directory", "source")
    _require(source_course, source, Path(target).resolve())
    plans = _plan(source_course, source)
    name = settings.get("CourseDirectory.course_id") or source_course.name
    with new_folder(Path(target)) as folder:
        units = tuple(_write(plan, folder) for plan in plans)
        title = json.dumps(name, ensure_ascii=False)
        identity = slug(name, otherwise="course")
        write_text(folder / "course.toml", f'title = {title}\nid = "{identity}"\n\ncriterion = 0.8\nmax_cycles = 3\n')
        write_text(folder / "nbgrader_config.py", NBGRADER_CONFIG)
        write_text(folder / ".gitignore", GITIGNORE)
        autotests = source_course / "autotests.yml"
        if autotests.is_file():
            shutil.copyfile(autotests, folder / autotests.name)
    return ImportReport(Path(target).absolute(), units, tuple(_todo(plans, settings, source_course)))


def _require(source_course: Path, source: Path, target: Path) -> None:
    if not source.is_dir():
        step = "Name the folder of an nbgrader course: it has source/<assignment>/<notebook>.ipynb."
        raise CourseError(
            [Fault("source-missing", str(source_course), f"There is no folder {source.name}/ in it.", step)]
        )
    if target == source_course or source_course in target.parents:
        step = "Name a folder outside of it: the course you import stays as it is."
        raise CourseError([Fault("target-inside", str(target), "It lies in the course that is to be imported.", step)])


def _plan(source_course: Path, source: Path) -> list[_Plan]:
    faults: list[Fault] = []
    plans: list[_Plan] = []
    used: set[str] = set()
    for folder in sorted(path for path in source.iterdir() if path.is_dir() and not path.name.startswith(".")):
        notebooks = sorted(folder.glob("*.ipynb"))
        for path in notebooks:
            where = path.relative_to(source_course).as_posix()
            try:
                foreign = read_foreign(path, where)
            except CourseError as error:
                faults += error.faults
                continue
            name = folder.name if len(notebooks) == 1 else f"{folder.name} {path.stem}"
            unit = _unused(slug(name, otherwise="unit"), used)
            objective = slug(path.stem, otherwise="objective")
            plans.append(_Plan(unit, objective if objective[0].isalpha() else f"part-{objective}", foreign, folder))
    if not plans and not faults:
        step = "It should have source/<assignment>/<notebook>.ipynb."
        faults.append(Fault("source-empty", source.name, "There is no assignment with a notebook in it.", step))
    if faults:
        raise CourseError(faults)
    return plans


def _unused(name: str, used: set[str]) -> str:
    unit, number = name, 1
    while unit in used:
        number += 1
        unit = f"{name}-{number}"
    used.add(unit)
    return unit


def _write(plan: _Plan, folder: Path) -> ImportedUnit:
    unit = folder / "units" / plan.unit
    write_text(unit / "unit.ipynb", plan.foreign.as_source(plan.objective))
    write_text(unit / "unit.toml", _unit_toml(plan))
    files = 0
    others = [p for p in plan.folder.iterdir() if not (p.suffix == ".ipynb" and p.is_file())]
    if any(p.name not in _JUNK("", [p.name]) for p in others):
        notebooks = {p.name for p in plan.folder.glob("*.ipynb")}
        shutil.copytree(
            plan.folder, unit / DATA, ignore_dangling_symlinks=True,
            ignore=lambda at, names: _JUNK(at, names) | (notebooks if Path(at) == plan.folder else set()),
        )  # fmt: skip
        files = sum(1 for p in (unit / DATA).rglob("*") if p.is_file())
    foreign = plan.foreign
    return ImportedUnit(plan.unit, foreign.where, len(foreign.cells), foreign.items, foreign.points, files)


def _unit_toml(plan: _Plan) -> str:
    title = json.dumps(plan.foreign.title, ensure_ascii=False)
    can = json.dumps(f"do the tasks of “{plan.foreign.title}”", ensure_ascii=False)
    return f"""# Made by `kit import` of {plan.foreign.where}.
title = {title}
# What a learner can do afterwards, in one sentence.
summary = ""
# Units that must be mastered before this one opens.
requires = []
# How the instruction of this notebook teaches; every corrective must use another approach.
approach = "worked-example"

# One objective until you split it: add a table for each skill and tag its cells objective:<name>.
[objectives.{plan.objective}]
title = {can}
# Notebooks in corrective/{plan.unit}/{plan.objective}/, by approach; at least two.
correctives = []
"""


def _todo(plans: list[_Plan], settings: dict[str, str], source_course: Path) -> Iterator[str]:
    yield "Run `kit check`: it lists everything below with its place, and more."
    yield "Say in `requires` of each unit.toml which units come first; without it all are open at once."
    yield "Split each unit's one objective into its skills, and tag the cells: objective:<name>."
    yield "Write at least two correctives for each objective, by approaches other than the unit's."
    yield "Add a cell tagged `variants` to each unit.ipynb, so that there are four parallel forms or more."
    for plan in plans:
        for remark in plan.foreign.remarks:
            yield f"units/{plan.unit}/unit.ipynb: {remark}"
    for place in ("header", "footer"):
        extra = settings.get(f"IncludeHeaderFooter.{place}")
        if extra:
            yield f"nbgrader put {extra} at each notebook's {place}; where you need it, copy its cells into the units."
    if (source_course / "nbgrader_config.py").is_file():
        yield "Your nbgrader_config.py was not taken over: course.toml has the settings now, and nothing is ever due."


def _settings(config: Path) -> dict[str, str]:
    """Plain text settings of an nbgrader_config.py (``c.Class.name = "…"``), read without running it."""
    try:
        tree = syntax.parse(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for goal in node.targets:
                found[ast.unparse(goal).removeprefix("c.")] = node.value.value
    return found
