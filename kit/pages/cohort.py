"""The instructor's page as values: learner × unit, who asks for the instructor, and what a filter leaves of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args
from urllib.parse import urlencode

from kit.decisions import Standing, UnitStanding
from kit.decisions.standing import State
from kit.pages.present import Present
from kit.reports.next_step import Help, help_for
from kit.reports.rows import last_active

Order = Literal["name", "needs-you", "mastered", "quiet"]
ORDERS: Mapping[Order, str] = {
    "name": "by name",
    "needs-you": "who needs you first",
    "mastered": "fewest units mastered first",
    "quiet": "longest without a sign first",
}
PAGE = 100
"""Learners on one page of the map."""

HELP: Mapping[Help, str] = {
    "score": "Score the open answers in formgrader; what follows is then decided by itself.",
    "mend": "Mend what the message names, then run `kit run --retry-faults` in the course folder: the submission is "
    "still there.",
    "another-form": "Look at the record together; then open another form for them.",
    "write-form": "No unseen form is left. Add one to the unit, run `kit build`, then open it for them; or count the "
    "unit as mastered if they have shown you in person.",
}
"""What an instructor can do about each reason, as it is said on a page where they can do it."""


@dataclass(frozen=True, slots=True)
class Query:
    """What the instructor asked to see; everything empty is the whole cohort."""

    search: str = ""
    """Part of a name or an account, in any case."""
    section: str = ""
    unit: str = ""
    """The state is looked for in this unit alone."""
    state: State | Literal[""] = ""
    order: Order = "name"
    page: int = 1

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> Query:
        """From the address of the page; what is not understood is left out."""
        state, order, page = arguments.get("state", ""), arguments.get("order", ""), arguments.get("page", "")
        return cls(
            search=arguments.get("q", "").strip()[:100],
            section=arguments.get("section", "")[:100],
            unit=arguments.get("unit", "")[:100],
            state=next((known for known in get_args(State) if known == state), ""),
            order=next((known for known in ORDERS if known == order), "name"),
            page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    def address(self, page: int) -> str:
        """The query string of *page* of the same."""
        asked = {"q": self.search, "section": self.section, "unit": self.unit, "state": self.state}
        more = {"order": self.order if self.order != "name" else "", "page": str(page) if page > 1 else ""}
        return "?" + urlencode({name: value for name, value in (asked | more).items() if value})

    @property
    def narrows(self) -> bool:
        """Whether it leaves anybody out."""
        return bool(self.search or self.section or self.state)


@dataclass(frozen=True, slots=True)
class Row:
    """One learner of the map."""

    standing: Standing
    section: str
    last_sign: datetime | None
    """When they last fetched or handed in anything."""

    @property
    def mastered(self) -> int:
        """How many units are mastered."""
        return sum(unit.state == "mastered" for unit in self.standing.units)


@dataclass(frozen=True, slots=True)
class Asked:
    """One reason to look at one learner."""

    standing: Standing
    now: UnitStanding
    help: Help


@dataclass(frozen=True, slots=True)
class Column:
    """One unit of the map."""

    unit: str
    title: str
    states: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class CohortPage:
    """Everything the instructor's page shows."""

    query: Query
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    """Of this page."""
    found: int
    """Learners the query leaves."""
    learners: int
    """Learners this instructor sees."""
    pages: int
    attention: tuple[Asked, ...]
    """Of everyone this instructor sees, whatever the query leaves of the map."""
    sections: tuple[str, ...]
    done: int
    """Learners with every unit mastered."""
    size: int = PAGE
    """Learners on one page."""

    @property
    def first(self) -> int:
        """The number of the first row of this page among all that were found."""
        return (self.query.page - 1) * self.size + 1


def cohort_page(present: Present, query: Query, sections: Collection[str] = (), size: int = PAGE) -> CohortPage:
    """The cohort of *present* as *query* asks for it, *size* learners a page; of *sections* alone if named."""
    everyone = visible(present, sections)
    rows = sorted((row for row in everyone if _matches(row, query)), key=_SORT[query.order])
    pages = max(1, -(-len(rows) // size))
    page = min(query.page, pages)
    asked = (_asked(present, row.standing) for row in everyone if row.standing.attention)
    units = [row.standing.units for row in everyone]
    return CohortPage(
        query=Query(query.search, query.section, query.unit, query.state, query.order, page),
        columns=_columns(everyone),
        rows=tuple(rows[(page - 1) * size : page * size]),
        found=len(rows),
        learners=len(everyone),
        pages=pages,
        attention=tuple(one for several in asked for one in several),
        sections=tuple(sorted({row.section for row in everyone if row.section})),
        done=sum(bool(own) and all(unit.state == "mastered" for unit in own) for own in units),
        size=size,
    )


def visible(present: Present, sections: Collection[str]) -> list[Row]:
    """The learners whom an instructor of *sections* sees; everybody, where none is named."""
    rows = (
        Row(present.standings[name], record.section, last_active(record)) for name, record in present.records.items()
    )
    return [row for row in rows if not sections or row.section in sections]


def _matches(row: Row, query: Query) -> bool:
    sought = query.search.casefold()
    if sought and sought not in row.standing.learner.casefold() and sought not in row.standing.name.casefold():
        return False
    if query.section and row.section != query.section:
        return False
    units = [unit for unit in row.standing.units if query.unit in ("", unit.unit)]
    return not query.state or any(_is_in(unit, query.state) for unit in units)


def _is_in(now: UnitStanding, state: State) -> bool:
    # Who waits for a person's score asks for an instructor as well.
    return now.state == state or (state == "attention" and bool(now.attention))


_NEVER = datetime.min.replace(tzinfo=UTC)


def _name(row: Row) -> str:
    return (row.standing.name or row.standing.learner).casefold()


_SORT: Mapping[Order, Callable[[Row], tuple[object, ...]]] = {
    "name": lambda row: (_name(row), row.standing.learner),
    "needs-you": lambda row: (not row.standing.attention, _name(row), row.standing.learner),
    "mastered": lambda row: (row.mastered, _name(row), row.standing.learner),
    "quiet": lambda row: (row.last_sign or _NEVER, _name(row), row.standing.learner),
}


def _asked(present: Present, standing: Standing) -> list[Asked]:
    record = present.records[standing.learner]
    found = ((now, help_for(record, now, present.catalogue)) for now in standing.units)
    return [Asked(standing, now, asked) for now, asked in found if asked]


def _columns(rows: Sequence[Row]) -> tuple[Column, ...]:
    if not rows:
        return ()
    counts = Counter((now.unit, now.state) for row in rows for now in row.standing.units)
    return tuple(
        Column(now.unit, now.title, {state: counts[now.unit, state] for state in get_args(State)})
        for now in rows[0].standing.units
    )
