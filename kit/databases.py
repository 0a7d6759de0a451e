"""Opening the two databases the same way: SQLite with a write-ahead log by default, PostgreSQL by URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from kit.errors import KitError

WAIT_SECONDS = 30
"""How long a writer waits for another one before it gives up."""


def open_engine(url: str) -> Engine:
    """An engine for *url*; a SQLite file is made if it is missing, for its own account alone, and its folder too.

    OSError if it cannot be made: call it within `in_words`.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    path = url.removeprefix("sqlite:///")
    if path not in ("", ":memory:") and not path.startswith(
        "file:"
    ):  # an SQLite URI with options of its own names no folder
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if not Path(path).exists():  # SQLite gives the files beside it the same rights
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    # Kept open until it is closed by its owner: to open it and to close it costs more than a transaction does. Between
    # two transactions nothing is held but the open file.
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        # Readers (formgrader, a report) and the one writer do not wait for each other; a commit is on disk.
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    return engine


@contextmanager
def in_words(what: str, error: type[KitError], way_back: str) -> Iterator[None]:
    """Turn a database's complaint about *what* into *error*, saying what to do next."""
    try:
        yield
    except OperationalError as problem:
        reason = str(problem.orig)
        raise error(f"{what} could not be used: {reason}. {_next_step(reason)}") from problem
    except DatabaseError as problem:
        reason = str(problem.orig)
        if "not a database" in reason or "malformed" in reason or "corrupt" in reason:
            raise error(f"{what} is damaged: {reason}. {way_back}") from problem
        raise
    except OSError as problem:
        place = f" ({problem.filename})" if problem.filename else ""
        reason = f"{problem.strerror}{place}"
        raise error(f"{what} could not be used: {reason}. {_next_step(reason)}") from problem


def _next_step(reason: str) -> str:
    if "locked" in reason:
        return "Another program is writing to it; try again when that has ended. Nothing was lost."
    if any(words in reason.lower() for words in ("readonly", "read-only", "attempt to write", "permission denied")):
        return "Make the file and its folder writable for this account, and run again. Nothing was lost."
    if "full" in reason or "disk I/O" in reason or "No space left" in reason:
        return "Most likely the disk is full: free some space, and run again. Nothing was lost."
    return "Check that the database can be reached, and run again. Nothing was lost."
