"""mastery.db: an append-only table of events. Every status is a fold of it.

The database itself refuses to change or remove an event. Beside a SQLite ledger stands `mastery.journal`, the same
events as JSON lines, brought up to date after each run: from it `restore` writes a new database when the old one is
damaged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Twice as fast as the standard library's reader, and every round reads the whole ledger.
from pydantic_core import from_json
from sqlalchemy import Column, Engine, Index, Integer, MetaData, String, Table, Text, event, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import DDL

from kit.databases import in_words, open_engine
from kit.errors import LedgerError, StorageError
from kit.files import storing
from kit.records import EVENT_KINDS, Event
from kit.records.fold import collector_paused

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


class Ledger:
    """The ledger at *url*; *journal* is where its events stand as text, if anywhere.

    LedgerError if the database is damaged or cannot be written, with the way back.
    """

    def __init__(self, url: str, journal: Path | None = None) -> None:
        self._engine: Engine = open_engine(url)
        self._journal = journal
        with self._guard():
            _METADATA.create_all(self._engine)

    def close(self) -> None:
        """Bring the journal up to date and let go of the database."""
        self.write_journal()
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
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(EVENTS).on_conflict_do_nothing(index_elements=["key"]).returning(EVENTS.c.seq)
        with self._guard(), self._engine.begin() as connection:
            return [
                event for event, row in zip(events, rows, strict=True) if connection.execute(statement, row).first()
            ]

    def events(self, learner: str | None = None) -> list[Event]:
        """All events in the order in which they were written; of one *learner* if named. One query."""
        query = select(*(EVENTS.c[name] for name in _FIELDS)).order_by(EVENTS.c.seq)
        if learner is not None:
            query = query.where(EVENTS.c.learner == learner)
        with self._guard(), self._engine.connect() as connection, collector_paused():
            return [_event(row) for row in connection.execute(query).all()]

    def write_journal(self) -> None:
        """Append to the journal what it does not have yet. StorageError if it cannot be written."""
        if self._journal is None:
            return
        last = _last_seq(self._journal)
        query = select(EVENTS).where(EVENTS.c.seq > last).order_by(EVENTS.c.seq)
        with self._guard(), self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        if rows:
            lines = "".join(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows)
            with storing("The ledger's journal"), self._journal.open("a", encoding="utf-8") as file:
                file.write(lines)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        way_back = "Move it aside and run `kit restore`: it writes the ledger again from mastery.journal beside it."
        with in_words("The ledger (mastery.db)", LedgerError, way_back):
            yield


def restore(url: str, journal: Path) -> int:
    """Write a new ledger at *url* from *journal*; return the number of events.

    LedgerError if there is no journal or a ledger with events is there already (nothing is ever overwritten).
    """
    if not journal.is_file():
        raise LedgerError(f"There is no journal at {journal.name}: the ledger cannot be restored from it.")
    ledger = Ledger(url)
    if ledger.events():
        raise LedgerError("There is a ledger with events already. Move mastery.db aside first, then run `kit restore`.")
    rows = [json.loads(line) for line in _whole_lines(journal)]
    with ledger._guard(), ledger._engine.begin() as connection:
        if rows:
            connection.execute(insert(EVENTS), rows)
    ledger.close()
    return len(rows)


def _whole_lines(journal: Path) -> Iterator[str]:
    """The journal's complete lines: the last one may have been cut by a crash, and is then written again."""
    with journal.open(encoding="utf-8") as file:
        yield from (line for line in file if line.endswith("\n"))


def _last_seq(journal: Path) -> int:
    """Sequence number of the last complete line; a line cut by a crash is cut off."""
    if not journal.is_file():
        return 0
    try:
        with journal.open("rb+") as file:
            end = file.seek(0, 2)
            tail = b""
            while end > 0 and tail.count(b"\n") < 2:
                step = min(65536, end)
                end -= step
                file.seek(end)
                tail = file.read(step) + tail
            whole = tail[: tail.rfind(b"\n") + 1]
            if len(whole) < len(tail):
                file.truncate(end + len(whole))
            lines = whole.splitlines()
            return int(json.loads(lines[-1])["seq"]) if lines else 0
    except OSError as error:
        raise StorageError(f"The ledger's journal cannot be read: {error.strerror}. Check its permissions.") from error


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


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
