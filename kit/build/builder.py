"""`build`: the stages from sources to releases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from kit.build.convert import RELEASE, SOURCE, Description
from kit.build.corrections import finish_correction
from kit.build.drafts import Draft, drafts_of, revision_of
from kit.build.revisions import load_catalogue, retire, retired, save_revision
from kit.build.sources import UnitSources, read_sources
from kit.build.staging import BUILDING, Staging, staging
from kit.course import Course
from kit.errors import CourseError, Fault, KitError
from kit.gradebook import Gradebook
from kit.records import Assignment, Catalogue, Revision

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class BuildReport:
    """What `build` did, by unit id."""

    unchanged: list[str] = field(default_factory=list)
    built: dict[str, int] = field(default_factory=dict)
    """Unit → the revision number that was (re)built."""
    restored: list[str] = field(default_factory=list)
    """Assignments built earlier, of any revision, whose folder was gone and is there again."""


@dataclass(slots=True)
class _Plan:
    """What is to be done before anything is: new revisions, and folders that were deleted."""

    revisions: list[tuple[Revision, list[Draft]]] = field(default_factory=list)
    lost_sources: list[Draft] = field(default_factory=list)
    lost_releases: list[str] = field(default_factory=list)


def build(
    course: Course,
    gradebook: Gradebook,
    in_use: Collection[tuple[str, int]],
    *,
    progress: Progress = lambda what, done, of: None,
) -> BuildReport:
    """Bring release/ up to date with the sources. To be called under `kit.lock.at_work`, where *in_use* was read.

    *in_use* are the (unit, revision) of which somebody was given something: those are never touched again, only folders
    of theirs that are missing are made once more. *progress* is called with (assignment, how many are done, how many
    there are). CourseError carries every fault that keeps a unit from being built, also nbgrader's refusals.

    Everything is made in a side place first, so up to that point an error or a crash changes nothing of any unit. Then
    each unit is swapped: while that goes on its revision, of which nobody was given anything, is not in force. So a
    crash leaves no revision in force without its folders, and the next build takes up from there.
    """
    finish_correction(course, gradebook)
    catalogue = load_catalogue(course)
    report = BuildReport()
    plan = _plan(course, catalogue, in_use, report)
    killed = (course.root / BUILDING).exists() or any(retired(course))
    if not (report.built or report.restored or killed):
        return report
    with staging(course) as place:
        described = _make(place, plan, progress)
        _clear_retired(course, gradebook)
        for revision, drafts in plan.revisions:
            if catalogue.revisions.get(revision.unit, {}).get(revision.number):
                retire(course, revision)
            _swap(place, gradebook, drafts, described)
            save_revision(course, revision)
        for name in report.restored:
            _put_missing(place, catalogue.assignment(name))
        _clear_retired(course, gradebook)
    return report


def _plan(course: Course, catalogue: Catalogue, in_use: Collection[tuple[str, int]], report: BuildReport) -> _Plan:
    plan = _Plan()
    faults: list[Fault] = []
    for unit in course.units:
        try:
            sources = read_sources(course, unit)
            faults += sources.missing
            digest = sources.digest()
            number = _number(catalogue, unit.id, digest, in_use)
            if number is None:
                report.unchanged.append(unit.id)
                plan.lost_sources += _lost_sources(course, sources, catalogue.current(unit.id))
                continue
            drafts = list(drafts_of(sources, number))
            plan.revisions.append((revision_of(sources, number, digest, drafts), drafts))
            report.built[unit.id] = number
        except CourseError as error:
            faults += error.faults
        except KitError as error:
            where = (course.units_dir / unit.id).relative_to(course.root).as_posix()
            faults.append(Fault("source-broken", where, str(error), "Mend it and build again."))
    if faults:
        raise CourseError(faults)
    plan.lost_releases = list(_lost_releases(course, catalogue, report.built))
    report.restored = sorted([*(draft.assignment.id for draft in plan.lost_sources), *plan.lost_releases])
    return plan


def _number(catalogue: Catalogue, unit: str, digest: str, in_use: Collection[tuple[str, int]]) -> int | None:
    """The revision number to build; None where the newest one is up to date."""
    if not catalogue.revisions.get(unit):
        return 1
    newest = catalogue.current(unit)
    if newest.digest == digest:
        return None
    return newest.number + 1 if (unit, newest.number) in in_use else newest.number


def _lost_sources(course: Course, sources: UnitSources, revision: Revision) -> Iterator[Draft]:
    """Built sources that were deleted, of a revision that can still be made from the author's."""
    if all(_is_there(course, SOURCE, assignment) for assignment in revision.assignments):
        return
    for draft in drafts_of(sources, revision.number):
        if not _is_there(course, SOURCE, draft.assignment):
            yield draft


def _lost_releases(course: Course, catalogue: Catalogue, built: dict[str, int]) -> Iterator[str]:
    """Releases that were deleted, of every revision that is not about to be replaced and whose source is there."""
    for unit, numbered in catalogue.revisions.items():
        for number, revision in numbered.items():
            for assignment in revision.assignments if built.get(unit) != number else ():
                if _is_there(course, SOURCE, assignment) and not _is_there(course, RELEASE, assignment):
                    yield assignment.id


def _is_there(course: Course, folder: str, assignment: Assignment) -> bool:
    return (course.root / folder / assignment.id / f"{assignment.notebook}.ipynb").is_file()


def _make(place: Staging, plan: _Plan, progress: Progress) -> dict[str, Description]:
    """Make everything in the side place; CourseError with all that nbgrader refuses."""
    described: dict[str, Description] = {}
    faults: dict[Fault, None] = {}  # the forms of one unit are refused for one reason, told once
    drafts = [*(draft for _, drafts in plan.revisions for draft in drafts), *plan.lost_sources]
    steps: list[Draft | str] = [*drafts, *plan.lost_releases]
    for done, what in enumerate(steps, start=1):
        name = what.assignment.id if isinstance(what, Draft) else what
        try:
            if isinstance(what, Draft):
                described[name] = place.make(what)
            else:
                place.make_release(what)
        except CourseError as error:
            faults |= dict.fromkeys(error.faults)
        progress(name, done, len(steps))
    if faults:
        raise CourseError(list(faults))
    return described


def _swap(place: Staging, gradebook: Gradebook, drafts: Iterable[Draft], described: dict[str, Description]) -> None:
    for draft in drafts:
        name = draft.assignment.id
        described[name].save(gradebook)
        place.put(SOURCE, name)
        place.put(RELEASE, name)


def _put_missing(place: Staging, assignment: Assignment) -> None:
    """Somebody may be at work on this revision: a folder that is there stays as it is."""
    for folder in (SOURCE, RELEASE):
        if not _is_there(place.course, folder, assignment):
            place.put(folder, assignment.id)


def _clear_retired(course: Course, gradebook: Gradebook) -> None:
    """Remove what replaced revisions had and no revision in force has, here or in a build that was killed."""
    catalogue = load_catalogue(course)
    for path, revision in retired(course):
        for assignment in revision.assignments:
            if not catalogue.knows(assignment.id):
                gradebook.forget(assignment.id)
                for folder in (SOURCE, RELEASE):
                    shutil.rmtree(course.root / folder / assignment.id, ignore_errors=True)
        path.unlink()
