"""From a unit's sources to the assignments it will consist of; nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.build.sources import UnitSources
from kit.notebooks import cells_of, instantiate, items_of, read_notebook, read_variants
from kit.notebooks.source import Notebook
from kit.records import Assignment, Revision, assignment_id


@dataclass(frozen=True, slots=True)
class Draft:
    """One assignment about to be written: its description, its instructor's notebook, its data files."""

    assignment: Assignment
    notebook: Notebook
    data: Path | None
    origin: Path
    """The source an author wrote it in."""


def drafts_of(sources: UnitSources, number: int) -> Iterator[Draft]:
    """Every assignment of revision *number*, forms first. KitError if a source cannot be read or made into forms."""
    unit = sources.unit.id
    notebook = read_notebook(sources.notebook)
    for position, (form, values) in enumerate(read_variants(notebook).items()):
        name = assignment_id(unit, number, form)
        instance = instantiate(notebook, values, first=position == 0)
        assignment = Assignment(name, unit, number, "form", unit, items_of(cells_of(instance)), form=form)
        yield _draft(sources, assignment, instance, sources.notebook)
    for (objective, approach), path in sources.correctives.items():
        name = assignment_id(unit, number, objective, approach)
        instance = instantiate(read_notebook(path), {}, first=True)
        items = items_of(cells_of(instance), objective)
        assignment = Assignment(name, unit, number, "corrective", approach, items, None, objective, approach)
        yield _draft(sources, assignment, instance, path)
    if sources.enrichment is not None:
        name = assignment_id(unit, number, "enrichment")
        instance = instantiate(read_notebook(sources.enrichment), {}, first=True)
        assignment = Assignment(name, unit, number, "enrichment", "enrichment", items_of(cells_of(instance)))
        yield _draft(sources, assignment, instance, sources.enrichment)


def revision_of(sources: UnitSources, number: int, digest: str, drafts: list[Draft]) -> Revision:
    """The unit as it is once *drafts* are built."""
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
        settings=unit.settings,
    )


def _draft(sources: UnitSources, assignment: Assignment, notebook: Notebook, origin: Path) -> Draft:
    # A hint for the learner's sake (was the right notebook handed in?); nothing is decided by it.
    notebook["metadata"]["mastery_kit"] = {"assignment": assignment.id}
    return Draft(assignment, notebook, sources.data_of(origin), origin)
