"""The ways back: a lost ledger, a lost gradebook, a journal that ends too early; and who may read what they hold."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kit.cli import main
from kit.errors import Busy, GradebookError, LedgerError
from kit.gradebook import Gradebook
from kit.lock import alone
from kit.stages.opened import in_use, open_ledger
from kit.stages.people import enrol, override
from kit.stages.restoring import restore_gradebook, restore_ledger
from tests.courses import write_course
from tests.cycle.school import School


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(write_course(tmp_path / "course", items=1), "ada", "ben")


def journal(school: School) -> Path:
    return school.root / "gradebook/mastery.journal"


def lose(school: School, database: str = "mastery.db") -> None:
    for path in (school.root / "gradebook").glob(f"{database}*"):
        path.unlink()


def outcome(school: School) -> dict[str, Any]:
    """What the ledger says, without the times at which grants were made and who was first to write them down."""
    state = school.state()
    for progress in filter(None, state["progress"].values()):
        for unit in progress["units"]:
            del unit["begun_at"]  # of what was fetched only its hand-in is known afterwards
            unit["work"].sort(key=lambda work: work["assignment"])  # it stands in the order of granting
    state["events"] = sorted((key, kind, assignment) for key, kind, _, _, assignment, _, _ in state["events"])
    return state


OVER_IT: dict[str, Callable[[School], object]] = {
    "kit run": lambda school: school.run(),
    "kit build": lambda school: school.build(),
    "kit enrol": lambda school: enrol(school.course, {"eve": ""}, by="kim"),
    "kit override": lambda school: override(school.course, "ada", "01-one", "mastered", why="x", by="kim"),
    "kit restore --gradebook": lambda school: restore_gradebook(school.course),
}


@pytest.mark.parametrize("begin", OVER_IT.values(), ids=OVER_IT)
def test_nothing_begins_over_a_lost_ledger_and_restore_brings_it_back(
    school: School, begin: Callable[[School], object]
) -> None:
    before = school.state()
    lose(school)
    with pytest.raises(LedgerError, match=r"missing or empty.*`kit restore`"):
        begin(school)
    assert restore_ledger(school.course).events == len(before["events"])
    school.run()
    assert school.state() == before


def test_what_the_journal_lacks_of_learners_work_is_taken_up_again(school: School) -> None:
    early = journal(school).read_bytes()
    school.submit("ada", "01-one.a", {"adding": 1, "taking": 0})
    school.run()
    school.submit("ada", "01-one.taking.analogy", 1)
    school.run()
    school.submit("ada", "01-one.b", 1)
    school.submit("ben", "01-one.a", 0)
    school.run()
    before = outcome(school)
    assert school.unit("ada").mastered_at

    lose(school)
    journal(school).write_bytes(early)
    restored = restore_ledger(school.course)
    assert (restored.grants, restored.submissions) == (4, 4)
    school.run()
    after = outcome(school)
    missing = set(before["events"]) - set(after["events"])
    assert {kind for _, kind, _ in missing} == {"fetched"}, "who handed it in has fetched it"
    assert {**after, "events": 0} == {**before, "events": 0}
    ada = school.unit("ada")
    assert [a.decision.outcome for a in ada.attempts] == ["gaps", "mastered"]
    assert school.todo("ben") == ["01-one.adding.diagram", "01-one.taking.analogy"]


def test_whose_enrolment_was_lost_is_graded_when_enrolled_again(school: School) -> None:
    early = journal(school).read_bytes()
    enrol(school.course, {"eve": ""}, by="kim")
    school.run()
    school.submit("eve", "01-one.a", 1)
    school.run()
    lose(school)
    journal(school).write_bytes(early)
    assert restore_ledger(school.course).submissions == 1
    school.run()
    assert school.unit("eve").mastered_at is None
    enrol(school.course, {"eve": ""}, by="kim")
    school.run()
    assert school.unit("eve").mastered_at


def test_nothing_is_taken_up_where_nothing_is_missing(school: School) -> None:
    school.submit("ada", "01-one.a", 0)
    school.submit("ada", "01-one.a", 1)
    school.run()
    school.submit("ada", "01-one.a", 1)
    school.run()
    before = school.state()
    lose(school)
    restored = restore_ledger(school.course)
    assert (restored.grants, restored.submissions) == (0, 0)
    school.run()
    assert school.state() == before


def test_both_databases_lost_come_back_one_after_the_other(school: School) -> None:
    early = journal(school).read_bytes()
    school.submit("ada", "01-one.a", 1)
    school.run()
    before = outcome(school)
    lose(school)
    lose(school, "gradebook.db")
    (school.root / "gradebook/gradebook.db").write_bytes(b"no database" * 1000)
    journal(school).write_bytes(early)
    with pytest.raises(GradebookError, match="kit restore --gradebook"):
        restore_ledger(school.course)
    lose(school, "gradebook.db")
    restore_gradebook(school.course)
    school.run()
    assert school.unit("ada").mastered_at
    assert outcome(school)["scores"] == before["scores"]


def test_an_older_gradebook_without_the_assignment_names_the_way_back(school: School) -> None:
    school.submit("ada", "01-one.a", 1)
    lose(school, "gradebook.db")
    with pytest.raises(GradebookError, match=r"01-one\.a is not in the gradebook. Run `kit restore --gradebook`"):
        school.run()
    restore_gradebook(school.course)
    school.run()
    assert school.unit("ada").mastered_at


def test_nothing_is_restored_while_a_reconciler_is_at_work(school: School) -> None:
    lose(school)
    with alone(school.course), pytest.raises(Busy):
        restore_ledger(school.course)
    assert not (school.root / "gradebook/mastery.db").exists()


def test_the_command_says_what_came_back_and_what_to_look_at(school: School) -> None:
    early = journal(school).read_bytes()
    school.submit("ada", "01-one.a", 1)
    school.run()
    lose(school)
    journal(school).write_bytes(early)
    said = CliRunner().invoke(main, ["-C", str(school.root), "restore"])
    assert said.exit_code == 0, said.output
    words = " ".join(said.output.split())
    assert "4 events restored from the journal" in words
    assert "1 grant and 1 submission taken up again" in words
    assert "Enrolments and overrides later than" in words
    assert "`kit run` takes up from there" in words


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
class TestAnotherAccountOnTheMachine:
    @pytest.fixture
    def school(self) -> Iterator[School]:
        # pytest's own folder is closed to other accounts.
        place = Path(tempfile.mkdtemp(prefix="kit-test-", dir="/tmp"))
        place.chmod(0o711)
        before = os.umask(0o022)
        school = School(write_course(place / "course", items=1), "ada")
        school.submit("ada", "01-one.a", 1)
        school.run()
        assert CliRunner().invoke(main, ["-C", str(school.root), "report"]).exit_code == 0
        os.umask(before)
        yield school
        shutil.rmtree(place)

    def test_reads_nothing_of_the_gradebook_and_the_releases_but_passes_to_the_exchange(self, school: School) -> None:
        everything = [*(school.root / "gradebook").rglob("*"), *(school.root / "release").rglob("*")]
        names = {path.name for path in everything}
        assert {"mastery.db", "gradebook.db", "mastery.journal", "report.html", "01-one.ipynb"} <= names
        readable = [path for path in everything if path.is_file() and self._as_nobody("cat", path)]
        assert readable == []
        assert not self._as_nobody("ls", school.root / "gradebook")
        assert not self._as_nobody("ls", school.root / "release")
        assert self._as_nobody("cat", school.root / "course.toml")
        assert self._as_nobody("stat", school.root / "gradebook/exchange/ada")

    def test_an_open_gradebook_is_closed_and_group_rights_stay(self, school: School) -> None:
        folder = school.root / "gradebook"
        folder.chmod(0o2775)
        with open_ledger(school.course) as ledger, Gradebook(school.course):
            assert in_use(ledger.events())
        assert stat.S_IMODE(folder.stat().st_mode) == 0o2771

    def _as_nobody(self, *command: object) -> bool:
        words = [str(word) for word in command]
        return (
            subprocess.run(words, user=65534, group=65534, extra_groups=[], capture_output=True, check=False).returncode
            == 0
        )
