"""A whole ledger as xAPI statements: read, told and written one event at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from kit.exports.place import Place
from kit.exports.statements import Statement, Statements
from kit.files import replacing
from kit.ledger import Ledger
from kit.records import Event, LearnerRecord, fold_all
from kit.reports import CourseView
from kit.reports.rows import section_of
from kit.reports.view import Snapshot

LINES, ARRAY = "xapi.jsonl", "xapi.json"
_EVERY = 500
"""Events between two looks at the progress."""


def write_statements(
    view: CourseView,
    place: Place,
    home: str,
    *,
    names: Mapping[str, str] | None = None,
    watch: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> int:
    """Write the events of *view*'s learners into *place* as statements, and return how many there are.

    `xapi.jsonl` has one in each line, `xapi.json` all of them in one array. Neither the events nor the statements are
    ever all in memory. *names*, *watch*: as for `write_frames`; *home*: as for `Statements`.
    """
    make = Statements(view.course, view.catalogue, home, names)
    place.claim([LINES, ARRAY])
    members = _members(view)
    count = 0
    with replacing(place.folder / LINES) as lines, replacing(place.folder / ARRAY) as array:
        array.write(b"[")
        for number, event in _watched(view, watch):
            if event.learner in members:
                for statement in make.of(number, event):
                    _write(statement, count, lines, array)
                    count += 1
        array.write(b"\n]\n")
    place.tell({"statements": count}, [LINES, ARRAY])
    return count


def _write(statement: Statement, count: int, lines: BinaryIO, array: BinaryIO) -> None:
    text = json.dumps(statement, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")
    lines.write(text + b"\n")
    array.write((b",\n" if count else b"\n") + text)


def _watched(view: CourseView, watch: Callable[[str, int, int], None]) -> Iterator[tuple[int, Event]]:
    last = view.source.until if isinstance(view.source, Snapshot) else len(view.history)
    for count, (number, event) in enumerate(_events(view)):
        if count % _EVERY == 0:
            watch("events", number, last)
        yield number, event
    watch("events", last, last)


def _members(view: CourseView) -> set[str]:
    """Who is enrolled, in the section that *view* is of."""
    records: dict[str, LearnerRecord] = fold_all(event for _, event in _events(view, "enrolled"))
    return {name for name, record in records.items() if view.section in (None, section_of(record))}


def _events(view: CourseView, *kinds: str) -> Iterator[tuple[int, Event]]:
    if isinstance(view.source, Snapshot):
        # Without the journal: bringing that up to date is the reconciler's business.
        with Ledger(view.source.url) as ledger:
            yield from ledger.stream(view.source.until, *kinds)
    else:
        numbered = enumerate(view.source.events(), start=1)
        yield from ((number, event) for number, event in numbered if not kinds or event.kind in kinds)
