"""Everything that was ever built, so that a learner under way keeps the revision they began with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kit.course import Unit
from kit.errors import UnknownName
from kit.records.assignment import Assignment, Revision


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The units of the course with all their built revisions."""

    units: tuple[Unit, ...]
    """In the course's order; requirements are read from here, as they stand today."""
    revisions: Mapping[str, Mapping[int, Revision]]
    _by_id: dict[str, Assignment] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        every = (r for numbered in self.revisions.values() for r in numbered.values())
        object.__setattr__(self, "_by_id", {a.id: a for revision in every for a in revision.assignments})

    def assignment(self, name: str) -> Assignment:
        """The assignment called *name*; UnknownName if nothing of that name was ever built."""
        try:
            return self._by_id[name]
        except KeyError:
            raise UnknownName(f"There is no assignment {name!r} in this course.") from None

    def knows(self, name: str) -> bool:
        """Whether an assignment of that name was ever built."""
        return name in self._by_id

    def current(self, unit: str) -> Revision:
        """The newest revision of *unit*; UnknownName if it was never built."""
        numbered = self.revisions.get(unit)
        if not numbered:
            raise UnknownName(f"Unit {unit!r} has not been built yet. Run `kit build`.")
        return numbered[max(numbered)]

    def revision(self, unit: str, number: int | None) -> Revision:
        """Revision *number* of *unit*, or the newest where *number* is None or gone."""
        numbered = self.revisions.get(unit, {})
        return numbered[number] if number is not None and number in numbered else self.current(unit)
