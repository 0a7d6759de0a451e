"""`correct`: mended tests for revisions that learners are at work on, which a build never touches.

Only tests may differ, and what no learner sees of an answer (its solution). Everything that was agreed on with learners
(items, points, objectives, criteria, forms) and everything they read or write in stays as it is, cell by cell.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, fields, replace
from itertools import zip_longest
from typing import Any

from kit.build.convert import RELEASE, SOURCE, Description
from kit.build.corrections import CORRECTING, PARTS, WHAT, files_of, finish_correction, history_number
from kit.build.drafts import Draft, drafts_of, revision_of
from kit.build.revisions import load_catalogue
from kit.build.sources import UnitSources, read_sources
from kit.build.staging import BUILDING, Staging, staging
from kit.course import Course
from kit.errors import CourseError, KitError
from kit.files import storing, write_text
from kit.gradebook import Gradebook
from kit.notebooks import cells_of, read_notebook
from kit.notebooks.cells import Cell
from kit.records import Assignment, Revision


@dataclass(slots=True)
class Correction:
    """What `correct` did with each revision of a unit that is in use, by its number."""

    corrected: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    """Assignment → names of the cells whose text is another one now."""
    refused: dict[int, list[str]] = field(default_factory=dict)
    """Left as it was, and why: what else is different."""
    unchanged: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Made:
    """A correction in the making."""

    revisions: list[Revision] = field(default_factory=list)
    described: dict[str, Description] = field(default_factory=dict)


def correct(course: Course, gradebook: Gradebook, unit: str, in_use: Collection[tuple[str, int]]) -> Correction:
    """Put the tests of *unit*'s sources into its revisions *in_use*. To be called under `kit.lock.at_work`.

    A revision from which the sources differ in more than tests is left alone, with the reasons. CourseError where a
    source cannot be used; KitError if nobody was given anything of the unit. Everything is made aside first: an error
    changes nothing, and what a killed process leaves is finished by whoever works on the course next.
    """
    finish_correction(course, gradebook)
    sources = read_sources(course, course.unit(unit))
    if sources.missing:
        raise CourseError(sources.missing)
    revisions = load_catalogue(course).revisions.get(unit, {})
    numbers = sorted(number for number in revisions if (unit, number) in in_use)
    if not numbers:
        raise KitError(f"Nobody was given anything of {unit} yet. `kit build` takes your corrections over.")
    report, made = Correction(), _Made()
    with staging(course) as place:
        for number in numbers:
            _try(place, sources, revisions[number], report, made)
        if made.revisions:
            _decide(place, made)
    finish_correction(course, gradebook)
    return report


def _try(place: Staging, sources: UnitSources, revision: Revision, report: Correction, made: _Made) -> None:
    number = revision.number
    drafts = list(drafts_of(sources, number))
    wanted = revision_of(sources, number, sources.digest(), drafts)
    reasons = list(_other_facts(revision, wanted))
    if reasons:
        report.refused[number] = reasons
        return
    described = {draft.assignment.id: place.make(draft) for draft in drafts}
    reasons = [reason for draft in drafts for reason in _other_content(place, draft)]
    if reasons:
        report.refused[number] = reasons
        return
    cells = {draft.assignment.id: _changed(place, draft.assignment) for draft in drafts}
    cells = {name: changed for name, changed in cells.items() if changed}
    if cells:
        report.corrected[number] = cells
    else:
        report.unchanged.append(number)
    if cells or wanted != revision:
        made.revisions.append(wanted)
        made.described |= {name: described[name] for name in cells}


_FACTS = {
    "title": "the title",
    "approach": "the approach",
    "objectives": "objectives (their titles, criteria or correctives)",
    "rule": "the rule",
    "settings": "the settings of the rule",
    "max_cycles": "max_cycles",
    "forms": "the forms, or their items and points",
    "correctives": "the correctives, or their items and points",
    "enrichment": "the enrichment, or its items and points",
}


def _other_facts(revision: Revision, wanted: Revision) -> Iterator[str]:
    """What was agreed on with learners and is different, in words."""
    same = replace(wanted, digest=revision.digest)
    for fact in fields(Revision):
        if getattr(same, fact.name) != getattr(revision, fact.name):
            yield f"{_FACTS.get(fact.name, fact.name)} changed"


def _other_content(place: Staging, draft: Draft) -> Iterator[str]:
    """What learners read or write in and is different, in words."""
    name, file = draft.assignment.id, f"{draft.assignment.notebook}.ipynb"
    old, new = place.course.root / RELEASE / name, place.course.root / BUILDING / RELEASE / name
    if not (old / file).is_file() or not (place.course.root / SOURCE / name / file).is_file():
        yield f"{name}: what was built of it is missing"
        return
    if _without(files_of(old), file) != _without(files_of(new), file):
        yield f"{name}: the data files changed"
    before, after = read_notebook(old / file), read_notebook(new / file)
    if before["metadata"].get("kernelspec") != after["metadata"].get("kernelspec"):
        yield f"{name}: the kernel changed"
    if len(before["cells"]) != len(after["cells"]):
        yield f"{name}: {len(before['cells'])} cells before, {len(after['cells'])} now"
        return
    for was, now in zip(cells_of(before), cells_of(after), strict=True):
        if _agreed(was) != _agreed(now):
            yield f"{name}, {was.name}: it changed, and is not a test"


def _without(files: dict[str, str], name: str) -> dict[str, str]:
    return {path: digest for path, digest in files.items() if path != name}


def _is_test(cell: Cell) -> bool:
    return cell.grade and not cell.solution and not cell.task and cell.kind == "code"


def _agreed(cell: Cell) -> tuple[Any, ...]:
    """All of a released cell that must stay: of a test, everything but its text."""
    text = "" if _is_test(cell) else cell.source
    return cell.kind, text, cell.tags, cell.grade_id, cell.grade, cell.solution, cell.task, cell.points


def _changed(place: Staging, assignment: Assignment) -> list[str]:
    """Names of the cells whose text in the instructor's notebook differs: tests, and solutions."""
    name, file = assignment.id, f"{assignment.notebook}.ipynb"
    books = [read_notebook(place.course.root / above / name / file) for above in (SOURCE, f"{BUILDING}/{SOURCE}")]
    pairs = zip_longest(*(cells_of(book) for book in books))
    return [
        (now or was).grade_id or (now or was).name
        for was, now in pairs
        if not was or not now or was.source != now.source
    ]


def _decide(place: Staging, made: _Made) -> None:
    """Make the correction whole, aside; then, in one step, it holds."""
    course = place.course
    whole = course.root / BUILDING / "correction"
    for name in made.described:
        for part, folder in PARTS.items():
            target = whole / part / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with storing(f"{folder}/{name}"):
                os.rename(course.root / BUILDING / folder / name, target)
    what = {
        "revisions": [revision.to_json() for revision in made.revisions],
        "assignments": {
            name: {"number": history_number(course, name), "cells": _saved(described)}
            for name, described in made.described.items()
        },
    }
    write_text(whole / WHAT, json.dumps(what, indent=1, ensure_ascii=False))
    with storing(CORRECTING):
        os.rename(whole, course.root / CORRECTING)


def _saved(described: Description) -> dict[str, tuple[str, str | None]]:
    return {str(saved.cell.grade_id): (saved.cell.source, saved.checksum) for saved in described.cells}
