"""mastery.db: an append-only table of events. Every status is a fold of it.

The database itself refuses to change or remove an event. Beside a SQLite ledger stands `mastery.journal`, the same
events as JSON lines, brought up to date after each run: from it `restore` writes a new database when the old one is
damaged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

# Twice as fast as the standard library's reader, and every round reads the whole ledger.
from pydantic_core import from_json
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    case,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.schema import DDL

from kit.course import Course
from kit.databases import in_words, open_engine
from kit.errors import LedgerError
from kit.journal import last_seq, opened_alone, whole_lines
from kit.records import EVENT_KINDS, Event
from kit.records.fold import KEPT_WHOLE, collector_paused

_METADATA = MetaData()
EVENTS = Table(
    "event",
    _METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("learner", String(64), nullable=False),
    # ISO 8601 in UTC with microseconds: sorts as text, reads the same in both databases.
    Column("at", String(32), nullable=False),
    Column("who", String(128), nullable=False),
    Column("unit", String(64)),
    Column("assignment", String(255)),
    Column("data", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("recorded_at", String(32), nullable=False),
)
Index("event_learner", EVENTS.c.learner)
_FIELDS = ("key", "kind", "learner", "at", "who", "unit", "assignment", "data", "why")

for _verb in ("UPDATE", "DELETE"):
    event.listen(
        EVENTS,
        "after_create",
        DDL(
            f"CREATE TRIGGER event_no_{_verb.lower()} BEFORE {_verb} ON event "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )
for _statement in (
    "CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
    "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event "
    "FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()",
):
    event.listen(EVENTS, "after_create", DDL(_statement).execute_if(dialect="postgresql"))


class Entry(NamedTuple):
    """Which event stands where."""

    seq: int
    """Its number: events become visible in the order of their numbers."""
    key: str
    learner: str
    assignment: str | None


_ENTRY = select(EVENTS.c.seq, EVENTS.c.key, EVENTS.c.learner, EVENTS.c.assignment)


class Stretch(NamedTuple):
    """A part of a ledger: the events up to number `until` of learners from `begin` on and before `end` (if named)."""

    until: int
    begin: str = ""
    end: str = ""


class Ledger:
    """The ledger at *url*; *journal* is where its events stand as text, if anywhere.

    LedgerError if the database is damaged or cannot be written, or lacks events that the journal has, with the way
    back: a new history must never begin over an older one.
    """

    def __init__(self, url: str, journal: Path | None = None) -> None:
        self._journal = journal
        with self._guard():
            self._engine: Engine = open_engine(url)
            dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
            written = dialect.insert(EVENTS).on_conflict_do_nothing(index_elements=["key"])
            self._insert = written.returning(EVENTS.c.seq)
            there = inspect(self._engine).has_table(EVENTS.name)
            self._require_what_the_journal_has(there)
            if not there:
                self._create()

    def _create(self) -> None:
        try:
            _METADATA.create_all(self._engine)
        except (OperationalError, ProgrammingError):
            if not inspect(self._engine).has_table(EVENTS.name):  # else somebody else has made it at the same moment
                raise

    def close(self) -> None:
        """Bring the journal up to date and let go of the database."""
        self.write_journal()
        self._engine.dispose()

    def abandon(self) -> None:
        """Let go of a database that another one has taken the place of; the journal is that one's now."""
        self._engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, events: Iterable[Event]) -> list[Event]:
        """Add *events* in one transaction and return those that were new.

        An event whose key is there already is left out: writing twice is the same as writing once.
        """
        events = list(events)
        now = _iso(datetime.now(UTC))
        rows = [{**_row(event), "recorded_at": now} for event in events]
        if not rows:
            return []
        with self._guard(), self._engine.begin() as connection:
            _one_writer(connection)
            # One by one: the numbers are to follow the order of the events.
            return [
                event for event, row in zip(events, rows, strict=True) if connection.execute(self._insert, row).first()
            ]

    def count(self) -> int:
        """How many events there are."""
        with self._guard(), self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(EVENTS)).scalar_one()

    def events(self, *learners: str, until: int | None = None) -> list[Event]:
        """All events in the order in which they were written; of *learners* alone if any are named. One query.

        *until*: the number of the last event that is wanted.
        """
        query = select(*(EVENTS.c[name] for name in _FIELDS)).order_by(EVENTS.c.seq)
        if until is not None:
            query = query.where(EVENTS.c.seq <= until)
        if learners:
            query = query.where(EVENTS.c.learner.in_(learners))
        with self._guard(), self._engine.connect() as connection, collector_paused():
            return [_event(row) for row in connection.execute(query).all()]

    def stream(self, until: int, *kinds: str) -> Iterator[tuple[int, Event]]:
        """Each event up to number *until* with its number, in order, never all of them in memory; of *kinds* alone if
        any are named. One query.
        """
        query = select(*(EVENTS.c[name] for name in _FIELDS), EVENTS.c.seq).order_by(EVENTS.c.seq)
        query = query.where(EVENTS.c.seq <= until)
        if kinds:
            query = query.where(EVENTS.c.kind.in_(kinds))
        with self._guard(), self._engine.connect() as connection:
            for row in _streamed(connection, query):
                yield row[-1], _event(row[:-1])

    def stretches(self, until: int, parts: int) -> list[Stretch]:
        """The learners of the events up to number *until*, parted into at most *parts* runs of about as many events.

        One query, in the database's own order of names.
        """
        whole = Stretch(until)
        if parts < 2:
            return [whole]
        query = select(EVENTS.c.learner, func.count()).where(EVENTS.c.seq <= until)
        query = query.group_by(EVENTS.c.learner).order_by(EVENTS.c.learner)
        with self._guard(), self._engine.connect() as connection:
            counts = [(str(learner), int(count)) for learner, count in connection.execute(query)]
        each, sofar, begins = sum(count for _, count in counts) / parts, 0, [""]
        for learner, count in counts:
            if sofar >= each * len(begins):
                begins.append(learner)
            sofar += count
        ends = [*begins[1:], ""]
        return [Stretch(until, begin, end) for begin, end in zip(begins, ends, strict=True)]

    def histories(
        self, stretch: Stretch, read: Callable[[Sequence[Any]], Event] | None = None
    ) -> Iterator[tuple[str, list[Event]]]:
        """Learner by learner, all of their events in *stretch* in the order in which they were written. One query.

        Only one learner's events are in memory at a time. *read* makes an event of a row with its `key`, `kind`,
        `learner`, `at`, `who`, `unit`, `assignment`, `data` and `why`; of kinds that no record keeps as they are
        (`KEPT_WHOLE`), `key`, `who` and `why` are empty.
        """
        words = (case((EVENTS.c.kind.in_(KEPT_WHOLE), EVENTS.c[name]), else_="") for name in ("key", "who", "why"))
        key, who, why = words
        columns = (EVENTS.c[name] for name in ("unit", "assignment", "data"))
        query = select(key, EVENTS.c.kind, EVENTS.c.learner, EVENTS.c.at, who, *columns, why)
        query = query.where(EVENTS.c.seq <= stretch.until)
        if stretch.begin:
            query = query.where(EVENTS.c.learner >= stretch.begin)
        if stretch.end:
            query = query.where(EVENTS.c.learner < stretch.end)
        query = query.order_by(EVENTS.c.learner, EVENTS.c.seq)
        make = read or _event
        with self._guard(), self._engine.connect() as connection:
            for learner, rows in groupby(_streamed(connection, query), itemgetter(2)):
                yield learner, [make(row) for row in rows]

    def news(self, since: int = 0) -> list[Entry]:
        """What stands in the ledger from number *since* on (that one included), in order, without its data."""
        query = _ENTRY.where(EVENTS.c.seq >= since).order_by(EVENTS.c.seq)
        with self._guard(), self._engine.connect() as connection:
            return [Entry(*row) for row in connection.execute(query)]

    def last(self) -> Entry | None:
        """The event written last; None in an empty ledger."""
        query = _ENTRY.order_by(EVENTS.c.seq.desc()).limit(1)
        with self._guard(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return Entry(*row) if row else None

    def write_journal(self) -> None:
        """Append to the journal what it does not have yet. StorageError if it cannot be written."""
        if self._journal is None:
            return
        # Locked from the look at what it has until the rest is added: another process may be closing as well.
        with opened_alone(self._journal) as file:
            query = select(EVENTS).where(EVENTS.c.seq > last_seq(file)).order_by(EVENTS.c.seq)
            with self._guard(), self._engine.connect() as connection:
                rows = connection.execute(query).mappings().all()
            if rows:
                file.write("".join(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows).encode())
                file.flush()
                os.fsync(file.fileno())

    def _require_what_the_journal_has(self, table_is_there: bool) -> None:
        if self._journal is None or not self._journal.is_file():
            return
        with opened_alone(self._journal) as file:
            last = last_seq(file)
        if last == 0:
            return
        have = 0
        if table_is_there:
            with self._engine.connect() as connection:
                have = connection.execute(select(func.max(EVENTS.c.seq))).scalar() or 0
        if have == 0:
            raise LedgerError(
                f"The ledger (mastery.db) is missing or empty, but {self._journal.name} has its events up to number "
                f"{last}. Run `kit restore`: it writes the ledger again from there. Nothing was lost."
            )
        if have < last:
            raise LedgerError(
                f"The ledger (mastery.db) ends with event number {have}, but {self._journal.name} goes on to {last}: "
                "an older copy must have taken its place. Move it aside and run `kit restore`. Nothing was lost."
            )

    @contextmanager
    def _guard(self) -> Iterator[None]:
        way_back = "Move it aside and run `kit restore`: it writes the ledger again from mastery.journal beside it."
        with in_words("The ledger (mastery.db)", LedgerError, way_back):
            yield


def journal_path(course: Course) -> Path:
    """Where the events of *course* stand as text."""
    return course.gradebook_dir / "mastery.journal"


def restore(url: str, journal: Path) -> int:
    """Write a new ledger at *url* from *journal*; return the number of events.

    LedgerError if there is no journal, if a line of it cannot be read (named), or if a ledger with events is there
    already: nothing is ever overwritten.
    """
    if not journal.is_file():
        raise LedgerError(f"There is no journal at {journal.name}: the ledger cannot be restored from it.")
    ledger = Ledger(url)
    if ledger.count():
        raise LedgerError("There is a ledger with events already. Move mastery.db aside first, then run `kit restore`.")
    rows = _read_journal(journal)
    with ledger._guard(), ledger._engine.begin() as connection:
        if rows:
            connection.execute(insert(EVENTS), rows)
            if connection.dialect.name == "postgresql":  # it does not notice numbers that it has not given itself
                connection.execute(text("SELECT setval(pg_get_serial_sequence('event', 'seq'), max(seq)) FROM event"))
    ledger.close()
    return len(rows)


def _read_journal(journal: Path) -> list[dict[str, Any]]:
    """The journal's events in order, each once; LedgerError names the line that cannot be one."""
    by_seq: dict[int, dict[str, Any]] = {}
    by_key: dict[str, int] = {}
    for number, line in enumerate(whole_lines(journal), start=1):
        row = _journal_row(line, journal, number)
        known = by_key.setdefault(row["key"], row["seq"])
        if known != row["seq"] or by_seq.setdefault(row["seq"], row) != row:
            raise _bad_line(journal, number, "an earlier line has another event of its number or its key")
    return [by_seq[seq] for seq in sorted(by_seq)]


def _journal_row(line: bytes, journal: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
        if row.keys() != set(EVENTS.c.keys()) or type(row["seq"]) is not int:
            raise ValueError("it is not an event")
        _row(_event([row[name] for name in _FIELDS]))
    except (ValueError, TypeError, AttributeError, LedgerError) as error:
        raise _bad_line(journal, number, str(error).rstrip(".")) from error
    return dict(row)


def _bad_line(journal: Path, number: int, reason: str) -> LedgerError:
    return LedgerError(
        f"Line {number} of {journal.name} cannot be used: {reason}. Keep a copy of the file, mend the line or take it "
        "out, and run `kit restore` again. Nothing was changed."
    )


def _one_writer(connection: Connection) -> None:
    """Let one transaction write at a time, so that events become visible in the order of their numbers.

    The journal is continued after the last number it has: a lower one that came later would never get there.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer by itself
        connection.execute(text("LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE"))


def _row(event: Event) -> dict[str, str | None]:
    if event.kind not in EVENT_KINDS:
        raise LedgerError(f"{event.kind!r} is not a kind of event.")
    return {
        "key": event.key,
        "kind": event.kind,
        "learner": event.learner,
        "at": _iso(event.at),
        "who": event.who,
        "unit": event.unit,
        "assignment": event.assignment,
        "data": json.dumps(dict(event.data), ensure_ascii=False, sort_keys=True),
        "why": event.why,
    }


def _event(row: Sequence[Any]) -> Event:
    key, kind, learner, at, who, unit, assignment, data, why = row
    return Event(key, kind, learner, datetime.fromisoformat(at), who, unit, assignment, from_json(data), why)


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """The rows of *query*, never all of them in memory."""
    if connection.dialect.name != "sqlite":
        yield from connection.execution_options(yield_per=2000).execute(query)
        return
    # The driver's own rows: it hands them out as they come, and there are millions of them.
    cursor = connection.execute(query).cursor
    while rows := cursor.fetchmany(2000):
        yield from rows


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
