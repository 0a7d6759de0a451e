"""The ledger: append-only in both databases, idempotent, and with a way back when it is damaged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError

from kit.errors import LedgerError
from kit.ledger import EVENTS, Ledger, restore
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
    return _database(request.getfixturevalue("postgresql"), tmp_path)


def _database(server: str, tmp_path: Path) -> str:
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
        assert [e.key for e in ledger.events("ben", "ada", "nobody")] == ["1", "2", "3"]


def test_what_is_new_is_told_from_a_number_on_with_that_number_first(url: str) -> None:
    with Ledger(url) as ledger, Ledger(url) as another:
        assert (ledger.last(), ledger.news()) == (None, [])
        ledger.append([event("1"), event("2", "ben")])
        last = ledger.last()
        assert last is not None
        assert (last.key, last.learner) == ("2", "ben")
        another.append([event("2", "ben"), event("3")])
        assert [(entry.key, entry.learner) for entry in ledger.news(last.seq)] == [("2", "ben"), ("3", "ada")]
        assert [entry.key for entry in ledger.news()] == ["1", "2", "3"]


def test_several_events_written_at_once_are_numbered_in_their_order(url: str) -> None:
    keys = [str(number) for number in range(300, 0, -1)]
    with Ledger(url) as ledger:
        ledger.append(event(key) for key in keys)
        assert [entry.key for entry in ledger.news()] == keys


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


def test_two_processes_keep_one_journal_and_every_event_stands_in_it_once(url: str, tmp_path: Path) -> None:
    journal = tmp_path / "mastery.journal"
    Ledger(url, journal).close()
    script = (
        "import sys; from datetime import *; from pathlib import Path\n"
        "from kit.ledger import Ledger; from kit.records import Event\n"
        "for i in range(40):\n"
        "    with Ledger(sys.argv[1], Path(sys.argv[2])) as ledger:\n"
        "        moment = datetime.now(timezone.utc)\n"
        "        ledger.append([Event(f'{sys.argv[3]}{i}.{n}', 'enrolled', 'ada', moment, 'x') for n in range(3)])\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, url, str(journal), name]) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    with Ledger(url) as ledger:
        keys = [e.key for e in ledger.events()]
    assert len(keys) == 360
    assert [json.loads(line)["key"] for line in journal.read_text().splitlines()] == keys


def test_a_lower_number_never_becomes_visible_after_a_higher_one(postgresql: str, tmp_path: Path) -> None:
    """The journal is continued after its last number: what came later with a lower one would be missing for ever."""
    url, journal = _database(postgresql, tmp_path), tmp_path / "mastery.journal"
    Ledger(url).close()
    done = threading.Event()

    def quick() -> None:
        with Ledger(url, journal) as ledger:
            ledger.append([event("quick")])
        done.set()

    engine = create_engine(url)
    with engine.begin() as slow:
        row = dict.fromkeys(set(EVENTS.c.keys()) - {"seq"}, "slow")
        slow.execute(EVENTS.insert(), row)
        thread = threading.Thread(target=quick)
        thread.start()
        assert not done.wait(1.0), "it waits for the one that began before"
    thread.join()
    engine.dispose()
    assert [json.loads(line)["key"] for line in journal.read_text().splitlines()] == ["slow", "quick"]


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

    def test_a_restored_ledger_goes_on_where_it_was(self, url: str, tmp_path: Path) -> None:
        journal = tmp_path / "journal"
        with Ledger(f"sqlite:///{tmp_path / 'other.db'}", journal) as ledger:
            ledger.append([event("1"), event("2")])
        assert restore(url, journal) == 2
        with Ledger(url, journal) as ledger:
            assert [e.key for e in ledger.append([event("3")])] == ["3"]
            assert [e.key for e in ledger.events()] == ["1", "2", "3"]
        assert len(journal.read_text().splitlines()) == 3

    @pytest.mark.parametrize("empty", [False, True], ids=["missing", "empty"])
    def test_nothing_begins_over_a_journal_whose_ledger_is_gone(self, folder: Path, empty: bool) -> None:
        journal = folder / "mastery.journal"
        before = journal.read_bytes()
        for path in folder.glob("mastery.db*"):
            path.unlink()
        if empty:
            (folder / "mastery.db").touch()
        for _ in range(2):
            with pytest.raises(LedgerError, match=r"missing or empty.*up to number 2.*`kit restore`.*Nothing was lost"):
                Ledger(f"sqlite:///{folder / 'mastery.db'}", journal)
        assert journal.read_bytes() == before
        assert restore(f"sqlite:///{folder / 'mastery.db'}", journal) == 2

    def test_an_older_copy_in_the_ledgers_place_is_noticed(self, folder: Path) -> None:
        journal = folder / "mastery.journal"
        with Ledger(f"sqlite:///{folder / 'older.db'}") as older:
            older.append([event("1")])
        with pytest.raises(LedgerError, match=r"ends with event number 1, but mastery.journal goes on to 2"):
            Ledger(f"sqlite:///{folder / 'older.db'}", journal)

    def test_a_line_that_was_written_twice_is_restored_once(self, folder: Path) -> None:
        journal = folder / "mastery.journal"
        journal.write_bytes(journal.read_bytes() * 2)
        assert restore(f"sqlite:///{folder / 'new.db'}", journal) == 2

    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda line: line[:30] + b"\n", id="cut"),
            pytest.param(lambda line: b"\x00" * 40 + b"\n", id="zeros after a power failure"),
            pytest.param(lambda line: b"\xff" + line, id="not text"),
            pytest.param(lambda line: b"[1, 2]\n", id="not an object"),
            pytest.param(lambda line: b'{"seq": 2}\n', id="not an event"),
            pytest.param(lambda line: line.replace(b"submitted", b"imagined"), id="an unknown kind"),
            pytest.param(lambda line: line.replace(b'"seq": 2', b'"seq": 1'), id="the number of another one"),
            pytest.param(lambda line: line.replace(b'"key": "2"', b'"key": "1"'), id="the key of another one"),
            pytest.param(lambda line: line.replace(b'"seq": 2', b'"seq": null'), id="without a number"),
            pytest.param(lambda line: line.replace(b'"who": ', b'"whom": '), id="without who did it"),
            pytest.param(lambda line: line.replace(b"2026-", b"in 2026-"), id="a time that is none"),
        ],
    )
    def test_a_broken_line_is_named_and_nothing_is_restored(self, folder: Path, spoil) -> None:  # type: ignore[no-untyped-def]
        journal, url = folder / "mastery.journal", f"sqlite:///{folder / 'new.db'}"
        first, second = journal.read_bytes().splitlines(keepends=True)
        assert spoil(second) != second
        journal.write_bytes(first + spoil(second))
        with pytest.raises(LedgerError, match=r"Line 2 of mastery\.journal cannot be used"):
            restore(url, journal)
        journal.write_bytes(first + second)
        assert restore(url, journal) == 2, "mended, it is restored"

    def test_a_spoilt_end_of_the_journal_is_told_before_anything_is_added_to_it(self, folder: Path) -> None:
        with (folder / "mastery.journal").open("ab") as file:
            file.write(b"something else\n")
        with pytest.raises(LedgerError, match="move the journal aside"):
            Ledger(f"sqlite:///{folder / 'mastery.db'}", folder / "mastery.journal")

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


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("not a folder")
    with pytest.raises(LedgerError, match=r"could not be used: .*file"):
        Ledger(f"sqlite:///{place}/gradebook/mastery.db")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_folder_one_may_not_write_to_is_told_in_words(tmp_path: Path) -> None:
    script = (
        "import os, sys; from kit.ledger import Ledger; from kit.errors import LedgerError\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try:\n    Ledger(sys.argv[1])\nexcept LedgerError as error:\n    print(error)\n"
    )
    url = f"sqlite:///{tmp_path / 'gradebook/mastery.db'}"
    said = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True).stdout
    assert "Permission denied" in said
    assert "Make the file and its folder writable for this account" in said


def test_the_database_and_the_journal_are_for_their_owner_alone(tmp_path: Path) -> None:
    with Ledger(f"sqlite:///{tmp_path / 'mastery.db'}", tmp_path / "mastery.journal") as ledger:
        ledger.append([event("1")])
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    modes["mastery.journal"] = (tmp_path / "mastery.journal").stat().st_mode & 0o777
    assert set(modes.values()) == {0o600}, modes


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
