"""`build`: the stages from sources to releases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kit.build.convert import generate
from kit.build.revisions import load_catalogue, save_revision
from kit.build.sources import UnitSources, read_sources
from kit.course import Course
from kit.errors import CourseError, Fault, KitError
from kit.files import copy_folder, write_text
from kit.gradebook import Gradebook
from kit.notebooks import cells_of, dumps, instantiate, items_of, read_notebook, read_variants
from kit.notebooks.source import Notebook
from kit.records import Assignment, Catalogue, Revision, assignment_id


@dataclass(slots=True)
class BuildReport:
    """What `build` did, by unit id."""

    unchanged: list[str] = field(default_factory=list)
    built: dict[str, int] = field(default_factory=dict)
    """Unit → the revision number that was (re)built."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """One assignment about to be written: its description, its instructor's notebook, its data files."""

    assignment: Assignment
    notebook: Notebook
    data: Path | None


def build(
    course: Course,
    gradebook: Gradebook,
    in_use: Collection[tuple[str, int]],
    *,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> BuildReport:
    """Bring release/ up to date with the sources.

    *in_use* are the (unit, revision) of which somebody was given something: those are never touched again.
    *progress* is called with (assignment, how many are done, how many there are). CourseError carries every fault that
    keeps a unit from being built; nothing of any unit is written then.
    """
    catalogue = load_catalogue(course)
    report = BuildReport()
    faults: list[Fault] = []
    plans: list[tuple[Revision, list[_Draft]]] = []
    for unit in course.units:
        try:
            sources = read_sources(course, unit)
            faults += sources.missing
            digest = sources.digest()
            number = _number(catalogue, unit.id, digest, in_use)
            if number is None and _all_there(course, catalogue.current(unit.id)):
                report.unchanged.append(unit.id)
                continue
            number = number or catalogue.current(unit.id).number
            drafts = list(_drafts(course, sources, number))
            plans.append((_revision(sources, number, digest, drafts), drafts))
            report.built[unit.id] = number
        except CourseError as error:
            faults += error.faults
        except KitError as error:
            where = (course.units_dir / unit.id).relative_to(course.root).as_posix()
            faults.append(Fault("source-broken", where, str(error), "Mend it and build again."))
    if faults:
        raise CourseError(faults)
    total = sum(len(drafts) for _, drafts in plans)
    done = 0
    for revision, drafts in plans:
        _remove_replaced(course, gradebook, catalogue, revision)
        for draft in drafts:
            _write(course, gradebook, draft)
            done += 1
            progress(draft.assignment.id, done, total)
        save_revision(course, revision)  # last: until here a crash leaves the former revision in force
    return report


def _number(catalogue: Catalogue, unit: str, digest: str, in_use: Collection[tuple[str, int]]) -> int | None:
    """The revision number to build; None where the newest one is up to date."""
    if not catalogue.revisions.get(unit):
        return 1
    newest = catalogue.current(unit)
    if newest.digest == digest:
        return None
    return newest.number + 1 if (unit, newest.number) in in_use else newest.number


def _all_there(course: Course, revision: Revision) -> bool:
    """Whether nothing of what was built has been deleted since."""
    return all(
        (folder / a.id / f"{a.notebook}.ipynb").is_file()
        for a in revision.assignments
        for folder in (course.release_dir, course.gradebook_dir / "source")
    )


def _drafts(course: Course, sources: UnitSources, number: int) -> Iterator[_Draft]:
    unit = sources.unit.id
    notebook = read_notebook(sources.notebook)
    for position, (form, values) in enumerate(read_variants(notebook).items()):
        name = assignment_id(unit, number, form)
        instance = instantiate(notebook, values, first=position == 0)
        assignment = Assignment(name, unit, number, "form", unit, items_of(cells_of(instance)), form=form)
        yield _Draft(assignment, instance, sources.data_of(sources.notebook))
    for (objective, approach), path in sources.correctives.items():
        name = assignment_id(unit, number, objective, approach)
        instance = instantiate(read_notebook(path), {}, first=True)
        items = items_of(cells_of(instance), objective)
        assignment = Assignment(name, unit, number, "corrective", approach, items, None, objective, approach)
        yield _Draft(assignment, instance, sources.data_of(path))
    if sources.enrichment is not None:
        name = assignment_id(unit, number, "enrichment")
        instance = instantiate(read_notebook(sources.enrichment), {}, first=True)
        assignment = Assignment(name, unit, number, "enrichment", "enrichment", items_of(cells_of(instance)))
        yield _Draft(assignment, instance, sources.data_of(sources.enrichment))


def _revision(sources: UnitSources, number: int, digest: str, drafts: list[_Draft]) -> Revision:
    unit = sources.unit
    by_kind: dict[str, list[Assignment]] = {"form": [], "corrective": [], "enrichment": []}
    for draft in drafts:
        by_kind[draft.assignment.kind].append(draft.assignment)
    return Revision(
        unit=unit.id,
        number=number,
        digest=digest,
        title=unit.title,
        approach=unit.approach,
        objectives=unit.objectives,
        rule=unit.rule,
        max_cycles=unit.max_cycles,
        forms=tuple(by_kind["form"]),
        correctives=tuple(by_kind["corrective"]),
        enrichment=next(iter(by_kind["enrichment"]), None),
    )


def _remove_replaced(course: Course, gradebook: Gradebook, catalogue: Catalogue, revision: Revision) -> None:
    """A revision nobody was given is replaced as a whole: what it no longer has must not stay behind."""
    former = catalogue.revisions.get(revision.unit, {}).get(revision.number)
    for assignment in former.assignments if former else ():
        if former is not None and former.digest != revision.digest:
            gradebook.forget(assignment.id)
        for folder in (course.release_dir, course.gradebook_dir / "source"):
            shutil.rmtree(folder / assignment.id, ignore_errors=True)


def _write(course: Course, gradebook: Gradebook, draft: _Draft) -> None:
    name = draft.assignment.id
    source = course.gradebook_dir / "source" / name
    if draft.data is not None:
        copy_folder(draft.data, source)
    # A hint for the learner's sake (was the right notebook handed in?); nothing is decided by it.
    draft.notebook["metadata"]["mastery_kit"] = {"assignment": name}
    write_text(source / f"{draft.assignment.notebook}.ipynb", dumps(draft.notebook))
    generate(course, gradebook, name)
