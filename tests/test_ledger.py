"""The ledger: append-only in both databases, idempotent, and with a way back when it is damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from kit.errors import LedgerError
from kit.ledger import Ledger, restore
from kit.records import Event

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


def event(key: str, learner: str = "ada", **more) -> Event:  # type: ignore[no-untyped-def]
    return Event(
        key, "submitted", learner, more.pop("at", NOON), "ada", "u1", "u1.a", {"submission": "s1", "ü": [1]}, **more
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mastery.db'}"
    server: str = request.getfixturevalue("postgresql")
    name = f"ledger_{abs(hash(str(tmp_path))) % 10**12}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def test_what_is_written_is_read_back_in_order(url: str) -> None:
    written = [event("1", why="because"), event("2", "ben"), event("3")]
    with Ledger(url) as ledger:
        ledger.append(written)
        assert ledger.events() == written
        assert [e.key for e in ledger.events("ada")] == ["1", "3"]


def test_a_time_of_any_zone_comes_back_as_the_same_moment(url: str) -> None:
    moment = NOON.astimezone(timezone(timedelta(hours=-5)))
    with Ledger(url) as ledger:
        ledger.append([event("1", at=moment)])
        assert ledger.events()[0].at == moment


def test_writing_twice_is_writing_once(url: str) -> None:
    with Ledger(url) as ledger:
        assert [e.key for e in ledger.append([event("1"), event("2")])] == ["1", "2"]
        assert [e.key for e in ledger.append([event("2"), event("3")])] == ["3"], "only what is new"
        assert [e.key for e in ledger.events()] == ["1", "2", "3"]


@pytest.mark.parametrize("change", ["UPDATE event SET why = 'forged'", "DELETE FROM event"])
def test_the_database_itself_refuses_to_change_the_past(url: str, change: str) -> None:
    with Ledger(url) as ledger:
        ledger.append([event("1")])
    engine = create_engine(url)
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()


def test_all_events_of_one_append_are_there_or_none(url: str) -> None:
    with Ledger(url) as ledger:
        with pytest.raises(LedgerError, match="not a kind of event"):
            ledger.append([event("1"), Event("2", "guessed", "ada", NOON, "ada")])  # type: ignore[arg-type]
        assert ledger.events() == []


def test_two_processes_write_at_the_same_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mastery.db'}"
    Ledger(url).close()
    script = (
        "import sys; from datetime import *; from kit.ledger import Ledger; from kit.records import Event\n"
        "ledger = Ledger(sys.argv[1])\n"
        "for i in range(60):\n"
        "    ledger.append([Event(f'{sys.argv[2]}{i}', 'enrolled', 'ada', datetime.now(timezone.utc), 'x')])\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, url, name]) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    with Ledger(url) as ledger:
        assert len(ledger.events()) == 120


class TestTheWayBack:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        with Ledger(f"sqlite:///{tmp_path / 'mastery.db'}", tmp_path / "mastery.journal") as ledger:
            ledger.append([event("1"), event("2", "ben")])
        return tmp_path

    def test_a_damaged_ledger_says_so_and_names_the_way_back(self, folder: Path) -> None:
        (folder / "mastery.db").write_bytes(b"This is not a database." * 100)
        with pytest.raises(LedgerError, match=r"damaged.*kit restore"):
            Ledger(f"sqlite:///{folder / 'mastery.db'}")

    def test_the_journal_brings_everything_back(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'mastery.db'}"
        with Ledger(url) as ledger:
            before = ledger.events()
        (folder / "mastery.db").rename(folder / "broken.db")
        assert restore(url, folder / "mastery.journal") == 2
        with Ledger(url, folder / "mastery.journal") as ledger:
            assert ledger.events() == before
            ledger.append([event("3")])
        assert len((folder / "mastery.journal").read_text().splitlines()) == 3

    def test_a_ledger_with_events_is_never_overwritten(self, folder: Path) -> None:
        with pytest.raises(LedgerError, match=r"Move mastery\.db aside first"):
            restore(f"sqlite:///{folder / 'mastery.db'}", folder / "mastery.journal")

    def test_a_journal_line_cut_by_a_crash_is_written_again(self, folder: Path) -> None:
        journal = folder / "mastery.journal"
        whole = journal.read_bytes()
        journal.write_bytes(whole[:-20])
        with Ledger(f"sqlite:///{folder / 'mastery.db'}", journal):
            pass
        assert journal.read_bytes() == whole


def test_a_read_only_ledger_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "mastery.db"
    Ledger(f"sqlite:///{path}").close()
    if os.geteuid() == 0:
        # Root may write anywhere: let the database itself be the one that refuses.
        url = f"sqlite:///file:{path}?mode=ro&uri=true"
        with pytest.raises(LedgerError, match="writable"):
            Ledger(url).append([event("1")])
        return
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    with pytest.raises(LedgerError, match="writable"):
        Ledger(f"sqlite:///{path}").append([event("1")])


def test_a_locked_ledger_says_that_nothing_was_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.databases.WAIT_SECONDS", 0.1)
    url = f"sqlite:///{tmp_path / 'mastery.db'}"
    ledger = Ledger(url)
    engine = create_engine(url)
    with engine.connect() as other:
        other.execute(text("BEGIN EXCLUSIVE"))
        with pytest.raises(LedgerError, match=r"Another program is writing.*Nothing was lost"):
            ledger.append([event("1")])
    engine.dispose()
